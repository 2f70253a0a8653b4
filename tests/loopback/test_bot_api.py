"""The loopback platform judged by a client nobody here wrote: python-telegram-bot, by hand and as an Application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup, Update
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, TelegramError
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters

from tests.drawings import png
from tests.loopback.bot_api import LoopbackBotApi
from tests.loopback.people import NoSuchButton

SECRET = "loopback_secret-1"
YES_NO = InlineKeyboardMarkup(
    [[InlineKeyboardButton("Có", callback_data="y"), InlineKeyboardButton("Không", callback_data="n")]]
)


@pytest.fixture
async def api() -> AsyncIterator[LoopbackBotApi]:
    async with LoopbackBotApi() as started:
        yield started


@pytest.fixture
async def bot(api: LoopbackBotApi) -> AsyncIterator[Bot]:
    api.user(7)
    async with Bot(api.bot().token, base_url=api.base_url) as client:
        yield client


async def test_a_polled_dialogue_by_hand(api: LoopbackBotApi, bot: Bot) -> None:
    user = api.user(7)
    user.say("/start xin chào")
    (first,) = await bot.get_updates(timeout=5)
    assert first.message and first.message.text == "/start xin chào"
    assert [(e.type, e.length) for e in first.message.entities] == [("bot_command", 6)]
    sent = await bot.send_message(7, "<b>Bác</b> &amp; cháu 🙂 <i>nhé</i>", parse_mode="HTML", reply_markup=YES_NO)
    assert sent.text == "Bác & cháu 🙂 nhé"
    assert [(e.type, sent.parse_entity(e)) for e in sent.entities] == [("bold", "Bác"), ("italic", "nhé")]
    pressed = user.press(sent.message_id, "Có")
    (second,) = await bot.get_updates(offset=first.update_id + 1, timeout=5)
    assert second.update_id == pressed and second.callback_query and second.callback_query.data == "y"
    assert await second.callback_query.answer("đã nghe")
    await second.callback_query.edit_message_text("Xong")
    view = user.transcript()[-1]
    assert (view["text"], view["keyboard"]) == ("Xong", [])
    assert view["history"][0]["text"] == "Bác & cháu 🙂 nhé" and len(view["history"][0]["keyboard"][0]) == 2
    (press,) = api.bot().presses.values()
    assert (press.text, press.answers) == ("đã nghe", 1)
    with pytest.raises(NoSuchButton):
        user.press(sent.message_id, "Có")
    assert user.press(sent.message_id, "Có", stale=True) > pressed


async def test_offset_confirms_and_unconfirmed_come_again(api: LoopbackBotApi, bot: Bot) -> None:
    user = api.user(7)
    ids = [user.say(f"tin {n}") for n in range(5)]
    assert [u.update_id for u in await bot.get_updates(limit=2)] == ids[:2]
    assert [u.update_id for u in await bot.get_updates()] == ids
    assert [u.update_id for u in await bot.get_updates(offset=ids[2])] == ids[2:]
    assert list(api.bot().updates.confirmed) == ids[:2]
    assert [u.update_id for u in await bot.get_updates(offset=-1)] == ids[-1:]
    assert list(api.bot().updates.pending) == ids[-1:]
    await bot.get_updates(offset=ids[-1] + 1)
    await api.deliver_again(ids[0])
    assert [u.update_id for u in await bot.get_updates(offset=ids[-1] + 1)] == ids[:1]
    assert await bot.get_updates(offset=ids[-1] + 1) == ()


async def test_a_second_poller_gets_the_first_one_a_409(api: LoopbackBotApi, bot: Bot) -> None:
    async with Bot(api.bot().token, base_url=api.base_url) as other:
        first = asyncio.create_task(bot.get_updates(timeout=10))
        while not api.bot().updates.polls:
            await asyncio.sleep(0.01)
        second = asyncio.create_task(other.get_updates(timeout=10))
        with pytest.raises(Conflict, match=r"terminated by other getUpdates"):
            await first
        api.user(7).say("một")
        assert len(await second) == 1
        await bot.set_webhook(f"{api.url}/nowhere")
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()


TOO_LONG = "x" * 4093 + "🙂🙂"
REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("message text is empty", "send_message", {"text": "   "}),
    ("message is too long", "send_message", {"text": TOO_LONG}),
    ("can't find end tag", "send_message", {"text": "<b>a", "parse_mode": "HTML"}),
    ("unsupported start tag", "send_message", {"text": "<div>a</div>", "parse_mode": "HTML"}),
    ("unsupported start tag", "send_message", {"text": "tuổi < 16", "parse_mode": "HTML"}),
    ("unmatched end tag", "send_message", {"text": "<b><i>a</b></i>", "parse_mode": "HTML"}),
    ("unexpected end tag", "send_message", {"text": "a</b>", "parse_mode": "HTML"}),
    ("chat not found", "send_message", {"text": "a", "chat_id": 999}),
    ("message to edit not found", "edit_message_text", {"text": "a", "message_id": 999}),
    ("message can't be edited", "edit_message_text", {"text": "a", "message_id": 1}),
    ("message is not modified", "edit_message_text", {"text": "Chọn", "message_id": 2, "reply_markup": YES_NO}),
    ("message is not modified", "edit_message_reply_markup", {"message_id": 2, "reply_markup": YES_NO}),
    ("message to delete not found", "delete_message", {"message_id": 999}),
    ("wrong file identifier", "send_photo", {"photo": "no-such-id"}),
    ("image_process_failed", "send_photo", {"photo": b"no picture at all"}),
    ("image_process_failed", "send_photo", {"photo": png()[:-9]}),
    ("photo_invalid_dimensions", "send_photo", {"photo": png(9_000, 1_001)}),
    ("photo_invalid_dimensions", "send_photo", {"photo": png(210, 10)}),
    ("file is too big", "send_photo", {"photo": png() + b"x" * 10 * 1024 * 1024}),
    ("file must be non-empty", "send_document", {"document": b""}),
    ("caption is too long", "send_photo", {"photo": b"x", "caption": "x" * 1025}),
]  # fmt: skip


@pytest.mark.parametrize(("said", "method", "arguments"), REFUSED)
async def test_what_telegram_refuses(
    api: LoopbackBotApi, bot: Bot, said: str, method: str, arguments: dict[str, Any]
) -> None:
    api.user(7).say("chào")
    await bot.send_message(7, "Chọn", reply_markup=YES_NO)
    before = len(api.bot().sends)
    with pytest.raises(BadRequest, match=rf"(?i){said}"):
        await getattr(bot, method)(**{"chat_id": 7, **arguments})
    assert len(api.bot().sends) == before


@pytest.mark.parametrize(("data", "fine"), [("x" * 64, True), ("x" * 65, False), ("ạ" * 21, True), ("ạ" * 22, False)])
async def test_callback_data_is_counted_in_bytes(bot: Bot, data: str, fine: bool) -> None:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("a", callback_data=data)]])
    if fine:
        assert await bot.send_message(7, "a", reply_markup=markup)
    else:
        with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
            await bot.send_message(7, "a", reply_markup=markup)


async def test_the_longest_text_and_other_edges_are_accepted(api: LoopbackBotApi, bot: Bot) -> None:
    assert await bot.send_message(7, TOO_LONG[1:])
    assert (await bot.send_message(7, "<i>" * 50 + "a" + "</i>" * 50, parse_mode="HTML")).text == "a"
    with pytest.raises(InvalidToken):
        async with Bot("12:wrong", base_url=api.base_url):
            pass
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_callback_query("nope")
    with pytest.raises(TelegramError):
        await bot.get_file("p-in")
    assert await bot.set_my_commands([BotCommand("tham", "Ghi một lượt thăm")])
    assert (await bot.get_my_commands())[0].command == "tham"
    with pytest.raises(BadRequest, match=r"(?i)command_invalid"):
        await bot.set_my_commands([BotCommand("Thăm", "a")])


async def test_files_by_upload_and_by_id(api: LoopbackBotApi, bot: Bot) -> None:
    data, picture = bytes(range(256)) * 40 + b"\r\n--not-a-boundary\r\n", png(90, 60)
    sent = await bot.send_photo(7, picture, caption="<b>QR</b>", parse_mode="HTML", reply_markup=YES_NO)
    assert sent.caption == "QR" and sent.photo[-1].file_size == len(picture)
    again = await bot.send_photo(7, sent.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id
    document = await bot.send_document(7, data, filename="bảng.xlsx")
    assert document.document and document.document.file_size == len(data)
    assert document.document.file_name == "bảng.xlsx" and bytes(api.bot().files[document.document.file_id]) == data
    with pytest.raises(BadRequest, match=r"(?i)wrong file identifier"):
        await bot.send_photo(7, document.document.file_id)
    await bot.edit_message_caption(7, sent.message_id, caption="Mã")
    with pytest.raises(BadRequest, match=r"(?i)no text in the message"):
        await bot.edit_message_text("a", 7, sent.message_id)
    assert await bot.delete_message(7, again.message_id)
    assert [m["kind"] for m in api.user(7).transcript() if not m["deleted"]] == ["photo", "document"]


async def test_people_send_things_block_and_come_back(api: LoopbackBotApi, bot: Bot) -> None:
    user = api.user(7)
    kinds = ("photo", "sticker", "document", "voice", "location", "contact")
    for kind in kinds:
        user.send(kind)
    user.forward("nghe nói", from_user=99)
    updates = await bot.get_updates()
    messages = [u.message for u in updates if u.message]
    assert [next(k for k in kinds if getattr(m, k)) for m in messages[:-1]] == list(kinds)
    assert messages[-1].forward_origin and messages[-1].forward_origin.type == "user"
    user.block()
    with pytest.raises(Forbidden, match="blocked"):
        await bot.send_message(7, "a")
    user.unblock()
    assert await bot.send_message(7, "a")
    statuses = [u.my_chat_member.new_chat_member.status for u in (await bot.get_updates())[-2:] if u.my_chat_member]
    assert statuses == ["kicked", "member"]
    await bot.send_message(7, "Chọn", reply_markup=ReplyKeyboardMarkup([["Một"], ["Hai"]], one_time_keyboard=True))
    user.press(None, "Hai")
    last = (await bot.get_updates())[-1].message
    assert last and last.text == "Hai"
    with pytest.raises(NoSuchButton):
        user.press(None, "Hai")


def _application(api: LoopbackBotApi) -> "Application[Any, Any, Any, Any, Any, Any]":
    async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message
        await update.message.reply_text("Bác chọn nhé", reply_markup=YES_NO)

    async def chosen(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        assert query
        await query.answer()
        await query.edit_message_text(f"Đã chọn {query.data}")

    async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message
        await update.message.reply_text(f"nghe: {update.message.text}")

    application = Application.builder().token(api.bot().token).base_url(api.base_url).job_queue(None).build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(chosen))
    application.add_handler(MessageHandler(filters.TEXT, echo))
    return application


@asynccontextmanager
async def _polling(api: LoopbackBotApi) -> AsyncIterator[None]:
    application = _application(api)
    async with application:
        await application.start()
        assert application.updater
        await application.updater.start_polling()
        yield
        await application.updater.stop()
        await application.stop()


@asynccontextmanager
async def _webhook(api: LoopbackBotApi) -> AsyncIterator[None]:
    """The library's documented way with a web server of one's own."""
    application = _application(api)

    async def hook(request: web.Request) -> web.Response:
        assert request.headers["X-Telegram-Bot-Api-Secret-Token"] == SECRET
        await application.update_queue.put(Update.de_json(await request.json(), application.bot))
        return web.Response()

    site = web.Application()
    site.router.add_post("/hook", hook)
    runner = web.AppRunner(site)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    async with application:
        await application.bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token=SECRET)
        await application.start()
        yield
        await application.stop()
        await application.bot.delete_webhook()
    await runner.cleanup()


@pytest.mark.parametrize("mode", [_polling, _webhook])
async def test_a_stock_application(api: LoopbackBotApi, mode: Any) -> None:
    users = [api.user(n) for n in range(1, 9)]
    async with mode(api):
        for user in users:
            user.say("/start")
        for user in users:
            shown = await user.wait_for_message()
            seen = user.seen
            user.press(shown.raw["message_id"], "Không")
            await user.wait_for_answer(seen)
            while user.transcript()[-1]["text"] != "Đã chọn n":
                seen = user.seen
                await user.wait_for_message(seen)
            seen = user.seen
            user.say("cảm ơn")
            assert (await user.wait_for_message(seen)).text == "nghe: cảm ơn"
        # A stock updater confirms the last batch with its next poll.
        while api.bot().updates.pending:
            await asyncio.sleep(0.01)
    assert len(api.bot().updates.confirmed) == 24
    assert len(api.bot().sends) == 24
