"""Passwords, passcodes and PINs that someone tells us, told apart from questions about them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from content.redact_runs import is_everyday, run_at
from content.redact_shadow import WALL

Span = tuple[int, int]
KEY = (
    r"(?:ma[tc]\s?kha[uo]|mat\s?ma|m[ck]hau|mk|pass?\s?word|passwd|pass\s?code|pass|pwd|pw|psw|"
    r"(?:ma|so)\s?pin|pin(?=\s*(?:la|:|=|the|code))|ma\s?khoa)(?![a-z@#$%^&*_]|\.\w)"
)
_KEY = re.compile(f"(?<![a-z0-9]){KEY}")
_STEP = re.compile(r"[:=>]+|-+>|[-–](?=\s)|[a-z]+(?=[\s:=]|[,;.?!)\"'”]+(?:\s|$)|$)|[,;.?!]+(?=\s|$)|\S+")
_LINKS = frozenset({"la", "thanh", "is", "gom"})
_MINE_WORDS = """
vneid zalo fb facebook gmail mail email wifi dvc cong vssid etax app may dt dien thoai mang nha cua em e toi t minh
m bac con chau anh chi ban tui ong ba co chu cu moi dang nhap tai khoan tk acc account day ne nay nhe a ak ah nek
roi gui cho dat de doi my the muc do level quoc gia dinh danh can cuoc atm bank ngan hang khoa man hinh code so
"""
_MINE = frozenset(_MINE_WORDS.split())
_ASKED_WORDS = """
gi j ji sao bao may nao dau ai khi luc the vi do tai nhu neu phai khong ko k hk hong kg duoc dc dk bi quen mat sai
dung loi chua da dang se can nen hay hoac co cai cua mot hai ba chu ky ki so ngay ten thu dieu viec la toi em anh
chi bac minh ban lam doi lay cap goi nhap tao dat xem bam vao ra de rat qua xong ok roi nha nhe a ah ha u thi ma nua
luon ca wrong incorrect not what too required my on in still invalid expired lost forgotten locked correct changed
same weak strong needed never always how why where it something typed entered asked shown hidden used saved kept sent
different safe set only for nothing anything here there blocked private secret secure rejected refused accepted
"""
_ASKED = frozenset(_ASKED_WORDS.split())
_SYLLABLE = re.compile(
    r"(?:b|c|ch|d|g|gh|gi|h|k|kh|l|m|n|ng|ngh|nh|p|ph|q|qu|r|s|t|th|tr|v|x)?[aeiouy]{1,3}(?:c|ch|m|n|ng|nh|p|t)?"
)
_ADDRESS = re.compile(r"\S+@[\w.\-]+\.[a-z]{2,}\W*|https?:\S+|www\.\S+")
_UNIT = re.compile(r"\s*(?:phut|giay|gio|ngay|thang|nam|lan|so|chu so|ky tu|ki tu|nguoi|chu|k|tr|d|dong)(?![a-z])")
_TRIM = "\"'“”‘’()[]<>.,;!?"


def passwords(plain: str) -> Iterator[Span]:
    reached = 0
    for key in _KEY.finditer(plain):
        if key.start() < reached:
            continue
        for span in (*_told_before(plain, key.start()), *_Walk(plain, key).values()):
            reached = max(reached, span[1])
            yield span


def _told_before(plain: str, start: int) -> Iterator[Span]:
    """The value stands first: "Abc@123 là mật khẩu của em"."""
    words = plain[max(0, start - 100) : start].split()
    linked = False
    while words and words[-1] in ("cai", "my", "the", "la", "lam", "is", "day", "chinh", "dat"):
        linked = words.pop() in ("la", "lam", "is") or linked
    if linked and words and WALL not in words[-1] and _looks_secret(words[-1]) and not _is_everyday(words[-1]):
        at = plain.rfind(words[-1], 0, start)
        yield at, at + len(words[-1])


def _looks_secret(value: str) -> bool:
    core = value.strip(_TRIM)
    digits = sum(char.isdigit() for char in core)
    letters = sum(char.isalpha() for char in core)
    if len(core) < 4:
        return False
    odd = any(char in "@#$%^&*_+!~" for char in core)
    return digits >= 4 or (digits > 0 and letters > 0) or (odd and digits + letters > 0)


def _is_unlike_words(value: str) -> bool:
    """Letters, digits and signs together are a password wherever they stand near the word."""
    letters = any(char.isalpha() for char in value) and any(char.isdigit() for char in value)
    return letters and any(char in "@#$%^&*!" for char in value.rstrip(_TRIM))


def _is_everyday(value: str) -> bool:
    return bool(_ADDRESS.fullmatch(value)) or is_everyday(value.strip(_TRIM))


@dataclass
class _Walk:
    """The words after a password word, one by one: whose it is, a link such as "là" or ":", then perhaps the value."""

    plain: str
    key: re.Match[str]
    link: str = ""
    straight: bool = True  # nothing yet but words that say whose password it is

    def values(self) -> Iterator[Span]:
        steps = _STEP.finditer(self.plain, self.key.end(), min(len(self.plain), self.key.end() + 200))
        found = False
        for step in islice(steps, 12):
            if self._is_next_key(step):
                return
            if self._moves_on(step[0]):
                continue
            span = self._value(step)
            if span:
                yield span
                found = True
                if span[1] > step.end():
                    return
            elif self._ends(step[0], found):
                return
            self.link = ""

    def _is_next_key(self, step: re.Match[str]) -> bool:
        if self.link and len(step[0]) > 4:
            return False  # "mật khẩu là matkhau": the word itself is the value
        return step[0].isalpha() and bool(_KEY.match(self.plain, step.start()))

    def _moves_on(self, word: str) -> bool:
        if word in _LINKS or word[0] in ":=>" or word[:2] == "->" or (word in "-–" and self.straight):
            self.link = word if word in _LINKS and not self.link else ":"
            return True
        return False

    def _ends(self, word: str, found: bool) -> bool:
        if word.isalpha():
            self.straight = self.straight and (found or word in _MINE)
            return False
        return word[0] in ",;.?!" and not found

    def _value(self, step: re.Match[str]) -> Span | None:
        word = step[0]
        if WALL in word:
            return None
        bare = word.strip(_TRIM)
        if bare.isalpha() and bare.isascii():
            return self._word(step, bare)
        if not self.link and not self.straight and not _is_unlike_words(word):
            return None
        if _looks_secret(word):
            return self._whole(step) if self.link or not _is_everyday(word) else None
        if word[0].isdigit():
            return self._spaced(step.start())
        return self._whole(step) if self.link == ":" and len(word.strip(_TRIM)) >= 3 else None

    def _whole(self, step: re.Match[str]) -> Span:
        return step.start(), step.end() - (step[0][-1] in ",;")

    def _spaced(self, start: int) -> Span | None:
        run = run_at(self.plain, start, 4)
        return (start, run.end) if run and not _UNIT.match(self.plain, run.end) else None

    def _word(self, step: re.Match[str], word: str) -> Span | None:
        if not self.link:
            return None
        if run := run_at(self.plain, step.start(), 4):
            return run.start, run.end
        if word in _ASKED or (word in _MINE and self.link != ":"):
            return None
        if not _SYLLABLE.fullmatch(word) and len(word) >= 4:
            return step.span()
        return self._last_words(step.start()) if self.link == ":" or self.key[0] != "mk" else None

    def _last_words(self, start: int) -> Span | None:
        """An ordinary word counts as a password only when hardly anything follows it on its line."""
        end = self.plain.find("\n", start, start + 41)
        end = min(len(self.plain), start + 41) if end < 0 else end
        rest = self.plain[start : min(end, start + 40)]
        words = rest.split()
        if end - start > 39 or "?" in rest or len(words) > (3 if self.link == ":" else 1):
            return None
        return None if any(word.strip(_TRIM) in _ASKED for word in words) else (start, start + len(rest.rstrip()))
