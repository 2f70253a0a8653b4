"""Names and notes as they may be kept: without numbers of papers, telephones and dates of birth that stand among the words."""

from __future__ import annotations

import re

from content.redact import MASK, redact

_BIRTH = re.compile(
    r"\(?\b(?:sinh(?:\s+năm|\s+ngày)?|sn|ns|năm sinh|ngày sinh)\s*[:.]?\s*\d{1,4}(?:[/.-]\d{1,4}){0,2}\)?|"
    r"\(\s*(?:19|20)\d\d\s*\)|\b\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d\d\b|\b\d{1,3}\s*tuổi\b", re.IGNORECASE)
_LONG = re.compile(r"(?<!\w)\+?\d(?:[ .-]?\d){7,}(?!\w)")
_PAPER = re.compile(r"\d(?:[ .-]?\d){6,}")
_YEAR = re.compile(r"(?<!\w)(?:19[2-9]\d|20[01]\d)(?!\w)")
_LEFT = re.compile(r"(?:[-–,;:/.(]|\b(?:đt|sđt|dt|sdt|cccd|cmnd|số|tel)\b[:.]?|\s)+$", re.IGNORECASE)
_EMPTY = re.compile(r"\(\s*\)|\[\s*\]")


def hushed(text: str) -> str:
    """What somebody typed where a short number belongs, to be said back: no number long enough to be that of a paper."""
    return _PAPER.sub("…", text)


def kept(text: str) -> tuple[str, bool]:
    """The words without what is private, and whether anything was taken out."""
    if not any(letter.isdigit() for letter in text):
        return text, False
    bare = _YEAR.sub("", _LONG.sub("", _BIRTH.sub("", redact(text).text.replace(MASK, " "))))
    if bare == text:
        return text, False
    tidy = " ".join(_EMPTY.sub("", bare).split())
    return _LEFT.sub("", tidy).strip(" ,;-–"), True
