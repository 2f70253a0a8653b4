"""A log of visits against what is known: which household, whose visit, and whether the rules allow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from content.fold import fold
from content.lists.alike import alike, called
from content.lists.trouble import Problem, Trouble
from content.lists.visits import VisitLine
from content.vietnam_time import instant
from storage.areas.former_homes import Left, left
from storage.areas.places import Hamlet
from storage.counting import campaign_goals
from storage.moves.household_merges import survivors
from storage.outcomes import OUTCOMES, Barrier, contradiction
from storage.reading import Reading
from storage.teams.members import Member
from storage.work.visit_lists import Past


@dataclass(frozen=True, slots=True)
class Known:
    """What a hamlet's log is compared with."""

    hamlet: Hamlet
    homes: Mapping[int, int]
    """Household ids by number; a merged one's number leads to the one it lives on in."""
    members: Sequence[Member]
    by: Member | None = None
    """Whose visits they are where the log does not say."""
    left: Mapping[int, Left] = field(default_factory=dict)
    """Households of another hamlet now, by the number they had here: good for visits of the days before."""


def known(rows: Reading, hamlet: Hamlet, members: Sequence[Member], by: Member | None) -> Known:
    return Known(hamlet, survivors(rows, hamlet.id), members, by, left(rows, hamlet.id))


def understood(rows: Reading, lines: Sequence[VisitLine], here: Known) -> tuple[list[Past], list[Problem]]:
    """The visits as they are to be kept, and what is wrong, line by line."""
    good, problems = [], []
    for line in lines:
        made = _past(rows, line, here)
        if isinstance(made, Past):
            good.append(made)
        else:
            problems.append(made)
    return good, problems


def _past(rows: Reading, line: VisitLine, here: Known) -> Past | Problem:
    household_id = _home(line, here)
    if household_id is None:
        return Problem(line.row, Trouble.UNKNOWN_HOUSEHOLD.value, str(line.number))
    member = whose(line.member, here.members) if line.member else here.by
    if member is None:
        return Problem(line.row, Trouble.UNKNOWN_MEMBER.value, line.member)
    outcome, barrier = OUTCOMES[line.outcome], Barrier(line.barrier) if line.barrier else None
    goal = campaign_goals.goal(rows, [here.hamlet.id, here.hamlet.commune_id], line.day)
    services = line.services or ((goal.service,) if goal and outcome.needs_attainment else ())
    amiss = contradiction(outcome, services, barrier, line.next_on, line.until, goals={goal.service} if goal else (), on=line.day)
    if amiss is not None:
        return Problem(line.row, amiss.value)
    return Past(household_id, member.person_id, instant(line.day, line.hour), line.day, outcome, barrier, services,
                line.next_on, line.until, line.note)


def _home(line: VisitLine, here: Known) -> int | None:
    """The household of a number, on the day of the visit."""
    before = here.left.get(line.number)
    if before is not None and line.number not in here.homes and line.day < before.until:
        return before.lives_on
    return here.homes.get(line.number)


def whose(name: str, members: Sequence[Member]) -> Member | None:
    """The one member a name means; None where it is nobody or more than one."""
    exact = {each.person_id: each for each in members if fold(each.label) == fold(name)}
    close = exact or {each.person_id: each for each in members if alike(called(each.label), called(name))}
    return next(iter(close.values())) if len(close) == 1 else None
