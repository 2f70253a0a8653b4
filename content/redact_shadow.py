"""The plain shadow of a text: lower case, no tone marks, plain digits, with the way back to the text itself."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

MASK = "▮▮▮"
WALL = "\x02"  # stands where something was masked or set aside: no number and no phrase reaches across it
_NOTHING = "\x00"  # zero-width characters, keycaps and stray marks, which must not hide a secret
_LONE_O = re.compile(r"(?<![a-z0-9])o(?=[0-9]{2})")
_LOOKALIKE = re.compile(r"(?<![a-z0-9])(?=[oil]{0,3}[0-9])[0-9oil]{8,24}(?![a-z0-9])")
_LETTERS_TO_DIGITS = str.maketrans("oil", "011")


class _Shades(dict[int, str]):
    def __missing__(self, code: int) -> str:
        shade = _shade(chr(code))
        if len(self) < 4096:  # a flood of strange characters must not fill the memory
            self[code] = shade
        return shade


def _shade(char: str) -> str:
    if char in "đĐðÐ₫":
        return "d"
    if char == MASK[0]:
        return WALL
    number = unicodedata.numeric(char, -1.0)
    if number in range(10):
        return str(int(number))
    if char in "\n\r\x0b\x0c\x85\u2028\u2029":
        return "\n"
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return _NOTHING
    if unicodedata.category(char) == "Cc" or char.isspace():
        return " "
    bare = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c)).lower()
    return bare if len(bare) == 1 else char


_SHADES = _Shades()


@dataclass(frozen=True, slots=True)
class Shadow:
    plain: str
    places: list[int] | None  # where each plain character stands in the text; None when they stand alike
    size: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        if self.places is None:
            return start, end
        return self.places[start], self.places[end] if end < len(self.places) else self.size


def cast(text: str) -> Shadow:
    plain = text.translate(_SHADES)
    places = None
    if _NOTHING in plain:
        places = [place for place, char in enumerate(plain) if char != _NOTHING]
        plain = plain.replace(_NOTHING, "")
    if "o" in plain or "l" in plain or "i" in plain:
        plain = _LOOKALIKE.sub(lambda found: found[0].translate(_LETTERS_TO_DIGITS), _LONE_O.sub("0", plain))
    return Shadow(plain, places, len(text))


def wall_off(plain: str, spans: Iterable[tuple[int, int]]) -> str:
    pieces, at = [], 0
    for start, end in sorted(spans):
        if end > at:
            start = max(start, at)
            pieces += [plain[at:start], WALL * (end - start)]
            at = end
    return "".join([*pieces, plain[at:]])
