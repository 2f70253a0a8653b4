"""What a quick log leaves to be asked: one question for each doubt, until every line can be written or is left out."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from content.lists.alike import calls
from content.vietnam_time import instant, local_day
from handlers.days import ask_day
from handlers.dialogue import Ask
from handlers.look import Look
from handlers.questions import Option, Question, pick
from handlers.talk import Refused
from handlers.visits.quick_days import Doubt
from handlers.visits.quick_items import Hamlets
from handlers.visits.quick_lines import Line, read
from storage.areas.places import Hamlet
from storage.counting import campaign_goals
from storage.households import assignments, house_numbers
from storage.outcomes import OUTCOMES, Barrier, Mode, Outcome, contradiction
from storage.work import visits

T = TypeVar("T")
SKIP = "-"
NOON = 12
DAY = timedelta(days=1)
OFFERED = (Outcome.COMPLETED, Outcome.NOT_HOME, Outcome.BLOCKED, Outcome.APPOINTMENT, Outcome.PARTIAL, Outcome.REFUSED_SOFT)
"""Results to press where the words were not understood; what one of them still needs is asked next."""


@dataclass(frozen=True, slots=True)
class Written:
    """One visit as it would be kept."""

    line: Line
    home: house_numbers.Home
    services: tuple[str, ...]
    together: tuple[int, ...]
    occurred_at: datetime
    occurred_on: date


# --- lines as they are stored -----------------------------------------------------------------------------------------------


def pack(lines: Sequence[Line], at: datetime, hamlet_id: int | None) -> str:
    return json.dumps({"at": at.timestamp(), "hamlet": hamlet_id, "lines": [asdict(line) for line in lines]}, default=str,
                      ensure_ascii=False)


def unpack(stored: str) -> tuple[list[Line], datetime, int | None]:
    try:
        kept = json.loads(stored)
        return [_line(each) for each in kept["lines"]], datetime.fromtimestamp(kept["at"], UTC), kept["hamlet"]
    except (ValueError, KeyError, TypeError):
        raise Refused("quick.not_understood") from None


def _line(kept: dict[str, Any]) -> Line:
    of: dict[str, Callable[[Any], Any]] = {
        "numbers": tuple, "services": tuple, "companions": tuple, "outcome": OUTCOMES.__getitem__, "barrier": Barrier,
        "mode": Mode, "doubt": Doubt, "next_on": date.fromisoformat, "until": date.fromisoformat, "on": date.fromisoformat}
    return Line(**{name: of[name](value) if name in of and value is not None else value for name, value in kept.items()})


# --- what can be written at once ----------------------------------------------------------------------------------------------


def sure(look: Look, hamlet: Hamlet, line: Line, at: datetime) -> list[Written] | None:
    """The visits of a line about which nothing is to be asked; None where something is."""
    outcome = line.outcome
    together = beside(look, hamlet, line)
    if not line.certain or outcome is None or together is None or _lacks(line, outcome):
        return None
    homes = [house_numbers.home(look.rows, hamlet.id, number) for number in line.numbers]
    on = line.on or local_day(at)
    services = line.services or default_services(look, hamlet, outcome, on)
    made = [Written(line, home, services, together, moment(line, at), on) for home in homes if home is not None]
    if len(made) < len(homes) or (outcome.needs_attainment and not services) or contradicts(look, hamlet, line, services, on):
        return None
    return None if any(_alike(look, each) for each in made) else made


def _lacks(line: Line, outcome: Outcome) -> bool:
    return ((outcome.needs_barrier and line.barrier is None) or (outcome.needs_date and line.next_on is None)
            or (outcome.needs_until and line.until is None))


def others(look: Look, hamlet: Hamlet, name: str = "") -> list[assignments.Member]:
    """Who else is of the team, or those among them who may be called so."""
    me = look.person.id if look.person else 0
    team = [each for each in assignments.team_of(look.rows, hamlet.id, look.today) if each.id != me]
    return [each for each in team if calls(name, each.label)] if name else team


def beside(look: Look, hamlet: Hamlet, line: Line) -> tuple[int, ...] | None:
    """Who went along: nobody, or each who was named and is one member's name alone; None where it has to be asked."""
    meant = [others(look, hamlet, name) for name in line.companions]
    if line.along and not (meant and all(len(found) == 1 for found in meant)):
        return None
    return tuple(dict.fromkeys(found[0].id for found in meant))


def contradicts(look: Look, hamlet: Hamlet, line: Line, services: tuple[str, ...], on: date) -> str | None:
    """The phrase of what does not fit together in a line, if anything."""
    if line.outcome is None:
        return None
    goal = campaign_goals.goal(look.rows, [hamlet.id, hamlet.commune_id], on)
    goals = (goal.service,) if goal else ()
    return contradiction(line.outcome, services, line.barrier, line.next_on, line.until, goals=goals, on=on)


def default_services(look: Look, hamlet: Hamlet, outcome: Outcome, on: date) -> tuple[str, ...]:
    """"Xong" means what the campaign of that day is for."""
    goal = campaign_goals.goal(look.rows, [hamlet.id, hamlet.commune_id], on) if outcome.needs_attainment else None
    return (goal.service,) if goal else ()


def moment(line: Line, at: datetime) -> datetime:
    """When it was: the message's own time, or the hour of the day that was written; never after the message."""
    if line.on is None:
        return at
    return min(instant(line.on, line.hour or NOON), at)


def _alike(look: Look, each: Written) -> bool:
    outcome = each.line.outcome
    return (look.person is not None and outcome is not None
            and visits.alike(look.rows, look.person.id, each.home.id, outcome, each.occurred_at))


ANY = "quick.line"
_UNCLEAR = {Doubt.FUTURE: "quick.future", Doubt.FAR_BACK: "quick.far_back"}


def _understood(line: Line, stored: str) -> list[Line]:
    """What was typed or pressed instead of a line that was not clear."""
    if stored == SKIP:
        return []
    if (outcome := OUTCOMES.get(stored)) is None:
        return unpack(stored)[0]
    if not line.numbers:
        raise Refused("quick.not_understood")
    return [replace(line, outcome=outcome, barrier=line.barrier if outcome.needs_barrier else None, doubt=None)]


def _probable(line: Line) -> list[Option]:
    first = [line.outcome] if line.outcome else []
    ready = dict.fromkeys((*first, *OFFERED)) if line.numbers else {}
    return [*(Option(each.value, say=f"visit.outcome.{each}") for each in ready if each), Option(SKIP, say="quick.skip")]


# --- what is asked --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asking:
    """The doubts of one line of a message."""

    ask: Ask
    look: Look
    at: datetime
    hamlet: Hamlet
    hamlets: Hamlets
    number: int

    def settled(self, line: Line) -> list[Written]:
        """What is to be written of a line, once everything has been asked; nothing where it is left out."""
        told = self._told(line)
        return [written for n, each in enumerate(told) for written in self._one(each, n)]

    def _told(self, line: Line) -> list[Line]:
        if line.doubt is None:
            return [line]
        if line.doubt in (Doubt.RANGE, Doubt.TWICE) or (line.doubt is Doubt.FAR_BACK and self._leads()):
            yes = self._question("sure", pick("sure", "yes", SKIP), said=line.text, count=len(line.numbers))
            return [replace(line, doubt=None)] if yes == "yes" else []
        if line.doubt is Doubt.DAY:
            return self._which_day(line)
        return self._again(line)

    def _leads(self) -> bool:
        return self.look.person is not None and any(service.role == "leader" for service in self.look.person.serves)

    def _which_day(self, line: Line) -> list[Line]:
        today = local_day(self.at)
        days = [today.isoformat(), line.on.isoformat() if line.on else date.fromordinal(today.toordinal() - 7).isoformat()]
        labels = [Option(each, label=self.look.words.day(date.fromisoformat(each))) for each in days]
        question = pick("day", *days, SKIP)
        question = replace(question, offer=lambda: (*labels, Option(SKIP, say="quick.skip")))
        chosen = self._question("day", question, said=line.text)
        return [] if chosen == SKIP else [replace(line, doubt=None, on=date.fromisoformat(chosen))]

    def _again(self, line: Line) -> list[Line]:
        """Asked to type the line once more, or to press what was probably meant."""
        question = Question("line", lambda stored: _understood(line, stored), lambda raw: self._typed(line, raw),
                            lambda: _probable(line), free=True)
        any_ = ANY if line.numbers else f"{ANY}_bare"
        return self._ask("line", question, _UNCLEAR.get(line.doubt or Doubt.UNCLEAR, any_), said=line.text, **self._about(line))

    def _typed(self, line: Line, raw: str) -> str:
        if raw == SKIP or OUTCOMES.get(raw) in (*OFFERED, line.outcome or SKIP):
            return raw
        found = read(raw, local_day(self.at), self.hamlets)
        if not found or not all(each.certain for each in found):
            raise Refused("quick.not_understood")
        kept = [replace(each, on=each.on or line.on, mode=line.mode if each.mode is Mode.DOOR else each.mode) for each in found]
        return pack(kept, self.at, line.hamlet_id)

    def _one(self, line: Line, n: int) -> list[Written]:
        """Everything a line lacks, then the visits."""
        outcome = line.outcome
        if outcome is None:
            return []
        at = f"{self.number}.{n}"
        on = line.on or local_day(self.at)
        if outcome.needs_barrier and line.barrier is None:
            line = replace(line, barrier=self._barrier(at, line))
        if outcome.needs_date and line.next_on is None:
            line = replace(line, next_on=self._day(f"next.{at}", "quick.next", on, 365, **self._about(line)))
        if outcome.needs_until and line.until is None:
            line = replace(line, until=self._day(f"until.{at}", "quick.until", on + DAY, 730, **self._about(line)))
        services = line.services or default_services(self.look, self.hamlet, outcome, on)
        if outcome.needs_attainment and not services:
            services = (self._service(at, line),)
        if contradicts(self.look, self.hamlet, line, services, on):
            return []
        together = beside(self.look, self.hamlet, line)
        together = self._along(at, line) if together is None else together
        homes = [home for place, number in enumerate(line.numbers) for home in self._home(f"{at}.{place}", number)]
        made = [Written(line, home, services, together, moment(line, self.at), on) for home in homes]
        return [each for each in made if not _alike(self.look, each) or self._once_more(at, each)]

    def _about(self, line: Line) -> dict[str, object]:
        return {"numbers": ", ".join(map(str, line.numbers))}

    def _day(self, key: str, phrase: str, first: date, most: int, **blanks: object) -> date:
        """A day in people's own words, from `first` on; several that may be meant are offered."""
        least = (first - self.look.today).days
        return ask_day(self.ask, self.look, key, phrase, least=least, most=least + most, confirm=False, places=[self.hamlet.id],
                       blanks=blanks).on

    def _barrier(self, at: str, line: Line) -> Barrier:
        question = pick("barrier", *(each.value for each in Barrier))
        question = replace(question, offer=lambda: tuple(Option(each.value, say=f"visit.barrier.{each}") for each in Barrier))
        return Barrier(self._ask(f"barrier.{at}", question, "quick.barrier", **self._about(line)))

    def _service(self, at: str, line: Line) -> str:
        from handlers.visits.visit import SERVICES

        question = replace(pick("service", *SERVICES), offer=lambda: tuple(
            Option(each, say=f"visit.services.{each}") for each in SERVICES))
        return self._ask(f"service.{at}", question, "quick.service", **self._about(line))

    def _along(self, at: str, line: Line) -> tuple[int, ...]:
        """Who went along, asked for each name that is nobody's or that of several."""
        asked = [self._who(f"with.{at}" + (f".{n}" if n else ""), name) for n, name in enumerate(line.companions or ("",))]
        return tuple(dict.fromkeys(id_ for id_ in asked if id_))

    def _who(self, key: str, name: str) -> int:
        """A member, 0 for nobody; those who may be called so stand first."""
        team, called = others(self.look, self.hamlet), others(self.look, self.hamlet, name) if name else []
        if len(called) == 1 or not team:
            return called[0].id if called else 0
        offered = {str(each.id): each.label for each in (*called, *team)}
        question = replace(pick("along", *offered, SKIP), offer=lambda: (
            *(Option(id_, label=label) for id_, label in offered.items()), Option(SKIP, say="quick.alone")))
        chosen = self._ask(key, question, "quick.along_named" if name else "quick.along", **({"said": name} if name else {}))
        return 0 if chosen == SKIP else int(chosen)

    def _home(self, at: str, number: int) -> list[house_numbers.Home]:
        """The household of a number; another number, or none, where the list has no such household."""
        found = house_numbers.home(self.look.rows, self.hamlet.id, number)
        if found is not None:
            return [found]

        def known(raw: str) -> list[house_numbers.Home]:
            if raw == SKIP:
                return []
            number = int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 6 else 0
            home = house_numbers.home(self.look.rows, self.hamlet.id, number)
            if home is None:
                raise Refused("visit.household.unknown", number=raw, hamlet=self.hamlet.name)
            return [home]

        question = Question("number", known, offer=lambda: (Option(SKIP, say="quick.skip"),), free=True, numbers=True)
        return self._ask(f"number.{at}", question, "quick.number", number=number, hamlet=self.hamlet.name)

    def _once_more(self, at: str, each: Written) -> bool:
        outcome = self.look.words.say(f"visit.outcome.{each.line.outcome}")
        return self._question(f"again.{at}.{each.home.number}", pick("again", "yes", SKIP), "quick.again",
                              number=each.home.number, outcome=outcome) == "yes"

    def _question(self, key: str, question: Question[str], words: str = "", **blanks: object) -> str:
        return self._ask(key, question, words or f"quick.{key}", **blanks)

    def _ask(self, key: str, question: Question[T], words: str, **blanks: object) -> T:
        return self.ask(replace(question, key=key if "." in key else f"{key}.{self.number}", words=words, blanks=blanks))
