"""How guides are used: begun, finished, left at which step, stuck why. What people left adds up to what they began."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, func, select

from storage.guiding.guide_runs import FINISHED
from storage.models import GuideRun, GuideTrouble, table
from storage.reading import Reading

run, trouble = table(GuideRun), table(GuideTrouble)

GIVEN_UP = timedelta(days=10)
"""A walk untouched for so long is abandoned."""
SMALL = 5
"""Fewer than this are not shown: somebody could be known by them."""


@dataclass(frozen=True, slots=True)
class Use:
    """The walks through one guide: `started` is the sum of the other three."""

    guide: str
    started: int
    finished: int
    active: int
    abandoned: int


@dataclass(frozen=True, slots=True)
class StepUse:
    """One step: how many came so far, how many of them are still or were last here, and how many stuck, by reason."""

    step: str
    reached: int
    here: int
    stuck: int
    reasons: Mapping[str, int]


_STANDS = (
    select(run.c.guide, run.c.step, case((run.c.state == FINISHED, "finished"), (run.c.state == "abandoned", "abandoned"),
                                         (run.c.touched_at < bindparam("stale"), "abandoned"), else_="active").label("stand"),
           func.count().label("walks"))
    .where(run.c.started_at >= bindparam("since")).group_by("guide", "step", "stand")
)


def uses(rows: Reading, since: datetime, now: datetime) -> list[Use]:
    """Every guide that was begun since then, most used first."""
    by_guide: dict[str, Counter[str]] = {}
    for row in rows.all(_STANDS, {"since": since, "stale": now - GIVEN_UP}):
        by_guide.setdefault(row.guide, Counter())[row.stand] += row.walks
    found = [Use(guide, counts.total(), counts["finished"], counts["active"], counts["abandoned"])
             for guide, counts in by_guide.items()]
    return sorted(found, key=lambda use: (-use.started, use.guide))


def funnel(rows: Reading, guide: str, steps: Sequence[str], since: datetime, now: datetime) -> list[StepUse]:
    """How many came to each of a guide's steps. Who is still on the first screen, or at a step that is gone, came to none."""
    here: Counter[str] = Counter()
    finished = 0
    for row in rows.all(_STANDS.where(run.c.guide == guide), {"since": since, "stale": now - GIVEN_UP}):
        if row.stand == "finished":
            finished += row.walks
        else:
            here[row.step if row.step in steps else ""] += row.walks
    reasons: dict[str, Counter[str]] = {}
    for row in rows.all(select(trouble.c.step, trouble.c.trouble, func.count().label("times"))
                        .where(trouble.c.guide == guide, trouble.c.at >= since).group_by(trouble.c.step, trouble.c.trouble)):
        reasons.setdefault(row.step, Counter())[row.trouble] += row.times
    found, beyond = [], finished
    for step in reversed(steps):
        beyond += here[step]
        why = reasons.get(step, Counter())
        found.append(StepUse(step, beyond, here[step], why.total(), dict(why.most_common())))
    return found[::-1]


def shown(count: int) -> str:
    """A number that may be shown: none that is small enough to know somebody by."""
    return str(count) if count >= SMALL or count == 0 else f"<{SMALL}"


def parts(use: Use) -> tuple[str, str, str]:
    """Finished, active, abandoned as they may be shown beside their sum: what is hidden is never small as a whole either."""
    counts = (use.finished, use.active, use.abandoned)
    hidden = {at for at, count in enumerate(counts) if 0 < count < SMALL}
    while hidden and sum(counts[at] for at in hidden) < SMALL:
        more = [at for at in range(3) if at not in hidden and counts[at]]
        if not more:
            break
        hidden.add(min(more, key=lambda at: counts[at]))
    if len(hidden) == 1:
        hidden |= set(sorted((at for at in range(3) if at not in hidden and counts[at]), key=lambda at: counts[at])[:1])
    return tuple("…" if at in hidden else str(count) for at, count in enumerate(counts))  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step as it may be shown: the numbers beside one another give no small one away either."""

    step: str
    reached: str
    stuck: str
    reasons: tuple[tuple[str, int], ...]


def shown_steps(use: Use, steps: Sequence[StepUse]) -> list[ShownStep]:
    """A guide's steps for people: a number is left out where it differs by a few from the last one shown, or from the end."""
    last, found = use.started, []
    for each in steps:
        told = _may_stand(last - each.reached) and _may_stand(each.reached - use.finished)
        reached = shown(each.reached) if told or each.reached < SMALL else "…"
        last = each.reached if told and each.reached >= SMALL else last
        found.append(ShownStep(each.step, reached, shown(each.stuck), _shown_reasons(each)))
    return found


def steps_shown(rows: Reading, guide: str, steps: Sequence[str], since: datetime, now: datetime) -> list[ShownStep]:
    """The steps of a guide as they may be shown."""
    use = next((each for each in uses(rows, since, now) if each.guide == guide), Use(guide, 0, 0, 0, 0))
    return shown_steps(use, funnel(rows, guide, steps, since, now))


def _may_stand(difference: int) -> bool:
    return difference == 0 or difference >= SMALL


def _shown_reasons(step: StepUse) -> tuple[tuple[str, int], ...]:
    """The reasons many had, so that what is left of all is none or many as well."""
    told = [(why, count) for why, count in step.reasons.items() if count >= SMALL]
    while told and not _may_stand(step.stuck - sum(count for _, count in told)):
        told.remove(min(told, key=lambda each: each[1]))
    return tuple(told)
