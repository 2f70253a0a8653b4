"""The first words, the menu and the ways out, which work wherever somebody is and lose nothing."""

from __future__ import annotations

from content.words import LANGUAGES
from handlers.access import Action, Scope
from handlers.desk import Desk
from handlers.screens import short
from handlers.talk import Choice, Kept

FIRST_GUIDES = ("vneid-level2", "portal-account", "submit-dossier")
"""The way the whole work goes: an e-ID, the portal, a dossier."""
TO_RESUME = 2


def start(desk: Desk) -> None:
    """Who this is, that it is automatic, what it keeps and how to stop."""
    words = desk.look.words
    desk.say("welcome.hello", *_entries(desk), Choice(words.say("welcome.privacy"), "/privacy", quiet=True),
             _other_language(desk))


def menu(desk: Desk, _subject: str) -> None:
    """Everything somebody may do, the unfinished first. An open conversation is set aside, not lost."""
    desk.leave()
    words = desk.look.words
    key = "menu.member" if desk.look.person and desk.look.person.serves else "menu.citizen"
    name = desk.look.person.label if desk.look.person else ""
    desk.say(key, *_left(desk), *_entries(desk), Choice(words.say("welcome.privacy"), "/privacy", quiet=True),
             _other_language(desk), name=name)


def leave(desk: Desk, _subject: str) -> None:
    """Somebody wants out: what they said so far is kept."""
    left = desk.talk
    desk.leave()
    if left is None:
        menu(desk, "")
        return
    choices = [desk.choice("way.resume", f"/resume:{short(left.id)}")]
    if left.dialogue == "guide":
        choices.append(desk.choice("guide.remind_me", f"/remind:{short(left.id)}"))
    else:
        choices.append(desk.choice("way.drop", f"{short(left.id)}::x"))
    desk.say("way.left", *choices, desk.choice("way.menu", "/menu", quiet=True))


def about(desk: Desk, _subject: str) -> None:
    desk.say("welcome.about", desk.choice("way.menu", "/menu"))


def language(desk: Desk, subject: str) -> None:
    """Answer in another language from now on."""
    from dataclasses import replace

    from content.words import words

    if subject not in LANGUAGES:
        desk.say("refused.language", *(desk.choice(f"language.{each}", f"/language:{each}") for each in LANGUAGES))
        return
    desk.answer.language = subject
    desk.look = replace(desk.look, words=words(subject))
    desk.say("language.changed")
    menu(desk, "")


def _entries(desk: Desk) -> list[Choice]:
    look, words = desk.look, desk.look.words
    choices = []
    for action, key, data in (
        (Action.LOG_VISIT, "menu.log", "/visit"),
        (Action.SEE_SUMMARY, "menu.summary", "/summary"),
        (Action.INVITE_VOLUNTEER, "menu.invite", "/invite"),
    ):
        if look.may(action) > Scope.NOWHERE:
            choices.append(Choice(words.say(key), data))
    if choices:
        return [*choices, Choice(words.say("menu.guides"), "/guides")]
    known = (look.library.guide(id_, words.language) for id_ in FIRST_GUIDES)
    first = [Choice(guide.title, f"/guide:{guide.id}") for guide in known if guide]
    return [*first, Choice(words.say("menu.guides"), "/guides"), Choice(words.say("menu.join"), "/join")]


def _left(desk: Desk) -> list[Choice]:
    """What may be gone on with, by name."""
    return [Choice(_named(desk, kept), f"/resume:{short(kept.id)}") for kept in desk.unfinished(TO_RESUME)]


def _named(desk: Desk, kept: Kept) -> str:
    words = desk.look.words
    if kept.dialogue == "guide":
        guide = desk.look.library.guide(kept.subject, words.language)
        return words.say("menu.resume", what=guide.title if guide else kept.subject)
    return words.say("menu.resume", what=words.say(f"{kept.dialogue}.called"))


def _other_language(desk: Desk) -> Choice:
    other = next(each for each in LANGUAGES if each != desk.look.words.language)
    return desk.choice(f"language.{other}", f"/language:{other}", quiet=True)
