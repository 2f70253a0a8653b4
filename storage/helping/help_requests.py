"""Requests for help from a person: who waits, who may answer, and what happened, each change made only once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, text, update

from storage.helping.duty import Address
from storage.helping.help_rules import Event, State, after
from storage.households.appointments import call_off
from storage.mail import insert_new
from storage.models import Chat, Duty, HelpOffer, HelpRequest, Membership, Person, Place, table
from storage.prepared import Prepared
from storage.reading import Reading
from storage.record import Context, record
from storage.reminding.reminder_kinds import HELP_VISIT
from storage.reminding.reminder_plans import unanswered
from storage.reminding.reminders import clear
from storage.teams.people import note

request, offer, duty = table(HelpRequest), table(HelpOffer), table(Duty)
chat, person, membership, place = table(Chat), table(Person), table(Membership), table(Place)
asker, helper_chat = chat.alias("asker"), chat.alias("helper_chat")



@dataclass(frozen=True, slots=True)
class Request:
    """A request for help with everything that is needed to answer it."""

    id: int
    state: State
    hamlet_id: int
    hamlet: str
    commune_id: int
    about: str
    words: str
    citizen: Address
    helper: Address | None
    chat_here: bool
    helper_here: bool
    opened_at: datetime
    answer_by: datetime
    touched_at: datetime
    answered_at: datetime | None
    visit_on: date | None


_LIVE = text("help_request.state NOT IN ('closed', 'expired')")
"""In the words of the partial indexes, so that closed requests cost nothing."""
_REQUEST = (
    select(
        request, place.c.name.label("hamlet"), place.c.parent_id.label("commune_id"),
        asker.c.account, asker.c.ref, asker.c.language.label("asker_language"), asker.c.state.label("asker_state"),
        asker.c.person_id,
        helper_chat.c.account.label("helper_account"), helper_chat.c.ref.label("helper_ref"),
        helper_chat.c.language.label("helper_language"), helper_chat.c.state.label("helper_state"),
        person.c.label.label("helper_label"),
    )
    .join(place, place.c.id == request.c.hamlet_id)
    .join(asker, asker.c.id == request.c.chat_id)
    .outerjoin(helper_chat, helper_chat.c.id == request.c.helper_chat_id)
    .outerjoin(person, person.c.id == request.c.helper_id)
)
_BY_ID = _REQUEST.where(request.c.id == bindparam("id"))
_MINE = _REQUEST.where(_LIVE, request.c.chat_id == bindparam("chat"))
_HELPING = _REQUEST.where(_LIVE, request.c.helper_chat_id == bindparam("chat")).order_by(request.c.opened_at)
_IN_PLACES = _REQUEST.where(_LIVE, request.c.hamlet_id.in_(bindparam("places", expanding=True))).order_by(request.c.opened_at)
_ALL_LIVE = _REQUEST.where(_LIVE, request.c.id > bindparam("after")).order_by(request.c.id).limit(bindparam("limit"))


def _request(row: Any) -> Request:
    helper = None
    if row.helper_chat_id is not None:
        helper = Address(row.helper_chat_id, row.helper_account, row.helper_ref, row.helper_language, row.helper_state,
                         row.helper_id, row.helper_label)
    citizen = Address(row.chat_id, row.account, row.ref, row.asker_language or row.language, row.asker_state, row.person_id)
    return Request(row.id, State(row.state), row.hamlet_id, row.hamlet, row.commune_id, row.about, row.words, citizen, helper,
                   row.chat_here, row.helper_here, row.opened_at, row.answer_by, row.touched_at, row.answered_at, row.visit_on)


def by_id(rows: Reading, id_: int) -> Request | None:
    row = rows.first(_BY_ID, {"id": id_})
    return _request(row) if row else None


def live_of(rows: Reading, chat_id: int) -> Request | None:
    """The live request of somebody who asked for help; there is one at most."""
    row = rows.first(_MINE, {"chat": chat_id})
    return _request(row) if row else None


def helped_by(rows: Reading, chat_id: int) -> list[Request]:
    """The live requests that somebody answers."""
    return [_request(row) for row in rows.all(_HELPING, {"chat": chat_id})]


def in_places(rows: Reading, hamlets: Sequence[int]) -> list[Request]:
    """The live requests of these hamlets, the oldest first."""
    return [_request(row) for row in rows.all(_IN_PLACES, {"places": list(hamlets)})] if hamlets else []


def live(rows: Reading, after_id: int, limit: int) -> list[Request]:
    """Live requests, a page at a time."""
    return [_request(row) for row in rows.all(_ALL_LIVE, {"after": after_id, "limit": limit})]


_HELD = text("help_request.state IN ('accepted', 'talking', 'agreed')")
_SEATS = Prepared(
    select(request.c.id, request.c.chat_id, request.c.helper_chat_id, request.c.chat_here, request.c.helper_here)
    .where(_LIVE, _HELD, or_(request.c.chat_here, request.c.helper_here)))


def seats(rows: Reading) -> Mapping[int, int]:
    """Which chats are in the middle of a talk with a person, and in which request: looked up once for many letters."""
    def look() -> dict[int, int]:
        found = rows.all(_SEATS)
        taken = {row.chat_id: row.id for row in found if row.chat_here}
        return taken | {row.helper_chat_id: row.id for row in found if row.helper_here}

    return rows.once(("seats",), look)


# --- who was asked -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who was asked to answer a request."""

    person_id: int
    state: str
    at: datetime


def asked(rows: Reading, request_id: int) -> dict[int, Asked]:
    """Who was asked so far, by person."""
    found = rows.all(select(offer.c.person_id, offer.c.state, offer.c.at).where(offer.c.request_id == request_id))
    return {row.person_id: Asked(*row) for row in found}


# --- records --------------------------------------------------------------------------------------------------------------


class TooLate(Exception):
    """Something else happened to the request in the same moment."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody asks for a person."""

    id: int
    hamlet_id: int
    about: str
    words: str
    language: str
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class Happened:
    """Something happened to a request that was in `state`; `sets` are other columns that change with it."""

    request_id: int
    state: State
    event: Event
    sets: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offered:
    """Somebody is asked to answer."""

    request_id: int
    person_id: int
    chat_id: int


@dataclass(frozen=True, slots=True)
class OfferEnded:
    """Somebody who was asked passed on, or took it."""

    request_id: int
    person_id: int
    state: str


@dataclass(frozen=True, slots=True)
class Marked:
    """Columns of a request that change without anything happening to it (who is here, when it was touched)."""

    request_id: int
    sets: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TakeSeat:
    """This chat writes to the other side of this request now, and of no other."""

    request_id: int


@dataclass(frozen=True, slots=True)
class TalkMoves:
    """What goes on in one chat of somebody goes on in another of theirs: only that one can be written to, or they write there."""

    from_chat: int
    to_chat: int


@record.register
def _ask(thing: Ask, tx: Connection, context: Context) -> None:
    tx.execute(insert(request), {
        "id": thing.id, "chat_id": context.chat_id, "hamlet_id": thing.hamlet_id, "state": State.OPEN.value, "about": thing.about,
        "words": thing.words, "language": thing.language,
        "chat_here": False, "helper_here": False, "opened_at": context.now, "touched_at": context.now,
        "answer_by": thing.answer_by, "closed_by": ""})


@record.register
def _happened(thing: Happened, tx: Connection, context: Context) -> None:
    becomes = after(thing.state, thing.event)
    if becomes is None:
        raise TooLate
    changed = tx.execute(update(request).where(request.c.id == thing.request_id, request.c.state == thing.state.value)
                         .values(state=becomes.value, touched_at=context.now, **thing.sets))
    if changed.rowcount != 1:
        raise TooLate
    if State.AGREED in (thing.state, becomes) and thing.event is not Event.SAY:  # another day, another helper, or over
        call_off(tx, f"help:{thing.request_id}:", context.now)
        clear(tx, HELP_VISIT, f"help:{thing.request_id}", None, context.now, "called_off")
    if thing.event is Event.ESCALATE:
        hamlet = tx.scalar(select(request.c.hamlet_id).where(request.c.id == thing.request_id))
        unanswered(tx, int(hamlet or 0), context.now, context.today)
    if thing.event is not Event.SAY:
        note(tx, context, f"help_{thing.event}", f"help:{thing.request_id}")


@record.register
def _offered(thing: Offered, tx: Connection, context: Context) -> None:
    row = {"request_id": thing.request_id, "person_id": thing.person_id, "chat_id": thing.chat_id, "state": "asked",
           "at": context.now}
    insert_new(tx, offer, [row])
    tx.execute(update(offer).where(offer.c.request_id == thing.request_id, offer.c.person_id == thing.person_id)
               .values(state="asked", at=context.now, chat_id=thing.chat_id))


@record.register
def _offer_ended(thing: OfferEnded, tx: Connection, context: Context) -> None:
    insert_new(tx, offer, [{"request_id": thing.request_id, "person_id": thing.person_id, "chat_id": context.chat_id,
                            "state": thing.state, "at": context.now}])
    tx.execute(update(offer).where(offer.c.request_id == thing.request_id, offer.c.person_id == thing.person_id)
               .values(state=thing.state))


@record.register
def _marked(thing: Marked, tx: Connection, context: Context) -> None:
    tx.execute(update(request).where(request.c.id == thing.request_id).values(**thing.sets))


@record.register
def _take_seat(thing: TakeSeat, tx: Connection, context: Context) -> None:
    mine = ((request.c.chat_id, "chat_here"), (request.c.helper_chat_id, "helper_here"))
    for column, here in mine:
        tx.execute(update(request).where(_LIVE, column == context.chat_id).values({here: request.c.id == thing.request_id}))


@record.register
def _moves(thing: TalkMoves, tx: Connection, context: Context) -> None:
    taken = select(request.c.id).where(_LIVE, request.c.chat_id == thing.to_chat)
    if tx.scalar(taken.limit(1)) is None:  # one live request a chat
        tx.execute(update(request).where(_LIVE, request.c.chat_id == thing.from_chat).values(chat_id=thing.to_chat))
    tx.execute(update(request).where(_LIVE, request.c.helper_chat_id == thing.from_chat).values(helper_chat_id=thing.to_chat))
