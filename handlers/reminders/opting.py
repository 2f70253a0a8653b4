"""Words that stop reminders or bring them back, in any case, with or without marks, alone or at the start of a message."""

from __future__ import annotations

import re

from content.fold import fold, folded, has_marks, plain
from handlers.desk import Desk
from handlers.reminders.reminder import stopped

_STOP = re.compile(r"(?:thôi nhắc|ngừng nhắc|hủy nhắc|huỷ nhắc|dừng nhắc|đừng nhắn|đừng nhắc|dừng nhắn)\b")
_STOP_BARE = re.compile(r"(?:thoi nhac|ngung nhac|hui nhac|huy nhac|dung nhac|dung nhan)\b")
_ONE_WORD = re.compile(r"(?:dừng|stop|unsubscribe)(?: (?P<more>.*))?")
_ONE_WORD_BARE = re.compile(r"(?:dung|stop|unsubscribe)(?: (?P<more>.*))?")
_OF_REMINDERS = re.compile(r"\b(?:nhac|nhan|gui|tin|bao|reminders?|messages?|sending|texting|writing|it|all)\b")
"""“đúng”, “dùng” and “dừng” are one word without marks: with more words behind, they must be about messages."""
_START = re.compile(r"(?:bắt đầu nhắc|nhắc lại|bat dau nhac|nhac lai)\b|start (?:reminders|reminding)\b")


def ear(desk: Desk, text: str) -> str | None:
    """What somebody asks for who types one of these words; None where they mean something else."""
    if stops(text):
        return "/quiet"
    if plain(text) == "start":
        return "/unquiet" if stopped(desk.look) else "/menu"
    if starts(text):
        return "/unquiet"
    return None


def stops(text: str) -> bool:
    """Whether a message asks for no more reminders."""
    words, bare = plain(text), folded(text)
    marked = has_marks(text)
    if (_STOP if marked else _STOP_BARE).match(words if marked else bare):
        return True
    found = (_ONE_WORD if marked else _ONE_WORD_BARE).fullmatch(words if marked else bare)
    return bool(found) and (not found["more"] or bool(_OF_REMINDERS.search(fold(found["more"]))))  # type: ignore[index]


def starts(text: str) -> bool:
    """Whether a message asks for reminders again."""
    return bool(_START.match(plain(text)))
