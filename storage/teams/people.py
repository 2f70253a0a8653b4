"""People who joined: who they are, where they serve, what they agreed to, and how they were let in."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from storage.models import Attempt, AuditEvent, Chat, Consent, Invitation, Membership, Person, Place, Team, table
from storage.prepared import Prepared, among
from storage.reading import Reading
from storage.record import Context, record
from storage.teams import telephones

person, membership, team, place = table(Person), table(Membership), table(Team), table(Place)
invitation, attempt, consent, chat, audit = table(Invitation), table(Attempt), table(Consent), table(Chat), table(AuditEvent)

LINK_BYTES = 18
"""144 random bits behind an invitation link; 24 characters."""
LINK_LIVES = timedelta(days=7)
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
CODE_LIVES = timedelta(minutes=60)
GUESSES = 5
GUESS_WINDOW = timedelta(minutes=10)
GUESSES_KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Service:
    """Where and as what somebody serves. `hamlet_id` is the team's hamlet; an officer has a commune as `place_id`."""

    role: str
    place_id: int
    place_name: str
    team_id: int | None
    team_name: str


@dataclass(frozen=True, slots=True)
class Who:
    """A person who joined."""

    id: int
    label: str
    serves: tuple[Service, ...]


_WHO = Prepared(
    select(person.c.id, person.c.label, membership.c.role, membership.c.place_id, place.c.name, membership.c.team_id,
           func.coalesce(team.c.name, "").label("team_name"))
    .outerjoin(membership, (membership.c.person_id == person.c.id) & (membership.c.valid_from <= bindparam("today"))
               & or_(membership.c.valid_to.is_(None), membership.c.valid_to > bindparam("today")))
    .outerjoin(place, place.c.id == membership.c.place_id)
    .outerjoin(team, team.c.id == membership.c.team_id)
    .where(among(person.c.id, "ids"))
    .order_by(membership.c.id)
)


def who(rows: Reading, ids: Iterable[int], today: date) -> dict[int, Who]:
    """The people with these ids, as they serve today."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    found: dict[int, Who] = {}
    for row in rows.all(_WHO, {"ids": wanted, "today": today}):
        serves = () if row.role is None else (Service(row.role, row.place_id, row.name, row.team_id, row.team_name),)
        before = found.get(row.id)
        found[row.id] = Who(row.id, row.label, (before.serves if before else ()) + serves)
    return found


# --- invitations ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """A live invitation, as the invited person sees it."""

    id: int
    role: str
    team_id: int | None
    place_id: int
    place_name: str
    invited_by: int | None = None
    number_ends: str | None = None
    """The last digits of the telephone number that it was addressed to."""


def new_link() -> str:
    return secrets.token_urlsafe(LINK_BYTES)


def new_code() -> str:
    """A code to be read aloud: eight letters and digits in two groups, none that look alike."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def hashed(secret: str) -> str:
    """How an invitation's link or code is kept and looked up."""
    return hashlib.sha256(secret.encode()).hexdigest()


def tidy_code(typed: str) -> str:
    """A typed code as it was printed, whatever the case and the separators; nothing where it cannot be one."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    if len(letters) != CODE_LENGTH or any(letter not in CODE_LETTERS for letter in letters):
        return ""
    return f"{letters[:4]}-{letters[4:]}"


_OFFER = (
    select(invitation.c.id, invitation.c.role, invitation.c.team_id, invitation.c.place_id, place.c.name,
           invitation.c.invited_by, invitation.c.number_ends)
    .join(place, place.c.id == invitation.c.place_id)
    .where(invitation.c.used_at.is_(None), invitation.c.revoked_at.is_(None))
)
_BY_LINK = _OFFER.where(invitation.c.link_hash == bindparam("secret"), invitation.c.link_expires_at > bindparam("now"))
_BY_CODE = _OFFER.where(invitation.c.code_hash == bindparam("secret"), invitation.c.code_expires_at > bindparam("now"))


def offer(rows: Reading, secret_hash: str, now: datetime) -> Offer | None:
    """The live invitation behind a link or a typed code, both as `hashed`."""
    values = {"secret": secret_hash, "now": now}
    row = rows.first(_BY_LINK, values) or rows.first(_BY_CODE, values)
    return Offer(*row) if row else None


_ADDRESSED = (
    select(invitation.c.link_hash)
    .where(invitation.c.number_digest == bindparam("digest"), invitation.c.revoked_at.is_(None),
           invitation.c.link_expires_at > bindparam("now"))  # one that was used holds no digest any more
    .order_by(invitation.c.id.desc()).limit(1)
)


def addressed(rows: Reading, digest: str, now: datetime) -> str:
    """The newest live invitation to a telephone number, as `offer` takes it; nothing where there is none."""
    found: str | None = rows.scalar(_ADDRESSED, {"digest": digest, "now": now})
    return found or ""


def guesses_left(rows: Reading, chat_id: int, now: datetime, what: str = "code") -> int:
    """How many codes of a kind this chat may still try for now."""
    made = rows.scalar(select(func.count()).select_from(attempt).where(
        attempt.c.chat_id == chat_id, attempt.c.what == what, attempt.c.at > now - GUESS_WINDOW))
    return GUESSES - int(made)


def forget_guesses(tx: Connection, now: datetime) -> None:
    """Guesses count for a day at most."""
    tx.execute(delete(attempt).where(attempt.c.at < now - GUESSES_KEPT))


def forget_numbers(tx: Connection, now: datetime) -> None:
    """Of a telephone number nothing is left once the invitation addressed to it can no longer be used."""
    tx.execute(update(invitation).where(invitation.c.number_digest.is_not(None), invitation.c.link_expires_at <= now)
               .values(number_digest=None, number_ends=None))


@dataclass(frozen=True, slots=True)
class Guess:
    """Somebody tried a code of a kind."""

    what: str = "code"


@dataclass(frozen=True, slots=True)
class Invite:
    """A new way into a team: only the hashes are kept."""

    link: str
    code: str
    role: str
    team_id: int | None
    place_id: int
    number: str = ""
    """The mark of the telephone number that it is addressed to."""


@dataclass(frozen=True, slots=True)
class Join:
    """Somebody takes up an invitation and agrees to what is kept about them."""

    invitation_id: int
    label: str
    wording: str
    language: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody asked for what is not theirs: kept for the leader, without what was asked about."""

    action: str


class AlreadyUsed(Exception):
    """Somebody else took up this invitation in the same moment."""


@record.register
def _guess(thing: Guess, tx: Connection, context: Context) -> None:
    tx.execute(insert(attempt), {"chat_id": context.chat_id, "what": thing.what, "at": context.now})


@record.register
def _refusal(thing: Refusal, tx: Connection, context: Context) -> None:
    note(tx, context, "refused", thing.action)


@record.register
def _invite(thing: Invite, tx: Connection, context: Context) -> None:
    invite(tx, thing, context.person_id, context.now)
    note(tx, context, "invited", f"{thing.role} place:{thing.place_id}", "addressed" if thing.number else "")


def invite(tx: Connection, thing: Invite, by: int | None, now: datetime) -> None:
    """Keep an invitation; its link and code are shown once, by whoever made it."""
    ends, digest = telephones.parts(thing.number) or (None, None)
    tx.execute(insert(invitation), {
        "link_hash": hashed(thing.link), "code_hash": hashed(thing.code), "role": thing.role, "team_id": thing.team_id,
        "place_id": thing.place_id, "invited_by": by, "created_at": now, "link_expires_at": now + LINK_LIVES,
        "code_expires_at": now + CODE_LIVES, "number_digest": digest, "number_ends": ends})


@record.register
def _join(thing: Join, tx: Connection, context: Context) -> None:
    person_id = context.person_id or add_person(tx, thing.label, thing.language, context.now)
    used = tx.execute(update(invitation).where(invitation.c.id == thing.invitation_id, invitation.c.used_at.is_(None))
                      .values(used_at=context.now, used_by=person_id, number_digest=None, number_ends=None))
    if used.rowcount != 1:
        raise AlreadyUsed
    row = tx.execute(select(invitation).where(invitation.c.id == thing.invitation_id)).one()
    serve(tx, person_id, row.role, row.team_id, row.place_id, context.today)
    tx.execute(update(chat).where(chat.c.id == context.chat_id).values(person_id=person_id))
    tx.execute(insert(consent), {"person_id": person_id, "purpose": "team", "wording": thing.wording,
                                 "channel": context.channel, "given_at": context.now})
    note(tx, context, "joined", f"{row.role} place:{row.place_id}")


def add_person(tx: Connection, label: str, language: str, now: datetime) -> int:
    made = tx.execute(insert(person).returning(person.c.id), {"label": label, "language": language, "created_at": now})
    return int(made.scalar_one())


def serve(tx: Connection, person_id: int, role: str, team_id: int | None, place_id: int, since: date) -> None:
    tx.execute(insert(membership), {"person_id": person_id, "role": role, "team_id": team_id, "place_id": place_id,
                                    "valid_from": since})


def note(tx: Connection, context: Context, action: str, subject: str, detail: str = "") -> None:
    """Add to the audit trail."""
    tx.execute(insert(audit), {"at": context.now, "person_id": context.person_id, "action": action, "subject": subject,
                               "detail": detail})


# --- where people can be reached -----------------------------------------------------------------------------------------


def chats(rows: Reading, ids: Iterable[int]) -> dict[int, str]:
    """The chats of these people, with their names."""
    found = rows.all(select(chat.c.id, person.c.label).join(person, person.c.id == chat.c.person_id)
                     .where(chat.c.person_id.in_(list(ids))))
    return {row.id: row.label for row in found}


def chats_serving(rows: Reading, places: Iterable[int], today: date) -> dict[int, str]:
    """The chats of everybody who serves today in these places, or in hamlets of these communes, with their names."""
    ids = list(places)
    query = (select(membership.c.person_id).join(place, place.c.id == membership.c.place_id)
             .where(or_(place.c.id.in_(ids), place.c.parent_id.in_(ids)), membership.c.valid_from <= today,
                    or_(membership.c.valid_to.is_(None), membership.c.valid_to > today)))
    return chats(rows, [row.person_id for row in rows.all(query)]) if ids else {}
