"""The Bot API methods a bot of this kind calls; each takes the bot and its parameters and returns the result."""

import time
from collections.abc import Callable
from typing import Any

from tests.loopback.body import Upload, flag, integer, structure
from tests.loopback.bot import Bot
from tests.loopback.chat import Chat, Message
from tests.loopback.files import accept
from tests.loopback.markup import keyboard, readable, utf16
from tests.loopback.refusal import Json, Refusal, bad
from tests.loopback.settings import SETTINGS

Method = Callable[[Bot, Json], Any]
TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024
EDIT_DELETE_SECONDS = 48 * 3600


def _chat_id(params: Json) -> int:
    if params.get("chat_id") in (None, ""):
        raise bad("chat_id is empty")
    try:
        return int(params["chat_id"])
    except (TypeError, ValueError) as error:
        raise bad("chat not found") from error


def _words(params: Json, name: str, limit: int) -> tuple[str, list[Json]]:
    text, entities = readable(str(params.get(name) or ""), str(params.get("parse_mode") or ""))
    if utf16(text) > limit:
        raise bad("message is too long" if name == "text" else "message caption is too long")
    if not params.get("parse_mode"):
        entities = structure(params, "entities" if name == "text" else "caption_entities") or entities
    return text, entities


def post(bot: Bot, method: str, params: Json, content: Json, text: str) -> Json:
    """Put a message of the bot into a chat."""
    chat = bot.reachable(_chat_id(params))
    markup = keyboard(params)
    raw: Json = {
        "message_id": bot.next_message_id(),
        "from": bot.me,
        "chat": chat.raw,
        "date": int(bot.clock.now()),
    }
    reply = structure(params, "reply_parameters")
    if reply:
        target = chat.messages.get(int(reply.get("message_id", 0)))
        if target is None and not reply.get("allow_sending_without_reply"):
            raise bad("message to be replied not found")
        if target is not None:
            raw["reply_to_message"] = {k: v for k, v in target.raw.items() if k != "reply_to_message"}
    raw |= content
    if markup and markup.get("inline_keyboard"):
        raw["reply_markup"] = markup
    chat.show(markup)
    chat.add(raw, by_bot=True)
    bot.accepted(method, chat.id, raw["message_id"], text)
    return raw


def send_message(bot: Bot, params: Json) -> Json:
    text, entities = _words(params, "text", TEXT_LIMIT)
    if not text:
        raise bad("message text is empty")
    content: Json = {"text": text}
    if entities:
        content["entities"] = entities
    return post(bot, "sendMessage", params, content, text)


def _file(bot: Bot, params: Json, kind: str) -> Json:
    """A stored file: uploaded now or named by its id."""
    given = params.get(kind)
    if isinstance(given, str) and given.startswith("attach://"):
        given = params.get(given.removeprefix("attach://"))
    if isinstance(given, Upload):
        accept(kind, given)
        file_id = f"{kind}-{bot.id}-{len(bot.files) + 1:08d}"
        bot.files[file_id] = given
    elif isinstance(given, str) and given in bot.files and given.startswith(f"{kind}-"):
        file_id = given
    elif given:
        raise bad("wrong file identifier/HTTP URL specified")
    else:
        raise bad(f"there is no {kind} in the request")
    return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(bot.files[file_id]),
            **({"file_name": bot.files[file_id].name} if kind == "document" else {})}


def _media(kind: str) -> Method:
    extra: dict[str, Json] = {
        "voice": {"duration": 1},
        "audio": {"duration": 1},
        "video": {"duration": 1, "width": 640, "height": 480},
        "animation": {"duration": 1, "width": 640, "height": 480},
        "sticker": {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False},
    }

    def send(bot: Bot, params: Json) -> Json:
        bot.reachable(_chat_id(params))
        text, entities = _words(params, "caption", CAPTION_LIMIT)
        stored = _file(bot, params, kind) | extra.get(kind, {})
        content: Json = {kind: [stored | {"width": 640, "height": 480}] if kind == "photo" else stored}
        if text:
            content["caption"] = text
        if entities:
            content["caption_entities"] = entities
        return post(bot, f"send{kind.capitalize()}", params, content, text or str(stored["file_id"]))

    return send


def send_location(bot: Bot, params: Json) -> Json:
    place = {name: float(params.get(name, "nan")) for name in ("latitude", "longitude")}
    return post(bot, "sendLocation", params, {"location": place}, str(place))


def _editable(bot: Bot, params: Json) -> tuple[Chat, Message]:
    chat = bot.reachable(_chat_id(params))
    message = chat.messages.get(integer(params, "message_id"))
    if message is None or message.deleted:
        raise bad("message to edit not found")
    if not message.by_bot:
        raise bad("message can't be edited")
    return chat, message


def _edited(bot: Bot, method: str, chat: Chat, message: Message, changes: Json, markup: Json | None) -> Json:
    """Apply an edit; one that leaves no trace is refused."""
    buttons = markup if markup and markup.get("inline_keyboard") else None
    names = [*changes, "reply_markup"]
    wanted = changes | {"reply_markup": buttons}
    if all((message.raw.get(name) or None) == (wanted[name] or None) for name in names):
        raise bad("message is not modified: specified new message content and reply markup "
                  "are exactly the same as a current content and reply markup of the message")  # fmt: skip
    message.remember()
    for name in names:
        if wanted[name]:
            message.raw[name] = wanted[name]
        else:
            message.raw.pop(name, None)
    message.raw["edit_date"] = int(bot.clock.now())
    chat.happened("edited", message.raw["message_id"])
    bot.accepted(method, chat.id, message.raw["message_id"], message.text)
    return message.raw


def edit_message_text(bot: Bot, params: Json) -> Json:
    text, entities = _words(params, "text", TEXT_LIMIT)
    chat, message = _editable(bot, params)
    if not text:
        raise bad("message text is empty")
    if "text" not in message.raw:
        raise bad("there is no text in the message to edit")
    return _edited(bot, "editMessageText", chat, message, {"text": text, "entities": entities}, keyboard(params))


def edit_message_caption(bot: Bot, params: Json) -> Json:
    text, entities = _words(params, "caption", CAPTION_LIMIT)
    chat, message = _editable(bot, params)
    if "text" in message.raw:
        raise bad("there is no caption in the message to edit")
    changes = {"caption": text, "caption_entities": entities}
    return _edited(bot, "editMessageCaption", chat, message, changes, keyboard(params))


def edit_message_reply_markup(bot: Bot, params: Json) -> Json:
    chat, message = _editable(bot, params)
    return _edited(bot, "editMessageReplyMarkup", chat, message, {}, keyboard(params))


def delete_message(bot: Bot, params: Json) -> bool:
    chat = bot.reachable(_chat_id(params))
    message = chat.messages.get(integer(params, "message_id"))
    if message is None or message.deleted:
        raise bad("message to delete not found")
    if bot.clock.now() - message.raw["date"] > EDIT_DELETE_SECONDS:
        raise bad("message can't be deleted for everyone")
    message.deleted = True
    chat.happened("deleted", message.raw["message_id"])
    return True


def answer_callback_query(bot: Bot, params: Json) -> bool:
    press = bot.presses.get(str(params.get("callback_query_id")))
    if press is None or press.expires <= bot.clock.now():
        raise bad("query is too old and response timeout expired or query ID is invalid")
    text = str(params.get("text") or "")
    if utf16(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    press.answers += 1
    press.text, press.alert = text, flag(params, "show_alert")
    press.answered_at = press.answered_at or time.monotonic()
    bot.chats[press.chat_id].happened("answered", press.message_id, text)
    return True


def send_chat_action(bot: Bot, params: Json) -> bool:
    bot.reachable(_chat_id(params))
    if not params.get("action"):
        raise bad("wrong parameter action in request")
    return True


def get_chat(bot: Bot, params: Json) -> Json:
    return bot.chat(_chat_id(params)).raw | {"accent_color_id": 0, "max_reaction_count": 11}


def get_file(bot: Bot, params: Json) -> Json:
    # Only files that a test put there can be fetched; a photographed paper never is, and the call is on record.
    file_id = str(params.get("file_id") or "")
    if file_id not in bot.documents:
        raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(bot.documents[file_id]),
            "file_path": f"documents/{file_id}.bin"}


METHODS: dict[str, Method] = {
    "getme": lambda bot, params: bot.me | {"can_join_groups": True, "can_read_all_group_messages": False},
    "sendmessage": send_message,
    "sendlocation": send_location,
    **{
        f"send{kind}": _media(kind) for kind in ("photo", "document", "voice", "audio", "video", "animation", "sticker")
    },
    "editmessagetext": edit_message_text,
    "editmessagecaption": edit_message_caption,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "answercallbackquery": answer_callback_query,
    **SETTINGS,
    "sendchataction": send_chat_action,
    "getchat": get_chat,
    "getfile": get_file,
}
