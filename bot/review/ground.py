"""The ground on which every dialogue is walked for review: the demonstration commune in a file of its own, with every role."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Connection, select

from bot import demo
from content.library import Library
from content.vietnam_time import local_day
from content.words import words
from handlers.access import Role
from handlers.atlas import Atlas, explore
from handlers.catalogue import DIALOGUES
from handlers.dialogue import Dialogue
from handlers.look import Look
from storage.database import Database
from storage.models import Chat, Membership, Place, table
from storage.reading import Reading
from storage.record import Context, record
from storage.teams import people

SAMPLES = ("12", "1", "hôm nay", "mai", "2/12", "8:00", "8:00-11:30", "Nhà văn hóa thôn", "Lan", "0")
"""Words to type where a screen takes words of one's own."""
LINK, CODE = "review-link", "ABCD-2345"
WALKED_AS = (Role.LEADER, Role.OFFICER, Role.ADMIN, Role.VOLUNTEER)
"""Who walks a dialogue that not everybody may hold, in this order."""


class Ground:
    """Who is there, and how they look at it."""

    def __init__(self, tx: Connection, library: Library, now: datetime) -> None:
        self._rows, self._library, self._now = Reading(tx), library, now
        self._people = {role: _person(tx, role, now) for role in WALKED_AS}
        place, chat = table(Place), table(Chat)
        hamlets = select(place.c.id, place.c.code).where(place.c.level == "hamlet").order_by(place.c.code)
        self._hamlet = tx.execute(hamlets).first()
        self._chat = tx.scalar(select(chat.c.id).where(chat.c.person_id.is_(None)).limit(1)) or 0
        if self._hamlet is not None:
            _invite(tx, self._hamlet.id, self._people[Role.LEADER], Context(now, local_day(now), self._chat, None, "review"))

    def look(self, language: str, role: Role = Role.CITIZEN) -> Look:
        today = local_day(self._now)
        known = people.who(self._rows, [self._people[role]], today) if role in self._people else {}
        return Look(self._rows, words(language), self._library, self._now, today, self._now, self._chat,
                    known.get(self._people.get(role, 0)), doors=("https://x.example/?start={}",))

    def role(self, dialogue: Dialogue) -> Role:
        """The simplest role that may hold it."""
        return next((role for role in (Role.CITIZEN, *WALKED_AS) if self.look("vi", role).may(dialogue.action)), Role.ADMIN)

    def atlases(self) -> Iterator[tuple[Atlas, Role]]:
        """Every dialogue but the guides."""
        subjects: Mapping[str, str] = {"arrive": self._hamlet.code if self._hamlet else ""}
        for name, dialogue in DIALOGUES.items():
            if name not in ("guide", "assist"):
                role = self.role(dialogue)
                yield explore(dialogue, self.look("vi", role), subjects.get(name, ""), (*SAMPLES, CODE)), role

    def guide(self, id_: str) -> Atlas:
        return explore(DIALOGUES["guide"], self.look("vi"), id_)


@contextmanager
def ground(library: Library | None = None, now: datetime | None = None) -> Iterator[Ground]:
    """The ground, for as long as it is used."""
    now = now or datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'review.db'}")
        database.upgrade()
        with database.write() as tx:
            demo.load(tx, now)
            yield Ground(tx, library or Library.load(), now)
        database.close()


def _person(tx: Connection, role: Role, now: datetime) -> int:
    """Somebody of that role: of the demonstration, or added to it."""
    member, place = table(Membership), table(Place)
    found = tx.scalar(select(member.c.person_id).where(member.c.role == role.value).order_by(member.c.id).limit(1))
    if found is not None:
        return int(found)
    level = "commune" if role is Role.OFFICER else "province"
    where = tx.execute(select(place.c.id).where(place.c.level == level)).scalar_one()
    made = people.add_person(tx, words("vi").say(f"role.{role}"), "vi", now)
    people.serve(tx, made, role.value, None, where, date(2026, 1, 1))
    return made


def _invite(tx: Connection, hamlet: int, leader: int, context: Context) -> None:
    service = next(service for service in people.who(Reading(tx), [leader], context.today)[leader].serves)
    record(people.Invite(LINK, CODE, Role.VOLUNTEER.value, service.team_id, hamlet), tx, context)
