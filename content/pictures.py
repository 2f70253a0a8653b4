"""Pictures of the guides, drawn as SVG and rendered to PNG when they are first asked for."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def picture(name: str) -> bytes | None:
    """The PNG of a picture by its file name without an ending; None where there is none."""
    drawing = files("content") / "pictures" / f"{name}.svg"
    if not name.replace("-", "").isalnum() or not drawing.is_file():
        return None
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=drawing.read_text("utf-8"), width=720))
