"""People and their accounts: a new phone, a second channel, leaving, handing over; codes live shortly and once."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, select, update

from bot.channels import Received, Sent
from bot.channels.terminal import Terminal
from handlers.talk import Incoming, Kind, Message
from storage.database import Database
from storage.models import AuditEvent, Chat, LinkCode, Membership, Person, Visit, table
from tests.bot.test_canaries import everything
from tests.handlers.test_invitations import hold
from tests.houses import furnish, living, quiet

chat, person, membership = table(Chat), table(Person), table(Membership)
code_, visit, audit = table(LinkCode), table(Visit), table(AuditEvent)
CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")
VOLUNTEER, LEADER = "Tổ viên mẫu", "Tổ trưởng mẫu"


@pytest.fixture
def commune(url: str) -> str:
    furnish(url)
    return url


def look(url: str, see: Callable[[Connection], object]) -> object:
    database = Database(url)
    try:
        with database.write() as tx:
            return see(tx)
    finally:
        database.close()


def whose(url: str, ref: str) -> str | None:
    """Whose chat this is on the terminal."""
    here = (select(person.c.label).join(chat, chat.c.person_id == person.c.id)
            .where(chat.c.ref == ref, chat.c.account == "terminal"))
    return look(url, lambda tx: tx.scalar(here))  # type: ignore[return-value]


def roles(url: str, ref: str) -> set[str]:
    """What the person of this chat serves as."""
    here = (select(membership.c.role).join(chat, chat.c.person_id == membership.c.person_id)
            .where(chat.c.ref == ref, chat.c.account == "terminal", membership.c.valid_to.is_(None)))
    return look(url, lambda tx: set(tx.scalars(here)))  # type: ignore[return-value]


def code_in(told: str) -> str:
    found = CODE.search(told.replace("KM4T-7XQ2", ""))
    assert found, told
    return found[0]


async def test_a_new_phone_in_two_taps_with_everything_still_there(commune: str) -> None:
    await hold(commune, "volunteer", "ghi lượt", "1")  # something begun on the old phone
    before = look(commune, lambda tx: tx.execute(select(visit.c.id, visit.c.person_id)).all())
    told = await hold(commune, "leader", "thành viên", VOLUNTEER, "Đổi máy, đổi số")
    code = code_in(told)
    assert code not in everything(commune)
    assert f"Chào {VOLUNTEER}" in await hold(commune, "newphone", "liên kết", code.lower().replace("-", " "), "đúng, liên kết")
    assert whose(commune, "newphone") == VOLUNTEER and whose(commune, "volunteer") is None
    assert look(commune, lambda tx: tx.execute(select(visit.c.id, visit.c.person_id)).all()) == before
    assert "ghi lượt" in (await hold(commune, "newphone", "menu")).lower()
    assert "Làm tiếp" in await hold(commune, "newphone", "menu")  # what was begun goes on here
    assert "Số liệu" not in await hold(commune, "volunteer", "menu")  # the old phone is a stranger's
    assert "không đúng hoặc đã hết hạn" in await hold(commune, "third", "liên kết", code)


async def test_a_second_channel_by_a_code_of_ones_own(commune: str) -> None:
    code = code_in(await hold(commune, "volunteer", "liên kết"))
    await hold(commune, "tablet", "liên kết", code, "đúng, liên kết")
    assert whose(commune, "tablet") == whose(commune, "volunteer") == VOLUNTEER


async def test_a_newer_code_ends_the_one_before(commune: str) -> None:
    first = code_in(await hold(commune, "volunteer", "liên kết"))
    second = code_in(await hold(commune, "volunteer", "liên kết"))
    assert "không đúng hoặc đã hết hạn" in await hold(commune, "a", "liên kết", first)
    assert "Đúng người" in await hold(commune, "b", "liên kết", second)


async def test_a_code_dies_soon_and_guessing_is_slow(commune: str) -> None:
    code = code_in(await hold(commune, "volunteer", "liên kết"))
    told = await hold(commune, "guesser", "liên kết", *[f"2345-678{letter}" for letter in "ABCDE"], code)
    assert told.count("không đúng hoặc đã hết hạn") == 5 and "nhiều lần rồi" in told
    look(commune, lambda tx: tx.execute(update(code_).values(expires_at=datetime.now(UTC) - timedelta(seconds=1))))
    assert "không đúng hoặc đã hết hạn" in await hold(commune, "late", "liên kết", code)
    assert whose(commune, "guesser") is None and whose(commune, "late") is None


async def test_saying_it_is_somebody_else_links_nothing(commune: str) -> None:
    code = code_in(await hold(commune, "volunteer", "liên kết"))
    assert "chưa liên kết" in await hold(commune, "stranger", "liên kết", code, "không phải tôi")
    assert whose(commune, "stranger") is None


async def test_two_chats_with_one_code_at_the_same_time(commune: str) -> None:
    code = code_in(await hold(commune, "volunteer", "liên kết"))
    for ref in ("one", "two"):
        await hold(commune, ref, "liên kết", code)
    terminals = [Terminal(ref, out=lambda line: None, colours=False) for ref in ("one", "two")]
    async with living(commune, terminals[:1]) as house:
        await terminals[0].ready.wait()
        await terminals[1].start(house.reception.receive)
        for terminal in terminals:
            await terminal.hear("đúng, liên kết")
        await quiet(house.store)
    assert [whose(commune, ref) for ref in ("one", "two")].count(VOLUNTEER) == 1


async def test_the_lead_changes_hands(commune: str) -> None:
    told = await hold(commune, "leader", "thành viên", VOLUNTEER, "Giao làm tổ trưởng", "Giao tổ trưởng", "menu")
    assert f"{VOLUNTEER} nay là tổ trưởng" in told and "Mời thành viên" not in told.rpartition("Chào")[2]
    assert roles(commune, "volunteer") == {"leader"} and roles(commune, "leader") == {"volunteer"}
    assert "Mời thành viên" in await hold(commune, "volunteer", "menu")


class Phones(Terminal):
    """Several chats at once, each with what it was told."""

    told: dict[str, list[str]]

    async def send(self, chat: str, message: Message) -> Sent:
        self.chat, self.out = chat, self.told.setdefault(chat, []).append
        return await super().send(chat, message)


async def both(url: str, *turns: tuple[str, str]) -> dict[str, str]:
    """What the leader and the volunteer are told while they say these lines in turns; both phones are on."""
    phones = Phones("leader", colours=False)
    phones.told = {}
    async with living(url, [phones]) as house:
        await phones.ready.wait()
        for phones.chat, line in turns:
            await phones.hear(line)
            await quiet(house.store)
    return {ref: "\n".join(told) for ref, told in phones.told.items()}


LEAVES = (("leader", "thành viên"), ("leader", VOLUNTEER), ("leader", "Cho nghỉ khỏi tổ"), ("leader", "Cho nghỉ"))
HANDED_OVER = (("leader", "thành viên"), ("leader", VOLUNTEER), ("leader", "Giao làm tổ trưởng"), ("leader", "Giao tổ trưởng"))


async def test_whoever_leads_from_today_is_told_so(commune: str) -> None:
    told = await both(commune, ("volunteer", "menu"), *HANDED_OVER)
    assert "Anh/chị nay là tổ trưởng Thôn" in told["volunteer"] and "Anh/chị nay là tổ trưởng Thôn" not in told["leader"]


async def test_whoever_is_removed_is_thanked_and_sees_nothing_of_the_team_any_more(commune: str) -> None:
    told = await both(commune, ("volunteer", "ghi lượt"), *LEAVES, ("volunteer", "1"), ("volunteer", "menu"))
    after = told["volunteer"].rpartition("thôi ở tổ")[2]
    assert told["volunteer"].count("thôi ở tổ") == 1 and "Ghi lượt" not in after
    for asked in ("số liệu", "hôm nay", "12 xong", "báo cáo", "thành viên", "xem hộ"):
        said = await hold(commune, "volunteer", asked)
        assert "Hộ 1" not in said and not re.search(r"\d/\d", said), asked


async def test_the_leaders_are_told_who_left(commune: str) -> None:
    told = await both(commune, ("leader", "menu"), ("volunteer", "xin nghỉ"), ("volunteer", "Tôi xin nghỉ"))
    assert told["leader"].count(f"{VOLUNTEER} xin nghỉ khỏi tổ") == 1 and "xin nghỉ khỏi tổ" not in told["volunteer"]


async def test_the_team_is_told_when_its_leader_leaves(commune: str) -> None:
    told = await both(commune, *HANDED_OVER, ("volunteer", "thành viên"), ("volunteer", LEADER),
                      ("volunteer", "Giao làm tổ trưởng"), ("volunteer", "Giao tổ trưởng"),
                      ("volunteer", "xin nghỉ"), ("volunteer", "Tôi xin nghỉ"))
    assert told["leader"].count("Anh/chị nay là tổ trưởng Thôn") == 1
    assert told["leader"].count(f"{VOLUNTEER} xin nghỉ khỏi tổ") == 1


async def test_leaving_keeps_what_was_recorded(commune: str) -> None:
    before = look(commune, lambda tx: tx.execute(select(visit.c.id, visit.c.person_id)).all())
    assert "không còn ở tổ" in await hold(commune, "volunteer", "xin nghỉ", "Tôi xin nghỉ")
    assert roles(commune, "volunteer") == set()
    assert look(commune, lambda tx: tx.execute(select(visit.c.id, visit.c.person_id)).all()) == before
    assert "Ghi lượt" not in await hold(commune, "volunteer", "menu")


async def test_the_only_leader_hands_over_before_leaving(commune: str) -> None:
    assert "giao tổ trưởng" in await hold(commune, "leader", "xin nghỉ")
    assert roles(commune, "leader") == {"leader"}
    await hold(commune, "leader", "thành viên", VOLUNTEER, "Cho nghỉ khỏi tổ", "Cho nghỉ")
    assert roles(commune, "volunteer") == set()
    assert "không còn ở tổ" in await hold(commune, "leader", "xin nghỉ", "Tôi xin nghỉ")


@pytest.mark.parametrize("who", ["citizen", "volunteer"])
async def test_only_a_leader_sees_the_members(commune: str, who: str) -> None:
    assert VOLUNTEER not in await hold(commune, who, "thành viên")


async def test_a_forged_member_is_refused_and_noted(commune: str) -> None:
    mine = select(membership.c.place_id).join(chat, chat.c.person_id == membership.c.person_id).where(chat.c.ref == "leader")
    elsewhere = select(membership.c.id).where(membership.c.place_id.not_in(mine)).limit(1)
    theirs = look(commune, lambda tx: tx.scalar(elsewhere))
    assert theirs is not None
    await hold(commune, "leader", "thành viên")
    shown = look(commune, lambda tx: tx.scalars(select(chat.c.shown).where(chat.c.ref == "leader")).all())
    asked = re.search(r"\w+:who:", str(shown))
    assert asked
    terminal = Terminal("leader", out=lambda line: None, colours=False)
    async with living(commune, [terminal]) as house:
        await terminal.ready.wait()
        forged = Incoming(Kind.PRESS, datetime.now(UTC), data=f"{asked[0]}{theirs}")
        await house.reception.receive("terminal", [Received("forged", "leader", forged)])
        await quiet(house.store)
    noted = look(commune, lambda tx: tx.scalars(select(audit.c.subject).where(audit.c.action == "refused")).all())
    assert noted == ["manage_members"]
