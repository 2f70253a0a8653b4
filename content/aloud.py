"""Written words as they are said: numbers, dates, abbreviations, addresses, and nothing that is only seen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from content.strict_yaml import read_mapping

LONGEST = 1_500
"""Letters said in one go: two minutes, more than any step has."""
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")
_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:/[^\s<>\"]*[^\s<>\"'.,;:!?)])?/?", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\d.,])(?:1[89]00[ .]?\d{4,6}|0\d{2,3}[ .]?\d{3}[ .]?\d{3,4})(?![\d.,]*\d)")
_CODE = re.compile(r"(?<![\d.,])\d+(?:\.\d+){2,}|(?<![\d.,])\d\.\d{4,}")
"""Versions (2.1.10) and codes of procedures (2.001194): said figure by figure or part by part."""
_WHOLE = re.compile(r"(?:\b(?:ngày|on)\s+)?\b(\d{1,2})[/-](\d{1,2})[/-](\d{4})\b", re.IGNORECASE)
_DAY = re.compile(r"(?:\bngày\s+)?(?<![\d/])(\d{1,2})/(\d{1,2})(?![\d/])", re.IGNORECASE)
_MONTH = re.compile(r"(?:\btháng\s+)?(?<![\d/])(\d{1,2})/(\d{4})\b", re.IGNORECASE)
_SPACED = re.compile(r"\s+")


@dataclass(frozen=True)
class Manner:
    """How one language says what is written."""

    words: Mapping[str, str]
    sites: Mapping[str, str]
    letters: Mapping[str, str]
    signs: Mapping[str, str]
    dates: Mapping[str, str]
    numbers: Sequence[str]
    thousands: str


@cache
def manner(language: str) -> Manner:
    found: dict[str, Any] = read_mapping((files("content") / "aloud.yaml").read_text("utf-8"))
    return Manner(**found[language], thousands="." if language == "vi" else ",")


def aloud(text: str, language: str) -> str:
    """The text as it is said in that language; empty where nothing of it can be said."""
    how = manner(language)
    said = _lines(unicodedata.normalize("NFC", text))
    said = _known(said, how.words)
    said = _ADDRESS.sub(lambda found: _site(found[1].lower(), how), said)
    said = _dated(said, how)
    said = _numbers(said, how)
    said = _spelled(said, how.letters)
    said = _plain(said, how.signs)
    return said if len(said) <= LONGEST else said[:LONGEST].rpartition(" ")[0]


def _lines(text: str) -> str:
    """One breath a line: each ends like a sentence."""
    lines = [line.strip(" \t•-_#>") for line in re.sub("[*`]", "", text).splitlines()]
    return " ".join(line if line[-1] in ".!?:;,…" else f"{line}." for line in lines if line)


def _known(text: str, table: Mapping[str, str]) -> str:
    """Words of the table, the longest first, each only where it stands alone."""
    longest = sorted(table, key=len, reverse=True)
    pattern = re.compile(r"(?<![\w.])(?:" + "|".join(map(re.escape, longest)) + r")(?!\w)")
    return pattern.sub(lambda found: table[found[0]], text)


def _site(host: str, how: Manner) -> str:
    return how.sites.get(host) or f" {how.signs['.']} ".join(host.split("."))


def _dated(text: str, how: Manner) -> str:
    def whole(found: re.Match[str]) -> str:
        return _date(how.dates["whole"], found[1], found[2], found[3]) or found[0]

    def day(found: re.Match[str]) -> str:
        return _date(how.dates["day"], found[1], found[2]) or found[0].replace("/", f" {how.signs['/']} ")

    def month(found: re.Match[str]) -> str:
        return _date(how.dates["month"], "1", found[1], found[2]) or found[0]

    return _DAY.sub(day, _MONTH.sub(month, _WHOLE.sub(whole, text)))


def _date(form: str, day: str, month: str, year: str = "") -> str:
    if not (1 <= int(day) <= 31 and 1 <= int(month) <= 12):
        return ""
    return form.format(day=int(day), month=int(month), name=_MONTHS[int(month) - 1], year=year)


def _numbers(text: str, how: Manner) -> str:
    def called(found: re.Match[str]) -> str:
        return found[1] + _figures(found[2])

    def code(found: re.Match[str]) -> str:
        return f" {how.signs['.']} ".join(_figures(part) if len(part) > 3 else part for part in found[0].split("."))

    text = _PHONE.sub(lambda found: _figures(found[0]), text)
    words = "|".join(map(re.escape, how.numbers))
    text = re.sub(rf"\b((?:{words})\s+)(\d{{3,5}})(?![\d.,]*\d)", called, text, flags=re.IGNORECASE)
    thousands = rf"(?<!\d)\d{{1,3}}(?:{re.escape(how.thousands)}\d{{3}})+(?!\d)"
    text = _CODE.sub(code, re.sub(thousands, lambda found: found[0].replace(how.thousands, ""), text))
    text = re.sub(r"(?<=\d)\s?[–-]\s?(?=\d)", f" {how.signs['–']} ", text)
    return re.sub(r"(?<![\d.,])0(?=[1-9]\b)", "", text)


def _figures(number: str) -> str:
    """One figure after another, with a stop where the writer left one or every four."""
    groups = re.split(r"[ .]", number)
    return ", ".join(" ".join(group) for group in groups)


def _spelled(text: str, letters: Mapping[str, str]) -> str:
    """What is only consonants, letter by letter."""
    if not letters:
        return text
    pattern = re.compile(rf"\b[{''.join(letters)}]{{2,6}}\b")
    return pattern.sub(lambda found: " ".join(letters[letter] for letter in found[0]), text)


def _plain(text: str, signs: Mapping[str, str]) -> str:
    """Nothing but letters, figures and stops."""
    text = re.sub(r"(?<=[^\W\d])/(?=[^\W\d])", " ", text)
    text = re.sub(r"\s[–—-]\s|[()\[\]{}]", ", ", text)
    text = "".join(f" {signs[letter]} " if letter in signs and letter != "." else letter for letter in text)
    text = "".join(letter for letter in text if letter in ".,;:!?'-" or letter.isspace() or _is_said(letter))
    text = re.sub(r"\s+([.,;:!?])", r"\1", text)
    text = re.sub(r"[.,;:!?]{2,}", lambda found: next((stop for stop in ".?!:;" if stop in found[0]), ","), text)
    text = _SPACED.sub(" ", text).strip(" ,;:")
    return text if any(letter.isalnum() for letter in text) else ""


def _is_said(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMN"
