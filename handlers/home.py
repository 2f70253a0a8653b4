"""Where somebody lives: asked once, chosen from the places that have a team, kept only if they agree."""

from __future__ import annotations

from collections.abc import Mapping

from content.fold import fold
from handlers.dialogue import Ask
from handlers.look import Look
from handlers.questions import Option, Question, pick
from handlers.talk import Refused
from storage.areas import residence
from storage.areas.places import Hamlet

WORDING = "home-2026-11"
"""Which wording of the consent somebody saw; a new one when the words change."""
OFFERED = 8


def home(ask: Ask, look: Look) -> tuple[Hamlet, tuple[object, ...]]:
    """The hamlet somebody lives in, and what is to be recorded about it."""
    known = residence.home_of(look.rows, look.chat_id) or _served_by(look)
    if known is not None:
        return known, ()
    hamlets = residence.served(look.rows, look.today)
    if not hamlets:
        raise Refused("home.none")
    communes = residence.communes(look.rows, hamlets)
    commune = ask(_place("commune", communes)) if len(communes) > 1 else next(iter(communes))
    inside = {hamlet.id: hamlet for hamlet in hamlets if hamlet.commune_id == commune}
    names = {id_: hamlet.name for id_, hamlet in inside.items()}
    chosen = inside[ask(_place("hamlet", names)) if len(inside) > 1 else next(iter(inside))]
    keep = pick("keep", "yes", "no")
    if ask(Question(keep.key, keep.read, offer=keep.offer, words="home.keep"), place=chosen.name) == "no":
        return chosen, ()
    return chosen, (residence.LiveIn(chosen.id, WORDING),)


def _served_by(look: Look) -> Hamlet | None:
    """A member lives where they serve, as far as we know."""
    found = (residence.hamlet(look.rows, service.place_id) for service in (look.person.serves if look.person else ())
             if service.team_id is not None)
    return next(found, None)


def _place(key: str, names: Mapping[int, str]) -> Question[int]:
    """A place by its button, its name (with or without marks, or a part of it), or its number among those shown."""
    shown = list(names)[:OFFERED]

    def hear(raw: str) -> str:
        if raw in {str(id_) for id_ in shown}:
            return raw
        found = _by_name(raw, names)
        if not found and raw.strip().isdecimal() and 0 < int(raw) <= len(shown):
            found = [shown[int(raw) - 1]]
        if len(found) != 1:
            raise Refused("home.several" if found else "home.unknown")
        return str(found[0])

    def read(stored: str) -> int:
        if not stored.isdecimal() or int(stored) not in names:
            raise Refused("home.unknown")
        return int(stored)

    return Question(key, read, hear, lambda: [Option(str(id_), label=names[id_]) for id_ in shown], free=True,
                    words=f"home.{key}")


def _by_name(raw: str, names: Mapping[int, str]) -> list[int]:
    """Whose name it is; failing that, whose name holds these words."""
    words = fold(raw)
    if not words:
        return []
    folded = {id_: fold(name) for id_, name in names.items()}
    exact = [id_ for id_, name in folded.items() if name == words]
    return exact or [id_ for id_, name in folded.items() if f" {words} " in f" {name} "]
