"""What is kept about a person, table by table: under which name it is shown, and what a deletion does with it.

Every column that names a chat or a person stands here once; a test walks all tables and finds what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Table, case, func, null, select

from storage import models
from storage.models import Chat, table
from storage.reading import Reading

chat, proposal = table(Chat), table(models.Proposal)


class Fate(StrEnum):
    """What a deletion does with a row."""

    ERASED = "erased"
    EMPTIED = "emptied"
    """The row stays, so that nothing is taken or sent twice; what it said goes."""
    KEPT = "kept"
    """It stays, named by a number that leads to nobody any more."""


@dataclass(frozen=True, slots=True)
class Holding:
    """Rows that belong to somebody by one column."""

    table: Table
    column: str
    fate: Fate
    group: str = ""
    """What it is called where people are shown what is kept; empty where another column of the row is shown already."""
    sets: Mapping[str, Any] = field(default_factory=dict)
    """What an emptied row says afterwards."""
    only: ColumnElement[bool] | None = None
    """Which rows are emptied: what is being answered or sent just now still is."""
    why: str = ""
    """Why it stays."""
    hidden: tuple[str, ...] = ()
    """Columns that no export holds: secrets, and what was written about others."""

    @property
    def of_chat(self) -> bool:
        return "chat" in self.column or (self.table is chat and self.column == "id")

    def mine(self, own: Own) -> ColumnElement[bool]:
        """The rows of somebody."""
        ids: Sequence[int] = own.chats if self.of_chat else own.people
        return self.table.c[self.column].in_(ids)


@dataclass(frozen=True, slots=True)
class Own:
    """All by which somebody is known: their chats, and themselves where they joined a team."""

    chats: tuple[int, ...]
    person: int | None = None

    @property
    def people(self) -> tuple[int, ...]:
        return () if self.person is None else (self.person,)


def _erased(model: Any, column: str, group: str, *hidden: str) -> Holding:
    return Holding(table(model), column, Fate.ERASED, group, hidden=hidden)


def _kept(model: Any, column: str, why: str, group: str = "", *hidden: str) -> Holding:
    return Holding(table(model), column, Fate.KEPT, group, why=why, hidden=hidden)


COUNTS = "a record of work that sums are made from"
DECISION = "who decided it, for the audit"
PROOF = "the proof of what was agreed to"

HOLDINGS: tuple[Holding, ...] = (
    Holding(chat, "id", Fate.EMPTIED, "address", sets={"shown": [], "conversation_id": None, "language": None},
            hidden=("shown", "conversation_id")),
    Holding(chat, "person_id", Fate.EMPTIED, sets={"person_id": None}),
    Holding(table(models.Inbox), "chat_id", Fate.EMPTIED, "letters", sets={"letter": null(), "problem": None},
            only=table(models.Inbox).c.state != "open", hidden=("external_id", "problem")),
    Holding(table(models.Outbox), "chat_id", Fate.EMPTIED, "answers", sets={"parcel": null(), "external_id": None},
            only=table(models.Outbox).c.state.not_in(("new", "sending")), hidden=("key", "external_id", "problem", "policy")),
    _erased(models.Conversation, "chat_id", "talks"),
    _erased(models.GuideRun, "chat_id", "guides"),
    _erased(models.Reminder, "chat_id", "reminders", "parcel"),
    _erased(models.Preference, "chat_id", "wishes"),
    _erased(models.Residence, "chat_id", "home"),
    _erased(models.Subscription, "chat_id", "news"),
    _erased(models.DossierWatch, "chat_id", "dossiers", "key"),
    _erased(models.Appointment, "chat_id", "appointments", "key"),
    _kept(models.Appointment, "person_id", "a visit promised to somebody else"),
    Holding(table(models.HelpRequest), "chat_id", Fate.EMPTIED, "help", sets={"words": "", "about": ""},
            hidden=("helper_id", "helper_chat_id")),
    _kept(models.HelpRequest, "helper_id", COUNTS, "helped", "words", "about", "chat_id"),
    _kept(models.HelpRequest, "helper_chat_id", COUNTS),
    _kept(models.HelpOffer, "person_id", COUNTS),
    _kept(models.HelpOffer, "chat_id", COUNTS),
    _erased(models.Duty, "person_id", "duty"),
    _kept(models.Duty, "set_by", DECISION),
    _erased(models.Feedback, "chat_id", "feedback"),
    _kept(models.Feedback, "handled_by", DECISION),
    _erased(models.HouseholdChat, "chat_id", "household"),
    _kept(models.HouseholdWord, "chat_id", "a yes or no about a visit, by which it is verified", "said"),
    _erased(models.HouseholdCode, "shown_chat_id", ""),
    _erased(models.HouseholdCode, "shown_by", "codes", "link_hash", "code_hash"),
    _kept(models.Broadcast, "chat_id", "said in public"),
    _kept(models.Broadcast, "person_id", "said in public", "broadcasts"),
    _kept(models.Broadcast, "approved_by", DECISION),
    _kept(models.BroadcastLetter, "chat_id", "how many were told, nobody's any more", "told"),
    _kept(models.Attempt, "chat_id", "guesses are counted for ten minutes, so that guessing stays slow; then erased"),
    _erased(models.LinkCode, "person_id", "codes", "code_hash"),
    _kept(models.LinkCode, "made_by", DECISION),
    Holding(table(models.LinkCode), "used_by_chat", Fate.EMPTIED, sets={"used_by_chat": None}),
    Holding(proposal, "chat_id", Fate.EMPTIED, "lists", hidden=("lines",),
            sets={"lines": null(), "state": case((proposal.c.state == "open", "dropped"), else_=proposal.c.state)}),
    _kept(models.Proposal, "person_id", COUNTS),
    Holding(table(models.Person), "id", Fate.EMPTIED, "name", sets={"label": "–"}),
    _kept(models.Membership, "person_id", "who served where and until when; the service ends", "member"),
    _kept(models.Consent, "person_id", PROOF, "consent"),
    _kept(models.Invitation, "invited_by", DECISION, "", "link_hash", "code_hash", "number_digest", "number_ends"),
    _kept(models.Invitation, "used_by", PROOF, "", "link_hash", "code_hash", "number_digest", "number_ends"),
    _kept(models.AuditEvent, "person_id", "the audit trail: rows are only added", "audit"),
    _kept(models.Visit, "person_id", COUNTS, "visits", "key", "note"),
    _kept(models.Attainment, "recorded_by", COUNTS, "", "key"),
    _kept(models.RegisterEntry, "excluded_by", DECISION),
    _kept(models.RegisterEntry, "confirmed_by", DECISION),
    _kept(models.FollowUpTask, "person_id", COUNTS, "tasks"),
    _kept(models.Companion, "person_id", COUNTS, "visits"),
    _kept(models.Assignment, "person_id", "the houses go back to the team; who had them stays a number", "houses"),
    _kept(models.Assignment, "assigned_by", DECISION),
    _kept(models.BarrierSession, "announced_by", DECISION),
    _erased(models.WorkingHamlet, "person_id", "places"),
    _erased(models.DayCode, "person_id", "codes", "code"),
    _kept(models.HouseholdGuide, "person_id", "how far a household came, whoever helped", "walks"),
    _kept(models.Gathering, "created_by", DECISION, "", "room_code", "key"),
    _kept(models.Attendance, "person_id", "workdays that were or will be paid", "attendance"),
    _kept(models.DayOverride, "set_by", DECISION),
    _kept(models.Rhythm, "set_by", DECISION),
    _kept(models.OneStopDesk, "set_by", DECISION),
    _kept(models.PlaceChange, "made_by", DECISION),
    _kept(models.HouseholdMerge, "made_by", DECISION),
    _kept(models.ExternalFigure, "recorded_by", DECISION),
)


def own(rows: Reading, chat_id: int, person_id: int | None) -> Own:
    """All chats of whoever writes here."""
    if person_id is None:
        return Own((chat_id,))
    mine = rows.all(select(chat.c.id).where(chat.c.person_id == person_id).order_by(chat.c.id))
    return Own(tuple(sorted({chat_id, *(row.id for row in mine)})), person_id)


def counts(rows: Reading, whose: Own) -> dict[str, int]:
    """How many rows of each group are kept; what is empty already does not count."""
    found: dict[str, int] = {}
    for holding in HOLDINGS:
        if not holding.group:
            continue
        query = select(func.count()).select_from(holding.table).where(holding.mine(whose))
        for body in ("letter", "parcel", "lines"):
            if body in holding.table.c:
                query = query.where(holding.table.c[body].is_not(None))
        found[holding.group] = found.get(holding.group, 0) + int(rows.scalar(query))
    return {group: count for group, count in found.items() if count}


def everything(rows: Reading, whose: Own) -> dict[str, list[dict[str, Any]]]:
    """All of it, by table, for whoever wants to take it along."""
    found: dict[str, list[dict[str, Any]]] = {}
    for holding in HOLDINGS:
        if not holding.group:
            continue
        columns = [column for column in holding.table.c if column.name not in holding.hidden]
        query = select(*columns).where(holding.mine(whose)).order_by(*holding.table.primary_key.columns)
        if kept := [{name: _plain(value) for name, value in row._mapping.items()} for row in rows.all(query)]:
            found.setdefault(holding.table.name, []).extend(kept)
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value
