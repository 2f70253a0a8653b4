"""What households say themselves: a code shown once, chats that agreed to be asked, and what an answer makes known."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Select, bindparam, exists, insert, or_, select, update

from storage.counting import ledger
from storage.mail import insert_new
from storage.models import (
    Attainment,
    Chat,
    Household,
    HouseholdChat,
    HouseholdCode,
    HouseholdWord,
    Place,
    Preference,
    Visit,
    table,
)
from storage.outcomes import OUTCOMES, Verification
from storage.reading import Reading
from storage.record import Context, record
from storage.reminding import reminders
from storage.teams.people import hashed, note

code, linked, word = table(HouseholdCode), table(HouseholdChat), table(HouseholdWord)
preference = table(Preference)
attainment, chat, household, place, visit = table(Attainment), table(Chat), table(Household), table(Place), table(Visit)

LIVES = timedelta(days=2)
DIGITS = 8
GUESS = "household"
"""What a try at a code is called, for `people.guesses_left`."""
RECENT = timedelta(days=30)
ASK_WITHIN = timedelta(days=1)
GUIDED, NOT_YET = "guided", "not_yet"


def new_code() -> str:
    """Eight digits in two groups: easy to read aloud and to type on any telephone."""
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    return f"{digits[:4]}-{digits[4:]}"


def tidy(typed: str) -> str:
    """A typed code as it was shown; nothing where it cannot be one."""
    digits = "".join(letter for letter in typed if letter.isdigit() and letter.isascii())
    return f"{digits[:4]}-{digits[4:]}" if len(digits) == DIGITS else ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A live code and the household it is about."""

    id: int
    household_id: int
    number: int
    hamlet: str


_SHOWN = (
    select(code.c.id, code.c.household_id, household.c.number, place.c.name)
    .join(household, household.c.id == code.c.household_id).join(place, place.c.id == household.c.hamlet_id)
    .where(code.c.used_at.is_(None), code.c.expires_at > bindparam("now"))
)


def shown(rows: Reading, secret_hash: str, now: datetime) -> Shown | None:
    """The live code behind a typed code or a link, both hashed."""
    values = {"secret": secret_hash, "now": now}
    row = (rows.first(_SHOWN.where(code.c.code_hash == bindparam("secret")), values)
           or rows.first(_SHOWN.where(code.c.link_hash == bindparam("secret")), values))
    return Shown(*row) if row else None


def shown_by(rows: Reading, code_id: int) -> int | None:
    """The chat of whoever showed a code."""
    found: int | None = rows.scalar(select(code.c.shown_chat_id).where(code.c.id == code_id))
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """A household was asked after a visit."""

    id: int
    household_id: int
    visit_id: int
    said: str
    number: int
    person_id: int


_ASKED = (
    select(word.c.id, word.c.household_id, word.c.visit_id, word.c.said, household.c.number, visit.c.person_id)
    .join(household, household.c.id == word.c.household_id).join(visit, visit.c.id == word.c.visit_id)
    .where(word.c.id == bindparam("id"), word.c.chat_id == bindparam("chat"))
)


def asked(rows: Reading, id_: int, chat_id: int) -> Asked | None:
    """What this chat was asked; nobody reaches what another one was asked."""
    row = rows.first(_ASKED, {"id": id_, "chat": chat_id})
    return Asked(*row) if row else None


def _standing_visits() -> Select[int]:
    """Visits that nothing superseded, newest first."""
    superseded = select(visit.c.supersedes_id).where(visit.c.supersedes_id.is_not(None))
    return (select(visit.c.id).where(visit.c.void.is_(False), ~visit.c.id.in_(superseded))
            .order_by(visit.c.occurred_at.desc(), visit.c.id.desc()))


def last_visit(tx: Connection, household_id: int, since: datetime) -> int | None:
    """The household's newest visit at which somebody was met."""
    met = [code_ for code_, outcome in OUTCOMES.items() if outcome.contact]
    found: int | None = tx.scalar(_standing_visits().where(
        visit.c.household_id == household_id, visit.c.occurred_at >= since, visit.c.outcome.in_(met)).limit(1))
    return found


@dataclass(frozen=True, slots=True)
class ToAsk:
    """A chat of a household that was visited and has not been asked about it."""

    visit_id: int
    household_id: int
    chat_id: int
    number: int
    account: str
    ref: str
    language: str | None


def to_ask(rows: Reading, now: datetime, today: date, limit: int) -> Sequence[ToAsk]:
    """Whom to ask now: visits of the last day at which somebody was met, in households whose chat agreed to be asked.

    Not who said “stop” since, and not in a pause."""
    met = [code_ for code_, outcome in OUTCOMES.items() if outcome.contact]
    found = rows.all(
        select(visit.c.id, visit.c.household_id, chat.c.id, household.c.number, chat.c.account, chat.c.ref, chat.c.language)
        .join(linked, linked.c.household_id == visit.c.household_id).join(chat, chat.c.id == linked.c.chat_id)
        .join(household, household.c.id == visit.c.household_id)
        .where(visit.c.id.in_(_standing_visits().order_by(None)), visit.c.recorded_at >= now - ASK_WITHIN,
               visit.c.recorded_at >= linked.c.agreed_at, visit.c.outcome.in_(met), linked.c.ended_at.is_(None),
               chat.c.state == "active",
               ~exists().where(preference.c.chat_id == chat.c.id,
                               or_(preference.c.stopped.is_(True), preference.c.paused_until > today)),
               ~exists().where(word.c.visit_id == visit.c.id, word.c.chat_id == chat.c.id))
        .order_by(visit.c.id).limit(limit))
    return [ToAsk(*row) for row in found]


def ask(tx: Connection, whom: ToAsk, now: datetime) -> int:
    """Note that they are asked; the number that the buttons carry."""
    return int(tx.execute(insert(word).returning(word.c.id), {
        "household_id": whom.household_id, "visit_id": whom.visit_id, "chat_id": whom.chat_id, "asked_at": now, "said": ""
    }).scalar_one())


# --- records ----------------------------------------------------------------------------------------------------------------


class AlreadyUsed(Exception):
    """Somebody else used this code in the same moment."""


@dataclass(frozen=True, slots=True)
class ShowCode:
    """A volunteer shows a household its code; only the hashes are kept."""

    household_id: int
    link: str
    code: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A household's answer by its code; with a `wording` it agreed to be asked again after later visits."""

    code_id: int
    household_id: int
    said: str
    wording: str = ""


@dataclass(frozen=True, slots=True)
class AnsweredLater:
    """A household's answer to what it was asked after a visit."""

    word_id: int
    household_id: int
    visit_id: int
    said: str
    helper_chat_id: int | None


@dataclass(frozen=True, slots=True)
class Unlink:
    """This chat no longer wants to be asked about any household."""


@record.register
def _show(thing: ShowCode, tx: Connection, context: Context) -> None:
    tx.execute(insert(code), {
        "household_id": thing.household_id, "link_hash": hashed(thing.link), "code_hash": hashed(thing.code),
        "shown_by": context.person_id, "shown_chat_id": context.chat_id, "made_at": context.now,
        "expires_at": context.now + LIVES})
    note(tx, context, "household_code", f"household:{thing.household_id}")


@record.register
def _answered(thing: Answered, tx: Connection, context: Context) -> None:
    used = tx.execute(update(code).where(code.c.id == thing.code_id, code.c.used_at.is_(None)).values(used_at=context.now))
    if used.rowcount != 1:
        raise AlreadyUsed
    helper = tx.scalar(select(code.c.shown_chat_id).where(code.c.id == thing.code_id))
    if thing.wording:
        insert_new(tx, linked, [{"household_id": thing.household_id, "chat_id": context.chat_id, "wording": thing.wording,
                                 "agreed_at": context.now}])
        tx.execute(update(linked).where(linked.c.household_id == thing.household_id, linked.c.chat_id == context.chat_id)
                   .values(ended_at=None, wording=thing.wording, agreed_at=context.now))
    about = last_visit(tx, thing.household_id, context.now - RECENT)
    if about is not None:
        said = {"household_id": thing.household_id, "visit_id": about, "chat_id": context.chat_id, "asked_at": context.now,
                "said": thing.said, "said_at": context.now}
        insert_new(tx, word, [said])
        tx.execute(update(word).where(word.c.visit_id == about, word.c.chat_id == context.chat_id)
                   .values(said=thing.said, said_at=context.now))
    _follow(tx, context, thing.household_id, about, thing.said, helper)


@record.register
def _answered_later(thing: AnsweredLater, tx: Connection, context: Context) -> None:
    first = tx.execute(update(word).where(word.c.id == thing.word_id, word.c.said == "")
                       .values(said=thing.said, said_at=context.now))
    if first.rowcount == 1:
        _follow(tx, context, thing.household_id, thing.visit_id, thing.said, thing.helper_chat_id)


@record.register
def _unlink(thing: Unlink, tx: Connection, context: Context) -> None:
    tx.execute(update(linked).where(linked.c.chat_id == context.chat_id, linked.c.ended_at.is_(None))
               .values(ended_at=context.now))


def _follow(tx: Connection, context: Context, household_id: int, visit_id: int | None, said: str, helper: int | None) -> None:
    """Guided: what was reached is now confirmed by the household. Not yet: somebody goes again."""
    if said == GUIDED and visit_id is not None:
        _confirm(tx, context, visit_id)
    elif said == NOT_YET and helper is not None:
        reminders.remind(tx, reminders.FOLLOW_UP, f"household:{household_id}", helper, context.today + timedelta(days=1))
    note(tx, context, f"household_{said}", f"household:{household_id}")


def _confirm(tx: Connection, context: Context, visit_id: int) -> None:
    """Rows are only added: the same attainments once more, known more surely. Undoing the visit revokes these too."""
    weaker = [each.value for each in Verification if not each.at_least(Verification.CONFIRMED_BY_HOUSEHOLD)]
    reached = tx.execute(select(attainment).where(attainment.c.visit_id == visit_id, attainment.c.revoked_on.is_(None),
                                                  attainment.c.verification.in_(weaker))).all()
    surer = Verification.CONFIRMED_BY_HOUSEHOLD.value
    if reached:
        insert_new(tx, attainment, [
            {"key": f"confirmed:{visit_id}:{row.service}", "household_id": row.household_id, "service": row.service,
             "achieved_on": row.achieved_on, "verification": surer, "recorded_by": row.recorded_by, "recorded_at": context.now,
             "visit_id": visit_id, "assisted_by": row.assisted_by} for row in reached])
        ledger.touch(tx, {row.household_id for row in reached}, context.today)
