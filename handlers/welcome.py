"""The first words, the menu and the ways out, which work wherever somebody is and lose nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from content.fold import fold, folded
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


MEMBERS_FIRST = (
    (Action.LOG_VISIT, "menu.log", "/visit"),
    (Action.LOG_VISIT, "menu.today", "/today"),
    (Action.SEE_SUMMARY, "menu.summary", "/summary"),
    (Action.ANSWER_HELP, "menu.requests", "/requests"),
    (Action.INVITE_VOLUNTEER, "menu.invite", "/invite"),
)
MEMBERS_MORE = (
    (Action.LOG_VISIT, "menu.quick", "/quick"),
    (Action.LOG_VISIT, "menu.drill", "/drill"),
    (Action.LOG_VISIT, "menu.together", "/together"),
    (Action.SHOW_DAY_CODE, "menu.my_code", "/mycode"),
    (Action.LOG_VISIT, "menu.meeting", "/meeting"),
    (Action.HAND_OUT, "menu.allot", "/allot"),
    (Action.LOG_AT_COUNTER, "menu.counter", "/counter"),
    (Action.ATTEND, "menu.gatherings", "/gatherings"),
    (Action.EXPORT_COVERAGE, "menu.report", "/report"),
    (Action.CONFIRM_EXCLUSION, "menu.gone", "/gone"),
    (Action.MANAGE_MEMBERS, "menu.members", "/members"),
    (Action.SET_DUTY, "menu.duty", "/duty"),
    (Action.IMPORT_LIST, "menu.list", "/list"),
    (Action.IMPORT_LIST, "menu.duplicates", "/duplicates"),
    (Action.BROADCAST, "menu.broadcast", "/broadcast"),
    (Action.BROADCAST, "menu.announced", "/announced"),
    (Action.READ_FEEDBACK, "menu.mailbag", "/mailbag"),
    (Action.EXPORT_WORKDAYS, "menu.workdays", "/workdays"),
    (Action.SEE_USAGE, "menu.usage", "/usage"),
    (Action.SET_RHYTHM, "menu.rhythm", "/rhythm"),
    (Action.SET_DESK, "menu.desk", "/desk"),
    (Action.SET_CALENDAR, "menu.holiday", "/holiday"),
)
EVERYBODY = (
    (Action.WATCH_DOSSIER, "menu.dossiers", "/dossiers"),
    (Action.SETTINGS, "menu.reminders", "/reminders"),
    (Action.READ_GUIDES, "menu.hours", "/hours"),
    (Action.CHECK_MEMBER, "menu.check", "/daycode"),
    (Action.GIVE_FEEDBACK, "menu.feedback", "/feedback"),
    (Action.CHOOSE_NEWS, "menu.news", "/news"),
    (Action.LINK, "menu.link", "/link"),
    (Action.SETTINGS, "menu.settings", "/settings"),
)
PAGE = 8


@cache
def _labels(language: str) -> Mapping[str, tuple[Action, str]]:
    """The words of the menus' buttons, folded: who may press each, and what it carries."""
    from content.words import words

    listed = (*MEMBERS_FIRST, *MEMBERS_MORE, *EVERYBODY, (Action.READ_GUIDES, "menu.more", "/more"))
    return {fold(words(language).say(key)): (action, data) for action, key, data in listed}


def ear(desk: Desk, text: str) -> str | None:
    """The words of a menu's button, typed where the menu is not shown and no question is open."""
    action, data = _labels(desk.look.words.language).get(folded(text), (None, ""))
    return data if action is not None and desk.talk is None and desk.look.may(action) > Scope.NOWHERE else None


def _allowed(desk: Desk, entries: Iterable[tuple[Action, str, str]]) -> list[Choice]:
    """The entries somebody may use; nobody sees what is not theirs."""
    return [desk.choice(key, data) for action, key, data in entries if desk.look.may(action) > Scope.NOWHERE]


def _entries(desk: Desk) -> list[Choice]:
    """What most people come for; everything else is one step away."""
    look, words = desk.look, desk.look.words
    more = desk.choice("menu.more", "/more")
    if choices := _allowed(desk, MEMBERS_FIRST):
        return [*choices, desk.choice("menu.guides", "/guides"), more]
    known = (look.library.guide(id_, words.language) for id_ in FIRST_GUIDES)
    first = [Choice(guide.title, f"/guide:{guide.id}") for guide in known if guide]
    return [*first, desk.choice("menu.guides", "/guides"), desk.choice("menu.help", "/help"), desk.choice("menu.join", "/join"),
            more]


def more(desk: Desk, subject: str) -> None:
    """Everything else somebody may do, a page at a time."""
    member = bool(desk.look.person and desk.look.person.serves)
    entries = [*(_allowed(desk, MEMBERS_MORE) if member else []), *_allowed(desk, EVERYBODY)]
    page = int(subject) if subject.isdecimal() and int(subject) * PAGE < len(entries) else 0
    shown = entries[page * PAGE:(page + 1) * PAGE]
    if len(entries) > (page + 1) * PAGE:
        shown.append(desk.choice("menu.next", f"/more:{page + 1}"))
    desk.leave()
    desk.say("menu.rest", *shown, desk.choice("way.menu", "/menu", quiet=True))


def _left(desk: Desk) -> list[Choice]:
    """What may be gone on with, by name: what was left last, and rather a guide than anything else before it."""
    left = desk.unfinished()
    before = sorted(left[1:], key=lambda kept: kept.dialogue != "guide")
    return [Choice(_named(desk, kept), f"/resume:{short(kept.id)}") for kept in (*left[:1], *before)[:TO_RESUME]]


def _named(desk: Desk, kept: Kept) -> str:
    words = desk.look.words
    if kept.dialogue == "guide":
        guide = desk.look.library.guide(kept.subject, words.language)
        return words.say("menu.resume", what=guide.title if guide else kept.subject)
    return words.say("menu.resume", what=words.say(f"{kept.dialogue}.called"))


def _other_language(desk: Desk) -> Choice:
    other = next(each for each in LANGUAGES if each != desk.look.words.language)
    return desk.choice(f"language.{other}", f"/language:{other}", quiet=True)
