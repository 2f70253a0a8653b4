"""The typeface of everything we draw or print: its own files, so that a server without fonts draws the same letters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

FAMILY = "Be Vietnam Pro"
REGULAR, MEDIUM, SEMIBOLD, BOLD = 400, 500, 600, 700
NAMES: Mapping[int, str] = {REGULAR: "Regular", MEDIUM: "Medium", SEMIBOLD: "SemiBold", BOLD: "Bold"}
"""The weights we carry: cut down to the letters of Vietnamese and English, 37 kB each (content/fonts/OFL.txt)."""


def typefaces() -> dict[int, str]:
    """The font file of each weight."""
    folder = Path(str(files("content") / "fonts"))
    return {weight: str(folder / f"BeVietnamPro-{name}.ttf") for weight, name in NAMES.items()}


@cache
def font(weight: int) -> bytes:
    """The font itself, for whoever measures or embeds it."""
    return Path(typefaces()[weight]).read_bytes()


def render(svg: str, width: int) -> bytes:
    """A drawing as PNG, with our own letters and no others."""
    import resvg_py

    own = list(typefaces().values())
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width, skip_system_fonts=True, font_files=own))
