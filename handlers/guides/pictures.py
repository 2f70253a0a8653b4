"""The picture of a guide, drawn when it is sent."""

from __future__ import annotations

from dataclasses import replace

from content.guide import Guide
from content.pictures import png
from handlers.look import Look
from handlers.papers import Paper
from handlers.talk import Message

KIND = "guide-picture"


def guide_picture(look: Look, id_: str) -> Paper | None:
    """The drawing of a published guide as a PNG."""
    guide = look.library.guide(id_, look.words.language)
    drawing = look.library.drawing(guide) if guide else None
    return Paper(f"{id_}.png", "image/png", png(drawing), lasts=True) if drawing else None


def pictured(screen: Message, guide: Guide, look: Look) -> Message:
    """The screen with the guide's picture, where it has one."""
    try:
        drawing = look.library.drawing(guide)
    except ValueError:  # a drawing that is of no use takes no guide with it; the check names it
        return screen
    if drawing is None:
        return screen
    return replace(screen, picture=f"{KIND}:{look.words.language}:{guide.id}", alt=f"{drawing.title}. {drawing.alt}")
