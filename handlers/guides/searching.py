"""Somebody asks in their own words: open the right guide, offer a few, or say honestly who can help."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from content import own_matters
from content.fold import fold
from handlers.access import Action, Scope
from handlers.desk import Desk, Finding
from handlers.screens import MENU
from handlers.talk import Choice
from storage import transcript
from storage.guiding import missed

OPEN, OFFER, SMALLTALK, HANDOFF, URGENT = "open", "offer", "smalltalk", "handoff", "urgent"
ELSEWHERE = "out_of_scope"
"""The topic of a question that is none of our matters."""
FINDING, PAPERS = "dossier_find_procedure", ("dossier_", "proc_", "portal_")
"""How any procedure is found, and how the topics of papers begin."""
READING = "guide"
"""The dialogue of a guide."""
NO_DOUBT = 0.5
"""As likely an emergency as this, and no other guide stands beside the card."""
ASIDE_WORDS = 3
"""Fewer words in the middle of something are an answer that was mistyped, not a question; or a cry for help."""
SHOCK = timedelta(minutes=10)
"""So long the card stands before whatever is vague."""
THANKS, KIND = re.compile(r"\b(?:cam on|thanks?)\b"), re.compile(r"\b(?:chao|cam on|alo|hello|hi|thanks?)\b")
OWN = {"/hours": "menu.hours", "/about": "welcome.who", "/erase": "mydata.erase", "/quiet": "privacy.stop",
       "/daycode": "menu.check", "/dossier": "dossier.new", "/again": "way.go_on", "/language:vi": "language.vi",
       "/language:en": "language.en"}
"""What the bot does itself, and the words of its button."""


def search(desk: Desk, text: str) -> None:
    """The answer to a question in somebody's own words."""
    finding = desk.find(text)
    choices = _guides(desk, finding.topics)
    ways = (*_tongue(desk, text), *_on(desk), desk.choice("way.menu", MENU, quiet=True))
    if finding.action == URGENT or _still_urgent(desk, finding, text):
        doubted = finding.action == OFFER or (finding.action == URGENT and finding.score < NO_DOUBT)
        _urgent(desk, choices if doubted else [], ways)
    elif own := _own(desk, text):
        found = [*own, *(choices[:1] if finding.action == OPEN else ())]
        _offer(desk, "search.found" if len(found) == 1 else "search.offer", found, ways)
    elif finding.action == SMALLTALK:
        _smalltalk(desk, text, _guides(desk, finding.near), ways)
    elif finding.action == HANDOFF:
        desk.say("search.person", desk.choice("help.ask", "/help"), *ways)
    elif finding.action == OPEN and choices:
        _offer(desk, "search.found", choices[:1], ways)
    elif finding.action == OFFER and choices:
        _offer(desk, "search.offer", choices, ways)
    else:
        guess = next(iter(finding.topics), "")
        desk.answer.records.append(missed.Missed(text, desk.look.words.language, guess))
        key = "search.elsewhere" if guess == ELSEWHERE else _nothing(desk)
        near = (*_guides(desk, finding.near), *_any_paper(desk, finding.topics))[:1]
        desk.say(key, *near, *_or_a_person(desk), *_tongue(desk, text))


def _still_urgent(desk: Desk, finding: Finding, text: str) -> bool:
    """Whether the emergency card was the last answer and this is about nothing else: “làm sao đây cháu ơi”, “bác sợ quá”."""
    if finding.action in (OPEN, HANDOFF) or THANKS.search(fold(text)) or own_matters.meant(text):
        return False
    lately = transcript.answered_with(desk.look.rows, desk.look.chat_id, desk.look.now - SHOCK)
    return bool(lately) and lately[0].get("title") == desk.look.words.say("search.urgent").partition("\n")[0]


def _urgent(desk: Desk, others: Sequence[Choice], ways: Sequence[Choice]) -> None:
    """The emergency card, a person, and where it is in doubt what else may be meant."""
    urgent = desk.look.library.for_topic("scam_lost_money", desk.look.words.language)
    first = [Choice(urgent.title, f"/guide:{urgent.id}")] if urgent else []
    other = [choice for choice in others if choice not in first][:1]
    desk.say("search.urgent", *first, desk.choice("help.ask", "/help"), *other, *ways)


def _offer(desk: Desk, key: str, found: Sequence[Choice], ways: Sequence[Choice]) -> None:
    offered = {choice.data for choice in found}
    desk.say(key, *found, desk.choice("search.none", "/none", quiet=True), *(way for way in ways if way.data not in offered))


def _smalltalk(desk: Desk, text: str, near: Sequence[Choice], ways: Sequence[Choice]) -> None:
    if THANKS.search(fold(text)):
        desk.say("feedback.welcome", desk.choice("feedback.to_team", "/feedback"), *ways)
    else:
        desk.say("search.smalltalk", *near, *ways)


def _own(desk: Desk, text: str) -> list[Choice]:
    """What the bot does itself, where that is what somebody asks for."""
    data = own_matters.meant(text)
    return [desk.choice(OWN[data], data)] if data else []


def _tongue(desk: Desk, text: str) -> list[Choice]:
    """The way to the language somebody writes in, where the bot speaks the other one."""
    written = own_matters.written_in(text)
    other = written not in ("", desk.look.words.language)
    return [desk.choice(f"language.{written}", f"/language:{written}", quiet=True)] if other else []


def _on(desk: Desk) -> list[Choice]:
    """The way back to what somebody is in the middle of."""
    return [desk.choice("way.go_on", "/again", quiet=True)] if desk.talk else []


def alarm(desk: Desk, text: str) -> bool:
    """Urgent help where the words tell of harm; False where they do not, and nothing is said."""
    if not text or desk.find(text).action != URGENT:
        return False
    search(desk, text)
    return True


def aside(desk: Desk, text: str) -> bool:
    """A question in the middle of something else: offer the guide and the way on; False where it was no question."""
    finding = desk.find(text)
    spoken = len([word for word in text.split() if word.isalpha()])
    kind = finding.action == SMALLTALK and bool(KIND.search(fold(text)))
    if spoken < ASIDE_WORDS and not finding.plain and not kind:
        return False
    if finding.action == URGENT or kind or (_reading(desk) and (finding.action == HANDOFF or own_matters.meant(text))):
        search(desk, text)
        return True
    choices = _meant(desk, finding)
    if choices:
        desk.say("search.aside" if len(choices) == 1 else "search.aside_several", *choices, desk.choice("way.go_on", "/again"))
    return bool(choices)


def _reading(desk: Desk) -> bool:
    return desk.talk is not None and desk.talk.dialogue == READING


def _meant(desk: Desk, finding: Finding) -> list[Choice]:
    """The guides a question is about. Whoever only reads a guide gets a choice too; at work, words that are no button and no
    sure question are an answer that went wrong."""
    if finding.action == OPEN:
        return _guides(desk, finding.topics)[:1]
    if not _reading(desk):
        return []
    return _guides(desk, finding.topics) if finding.action == OFFER else _any_paper(desk, finding.topics)


def none_of_these(desk: Desk, _subject: str) -> None:
    asked = missed.last_words(desk.look.rows, desk.look.chat_id, desk.inbox_id)
    topics = desk.find(asked).topics if asked else ()
    if asked:
        desk.answer.records.append(missed.Missed(asked, desk.look.words.language, next(iter(topics), "")))
    desk.say(_nothing(desk), *_any_paper(desk, topics), *_or_a_person(desk))


def _nothing(desk: Desk) -> str:
    """What is said where nothing was found: a member is told what members may type."""
    return "search.nothing_member" if desk.look.may(Action.LOG_VISIT) > Scope.NOWHERE else "search.nothing"


def _any_paper(desk: Desk, topics: tuple[str, ...]) -> list[Choice]:
    """How any procedure is found, where a question sounds like one that has no guide of its own: marriage, land, a passport."""
    return _guides(desk, (FINDING,)) if any(topic.startswith(PAPERS) for topic in topics) else []


def _or_a_person(desk: Desk) -> tuple[Choice, Choice, Choice]:
    """The ways on where the search does not help."""
    return desk.choice("menu.guides", "/guides"), desk.choice("help.ask", "/help"), desk.choice("way.menu", MENU, quiet=True)


def _guides(desk: Desk, topics: tuple[str, ...]) -> list[Choice]:
    """The guides that serve these topics, each once, best first."""
    found = (desk.look.library.for_topic(topic, desk.look.words.language) for topic in topics)
    return list({guide.id: Choice(guide.title, f"/guide:{guide.id}") for guide in found if guide}.values())[:3]
