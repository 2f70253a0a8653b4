"""Where a team stands: every share with its numbers and the moment they were counted."""

from __future__ import annotations

from handlers.access import Action, Scope
from handlers.desk import Desk
from handlers.look import Look
from handlers.talk import Choice, Message
from storage import coverage, visits
from storage.coverage_rules import Coverage
from storage.outcomes import Status
from storage.shares import Share

SHOWN = (Status.ACHIEVED, Status.IN_PROGRESS, Status.PENDING, Status.AWAY, Status.ATTEMPTED, Status.NO_CONTACT_EXHAUSTED,
         Status.REFUSED, Status.UNLOCATABLE, Status.EXCLUSION_TO_CONFIRM, Status.UNTOUCHED, Status.EXCLUDED)


def summary(desk: Desk, _subject: str) -> None:
    """The running campaign in every hamlet somebody may see, and together."""
    look = desk.look
    look.require(Action.SEE_SUMMARY)
    hamlets = look.hamlets(Action.SEE_SUMMARY)
    places = list({place for hamlet in hamlets for place in (hamlet.id, hamlet.commune_id)})
    goal = visits.goal(look.rows, places, look.today) if hamlets else None
    menu = desk.choice("way.menu", "/menu", quiet=True)
    if goal is None:
        desk.say("summary.no_campaign", menu)
        return
    counted = coverage.by_hamlet(look.rows, goal, [hamlet.id for hamlet in hamlets], look.today)
    named = [(hamlet.name, counted[hamlet.id]) for hamlet in hamlets if hamlet.id in counted]
    log = [desk.choice("menu.log", "/visit")] if look.may(Action.LOG_VISIT) > Scope.NOWHERE else []
    desk.send(_screen(look, goal, named, (*log, menu)))


def _screen(look: Look, goal: visits.Goal, named: list[tuple[str, Coverage]], choices: tuple[Choice, ...]) -> Message:
    words = look.words
    total = sum((each for _, each in named), Coverage())
    where = named[0][0] if len(named) == 1 else words.say("summary.hamlets", count=len(named))
    lines = [words.say("summary.goal", share=share(look, total.goal_coverage))]
    if total.shows_strict:
        lines.append(words.say("summary.strict", share=share(look, total.goal_coverage_strict)))
    lines += [words.say("summary.reach", share=share(look, total.reach)),
              words.say("summary.contact", share=share(look, total.contact)), ""]
    lines += [words.say("summary.status", status=words.say(f"status.{status}"), count=total.statuses[status])
              for status in SHOWN if total.statuses[status]]
    if len(named) > 1:
        lines += ["", *(f"• {name}: {share(look, each.goal_coverage)}" for name, each in named)]
    return Message(title=words.say("summary.title", campaign=goal.name, where=where), text="\n".join(lines), choices=choices,
                   note=words.say("summary.as_of", moment=words.moment(look.now)))


def share(look: Look, part: Share) -> str:
    """A share as it is shown everywhere: truncated per cent, and the numbers it comes from."""
    percent = part.percent()
    shown = "—" if percent is None else look.words.percent(percent)
    return look.words.say("summary.share", percent=shown, n=look.words.number(part.n), d=look.words.number(part.d))
