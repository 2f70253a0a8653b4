"""Who goes where: a leader gives out houses by lane or evenly, moves or shares them, and sees what nobody holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.access import Action
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import Option, Question, check, pick
from handlers.rounds.today import stops_of
from handlers.talk import Choice, Message, Refused
from handlers.visits.meeting import spans
from handlers.visits.visit import which_hamlet
from storage.areas.places import Hamlet
from storage.households import assignments
from storage.households.assignments import HandOut, Member, TakeBack
from storage.work.today import Stop, lane_key

EACH = 15
"""Houses for each member, where a leader gives them out evenly."""


def allot(ask: Ask, look: Look) -> Done:
    """By lane to one member, or evenly to all; what somebody holds stays theirs unless the leader says otherwise."""
    hamlet = which_hamlet(ask, look, Action.HAND_OUT)
    team = assignments.team_of(look.rows, hamlet.id, look.today)
    stops = stops_of(look, hamlet)
    if not team or not stops:
        raise Refused("allot.nobody" if not team else "allot.no_houses")
    how = ask(pick("how", "even", "lane", "back"))
    if how == "even":
        return _evenly(ask, look, hamlet, team, stops)
    return _lanes(ask, look, hamlet, team, stops) if how == "lane" else _back(ask, look, hamlet, team)


def _evenly(ask: Ask, look: Look, hamlet: Hamlet, team: Sequence[Member], stops: Sequence[Stop]) -> Done:
    given = dealt(stops, [each.id for each in team], assignments.held(look.rows, hamlet.id))
    labels = {each.id: each.label for each in team}
    told = "\n".join(look.words.say("allot.line", member=labels[id_], count=len(homes)) for id_, homes in given.items())
    ask(replace(check("even", summary=told or look.words.say("allot.all_held")), words="allot.even"))
    return Done(tuple(HandOut(id_, tuple(homes)) for id_, homes in given.items()), "allot.saved", choices=_look(look, hamlet),
                blanks={"count": sum(map(len, given.values()))})


def dealt(stops: Sequence[Stop], team: Sequence[int], held: dict[int, list[int]], each: int = EACH) -> dict[int, list[int]]:
    """Houses nobody holds, in lane order, to each member until all have about the same or `each`; neighbours together."""
    has = {member: sum(member in who for who in held.values()) for member in team}
    free = [stop.household_id for stop in sorted(stops, key=lambda stop: (lane_key(stop.lane), stop.number))
            if stop.household_id not in held]
    fair = min(each, -(-(len(free) + sum(has.values())) // len(team))) if team else 0
    given: dict[int, list[int]] = {}
    for member in sorted(team, key=lambda one: (has[one], one)):
        room = max(0, fair - has[member])
        take, free = free[:room], free[room:]
        if take:
            given[member] = take
    return given


def _lanes(ask: Ask, look: Look, hamlet: Hamlet, team: Sequence[Member], stops: Sequence[Stop]) -> Done:
    lanes = sorted({stop.lane for stop in stops}, key=lane_key)
    labelled = [(str(place), lane or look.words.say("allot.no_lane")) for place, lane in enumerate(lanes)]
    chosen = lanes[int(ask(_offered("lane", labelled)))]
    member = ask(_who(team, "member"))
    homes = [stop.household_id for stop in stops if stop.lane == chosen]
    others = [id_ for id_ in homes if any(who != member for who in assignments.held(look.rows, hamlet.id).get(id_, ()))]
    what = ask(pick("held", "leave", "move", "share"), count=len(others)) if others else "leave"
    return Done((HandOut(member, tuple(homes), shared=what == "share", move=what == "move"),), "allot.saved",
                blanks={"count": len(homes) - (len(others) if what == "leave" else 0)}, choices=_look(look, hamlet))


def _back(ask: Ask, look: Look, hamlet: Hamlet, team: Sequence[Member]) -> Done:
    member = ask(_who(team, "whose"))
    homes = tuple(id_ for id_, who in assignments.held(look.rows, hamlet.id).items() if member in who)
    if not homes:
        return Done(say="allot.holds_none", choices=_look(look, hamlet))
    return Done((TakeBack(homes, member),), "allot.taken_back", blanks={"count": len(homes)}, choices=_look(look, hamlet))


def _look(look: Look, hamlet: Hamlet) -> tuple[Choice, ...]:
    return Choice(look.words.say("allot.look"), f"/held:{hamlet.id}"), Choice(look.words.say("way.menu"), "/menu", quiet=True)


def _who(team: Sequence[Member], key: str) -> Question[int]:
    offered = _offered(key, [(str(each.id), each.label) for each in team])
    return Question(key, lambda raw: int(offered.read(raw)), offer=offered.offer)


def _offered(key: str, labelled: Sequence[tuple[str, str]]) -> Question[str]:
    """One of several, by words that are data."""
    return replace(pick(key, *(value for value, _ in labelled)),
                   offer=lambda: tuple(Option(value, label=label) for value, label in labelled))


ALLOT = Dialogue("allot", allot, Action.HAND_OUT)


def held(desk: Desk, subject: str) -> None:
    """Who holds how many houses, and how many nobody holds."""
    look = desk.look
    look.require(Action.HAND_OUT)
    hamlet = next((each for each in look.hamlets(Action.HAND_OUT) if not subject or str(each.id) == subject), None)
    if hamlet is None:
        raise Refused("visit.other_hamlet" if subject else "visit.no_hamlet")
    desk.send(_shown(look, hamlet))


def _shown(look: Look, hamlet: Hamlet) -> Message:
    words = look.words
    stops, holders = stops_of(look, hamlet), assignments.held(look.rows, hamlet.id)
    open_ = {stop.household_id for stop in stops}
    lines = []
    for each in assignments.team_of(look.rows, hamlet.id, look.today):
        theirs = [id_ for id_, who in holders.items() if each.id in who]
        lines.append(words.say("allot.holder", member=each.label, count=len(theirs), left=sum(id_ in open_ for id_ in theirs)))
    pool = sorted(stop.number for stop in stops if stop.household_id not in holders)
    lines.append(words.say("allot.pool", count=len(pool), numbers=spans(pool) or "–"))
    return Message(title=words.say("allot.title", hamlet=hamlet.name), text="\n".join(lines), choices=(
        Choice(words.say("allot.more"), f"/allot:{hamlet.id}"), Choice(words.say("way.menu"), "/menu", quiet=True)))
