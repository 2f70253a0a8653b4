"""The never-collect guard: identity numbers, one-time codes, passwords and bank cards leave a text before it is kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

MASK = "▮▮▮"


class Secret(StrEnum):
    ID_NUMBER = "id_number"
    OTP = "otp"
    PASSWORD = "password"  # noqa: S105 - the kind of secret, not one
    BANK_CARD = "bank_card"


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text in NFC without its secrets, and the kinds that were found."""

    text: str
    found: frozenset[Secret]


Span = tuple[int, int, Secret]
NOTHING: frozenset[Secret] = frozenset()

_GAP = r"[\s.,\-_/·•|:;()\u00ad\u00a0\u200b-\u200f\u2060\ufe0f\u20e3\ufeff]"
_KEYCAP = re.compile("[\ufe0f\u20e3]*")
_RUN = re.compile(r"\d+")
_BETWEEN = re.compile(rf"{_GAP}{{1,4}}")
_PHONE = re.compile(r"0[35789]\d{8}|02\d{8,9}|(?:00)?840?[235789]\d{8,9}|1[89]00\d{4,6}|069\d{6,7}")
_OTP_WORD = re.compile(
    r"\b(?:otp|pin|passcode|pass code|ma (?:otp|pin|xac (?:thuc|nhan|minh)|kich hoat|bao mat|dang nhap)|ma ve tin nhan|"
    r"(?:verification|security|confirmation|login) code|one time (?:code|password)|ma (?:so )?la|ma gui ve|code)\b")
_BESIDE = re.compile(r"[\s\w.,:;=>\-\"'“”()]{0,24}")
_OTP_AFTER = re.compile(r"^\W{0,3}(?:la|la cai|is|chinh la) (?:ma )?(?:otp|ma xac|the code|ma pin|passcode)")
_NOT_A_CODE = re.compile(r"^\s?(?:d\b|dong|vnd|nghin|ngan|trieu|k\b|phut|giay|ngay|thang|nam\b|tuoi|lan|so\b|chu so|ky tu|%)")
_MONEY = re.compile(r"^\s?(?:d\b|dong|vnd|vnđ|ty|trieu|nghin|ngan)")
_PASSWORD = re.compile(
    r"\b(?:mat khau|mk|mkhau|mat ma|pass(?:word|wd|w)?|pwd)\b(?P<of>(?: (?:cua|vneid|app|moi|cu|toi|minh|em|con|tui|toi|bac|"
    r"ngan hang|cong|dich vu cong|wifi|zalo|facebook|email|gmail|day|ne|nay|tai khoan|tk|dang nhap|hien tai))*)"
    r"(?P<link>\s*(?:\b(?:la|is|thanh|:=)\b|[:=>]+)\s*|\s+)(?P<secret>\S+)")
_ASKING = re.compile(r"^(?:gi|j|sao|nao|ntn|bao|the|lam|cai|o|dau|khong|k|ko|hk|roi|bi|het|sai|dung|may|chua|duoc|dc|va|hay|"
                     r"hoac|so|vneid|cua|cho|de|thi|ma|nhu|ai|ra|lai|phai|can|moi|cu)\b")
_DIGIT_WORDS = {
    "khong": "0", "mot": "1", "hai": "2", "ba": "3", "bon": "4", "tu": "4", "nam": "5", "lam": "5", "sau": "6", "bay": "7",
    "tam": "8", "chin": "9", "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9",
}
_SPOKEN = re.compile(r"[a-z]+|\d+")
_TELLING = re.compile(r"\d|otp|pin\b|pass|code|mk\b|mat khau|mat ma|mkhau|pwd|khong|zero")


def redact(text: str) -> Redacted:
    """The text without secrets; linear in its length, and at once where nothing in it can be one."""
    whole = unicodedata.normalize("NFC", text)
    bare = _bare(whole)
    if not _TELLING.search(bare):
        return Redacted(whole, NOTHING)
    spans = _joined([*_numbers(bare), *_spoken(bare), *_passwords(bare)])
    if not spans:
        return Redacted(whole, NOTHING)
    pieces, end = [], 0
    for start, stop, _ in spans:
        pieces += [whole[end:start], MASK]
        end = stop + len(_KEYCAP.match(whole, stop)[0])  # type: ignore[index]
    return Redacted("".join([*pieces, whole[end:]]), frozenset(kind for _, _, kind in spans))


def _bare(whole: str) -> str:
    """The same text letter for letter: lower case, no marks, every kind of digit as 0-9."""
    if whole.isascii():
        return whole.lower()
    return "".join(_plain(letter) for letter in whole)


def _plain(letter: str) -> str:
    if letter.isascii():
        return letter.lower()
    if (digit := unicodedata.digit(letter, None)) is not None:
        return str(digit)
    if letter in "đĐðÐ":
        return "d"
    base = unicodedata.normalize("NFKD", letter)[0].lower()
    return base if len(base) == 1 else letter


# --- numbers ------------------------------------------------------------------------------------------------------------


def _numbers(bare: str) -> Iterator[Span]:
    """Secrets among the numbers, written together or with gaps."""
    chain: list[re.Match[str]] = []
    for run in _RUN.finditer(bare):
        if chain and not _BETWEEN.fullmatch(bare, chain[-1].end(), run.start()):
            yield from _in_chain(bare, chain)
            chain = []
        chain.append(run)
    yield from _in_chain(bare, chain)


def _in_chain(bare: str, chain: Sequence[re.Match[str]]) -> Iterator[Span]:
    """Take the longest secret or telephone number that begins at each place."""
    at = 0
    while at < len(chain):
        for end in _ends(chain, at):
            groups = [run[0] for run in chain[at:end]]
            start, stop = chain[at].start(), chain[end - 1].end()
            kind = _kind(groups, bare, start, stop)
            if kind is not None:
                if isinstance(kind, Secret):
                    yield start, stop, kind
                at = end
                break
        else:
            at += 1


def _ends(chain: Sequence[re.Match[str]], at: int) -> list[int]:
    """Where a number that begins at `at` may end: at most 19 digits, longest first."""
    ends, digits = [], 0
    for end in range(at, len(chain)):
        digits += len(chain[end][0])
        if digits > 19:
            break
        ends.append(end + 1)
    return ends[::-1] or [at + 1]


def _kind(groups: Sequence[str], bare: str, start: int, stop: int) -> Secret | bool | None:
    """What a number is: a secret, True for one that may stay as it is, None where it is nothing by itself."""
    digits = "".join(groups)
    if len(groups) <= 6 and _PHONE.fullmatch(digits) and not _listed(groups):
        return True
    before, after = bare[max(0, start - 40):start], bare[stop:stop + 24]
    if 4 <= len(digits) <= 8 and _is_code(digits, groups, before, after, bare):
        return Secret.OTP
    if _listed(groups) or _MONEY.match(after) or (before[-1:].isalpha() and len(groups) > 1):
        return None
    return _identity(digits, groups, before)


def _identity(digits: str, groups: Sequence[str], before: str) -> Secret | None:
    if len(digits) == 12 and (_evenly(groups) or digits[0] == "0"):
        return Secret.ID_NUMBER
    if len(digits) == 9 and _evenly(groups):
        return Secret.ID_NUMBER
    if 13 <= len(digits) <= 19 and _evenly(groups) and (_luhn(digits) or re.search(r"\bthe\b|\bcard\b|visa|atm", before)):
        return Secret.BANK_CARD
    if 8 <= len(digits) <= 19 and re.search(r"\bstk\b|so tai khoan|account number", before):
        return Secret.BANK_CARD
    return None


def _evenly(groups: Sequence[str]) -> bool:
    """Written together, or in groups as people write long numbers: all alike but perhaps the last, or each digit alone."""
    lengths = [len(group) for group in groups]
    return len(groups) == 1 or (len(set(lengths[:-1])) == 1 and lengths[-1] <= 2 * max(lengths)) or min(lengths) >= 3


def _listed(groups: Sequence[str]) -> bool:
    """A list of small numbers (households), not one number in pieces: growing, none with a leading zero."""
    if len(groups) < 3 or any(len(group) > 3 or group[0] == "0" for group in groups) or min(map(len, groups)) == 3:
        return False
    return all(int(one) < int(next_) for one, next_ in pairwise(groups))


def _is_code(digits: str, groups: Sequence[str], before: str, after: str, bare: str) -> bool:
    if len(digits) == 6 and len(bare) <= 40 and "".join(_RUN.findall(bare)) == digits and not re.search(r"[^\W\d]", bare):
        return True  # a message that is nothing but six digits
    if _NOT_A_CODE.match(after) or _listed(groups):
        return False
    named = list(_OTP_WORD.finditer(before))
    between = before[named[-1].end():] if named else "?"
    if _BESIDE.fullmatch(between):
        return not re.search(r"\d", between)
    return bool(_OTP_AFTER.match(after))


def _luhn(digits: str) -> bool:
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


# --- numbers in words, passwords ----------------------------------------------------------------------------------------


def _spoken(bare: str) -> Iterator[Span]:
    """Numbers read out digit by digit: nine or twelve of them, or four to eight after the name of a code."""
    run: list[tuple[int, int, str]] = []
    for token in _SPOKEN.finditer(bare):
        digit = _DIGIT_WORDS.get(token[0], token[0] if token[0].isdigit() else None)
        joined = not run or _BETWEEN.fullmatch(bare, run[-1][1], token.start())
        if digit is None or not joined:
            yield from _read_out(bare, run)
            run = []
        if digit is not None:
            run.append((token.start(), token.end(), digit))
    yield from _read_out(bare, run)


def _read_out(bare: str, run: Sequence[tuple[int, int, str]]) -> Iterator[Span]:
    if len(run) < 4 or all(bare[start].isdigit() for start, _, _ in run):
        return
    digits = "".join(digit for _, _, digit in run)
    start, stop = run[0][0], run[-1][1]
    if len(digits) in (9, 12) or (len(digits) > 12 and not _PHONE.fullmatch(digits)):
        yield start, stop, Secret.ID_NUMBER
    elif 4 <= len(digits) <= 8 and _OTP_WORD.search(bare[max(0, start - 30):start]):
        yield start, stop, Secret.OTP


def _passwords(bare: str) -> Iterator[Span]:
    for found in _PASSWORD.finditer(bare):
        secret, linked = found["secret"], found["link"].strip()
        asked = _ASKING.match(secret) and not any(letter.isdigit() for letter in secret)
        mixed = len(secret) >= 6 and any(c.isdigit() for c in secret) and not secret.rstrip(".,;!?").isdigit()
        if asked or secret.startswith("?") or bare[found.end():].lstrip().startswith("?"):
            continue
        if linked or mixed:
            yield found.start("secret"), found.end("secret"), Secret.PASSWORD


def _joined(spans: list[Span]) -> list[Span]:
    """In order, without overlaps; the first to begin wins."""
    kept: list[Span] = []
    for span in sorted(spans):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept
