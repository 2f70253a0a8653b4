"""The plain bot to compare with: python-telegram-bot's documented style, SQLModel on aiosqlite, a visit in six steps.

Everything stock: `run_polling`, ConversationHandler, the default request class; its phrases stand in the code, as in
most such bots. WAL and synchronous=NORMAL, in its favour."""

import logging
import os
import warnings
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)
from telegram.warnings import PTBUserWarning

HOUSEHOLD, OUTCOME, SERVICES, NOTE, COME_BACK, CONFIRM = range(6)
OUTCOMES = {"met": "Đã gặp", "absent": "Vắng nhà", "refused": "Từ chối"}
SERVICES_OFFERED = {"eid": "Định danh mức 2", "portal": "Dịch vụ công", "pay": "Thanh toán số", "health": "Sổ sức khỏe"}


class Visit(SQLModel, table=True):
    """One visit of a volunteer to a household."""

    id: int | None = Field(default=None, primary_key=True)
    volunteer: int = Field(index=True)
    household: str = Field(index=True)
    outcome: str
    services: str
    note: str = ""
    come_back: bool = False
    at: datetime


def _settings(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def open_database(path: str) -> AsyncEngine:
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
    event.listen(engine.sync_engine, "connect", _settings)
    return engine


def _buttons(*rows: list[tuple[str, str]]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(text, callback_data=data) for text, data in row] for row in rows]
    )


def _services_keyboard(chosen: list[str]) -> InlineKeyboardMarkup:
    rows = [[(("✓ " if key in chosen else "") + text, f"svc:{key}")] for key, text in SERVICES_OFFERED.items()]
    return _buttons(*rows, [("Xong", "svc:done")])


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    assert update.message and context.user_data is not None
    context.user_data.clear()
    await update.message.reply_text("Mình đến hộ số mấy ạ?")
    return HOUSEHOLD


async def household(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    assert update.message and context.user_data is not None
    context.user_data["household"] = update.message.text
    keyboard = _buttons(*[[(text, f"out:{key}")] for key, text in OUTCOMES.items()])
    await update.message.reply_text(f"Hộ {update.message.text}: kết quả thế nào ạ?", reply_markup=keyboard)
    return OUTCOME


async def outcome(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    query = update.callback_query
    assert query and query.data and context.user_data is not None
    await query.answer()
    context.user_data["outcome"] = query.data.removeprefix("out:")
    context.user_data["services"] = []
    await query.edit_message_text("Đã giúp những việc gì ạ?", reply_markup=_services_keyboard([]))
    return SERVICES


async def service(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    query = update.callback_query
    assert query and query.data and context.user_data is not None
    await query.answer()
    chosen: list[str] = context.user_data["services"]
    key = query.data.removeprefix("svc:")
    if key == "done":
        await query.edit_message_text("Ghi chú gì thêm không ạ?", reply_markup=_buttons([("Bỏ qua", "note:skip")]))
        return NOTE
    if key in chosen:
        chosen.remove(key)
    else:
        chosen.append(key)
    await query.edit_message_text("Đã giúp những việc gì ạ?", reply_markup=_services_keyboard(chosen))
    return SERVICES


COME_BACK_KEYBOARD = _buttons([("Có, cần quay lại", "back:yes"), ("Không cần", "back:no")])


async def take_note(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    assert update.message and context.user_data is not None
    context.user_data["note"] = update.message.text
    await update.message.reply_text("Có cần quay lại không ạ?", reply_markup=COME_BACK_KEYBOARD)
    return COME_BACK


async def no_note(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    query = update.callback_query
    assert query and context.user_data is not None
    await query.answer()
    context.user_data["note"] = ""
    await query.edit_message_text("Có cần quay lại không ạ?", reply_markup=COME_BACK_KEYBOARD)
    return COME_BACK


async def come_back(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    query = update.callback_query
    assert query and context.user_data is not None
    await query.answer()
    data = context.user_data
    data["come_back"] = query.data == "back:yes"
    services = ", ".join(SERVICES_OFFERED[key] for key in data["services"]) or "chưa có"
    note = data["note"] or "(không)"
    text = f"Hộ {data['household']}\n{OUTCOMES[data['outcome']]}\nĐã giúp: {services}\nGhi chú: {note}"
    await query.edit_message_text(text, reply_markup=_buttons([("Lưu", "save:yes"), ("Thôi", "save:no")]))
    return CONFIRM


async def confirm(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    query = update.callback_query
    assert query and update.effective_user and context.user_data is not None
    if query.data == "save:yes":
        data = context.user_data
        visit = Visit(
            volunteer=update.effective_user.id,
            household=data["household"],
            outcome=data["outcome"],
            services=",".join(data["services"]),
            note=data["note"],
            come_back=data["come_back"],
            at=datetime.now(UTC),
        )
        async with AsyncSession(context.bot_data["engine"]) as session:
            session.add(visit)
            await session.commit()
        text = f"Đã lưu hộ {data['household']}. Cảm ơn mình!"
    else:
        text = "Mình đã bỏ lượt này."
    await query.answer()
    await query.edit_message_text(text)
    return ConversationHandler.END


async def cancel(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    assert update.message
    await update.message.reply_text("Mình dừng ở đây. Gõ /tham để ghi lại.")
    return ConversationHandler.END


async def open_up(application: "Application[Any, Any, Any, Any, Any, Any]") -> None:
    engine = open_database(os.environ["PLAIN_DATABASE"])
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    application.bot_data["engine"] = engine


async def close_down(application: "Application[Any, Any, Any, Any, Any, Any]") -> None:
    await application.bot_data["engine"].dispose()


def conversation() -> "ConversationHandler[ContextTypes.DEFAULT_TYPE]":
    words = filters.TEXT & ~filters.COMMAND
    beginnings: list[BaseHandler[Update, ContextTypes.DEFAULT_TYPE, object]] = [
        CommandHandler(["start", "tham"], start)
    ]
    return ConversationHandler(
        entry_points=beginnings,
        states={
            HOUSEHOLD: [MessageHandler(words, household)],
            OUTCOME: [CallbackQueryHandler(outcome, pattern="^out:")],
            SERVICES: [CallbackQueryHandler(service, pattern="^svc:")],
            NOTE: [MessageHandler(words, take_note), CallbackQueryHandler(no_note, pattern="^note:")],
            COME_BACK: [CallbackQueryHandler(come_back, pattern="^back:")],
            CONFIRM: [CallbackQueryHandler(confirm, pattern="^save:")],
        },
        fallbacks=[CommandHandler("cancel", cancel), *beginnings],
    )


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    warnings.filterwarnings("ignore", message=".*CallbackQueryHandler", category=PTBUserWarning)
    application = (
        Application.builder()
        .token(os.environ["PLAIN_TOKEN"])
        .base_url(os.environ["PLAIN_BASE_URL"])
        .post_init(open_up)
        .post_shutdown(close_down)
        .build()
    )
    application.add_handler(conversation())
    application.run_polling()


if __name__ == "__main__":
    main()
