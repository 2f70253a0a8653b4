"""Where a team stands: every share with its numbers and the moment they were counted, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from handlers import shown
from handlers.access import Action, Scope
from handlers.calendar import calendar
from handlers.desk import Desk
from handlers.look import Look
from handlers.reports.proposals import Proposal, proposals
from handlers.reports.report import work
from handlers.talk import Choice, Message
from storage.areas.places import Hamlet
from storage.counting import behind, campaigns
from storage.counting.campaigns import Figure, Running
from storage.counting.coverage import Part
from storage.counting.overview import Overview, overview
from storage.outcomes import Status

SHOWN = (Status.ACHIEVED, Status.IN_PROGRESS, Status.PENDING, Status.AWAY, Status.ATTEMPTED, Status.NO_CONTACT_EXHAUSTED,
         Status.REFUSED, Status.UNLOCATABLE, Status.EXCLUSION_TO_CONFIRM, Status.UNTOUCHED, Status.EXCLUDED)
BARRIERS = 3
LISTED = 5
"""Hamlets that are listed in the text; of more, those furthest behind."""


def summary(desk: Desk, subject: str) -> None:
    """The campaign in a place somebody may see: their own, or one that lies in it."""
    look = desk.look
    look.require(Action.SEE_SUMMARY)
    menu = desk.choice("way.menu", "/menu", quiet=True)
    place_id = place_of(look, subject)
    running = campaigns.of_place(look.rows, place_id, look.today) if place_id else None
    whole = overview(look.rows, running, place_id, look.today, calendar(look.rows)) if running and place_id else None
    if whole is None:
        desk.say("summary.no_campaign", menu)
        return
    desk.send(screen(look, whole, (*_choices(desk, whole), menu)))


def place_of(look: Look, subject: str, action: Action = Action.SEE_SUMMARY) -> int | None:
    """The place a summary is of: the one named if somebody may see it, else where they serve. Nothing of anybody else's."""
    served = list(dict.fromkeys(service.place_id for service in look.services(action)))
    if subject.isdecimal():
        seen = {hamlet.id for hamlet in look.hamlets(action)} | set(served)
        return int(subject) if int(subject) in seen else None
    return served[0] if served else None


def hamlets_of(look: Look, action: Action, place_id: int) -> list[Hamlet]:
    """The hamlets of a place in which somebody may do this."""
    return [hamlet for hamlet in look.hamlets(action) if place_id in (hamlet.id, hamlet.commune_id)]


def screen(look: Look, whole: Overview, choices: tuple[Choice, ...]) -> Message:
    """The summary in words, with its picture."""
    words, total = look.words, whole.total
    lines = [words.say("summary.goal", share=shown.share(words, total.goal_coverage))]
    if total.shows_strict:
        lines.append(words.say("summary.strict", share=shown.share(words, total.goal_coverage_strict)))
    lines += [words.say("summary.reach", share=shown.share(words, total.reach)),
              words.say("summary.contact", share=shown.share(words, total.contact)),
              *_work(look, whole), *_movement(look, whole), ""]
    lines += [words.say("summary.status", status=words.say(f"status.{status}"), count=words.number(total.statuses[status]))
              for status in SHOWN if total.statuses[status]]
    lines += [*_barriers(look, whole), *_parts(look, whole), *_figures(look, whole)]
    name = f"chart:{words.language}:{whole.campaign.id}.{whole.place_id}.{whole.on.isoformat()}"
    return Message(title=words.say("summary.title", campaign=whole.campaign.name, where=whole.place_name), text="\n".join(lines),
                   choices=choices, picture=name, note=words.say("summary.as_of", moment=words.moment(look.now)))


def _work(look: Look, whole: Overview) -> list[str]:
    """How the work is done, where there was any to do."""
    words, (returns, members) = look.words, (part for _, part in work(whole))
    lines = [words.say("summary.follow_up_on_time", share=shown.share(words, returns))] if returns.d else []
    return lines + ([words.say("summary.data_freshness", share=shown.share(words, members))] if members.d else [])


def _movement(look: Look, whole: Overview) -> list[str]:
    """Since a week ago, what is missing, what each day must bring, and where that leads."""
    words, lines = look.words, []
    if whole.campaign.closed_on is not None:
        return [words.say("summary.closed", day=words.day(whole.campaign.closed_on))]
    if whole.change is not None:
        lines.append(words.say("summary.week", change=shown.change(words, whole.change)))
    if whole.late > 0:
        lines.append(words.say("summary.late", count=whole.late))
    if whole.pace is None:
        return lines
    if whole.pace.missing == 0:
        return [*lines, words.say("summary.met", percent=whole.campaign.target_percent)]
    lines.append(words.say("summary.missing", count=words.number(whole.pace.missing), percent=whole.campaign.target_percent))
    if whole.pace.needed is not None:
        lines.append(words.say("summary.pace", pace=shown.pace(words, whole.pace.needed), days=whole.pace.working_days))
    if whole.pace.finish_on is not None:
        lines.append(words.say("summary.finish", day=words.day(whole.pace.finish_on)))
    return lines


def _barriers(look: Look, whole: Overview) -> list[str]:
    most = whole.total.barriers.most_common(BARRIERS)
    if not most:
        return []
    named = "; ".join(f"{look.words.say(f'visit.barrier.{barrier}')} {count}" for barrier, count in most)
    return ["", look.words.say("summary.barriers", barriers=named)]


def _parts(look: Look, whole: Overview) -> list[str]:
    """The hamlets, or of many of them those furthest behind."""
    if len(whole.parts) < 2:
        return []
    parts: Sequence[Part] = whole.parts
    head: list[str] = [""]
    if len(parts) > LISTED:
        parts = sorted(parts, key=lambda each: (each.coverage.goal_coverage.percent() or 0, each.code))[:LISTED]
        head.append(look.words.say("summary.behind", count=LISTED, all=len(whole.parts)))
    return [*head, *(f"• {part.name}: {shown.share(look.words, part.coverage.goal_coverage)}" for part in parts)]


def _figures(look: Look, whole: Overview) -> list[str]:
    """Numbers from elsewhere: apart from what is computed here, each with its source and day."""
    words = look.words
    if not whole.figures:
        return []
    return ["", words.say("figure.apart"), *(f"• {stated(look, each)}" for each in whole.figures)]


def stated(look: Look, each: Figure) -> str:
    """A number from elsewhere, as it is read."""
    of = f"/{look.words.number(each.denominator)}" if each.denominator is not None else ""
    return look.words.say("figure.line", name=each.name, number=look.words.number(each.numerator) + of, source=each.source,
                          day=f"{each.stated_on:%d/%m/%Y}")


def _choices(desk: Desk, whole: Overview) -> list[Choice]:
    """What to do, what to look at: each a button."""
    look = desk.look
    waiting = _reported_out(look, whole.campaign, whole.place_id)
    choices = [_proposed(desk, whole, each) for each in proposals(whole.total, waiting)]
    if look.may(Action.LOG_VISIT) > Scope.NOWHERE:
        choices.append(desk.choice("menu.log", "/visit"))
    if look.may(Action.SEE_HOUSEHOLDS) > Scope.NOWHERE:
        choices.append(desk.choice("summary.numbers", f"/numbers:{whole.place_id}"))
    if len(whole.parts) > 1:
        choices.append(desk.choice("summary.parts", f"/parts:{whole.place_id}"))
    if place_of(look, str(whole.place_id), Action.EXPORT_COVERAGE) is not None:
        choices.append(desk.choice("summary.credit", f"/credit:{whole.place_id}"))
        choices.append(desk.choice("summary.report", f"/report:{whole.place_id}"))
    return choices


def _reported_out(look: Look, running: Running, place_id: int) -> int:
    return behind.waiting(look.rows, running.goal, hamlets_of(look, Action.CONFIRM_EXCLUSION, place_id))


def _proposed(desk: Desk, whole: Overview, each: Proposal) -> Choice:
    if each.kind == "confirm":
        data = f"/gone:{whole.place_id}"
    elif desk.look.may(Action.SEE_HOUSEHOLDS) > Scope.NOWHERE:
        data = f"/behind:{each.behind}.{whole.place_id}"
    else:
        data = f"/parts:{whole.place_id}.{each.behind}"
    words = desk.look.words
    barrier = words.say(f"visit.barrier.{each.barrier}") if each.barrier else ""
    return Choice(words.say(f"summary.do.{each.kind}", count=words.number(each.count), barrier=barrier), data)
