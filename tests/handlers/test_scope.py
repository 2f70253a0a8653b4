"""Numbers, households, exclusions and reports: everybody sees their own places, whatever they press."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from bot.channels.terminal import Terminal
from content.vietnam_time import local_day
from handlers.talk import Message
from storage.database import Database
from storage.models import AuditEvent, Chat, Household, Membership, Place, RegisterEntry, table
from storage.outcomes import Mode, Outcome
from storage.record import Context, record
from storage.teams import people
from storage.work import visits
from tests.handlers.test_stale_buttons import press
from tests.houses import furnish, living, quiet

OWN, OTHER = "Thôn Mẫu Một", "Thôn Mẫu Hai"


class Ground:
    """The demonstration commune with an officer, and a household of each of two hamlets reported gone by its volunteer."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        now, place, chat = datetime.now(UTC), table(Place), table(Chat)
        with self.database.write() as tx:
            self.commune = tx.scalar(select(place.c.id).where(place.c.level == "commune"))
            self.hamlets = list(tx.scalars(select(place.c.id).where(place.c.level == "hamlet").order_by(place.c.code)))
            officer = people.add_person(tx, "Cán bộ mẫu", "vi", now)
            people.serve(tx, officer, "commune_officer", None, self.commune, date(2026, 1, 1))
            tx.execute(insert(chat), {"account": "terminal", "ref": "officer", "created_at": now, "heard_at": now,
                                      "state": "active", "shown": [], "person_id": officer})
            member = table(Membership)
            for hamlet in self.hamlets[:2]:
                volunteer = tx.scalar(select(member.c.person_id).where(member.c.place_id == hamlet, member.c.role == "volunteer"))
                home = tx.scalar(select(table(Household).c.id).where(
                    table(Household).c.hamlet_id == hamlet, table(Household).c.number == 24))
                at = now - timedelta(hours=1)
                gone = visits.LogVisit(
                    f"gone:{hamlet}", home, at, local_day(at), Mode.DOOR, Outcome.MOVED_OUT, None, None, None, (), "")
                record(gone, tx, Context(now, local_day(now), tx.scalar(select(chat.c.id).limit(1)), volunteer, "test"))

    def excluded(self) -> list[int]:
        with self.database.read() as tx:
            entry = table(RegisterEntry)
            return list(tx.scalars(select(entry.c.household_id).where(entry.c.excluded_on.is_not(None))))

    def audited(self) -> list[str]:
        with self.database.read() as tx:
            return list(tx.scalars(select(table(AuditEvent).c.action)))


def told(messages: list[Message]) -> str:
    return "\n".join(part for message in messages for part in (message.title, message.text, message.document, message.picture,
                                                               *(f"{choice.label} {choice.data}" for choice in message.choices)))


@pytest.mark.timeout(240)
async def test_whatever_is_pressed_shows_nothing_of_another_hamlet(url: str) -> None:
    furnish(url)
    ground = Ground(url)
    own, other = ground.hamlets[:2]
    terminal = Terminal("leader", out=lambda text: None, colours=False)
    async with living(url, [terminal]) as house:
        await terminal.ready.wait()
        await terminal.hear("menu")
        await quiet(house.store)
        assert OWN in told(await press(house, "leader", f"/summary:{own}"))
        for data in (f"/summary:{other}", f"/summary:{ground.commune}", f"/numbers:{other}", f"/behind:untouched.{other}",
                     f"/behind:all.{ground.commune}.{other}-0", f"/parts:{other}", f"/gone:{other}", f"/exclude:{other}.24",
                     f"/credit:{other}", f"/credit:{ground.commune}.30", f"/report:{other}",
                     f"/report:{other}.week.docx", f"/report:{ground.commune}.week.csv",
                     f"/behind:' OR 1=1.{own}", "/behind:b..", "/parts:x.y@z", "/exclude:.",
                     "/report:9999999.week.docx"):  # fmt: skip
            said = told(await press(house, "leader", data))
            assert said and OTHER not in said and "Hộ 24" not in said and f".{other}." not in said, data
        assert "Hộ 24" in told(await press(house, "leader", f"/behind:exclusion_to_confirm.{own}"))
        assert "Cộng theo người" in told(await press(house, "leader", f"/credit:{own}"))
        for data in ("/gone", "/report", "/credit", f"/credit:{own}", f"/report:{own}.week.docx", f"/exclude:{own}.24"):
            said = told(await press(house, "volunteer", data))
            assert "report:" not in said and "Hộ 24" not in said and "Cộng theo" not in said, data
        for data in ("/summary", "/numbers", "/behind:all", "/parts", "/gone", "/report"):
            data += f"{'.' if ':' in data else ':'}{own}"
            assert OWN not in told(await press(house, "citizen", data)), data
    assert ground.excluded() == []
    ground.database.close()


@pytest.mark.timeout(240)
async def test_an_officer_sees_places_not_households_and_may_be_the_second_person(url: str) -> None:
    furnish(url)
    ground = Ground(url)
    terminal = Terminal("officer", out=lambda text: None, colours=False)
    async with living(url, [terminal]) as house:
        await terminal.ready.wait()
        await terminal.hear("menu")
        await quiet(house.store)
        said = told(await press(house, "officer", "/summary"))
        assert "Xã Đồng Phúc" in said and OWN in said and OTHER in said and "/numbers" not in said and "→ xác nhận" in said
        assert OTHER in told(await press(house, "officer", f"/parts:{ground.commune}.untouched"))
        assert OTHER in told(await press(house, "officer", f"/summary:{ground.hamlets[1]}"))
        for data in (f"/behind:all.{ground.commune}", f"/numbers:{ground.commune}"):
            assert "Hộ" not in told(await press(house, "officer", data))
        waiting = told(await press(house, "officer", f"/gone:{ground.commune}"))
        assert waiting.count("Hộ 24") == 2 and "nhà mái đỏ" not in waiting, "numbers, not what households are called"
        asked = await press(house, "officer", f"/exclude:{ground.hamlets[1]}.24")
        confirm = next(choice.data for message in asked for choice in message.choices if choice.data.endswith(":decide:gone"))
        assert "đã ra khỏi danh sách" in told(await press(house, "officer", confirm))
        assert len(ground.excluded()) == 1 and "exclusion.confirmed" in ground.audited()
        said = told(await press(house, "officer", f"/credit:{ground.commune}"))
        assert f"({OWN})" in said and f"({OTHER})" in said and "Cộng theo người" in said
        said = told(await press(house, "officer", f"/report:{ground.commune}.week.xlsx"))
        assert said.index("Đang làm tệp") < said.index("Báo cáo đây")
        assert f".{ground.commune}." in said and ".week.xlsx" in said
    ground.database.close()
