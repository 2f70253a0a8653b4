"""Guides in numbers, for those who lead and those who write: begun, finished, where people stuck. Small numbers stay hidden."""

from __future__ import annotations

from datetime import timedelta

from handlers.access import Action
from handlers.desk import Desk
from handlers.talk import Choice, Refused
from storage.guiding import usage as figures

DAYS = 30
LISTED = 8


def usage(desk: Desk, subject: str) -> None:
    """The guides used most in the last days; with a guide's id, step by step."""
    desk.look.require(Action.SEE_USAGE)
    if subject:
        _one(desk, subject)
        return
    look, words = desk.look, desk.look.words
    uses = figures.uses(look.rows, look.now - timedelta(days=DAYS), look.now)
    known = [(use, guide) for use in uses if (guide := look.library.guide(use.guide, words.language))]
    big = [(use, guide) for use, guide in known if use.started >= figures.SMALL]
    menu = desk.choice("way.menu", "/menu", quiet=True)
    if not big:
        desk.say("usage.nothing", menu, days=DAYS, least=figures.SMALL)
        return
    lines = []
    for use, guide in big[:LISTED]:
        finished, active, abandoned = figures.parts(use)
        lines.append(words.say("usage.line", title=guide.title, started=use.started, finished=finished, active=active,
                               abandoned=abandoned))
    desk.say("usage.all", *(Choice(guide.title, f"/usage:{guide.id}") for _, guide in big[:LISTED]), menu,
             days=DAYS, lines="\n".join(lines), day=words.day(look.today))


def _one(desk: Desk, guide_id: str) -> None:
    look, words = desk.look, desk.look.words
    guide = look.library.guide(guide_id, words.language)
    if guide is None:
        raise Refused("guide.gone")
    steps = {step.id: step for step in guide.steps}
    found = figures.steps_shown(look.rows, guide.id, list(steps), look.now - timedelta(days=DAYS), look.now)
    lines = []
    for number, use in enumerate(found, start=1):
        lines.append(words.say("usage.step", number=number, title=steps[use.step].title, reached=use.reached, stuck=use.stuck))
        names = {trouble.id: trouble.title for trouble in steps[use.step].troubles}
        lines += [words.say("usage.reason", reason=names.get(why, words.say("guide.stuck.other")), count=count)
                  for why, count in use.reasons]
    desk.say("usage.one", desk.choice("usage.back", "/usage"), desk.choice("way.menu", "/menu", quiet=True),
             title=guide.title, days=DAYS, lines="\n".join(lines), day=words.day(look.today))
