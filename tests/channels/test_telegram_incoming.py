"""Reading updates: any JSON at all is read without an error, and nothing that should not be kept is kept."""

import json
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels import Fate, Received
from bot.channels.telegram_incoming import NOTICES, THINGS, Self, mentions_group, received, telephone
from bot.channels.telegram_wire import understood
from handlers.talk import Incoming, Kind

ME = Self("1000001", "goCua_bot")
SENDER = {"id": 7, "is_bot": False, "first_name": "X", "language_code": "vi"}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8)
words = st.text(alphabet=st.characters(codec=None), max_size=30) | st.sampled_from(
    ["/start", "/start\n\nx", "/start@gocua_bot a b", "/lich@khac", "@gocua_bot", "a@gocua_bot.vn", "/", "//", "@", "\0",
     "\ud83d"])
chats = st.fixed_dictionaries({"id": st.integers() | anything}, optional={
    "type": st.sampled_from(["private", "channel"]) | anything})
people = st.fixed_dictionaries({}, optional={"is_bot": anything, "language_code": words | anything, "id": anything})
messages = st.fixed_dictionaries(
    {"chat": chats | anything, "message_id": st.integers() | anything, "date": st.integers() | anything},
    optional={"from": people | anything, "text": words | anything, "reply_to_message": anything, "sender_chat": anything,
              **{name: anything for name in list(THINGS)[:4]}})
queries = st.fixed_dictionaries({"id": words | anything}, optional={
    "from": people | anything, "message": messages | anything, "data": words | anything})
changes = st.fixed_dictionaries({}, optional={"chat": chats | anything, "date": anything,
    "new_chat_member": st.fixed_dictionaries({"status": st.sampled_from(["kicked", "left", "member"]) | anything}) | anything})
updates = anything | st.fixed_dictionaries({"update_id": st.integers(0, 2**40) | anything}, optional={
    "message": messages | anything, "callback_query": queries | anything, "my_chat_member": changes | anything,
    "edited_message": messages, "poll": anything})

likely = st.builds(
    lambda chat, text, kind: {"update_id": 5, kind: {"chat": {"id": chat}, "text": text, "id": text, "data": text,
                                                     "message": {"chat": {"id": chat}}}},
    st.integers(-10, 10), words, st.sampled_from(["message", "callback_query"]))


@settings(max_examples=500, deadline=None)
@given(updates | likely, st.sampled_from([ME, Self("1000001"), Self("", "")]))
def test_any_shape_is_read(update: Any, me: Self) -> None:
    mentions_group(update)
    found = received(update, me)
    if found is None:
        return
    assert found.external_id.isdigit() and found.chat.lstrip("-").isdigit()
    incoming = found.incoming
    assert incoming.sent_at.tzinfo is not None and incoming.language in ("", "vi", "en")
    for text in (incoming.text, incoming.data, incoming.ack, incoming.message):
        assert "\0" not in text and unicodedata.is_normalized("NFC", text)
        text.encode()
    assert Incoming.unpack(json.loads(json.dumps(incoming.pack()))) == incoming


answers = st.fixed_dictionaries({"ok": st.booleans()}, optional={
    "error_code": anything, "description": anything, "result": anything,
    "parameters": st.fixed_dictionaries({}, optional={"retry_after": anything, "migrate_to_chat_id": anything}) | anything})


@settings(max_examples=400, deadline=None)
@given(st.integers(100, 599), st.binary() | (anything | answers).map(lambda value: json.dumps(value).encode()))
def test_any_answer_is_understood(status: int, body: bytes) -> None:
    reply = understood(status, body)
    assert isinstance(reply.fate, Fate) and 0 <= reply.retry_after <= 86_400
    assert not reply.message_id or reply.message_id.lstrip("-").isdigit()


def read(message: dict[str, Any], me: Self = ME) -> Received | None:
    whole = {"message_id": 3, "date": 1_700_000_000, "chat": {"id": 7}, "from": SENDER} | message
    return received({"update_id": 5, "message": whole}, me)


@pytest.mark.parametrize(("text", "kind", "words", "data"), [
    ("/start", Kind.START, "", ""), ("/start  lop-7 ", Kind.START, "", "lop-7"), ("/START@GoCua_bot x", Kind.START, "", "x"),
    ("/started", Kind.TEXT, "/started", ""), ("/g_1@gocua_bot", Kind.TEXT, "/g_1", ""),
    ("/g@khac_bot", Kind.TEXT, "/g@khac_bot", ""),
    ("nửa \ud83d\0 chữ", Kind.TEXT, "nửa ? chữ", ""),
    ("số 5 /start", Kind.TEXT, "số 5 /start", ""), ("tha\u0306\u0301ng", Kind.TEXT, "thắng", ""),
    ("chào @gocua_bot, bác", Kind.TEXT, "chào bác", ""), ("thư a@gocua_bot.vn", Kind.TEXT, "thư a@gocua_bot.vn", "")])
def test_words(text: str, kind: Kind, words: str, data: str) -> None:
    found = read({"text": text})
    assert found
    assert (found.incoming.kind, found.incoming.text, found.incoming.data) == (kind, words, data)
    assert found.incoming.sent_at == datetime.fromtimestamp(1_700_000_000, UTC) and found.incoming.message == "3"


@pytest.mark.parametrize(("message", "kind"), [
    ({"photo": [{"file_id": "CANARY"}], "caption": "CANARY 0900000000"}, Kind.PHOTO),
    ({"animation": {"file_id": "CANARY"}, "document": {"file_name": "CANARY"}}, Kind.PHOTO),
    ({"contact": {"phone_number": "CANARY", "user_id": 7}}, Kind.CONTACT),
    ({"venue": {"address": "CANARY"}, "location": {"latitude": 21.1}}, Kind.LOCATION),
    ({"poll": {"question": "CANARY"}}, Kind.UNSUPPORTED), ({"dice": {"value": 1}}, Kind.UNSUPPORTED),
    ({"text": 5}, Kind.UNSUPPORTED)])
def test_things_leave_only_their_kind(message: dict[str, Any], kind: Kind) -> None:
    found = read(message)
    assert found and found.incoming.kind is kind
    assert "CANARY" not in repr(found) and "21.1" not in repr(found)


@pytest.mark.parametrize("update", [
    *({"message": {"message_id": 1, "chat": {"id": 7}, notice: {}}} for notice in sorted(NOTICES)),
    {"message": {"message_id": 1, "chat": {"id": 7}, "text": "a", "from": {"id": 9, "is_bot": True}}},
    {"message": {"message_id": 1, "chat": {"id": -100, "type": "channel"}, "text": "/a"}},
    {"edited_message": {"message_id": 1, "chat": {"id": 7}, "text": "a"}}, {"callback_query": {"id": "1", "data": "x"}},
    {"my_chat_member": {"chat": {"id": 7}, "new_chat_member": {"status": "member"}}}])
def test_what_is_not_for_us(update: dict[str, Any]) -> None:
    assert received({"update_id": 5} | update, ME) is None


def test_an_old_message_that_is_out_of_reach_can_still_be_pressed() -> None:
    query = {"id": "q", "from": SENDER, "data": "/menu", "message": {"chat": {"id": 7}, "message_id": 9, "date": 0}}
    found = received({"update_id": 5, "callback_query": query}, ME)
    assert found and (found.chat, found.incoming.data, found.incoming.message, found.incoming.ack) == ("7", "/menu", "9", "q")
    assert (datetime.now(UTC) - found.incoming.sent_at).total_seconds() < 60


def test_a_group_without_a_known_name_hears_commands_and_anonymous_administrators() -> None:
    group = {"chat": {"id": -5}, "from": {"id": 1, "is_bot": True}, "sender_chat": {"id": -5}}
    found = read(group | {"text": "/lich@gocua_bot"}, Self("1000001"))
    assert found and found.incoming.text == "/lich" and found.incoming.group
    assert read(group | {"text": "gocua ơi @gocua_bot"}, Self("1000001")) is None
    assert read(group | {"text": "bàn chuyện riêng"}) is None


@pytest.mark.parametrize(("status", "body", "fate", "more"), [
    (400, '{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat",'
          '"parameters":{"migrate_to_chat_id":-1005}}', Fate.NOT_SENT, "-1005"),
    (429, '{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":8}}', Fate.NOT_SENT, "8"),
    (403, '{"ok":false,"error_code":403,"description":"Forbidden: user is deactivated"}', Fate.BLOCKED, ""),
    (403, "<html>blocked by the office proxy</html>", Fate.UNKNOWN, ""), (404, "<html></html>", Fate.UNKNOWN, ""),
    (401, '{"ok":false,"error_code":401,"description":"Unauthorized"}', Fate.STOPPED, ""),
    (404, '{"ok":false,"error_code":404,"description":"Not Found"}', Fate.STOPPED, ""),
    (404, '{"ok":false,"error_code":404,"description":"Not Found: method not found"}', Fate.REFUSED, ""),
    (500, '{"ok":false,"error_code":500,"description":"Internal Server Error"}', Fate.UNKNOWN, ""),
    (200, "", Fate.UNKNOWN, ""), (200, '{"result":1}', Fate.UNKNOWN, "")])
def test_answers(status: int, body: str, fate: Fate, more: str) -> None:
    reply = understood(status, body.encode())
    assert reply.fate is fate and (not more or more in (reply.moved_to, f"{reply.retry_after:g}"))


def test_a_problem_never_repeats_what_people_wrote() -> None:
    body = {"ok": False, "error_code": 400, "description": 'Bad Request: start tag "abc" of @abcd 0912345678 at byte offset 5'}
    assert understood(400, json.dumps(body).encode()).problem == "Bad Request: start tag … of … … at byte offset 5"


@pytest.mark.parametrize(("whose", "sender", "own"), [
    (5, 5, True), (6, 5, False), (None, 5, False), (None, None, False), ("5", 5, False)])
def test_only_a_contact_that_telegram_says_is_the_senders_is_their_own(whose: object, sender: object, own: bool) -> None:
    message = {"contact": {"phone_number": "+84912345678", "user_id": whose}, "from": {"id": sender}}
    assert telephone({"message": message}) == ("+84912345678", own)
    assert telephone({"message": "x"}) == telephone(None) == ("", False)
