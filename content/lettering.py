"""How much room letters take: our own typeface, measured without any library."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from content.typefaces import font


@dataclass(frozen=True)
class Letters:
    """How wide each letter of one weight is, for a letter height of 1."""

    widths: Mapping[str, float]

    def width(self, text: str, size: float) -> float:
        """Raises KeyError for a letter that the font does not have: it would be drawn as an empty box."""
        return size * sum(self.widths[letter] for letter in text)

    def lines(self, text: str, size: float, room: float) -> list[str]:
        """The text in lines no wider than `room`, broken between words; a line of its own stays one."""
        return [line for part in text.split("\n") for line in self._wrapped(part.split(), size, room)]

    def even(self, text: str, size: float, room: float) -> list[str]:
        """The text in as many lines, but about equally long: no word is left alone on the last one."""
        lines = self.lines(text, size, room)
        narrower = lines
        while len(narrower) == len(lines) and max(self.width(line, size) for line in narrower) <= room:
            lines, room = narrower, max(self.width(line, size) for line in narrower) - 1
            narrower = self.lines(text, size, room)
        return lines

    def _wrapped(self, words: list[str], size: float, room: float) -> list[str]:
        lines = [""]
        for word in words:
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and self.width(longer, size) > room:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines


@cache
def letters(weight: int) -> Letters:
    """One weight of the font."""
    return Letters(_widths(font(weight)))


def _widths(data: bytes) -> dict[str, float]:
    """Advance widths by letter, from the tables `cmap` (format 4), `hhea`, `hmtx` and `head` of a TrueType font."""
    tables = {data[at:at + 4]: struct.unpack(">LL", data[at + 8:at + 16])
              for at in range(12, 12 + 16 * struct.unpack(">H", data[4:6])[0], 16)}
    per_em = struct.unpack(">H", data[tables[b"head"][0] + 18:][:2])[0]
    count = struct.unpack(">H", data[tables[b"hhea"][0] + 34:][:2])[0]
    start = tables[b"hmtx"][0]
    advance = [struct.unpack(">H", data[start + 4 * glyph:][:2])[0] for glyph in range(count)]
    return {letter: advance[min(glyph, count - 1)] / per_em for letter, glyph in _glyphs(data, tables[b"cmap"][0]).items()}


def _glyphs(data: bytes, cmap: int) -> dict[str, int]:
    offset = struct.unpack(">L", data[cmap + 8:cmap + 12])[0]
    start = cmap + offset
    form, _, _, twice = struct.unpack(">HHHH", data[start:start + 8])
    if form != 4:
        raise ValueError("a font with a character map of format 4 was expected")
    half = twice // 2
    table = struct.unpack(f">{half * 4 + 1}H", data[start + 14:start + 16 + 8 * half])
    ends, starts, deltas, ranges = table[:half], *(table[half * n + 1:half * (n + 1) + 1] for n in (1, 2, 3))
    found = {}
    for segment in range(half):
        for code in range(starts[segment], min(ends[segment], 0xFFFE) + 1):
            glyph = code
            if ranges[segment]:
                at = start + 16 + 6 * half + 2 * segment + ranges[segment] + 2 * (code - starts[segment])
                glyph = struct.unpack(">H", data[at:at + 2])[0]
            if glyph:
                found[chr(code)] = (glyph + deltas[segment]) & 0xFFFF
    return found
