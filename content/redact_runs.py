"""Numbers as people write them: runs of digit groups and number words, and the everyday numbers that are no secret."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from content.redact_shadow import wall_off

_WORDS = {
    "khong": "0", "ko": "0", "mot": "1", "hai": "2", "ba": "3", "bon": "4", "tu": "4", "nam": "5", "lam": "5",
    "nham": "5", "sau": "6", "bay": "7", "tam": "8", "chin": "9", "le": "0", "linh": "0",
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_TO_DO = r"(?!\s+(?:lai|sao|the|gi|o|dc|duoc|xong|giup|ho|can)(?![a-z]))"  # "làm lại" is to do again, no five
_YEARLY = r"(?!\s+(?:19|20)[0-9]{2}(?![0-9]))"  # "năm 2026" is a year, no five
TEN = "muoi"
_WORD = "(?:" + "|".join([*sorted(_WORDS, key=len, reverse=True), TEN]).replace("|lam|", f"|lam{_TO_DO}|").replace(
    "|nam|", f"|nam{_YEARLY}|") + ")"
_TOKEN = rf"(?:[0-9]+|(?<![a-z]){_WORD}+(?![a-z]))"
_FILLER = r"(?:(?<![a-z])(?:cham|gach|ngang|phay|tiep|roi|tram|so|con|va)(?![a-z])[^\w\x02]{0,4})"
_GAP = rf"(?:[^\w\x02]|_){{0,8}}{_FILLER}{{0,2}}"
_RUN = re.compile(rf"{_TOKEN}(?:{_GAP}{_TOKEN})*")
_LAST_WORD = re.compile(r"([^a-z]*[0-9])[^0-9a-z]+[a-z]+")
_FIRST_WORD = re.compile(r"[a-z]+[^0-9a-z]+([0-9][^a-z]*)")
_WHOLE = frozenset({4, 6, 9, 10, 12})  # as many digits as a code, a number of a paper or a telephone has
_KIN = re.compile(r"(?<![a-z])(?:bac|chu|co|ong|ba|anh|chi|di|cau|mo|thim|duong|gia|em|ten|thay)\s+$")
_GROUP = re.compile(_TOKEN)
_ONE_WORD = re.compile(_WORD)
NUMBER = re.compile("[0-9]+")
READ_OUT = rf"{_WORD}+(?![a-z])(?:{_GAP}{_TOKEN}){{3}}"  # number words, four and more

# Everyday numbers. They are walled off first, so that no rule for secrets can take them.
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_EVERYDAY = re.compile(
    r"(?=(?<![0-9])[0-9]|\+|[a-z][0-9]{2}|http|www)(?:"
    + "|".join(
        (
            r"(?:(?<!\d)\d{3}(?:\.\d\d){2}\.)?(?<![a-z0-9])[a-z]\d\d(?:\.\d{2,3})*-\d{6}-\d{4,6}(?!\d)",  # dossier
            r"(?:https?://|www\.)[^\s?#\x02]+",  # links stay, save for what stands behind their question mark
            rf"(?<!\d)(?<!\d[/.-]){_YEAR}[-–](?:\d\d|{_YEAR})(?!\d|[/.–-]\d)",
            r"(?<![\d.,])\d{1,4}(?:[.,]\d{1,3})?\s?%",
            r"(?<![\d.,/])[1-9]\d{0,2}[.,]\d{3}\s?/\s?[1-9]\d{0,2}[.,]\d{3}(?![\d./])",  # 1.784/1.870 households
            r"(?<![\d.])[1-9]\.\d{6}(?:\.\d{3}\.\d\d\.\d\d\.h\d\d)?(?!\d|\.\d)",  # procedure
            rf"(?<![\d/.-]){_YEAR}([/.-]){_MONTH}\1{_DAY}(?!\d|[/.-]\d)",
            rf"(?<!\d)(?<!\d[/.-]){_DAY}([/.-]){_MONTH}\2{_YEAR}(?!\d|[/.-]\d)",
            rf"(?<!\d)(?<!\d[/.-])\d{{1,4}}/{_YEAR}(?:/[a-z]\w*(?:-[a-z]+)*)?(?!\d|[/.-]\d)",  # law, month of a year
            rf"(?<!\d)(?<!\d[/.-]){_DAY}/{_MONTH}(?!\d|[/.-]\d)",
            r"(?<![\d:])(?:[01]?\d|2[0-3])[:hg][0-5]\d(?![\d:])",
            r"(?<![\d.,])[1-9]\d{0,2}(?:[., ]\d{3}){1,4}\s?(?:d|dong|vnd|usd|trieu|ty|nghin|ngan)(?![a-z])",
            r"(?<![\d.,])[1-9]\d{0,2}(?:[.,]\d{3}){0,3}[.,]000(?!\d|[.,]\d)",
            r"(?<![\d.,])[1-9]\d{3,10}\s?(?:dong|vnd)(?![a-z])|(?<![\d.,])[1-9]\d*000\s?d(?![a-z])",
            r"(?<![\d.,])[1-9]\d{0,4}(?:k|tr|trieu|nghin|ngan)(?![a-z])",
            r"(?<!\d)(?:0[35789]\d{8}|02\d{9}|069\d{7}|(?:00)?84[35789]\d{8}|1[89]00\d{4}(?:\d\d)?)(?!\d)",
            r"\+(?:84)[2-9]\d{8,9}(?!\d)",
            r"(?<=(?:goi|gui|bao|den|nan)\s)(?:1022|1414|5656)(?!\d)",
        )
    )
    + ")",
    re.ASCII,
)
_PHONE = re.compile(
    r"0[35789]\d{8}|02\d{9}|069\d{7}|(?:00)?84(?:0?[35789]\d{8}|2\d{9})|1[89]00\d{4}(?:\d\d)?", re.ASCII
)
_LISTED_BEFORE = re.compile(r"(?<![a-z])(?:ho|nha|cac ho|so nha|so ho)[\s:]*$")
_LISTED_AFTER = re.compile(
    r"[\s:]*(?:deu|cung)?\s*(?:vang|xong|hen|di (?:xa|vang)|ok|gap|chua|da |tu choi|vuong|"
    r"dong cua|cai|nop|kich hoat)"
)


_MANY_HOMES = 400  # of a hamlet; three numbers of three digits beyond it may be an identity number


class Group(NamedTuple):
    start: int
    end: int
    digits: str
    spoken: bool


@dataclass(frozen=True)
class Run:
    plain: str
    start: int
    end: int

    @cached_property
    def groups(self) -> list[Group]:
        found = list(_GROUP.finditer(self.plain, self.start, self.end))
        tens = _tens(self.plain, found) if self.plain.find(TEN, self.start, self.end) >= 0 else {}
        return [
            Group(one.start(), one.end(), tens[at] if at in tens else _digits(one[0]), not one[0].isdigit())
            for at, one in enumerate(found)
        ]

    @cached_property
    def digits(self) -> str:
        return "".join(group.digits for group in self.groups)

    @cached_property
    def listed(self) -> bool:
        """Household numbers: said so before ("hộ 3 5 7") or settled after ("3 5 7 vắng")."""
        before = self.plain[max(0, self.start - 12) : self.start]
        return bool(_LISTED_BEFORE.search(before) or _LISTED_AFTER.match(self.plain, self.end))

    @property
    def spoken(self) -> bool:
        return sum(group.spoken for group in self.groups) * 2 > len(self.groups)

    @property
    def in_tens(self) -> bool:
        """Spoken with "mười": without marks nobody knows whether "chín mười ba" is 9 13 or 93."""
        return self.spoken and self.plain.find(TEN, self.start, self.end) >= 0


def _digits(token: str) -> str:
    return token if token.isdigit() else "".join(_WORDS.get(word, "10") for word in _ONE_WORD.findall(token))


def _tens(plain: str, found: list[re.Match[str]]) -> dict[int, str]:
    """What each "mươi" or "mười" adds: nothing in "hai mươi ba", 0 in "hai mươi", 1 in "mười ba"."""
    said = [one[0] for one in found]
    close = [bool(plain[one.end() : two.start()].isspace()) for one, two in pairwise(found)]
    tens: dict[int, str] = {}
    taken = -1  # a word that is the last of one number is not the first of the next
    for at, word in enumerate(said):
        if word != TEN:
            continue
        after = at > 0 and close[at - 1] and _WORDS.get(said[at - 1], "0") != "0" and taken != at - 1
        more = at + 1 < len(said) and close[at] and _WORDS.get(said[at + 1], "0") != "0"
        if more and after and at + 2 < len(said) and close[at + 1] and said[at + 2] == TEN:
            more = False  # "hai mươi | ba mươi"
        taken = at + 1 if more else taken
        tens[at] = ("" if after else "1") + ("" if more else "0")
    return tens


def _trimmed(plain: str, found: re.Match[str]) -> tuple[int, int]:
    """The run without one lone word after or before nothing but digits: "079201001234 không được", "bác Tư 0912345678"."""
    said = found[0]
    if said[-1].isalpha() and (last := _LAST_WORD.fullmatch(said)):
        size = sum(char.isdigit() for char in last[1])
        return (found.start(), found.start() + last.end(1)) if size >= 9 or size in _WHOLE else found.span()
    if said[0].isalpha() and (first := _FIRST_WORD.fullmatch(said)):
        digits = re.sub(r"\D", "", first[1])
        alone = len(digits) in _WHOLE or _PHONE.fullmatch(digits) or _KIN.search(plain, max(0, found.start() - 8), found.start())
        return (found.start() + first.start(1), found.end()) if alone else found.span()
    return found.span()


def runs(plain: str, shortest: int) -> Iterator[Run]:
    for found in _RUN.finditer(plain):
        if found.end() - found.start() >= shortest:
            run = Run(plain, *_trimmed(plain, found))
            if len(run.digits) >= shortest:
                yield run


def run_at(plain: str, start: int, shortest: int) -> Run | None:
    found = _RUN.match(plain, start, start + 90)
    run = Run(plain, start, _trimmed(plain, found)[1]) if found else None
    return run if run and len(run.digits) >= shortest else None


def set_everyday_aside(plain: str) -> str:
    if not NUMBER.search(plain) and "http" not in plain and "www" not in plain:
        return plain
    return wall_off(plain, (found.span() for found in _EVERYDAY.finditer(plain)))


def is_everyday(text: str) -> bool:
    return not any(char.isdigit() for char in set_everyday_aside(text))


def looks_like_phone(digits: str) -> bool:
    return bool(_PHONE.fullmatch(digits))


def is_phone(groups: list[Group], digits: str, plus: bool = False) -> bool:
    if not looks_like_phone(digits):
        return False
    # Twelve digits in one piece are an identity number unless a plus or a lone 84 says otherwise.
    return len(digits) != 12 or plus or groups[0].digits == "84"


def is_list(groups: list[Group], listed: bool) -> bool:
    """Household numbers or years side by side, which together only happen to have the length of a secret."""
    if any(group.spoken for group in groups[1:-1]):
        written = [group.digits for group in groups]
    else:
        written = [group.digits for group in groups if not group.spoken] or [group.digits for group in groups]
    if written[-2:] == ["9", "0"] and groups[-1].spoken:
        written[-1] = "10"  # somebody counts aloud
    if len(written) < 2 or any(len(number) > 4 or number[:1] in ("", "0") for number in written):
        return False
    numbers = [int(number) for number in written]
    if all(1900 <= number <= 2099 for number in numbers):
        return True
    uneven = len({len(number) for number in written}) > 1
    if listed and (uneven or max(numbers) < _MANY_HOMES):
        return True
    near = len(numbers) > 2 and (uneven or max(numbers) - min(numbers) <= 150)
    return near and (all(one < two for one, two in pairwise(numbers)) or (listed and len(set(numbers)) == len(numbers)))
