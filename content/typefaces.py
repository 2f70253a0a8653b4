"""The typeface of everything we draw: its own files, so that a server without fonts draws the same letters."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

NAMES = ("Regular", "SemiBold", "Bold")


@cache
def typefaces() -> tuple[str, ...]:
    """The files of Be Vietnam Pro in the weights we use; none where its package is not installed and the system's fonts serve."""
    try:
        folder = files("fontpkg_be_vietnam_pro")
    except ModuleNotFoundError:
        return ()
    with as_file(folder) as root:
        return tuple(str(path) for path in sorted(Path(root).rglob("*.ttf")) if path.stem.rpartition("-")[2] in NAMES)


def render(svg: str, width: int) -> bytes:
    """A drawing as PNG."""
    import resvg_py

    own = typefaces()
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width, font_files=list(own), skip_system_fonts=bool(own)))
