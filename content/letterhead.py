"""The wording of the administrative report: ours, and over it whatever a commune put into a file of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from content.strict_yaml import read_mapping

_BLANK = re.compile(r"\{([A-Za-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Lines and lists of lines by name, with blanks in braces."""

    lines: Mapping[str, str | Sequence[str]]

    def line(self, name: str, blanks: Mapping[str, object]) -> str:
        return _filled(str(self.lines[name]), blanks)

    def block(self, name: str, blanks: Mapping[str, object]) -> list[str]:
        found = self.lines[name]
        return [_filled(line, blanks) for line in ([found] if isinstance(found, str) else found)]


def _filled(line: str, blanks: Mapping[str, object]) -> str:
    """Values go in as plain text; a blank nobody fills stays as it is, for all to see."""
    return _BLANK.sub(lambda blank: str(blanks.get(blank[1], blank[0])), line)


def letterhead(code: str) -> Letterhead:
    """The wording for a place by its code; anything but letters, digits and dashes names no file."""
    folder = files("content") / "reports"
    lines = dict(read_mapping((folder / "default.yaml").read_text("utf-8")))
    own = folder / f"{code}.yaml"
    if re.fullmatch(r"[A-Za-z0-9-]+", code) and own.is_file():
        lines |= read_mapping(own.read_text("utf-8"))
    return Letterhead(lines)
