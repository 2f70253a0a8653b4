"""Pictures of the guides: read from content/pictures/<name>.yaml, drawn and rendered when they are first asked for."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources.abc import Traversable
from typing import Any

from content.facts import Facts
from content.sketch import WIDTH, Drawing, read, svg
from content.strict_yaml import read_mapping
from content.typefaces import render
from content.words import words

COLOURS, APART = 96, 9
"""Flat colours with soft edges need no more, and a picture of half the size is paid for by nobody's data plan."""


def drawing(folder: Traversable, name: str, language: str, facts: Facts) -> Drawing | None:
    """The drawing of that name; None where there is none. Raises SketchError where it cannot be used."""
    file = folder / f"{name}.yaml"
    if not name.replace("-", "").isalnum() or not file.is_file():
        return None
    text = file.read_text("utf-8")
    stated = facts.names_in(text, f"pictures/{file.name}")
    found = read(name, read_mapping(facts.fill(text, language)), language)
    note = f"sketch.{found.body}"
    spoken = words(language)
    return replace(found, facts=stated, note=spoken.say(note) if spoken.has(note) else "")


def png(found: Drawing) -> bytes:
    """A drawing as a picture 720 pixels wide."""
    return fewer_colours(render(svg(found), WIDTH))


def fewer_colours(picture: bytes, most: int = COLOURS) -> bytes:
    """The same picture from a palette of its own commonest colours: less than half the bytes."""
    from PIL import Image  # here: only whoever draws pays for the import

    with Image.open(io.BytesIO(picture)) as opened:
        whole = opened.convert("RGB")
    chosen = _apart(whole.getcolors(whole.width * whole.height) or [], most)
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in chosen for part in colour])
    out = io.BytesIO()
    whole.quantize(len(chosen), palette=palette, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _apart(counted: Sequence[tuple[int, Any]], most: int) -> list[tuple[int, int, int]]:
    """The commonest colours, each well apart from the others: white stays white, and only soft edges are rounded."""
    chosen: list[tuple[int, int, int]] = []
    for _, colour in sorted(counted, reverse=True):
        if all(max(abs(a - b) for a, b in zip(colour, other, strict=True)) > APART for other in chosen):
            chosen.append(colour)
            if len(chosen) == most:
                break
    return chosen
