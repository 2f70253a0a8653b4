"""What is kept about somebody: declared for every table, shown, taken along, and gone when they say so."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Connection, Date, DateTime, Integer, Table, create_engine, insert, select, text, update

from bot.tending import pass_on
from content.vietnam_time import instant
from content.words import LANGUAGES, words
from handlers import my_data
from handlers.look import Look
from storage import erasure, mail, personal
from storage.database import Database
from storage.models import (
    METADATA,
    Attempt,
    Chat,
    Conversation,
    DossierWatch,
    Household,
    Inbox,
    Outbox,
    Person,
    Reminder,
    Visit,
    table,
)
from storage.outcomes import Mode, Outcome
from storage.personal import HOLDINGS, Fate, Own
from storage.reading import Reading
from storage.record import Context, record
from storage.work import visits
from tests.handlers.village import LIBRARY, WEDNESDAY, Village

CANARY = "chim-hoang-yen-bon-bay"
THEIRS = 77
PLAIN_NUMBERS = {("conversation_id", "guide_trouble"), ("conversation_id", "guide_run"), ("conversation_id", "chat")}
"""Numbers of conversations, which are erased: what is left of them leads nowhere."""


def names_somebody(column: Any) -> bool:
    """Whether a column says who somebody is or where they write."""
    target = {key.target_fullname for key in column.foreign_keys}
    return bool(target & {"chat.id", "person.id"}) or column.name.endswith(("chat_id", "person_id"))


def test_every_column_that_names_somebody_is_declared_once() -> None:
    """Whoever adds a table says here what is shown of it and what a deletion does with it."""
    there = {(one.name, column.name) for one in METADATA.tables.values() for column in one.c if names_somebody(column)}
    there |= {("chat", "id"), ("person", "id")}
    declared = [(each.table.name, each.column) for each in HOLDINGS]
    assert len(declared) == len(set(declared))
    assert set(declared) == there
    loose = {(column.name, one.name) for one in METADATA.tables.values() for column in one.c if column.name == "conversation_id"}
    assert loose == PLAIN_NUMBERS


def test_what_stays_says_why_and_every_kind_has_its_words() -> None:
    for holding in HOLDINGS:
        assert bool(holding.why) == (holding.fate is Fate.KEPT), holding
        assert not holding.sets or holding.fate is Fate.EMPTIED
        assert set(holding.hidden) <= set(holding.table.c.keys()), holding
        for language in LANGUAGES if holding.group else ():
            assert words(language).say(f"mydata.holds.{holding.group}", count=1)


def test_no_secret_and_nothing_that_was_written_about_others_can_be_exported() -> None:
    for holding in HOLDINGS:
        if holding.group:
            shown = {column.name for column in holding.table.c} - set(holding.hidden)
            assert not {name for name in shown if "hash" in name or name in ("key", "room_code", "note")}, holding


TECHNICAL = {"account", "state", "policy", "kind", "key", "external_id", "problem", "closed_by", "about", "language"}


def seeded(tx: Connection, one: Table, number: int) -> None:
    """A row in which everything that may say something says the canary, and every reference leads to one person or chat."""
    keeps = {each.fate for each in HOLDINGS if each.table is one} == {Fate.KEPT}
    row = {}
    for column in one.c:
        held = next((each for each in HOLDINGS if each.table is one and each.column == column.name), None)
        if held is not None:
            row[column.name] = THEIRS
        else:
            row[column.name] = value(column, number, keeps)
    tx.execute(insert(one), row)


def value(column: Any, number: int, keeps: bool) -> Any:
    kind = column.type
    if isinstance(kind, JSON):
        return {} if keeps else {"text": CANARY}
    if isinstance(kind, (DateTime, Date)) or "DateTime" in type(kind).__name__:
        return date(2026, 11, 25) if isinstance(kind, Date) else datetime(2026, 11, 25, tzinfo=UTC)
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Integer) or "Integer" in repr(kind):
        return number
    if column.name == "state":
        return "done" if column.table.name == "inbox" else "sent"
    return f"x{number}" if keeps or column.name in TECHNICAL else f"{CANARY}{number}"


def test_somebody_in_every_table_is_found_nowhere_afterwards(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "all.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = create_engine(f"sqlite:///{path}", json_serializer=lambda thing: json.dumps(thing, ensure_ascii=False))
    now = datetime(2026, 11, 25, 3, tzinfo=UTC)
    with engine.begin() as tx:  # no foreign keys here: a row for each table, whatever it would need beside it
        for number, one in enumerate(sorted({each.table.name for each in HOLDINGS}), start=1):
            seeded(tx, METADATA.tables[one], 1000 + number)
        tx.execute(update(table(Chat)).values(state="active", left_at=None))
    assert scan(engine) >= 18
    with engine.begin() as tx:
        assert personal.counts(Reading(tx), Own((THEIRS,), THEIRS))
        record(erasure.Forget(), tx, Context(now, WEDNESDAY, THEIRS, THEIRS, "test"))
        assert scan_of(tx) == {"chat": 1}, "at once everything but where to send the receipt"
        assert erasure.finish(tx, now + timedelta(minutes=20)) == 1
    assert scan(engine) == 0
    with engine.begin() as tx:
        left = {each.table.name for each in HOLDINGS
                if tx.execute(select(each.table).where(each.mine(Own((THEIRS,), THEIRS)))).first() is not None}
        assert not left & {each.table.name for each in HOLDINGS if each.fate is Fate.ERASED} - {
            each.table.name for each in HOLDINGS if each.fate is not Fate.ERASED}
        assert {"visit", "membership", "consent", "audit_event", "attendance"} <= left, "work records and proofs stay"
    engine.dispose()


def scan(engine: Any) -> int:
    with engine.begin() as tx:
        return sum(scan_of(tx).values())


def scan_of(tx: Connection) -> dict[str, int]:
    """In how many rows of each table the canary still stands."""
    found = {one.name: sum(CANARY in str(row) for row in tx.execute(text(f"SELECT * FROM {one.name}")).all())
             for one in METADATA.sorted_tables}
    return {name: count for name, count in found.items() if count}


@pytest.fixture
def village(database: Database) -> Village:
    made = Village(database)
    made.joins("an", "volunteer", "Chị An")
    made.joins("chi", "leader", "Bác Chi")
    made.comes("dan")
    return made


def busy(village: Village) -> None:
    """A citizen who asked for help, watches a dossier, gave feedback and is being answered."""
    village.say("dan", "theo dõi hồ sơ", "khai sinh cháu Bống", "30/11/2026")
    village.say("dan", "nhờ người giúp", "đồng ý giữ", f"quên mật khẩu {CANARY}")
    village.press("an", "tôi nhận giúp")


def minute(village: Village, minutes: int = 1) -> None:
    village.now += timedelta(minutes=minutes)
    with village.database.write() as tx:
        tx.execute(update(table(Outbox)).where(table(Outbox).c.state == "new").values(state="sent", finished_at=village.now))
        pass_on(tx, village.mind, village.now)


def test_a_citizen_sees_takes_along_and_erases_it(village: Village) -> None:
    busy(village)
    village.say("dan", "thoát")
    shown = village.say("dan", "xem dữ liệu của tôi")
    assert "Lần nhờ người giúp: 1" in shown and "Hồ sơ đang chờ (tên gọi và ngày hẹn): 1" in shown and "Thôn đang ở: 1" in shown
    village.press("dan", "lấy về một bản")
    name = next(message.document for message in reversed(village._messages("dan", 0)) if message.document)
    assert name == f"mydata:vi:{village.chat('dan')}:0:txt"
    with village.database.read() as tx:
        look = Look(Reading(tx), words("vi"), LIBRARY, village.now, WEDNESDAY, village.now, 0)
        read, data = (my_data.paper(look, f"{village.chat('dan')}:0:{form}") for form in my_data.FORMS)
    assert read is not None and CANARY in read.content.decode() and "khai sinh cháu Bống" in read.content.decode()
    assert data is not None
    kept = json.loads(data.content)["kept"]
    assert kept["dossier_watch"][0]["nickname"] == "khai sinh cháu Bống" and "helper_chat_id" not in kept["help_request"][0]
    assert "Không lấy lại được" in village.say("dan", "xóa dữ liệu của tôi").replace("không", "Không")
    assert "Mã biên nhận" in village.press("dan", "xóa hết") and "báo đã xong" in village.told("an")
    assert village.requests() == ["closed"]
    with village.database.read() as tx:
        assert tx.scalar(select(table(DossierWatch).c.id)) is None and tx.scalar(select(table(Reminder).c.id)) is None
    old = village.chat("dan")
    minute(village)
    assert village.chat("dan") == 0, "the address is gone"
    with village.database.read() as tx:
        theirs = {name: n for name, n in scan_of(tx).items() if name != "outbox"}  # what was passed on to the helper is theirs
        assert theirs == {}
        assert tx.execute(select(table(Conversation)).where(table(Conversation).c.chat_id == old)).first() is None
    assert "Mã biên nhận" not in village.say("dan", "menu"), "and writing again begins anew"
    assert village.chat("dan") not in (0, old)


def test_who_writes_again_before_the_address_is_gone_has_begun_anew(village: Village) -> None:
    village.say("dan", "xóa dữ liệu")
    village.press("dan", "xóa hết")
    old = village.chat("dan")
    village.now += timedelta(seconds=5)
    village.say("dan", "theo dõi hồ sơ", "sổ đỏ", "30/11/2026")
    minute(village)
    minute(village)
    assert village.chat("dan") == old
    assert "Hồ sơ đang chờ (tên gọi và ngày hẹn): 1" in village.say("dan", "xem dữ liệu của tôi")


def test_a_volunteer_leaves_the_team_and_the_visits_stay_without_a_name(village: Village) -> None:
    village.comes("an-web", village.chat("an") and 1)
    with village.database.write() as tx:
        home = tx.scalar(select(table(Household).c.id).where(table(Household).c.number == 12))
        record(visits.LogVisit("v", home, village.now, WEDNESDAY, Mode.DOOR, Outcome.NOT_HOME, None, None, None, (), ""), tx,
               Context(village.now, WEDNESDAY, village.chat("an"), 1, "test"))
    told = village.say("an", "xóa dữ liệu của tôi")
    assert "Lượt đến hộ đã ghi: 1" in told and "không còn tên" in told
    village.press("an", "xóa hết")
    minute(village)
    assert (village.chat("an"), village.chat("an-web")) == (0, 0), "all chats of the person"
    with village.database.read() as tx:
        assert tx.scalar(select(table(Visit).c.person_id)) == 1
        assert tx.scalar(select(table(Person).c.label).where(table(Person).c.id == 1)) == "–"
    assert "Ghi lượt" not in village.say("an", "menu")


def test_the_only_leader_of_others_hands_over_first(village: Village) -> None:
    assert "giao tổ trưởng cho một người trước" in village.say("chi", "xóa dữ liệu của tôi")


def test_guessing_cannot_be_made_quick_by_erasing(village: Village) -> None:
    with village.database.write() as tx:
        tx.execute(insert(table(Attempt)), {"chat_id": village.chat("dan"), "what": "household", "at": village.now})
    village.say("dan", "xóa dữ liệu")
    village.press("dan", "xóa hết")
    minute(village)
    assert village.chat("dan") != 0, "the address stays as long as the guesses count"
    minute(village, 11)
    assert village.chat("dan") == 0


def test_an_address_that_is_remembered_from_before_does_not_lead_to_a_forgotten_chat(village: Village) -> None:
    """Another process may have seen the chat before it was forgotten: what it remembers must lead nowhere."""
    old = village.chat("dan")
    village.say("dan", "xóa dữ liệu")
    village.press("dan", "xóa hết")
    minute(village)
    known = {"dan": old}
    with village.database.write() as tx:
        letter = mail.Letter("late-1", "dan", {"k": "text", "text": "chào", "at": instant(WEDNESDAY, 10).timestamp()})
        assert mail.receive(tx, "test", [letter], village.now, known) != 0
        new = tx.scalar(select(table(Inbox).c.chat_id).where(table(Inbox).c.external_id == "late-1"))
    assert new == known["dan"] and new != old
