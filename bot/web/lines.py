"""A transcript as a browser draws it: corrections in the place of what they correct."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.web.shelf import addressed
from storage.transcript import Line

SHOWN = ("title", "text", "note", "choices", "picture", "alt", "document", "ack", "removes")


def drawn(lines: Iterable[Line], kept: Mapping[int, Mapping[str, Any]], chat: str) -> list[dict[str, Any]]:
    """Lines for the page, oldest first; `kept` holds bodies that storage has already forgotten, `chat` is whose they are.

    A line of ours is named after the first row it was said in, and `v` is the row that it shows: a row that edits another
    changes that line where it stands.
    """
    found: dict[str, dict[str, Any]] = {}
    removed = set()
    for line in lines:
        body = line.body or kept.get(line.id, {})
        if not body:
            continue
        each = _ours(line, body, chat) if line.ours else _theirs(line, body)
        if each is None:
            continue
        if each["id"] in found:
            found[each["id"]].clear()  # keeps its place
            found[each["id"]].update(each)
        else:
            found[each["id"]] = each
        removed.add(body.get("removes") if line.ours else None)
    for each in found.values():
        if each.get("mid") in removed and "mid" in each:
            each.update(text="", removed=True)
    return list(found.values())


def _ours(line: Line, body: Mapping[str, Any], chat: str) -> dict[str, Any]:
    shown = {name: body[name] for name in SHOWN if name in body}
    addressed(shown, chat, line.id)
    return {"id": str(body.get("edits") or line.id), "v": line.id, "at": int(line.at.timestamp()), **shown}


def _theirs(line: Line, body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Only what they typed: a press shows in what it changed."""
    if body.get("k") != "text":
        return None
    mid = body.get("message") or f"t{line.id}"
    return {"id": mid, "mid": mid, "at": int(line.at.timestamp()), "text": body.get("text", "")}
