"""The guides by subject: two taps from the menu's list to any of them, on every channel."""

from __future__ import annotations

from content.guide import CITIZEN, MEMBER, SUBJECTS, Guide
from handlers.desk import Desk
from handlers.look import Look
from handlers.screens import MENU
from handlers.talk import Choice


def guides(desk: Desk, subject: str) -> None:
    """The subjects, or the guides of one. What is no subject (a page, on an old button) leads to the subjects."""
    reader = MEMBER if desk.look.person and desk.look.person.serves else CITIZEN
    menu = desk.choice("way.menu", MENU, quiet=True)
    listed = of(desk.look, subject, reader)
    desk.leave()
    if not listed:
        desk.say("search.all", *subjects(desk, reader, "/guides:{}"), menu)
        return
    named = (Choice(guide.title, f"/guide:{guide.id}") for guide in listed)
    desk.say("search.subject", *named, desk.choice("way.back", "/guides", quiet=True), menu,
             subject=desk.look.words.say(f"subject.{subject}"))


def subjects(desk: Desk, reader: str, press: str) -> list[Choice]:
    """A choice for each subject of which this reader gets a guide; `press` is what it carries, {} standing for the subject."""
    return [desk.choice(f"subject.{subject}", press.format(subject)) for subject in SUBJECTS if of(desk.look, subject, reader)]


def of(look: Look, subject: str, reader: str) -> list[Guide]:
    """The guides of a subject that are for this reader: a citizen's list has none about the team's own work."""
    return [guide for guide in look.library.guides(look.words.language) if guide.subject == subject and reader in guide.audience]
