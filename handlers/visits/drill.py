"""A drill in a hamlet that does not exist ("thôn Tập"): quick logs are typed and judged, and nothing is ever recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from content.vietnam_time import local_day
from handlers.access import Action
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import Option, Question
from handlers.talk import Choice, Refused
from handlers.visits.quick_lines import MOST_LETTERS, Line, read
from storage.outcomes import Barrier, Outcome

NAME = "drill"
SHOWN, RIGHT = "show", "right"
SATURDAY = 5
Told = tuple[int, Outcome, Barrier | None]


@dataclass(frozen=True, slots=True)
class Task:
    """What happened at made-up doors, and what a line about it has to say."""

    key: str
    told: tuple[Told, ...]
    weekday: int | None = None
    until: bool = False


TASKS = (
    Task("nobody", ((3, Outcome.NOT_HOME, None),)),
    Task("finished", ((5, Outcome.COMPLETED, None),)),
    Task("several", ((6, Outcome.NOT_HOME, None), (8, Outcome.NOT_HOME, None))),
    Task("stuck", ((7, Outcome.BLOCKED, Barrier.OTP_NOT_RECEIVED),)),
    Task("saturday", ((2, Outcome.APPOINTMENT, None),), weekday=SATURDAY),
    Task("away", ((4, Outcome.TEMPORARILY_AWAY, None),), until=True),
    Task("round", ((1, Outcome.COMPLETED, None), (3, Outcome.NOT_HOME, None), (9, Outcome.REFUSED_SOFT, None))),
)


def drill(ask: Ask, look: Look) -> Done:
    """Task after task. It ends without a record: what is typed here reaches no household and no number."""
    say, own = look.words.say, 0
    before = say("drill.begin")
    for n, task in enumerate(TASKS, start=1):
        answer = ask(_question(look, task, n, before))
        own += answer == RIGHT
        before = say("drill.right") if answer == RIGHT else say("drill.shown", typed=say(f"drill.{task.key}.typed"))
    return Done((), "drill.done", blanks={"own": own, "all": len(TASKS), "before": before}, choices=(
        Choice(say("drill.again"), f"/{NAME}"), Choice(say("menu.log"), "/visit"), Choice(say("way.menu"), "/menu", quiet=True)))


def _question(look: Look, task: Task, number: int, before: str) -> Question[str]:
    def hear(raw: str) -> str:
        if raw == SHOWN:
            return raw
        lines = read(raw, local_day(look.said_at), {}) if len(raw) <= MOST_LETTERS else []
        if not _says(lines, task):
            raise Refused("drill.wrong", understood=_understood(look, lines))
        return RIGHT

    def kept(stored: str) -> str:
        if stored not in (SHOWN, RIGHT):
            raise Refused("refused.choice")
        return stored

    blanks = {"number": number, "all": len(TASKS), "before": before, "task": look.words.say(f"drill.{task.key}")}
    return Question(task.key, kept, hear, lambda: (Option(SHOWN, say="drill.show"),), free=True, words="drill.task",
                    blanks=blanks)


def _says(lines: Sequence[Line], task: Task) -> bool:
    """Whether the lines say what happened, all of it and nothing else, without anything left to ask."""
    told = {(number, line.outcome, line.barrier) for line in lines for number in line.numbers}
    return (bool(lines) and all(line.certain for line in lines) and told == set(task.told)
            and all((task.weekday is None or (line.next_on is not None and line.next_on.weekday() == task.weekday))
                    and (not task.until or line.until is not None) for line in lines))


def _understood(look: Look, lines: Sequence[Line]) -> str:
    """What was understood instead, so that somebody sees what to change."""
    words = look.words
    told = [" · ".join((", ".join(map(str, line.numbers)), words.say(f"visit.outcome.{line.outcome}"),
                        *([words.say(f"visit.barrier.{line.barrier}")] if line.barrier else [])))
            for line in lines if line.certain and line.outcome]
    return "; ".join(told) or words.say("drill.nothing")


DRILL = Dialogue(NAME, drill, Action.LOG_VISIT)
