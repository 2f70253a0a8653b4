"""This project's own bot as a contestant: the real program, full durability, its own visit dialogue."""

from __future__ import annotations

import sqlite3
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, insert

from bench.contestant import Dialogue, Place, Step
from bot.demo import SERVICE
from content.vietnam_time import local_day
from content.words import words
from storage.database import Database
from storage.models import Campaign, Chat, Household, Team, table
from storage.models import Place as PlaceRow
from storage.teams import people

SAY = words("vi").say

HOUSES = 20_000
VOLUNTEERS = 400


class GoCua:
    """`gocua serve` on a fresh SQLite file (WAL, synchronous FULL), paced like the plain bot: not at all."""

    name = "Gõ Cửa"

    def prepare(self, place: Place) -> None:
        database = Database(f"sqlite:///{place.folder / 'gocua.db'}")
        database.upgrade()
        with database.write() as tx:
            self._furnish(tx, place)
        database.close()

    def _furnish(self, tx: Connection, place: Place) -> None:
        day, now = date(2025, 7, 1), datetime.now(UTC)
        ids: list[int] = []
        for level in ("commune", "hamlet"):
            ids.append(tx.execute(insert(table(PlaceRow)).returning(table(PlaceRow).c.id), {
                "level": level, "code": level, "name": "Thôn Đo", "parent_id": ids[-1] if ids else None, "valid_from": day,
                "demonstration": True}).scalar_one())
        team = tx.execute(insert(table(Team)).returning(table(Team).c.id), {
            "name": "Tổ Đo", "hamlet_id": ids[1], "valid_from": day}).scalar_one()
        tx.execute(insert(table(Household)), [
            {"hamlet_id": ids[1], "number": number, "label": "", "lane": "", "added_on": day} for number in range(1, HOUSES + 1)])
        tx.execute(insert(table(Campaign)), {
            "name": "Đo", "document": "", "place_id": ids[0], "starts_on": local_day(now) - timedelta(days=9),
            "ends_on": local_day(now) + timedelta(days=90), "goal_service": SERVICE, "target_percent": 100})
        for chat in place.chats[:VOLUNTEERS]:
            person = people.add_person(tx, "Tổ viên", "vi", now)
            people.serve(tx, person, "volunteer", team, ids[1], day)
            tx.execute(insert(table(Chat)), {"account": "telegram:main", "ref": str(chat), "person_id": person, "state": "active",
                                             "shown": [], "created_at": now, "heard_at": now})

    def command(self, place: Place) -> tuple[list[str], Mapping[str, str]]:
        environment = {
            "GOCUA_DATABASE_URL": f"sqlite:///{place.folder / 'gocua.db'}", "GOCUA_TELEGRAM_TOKEN": place.token,
            "GOCUA_TELEGRAM_API_BASE": place.base_url.removesuffix("/bot"), "GOCUA_WEB_CHAT": "false",
            "GOCUA_LISTEN": "127.0.0.1:0", "GOCUA_TELEGRAM_PER_SECOND": "100000", "GOCUA_TELEGRAM_CHAT_PER_SECOND": "100000",
            "GOCUA_LOG_LEVEL": "warning"}
        return [sys.executable, "-m", "bot", "serve"], environment

    def dialogue(self, chat_id: int, number: int) -> Dialogue:
        """A visit in six steps; after saving, the next household is asked for at once."""
        house = str((chat_id * 37 + number * 401) % HOUSES + 1)
        steps = (
            Step(say="/tham", shows="Hộ số mấy"),
            Step(say=house, shows=house),
            Step(press=SAY("visit.first.done"), shows="Cụ thể"),
            Step(press=SAY("visit.outcome.completed"), shows="việc gì"),
            Step(press=SAY("way.ready"), shows="Ghi chú"),
            Step(say="Bác hẹn chiều mai", shows="CHƯA LƯU"),
            Step(press=SAY("visit.check.save"), shows="Hộ số mấy"),  # above it, in the message pressed, what was saved
        )
        return Dialogue(f"{chat_id}:{house}", steps)

    def count_rows(self, place: Place) -> Counter[str]:
        with closing(sqlite3.connect(place.folder / "gocua.db")) as database:
            rows = database.execute(
                "SELECT chat.ref, household.number, count(*) FROM visit JOIN chat ON chat.person_id = visit.person_id "
                "JOIN household ON household.id = visit.household_id GROUP BY 1, 2").fetchall()
        return Counter({f"{ref}:{house}": count for ref, house, count in rows})
