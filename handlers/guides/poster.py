"""Posters with a QR code: one for each guide, one for each hamlet; asked for by a leader, drawn when they are sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from content.library import Library
from content.poster import Poster, pdf, png
from content.words import Words
from handlers.access import Action, Scope
from handlers.desk import Desk
from handlers.look import Look
from handlers.papers import Paper
from handlers.talk import Choice, Message, NotAllowed, said
from storage.areas import places
from storage.reading import Reading

KIND = "poster"
GUIDE, HAMLET = "g-", "t-"
"""What the address of a poster says: a guide by its id, a hamlet by its code."""
FORMATS: Mapping[str, tuple[str, Callable[[Poster], bytes]]] = {"png": ("image/png", png), "pdf": ("application/pdf", pdf)}
SHOWN = 8


def ask_for_poster(desk: Desk, subject: str) -> None:
    """A poster to pass on and to print; without a subject, which ones there are."""
    desk.look.require(Action.MAKE_POSTER)
    menu = desk.choice("way.menu", "/menu", quiet=True)
    if not subject:
        hamlets = desk.look.hamlets(Action.MAKE_POSTER)[:SHOWN]
        codes = places.codes(desk.look.rows, [hamlet.id for hamlet in hamlets])
        desk.say("poster.which", *(Choice(hamlet.name, f"/poster:{HAMLET}{codes[hamlet.id]}") for hamlet in hamlets), menu)
        return
    if subject.startswith(HAMLET):
        _own(desk.look, subject.removeprefix(HAMLET))
    name = f"{KIND}:{desk.look.words.language}:{subject}"
    if poster(desk.look, subject) is None:
        desk.say("poster.gone" if best_door(desk.look.doors) else "poster.no_door", menu)
        return
    desk.send(Message(picture=f"{name}.png", alt=desk.look.words.say("poster.make")))
    told = said(desk.look.words.say("poster.made"), choices=(menu,))
    desk.send(Message(title=told.title, text=told.text, choices=told.choices, document=f"{name}.pdf"))


def _own(look: Look, code: str) -> None:
    """A hamlet's poster is for those who serve there or above it."""
    own = places.codes(look.rows, [hamlet.id for hamlet in look.hamlets(Action.MAKE_POSTER)])
    if look.may(Action.MAKE_POSTER) < Scope.EVERYWHERE and code not in own.values():
        raise NotAllowed(Action.MAKE_POSTER.value)


def button(look: Look, guide: str) -> tuple[Choice, ...]:
    """For a leader who reads a guide."""
    if look.may(Action.MAKE_POSTER) is Scope.NOWHERE:
        return ()
    return (Choice(look.words.say("poster.make"), f"/poster:{GUIDE}{guide}", quiet=True),)


def paper(look: Look, rest: str) -> Paper | None:
    """The poster named `g-guide.format` or `t-code.format`."""
    subject, _, form = rest.rpartition(".")
    found = poster(look, subject) if form in FORMATS else None
    if found is None:
        return None
    mime, make = FORMATS[form]
    return Paper(f"go-cua-{subject}.{form}", mime, make(found))


def poster(look: Look, subject: str) -> Poster | None:
    """What stands on it; None where its guide or hamlet is gone, or nobody outside could open the bot."""
    door, words = best_door(look.doors), look.words
    if not door:
        return None
    if subject.startswith(GUIDE):
        return of_guide(look.library, subject.removeprefix(GUIDE), door, words)
    return of_hamlet(look.rows, subject.removeprefix(HAMLET), door, words) if subject.startswith(HAMLET) else None


def of_guide(library: Library, id_: str, door: str, words: Words) -> Poster | None:
    guide = library.guide(id_, words.language)
    return Poster(guide.title, words.say("poster.guide.lead"), door.format(GUIDE + id_), words) if guide else None


def of_hamlet(rows: Reading, code: str, door: str, words: Words) -> Poster | None:
    place = places.with_code(rows, code)
    if place is None or place.level != places.HAMLET:
        return None
    lead = words.say("poster.hamlet.lead", hamlet=place.name)
    return Poster(words.say("poster.hamlet.title"), lead, door.format(HAMLET + code), words)


def best_door(doors: Sequence[str]) -> str:
    """The address for strangers' phones: Telegram's own links open everywhere, then https, then whatever there is."""
    ranked = sorted(doors, key=lambda door: (not door.startswith("https://t.me/"), not door.startswith("https://")))
    return ranked[0] if ranked else ""
