"""Each kind of reminder from what triggers it to what is said, on the demonstration commune; people who cannot be reached."""

import threading
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import Connection, insert, select, update

from bot import demo
from bot.clock import plan_day
from bot.mind import Mind
from bot.reminding import send_due
from content.library import Library
from handlers.reminders.reminder_words import WORDED
from handlers.talk import Message
from storage.areas import residence
from storage.database import Database
from storage.guiding import guide_runs
from storage.helping.desks import SetDesk
from storage.households import appointments
from storage.local_time import instant
from storage.models import Campaign, Chat, Household, Outbox, Person, Place, Reminder, table
from storage.outcomes import Barrier, Mode, Outcome
from storage.record import Context, record
from storage.reminding import gatherings, handover, preferences, reminder_kinds, reminders, rhythms
from storage.reminding.dossiers import DossierIs, DossierState, WatchDossier
from storage.reminding.reminder_kinds import KINDS
from storage.work import visits
from tests.bot.test_poison import LIMITS

MONDAY = date(2026, 11, 30)
START = instant(MONDAY - timedelta(days=30), time(9))
MIND = Mind(Library.load(), lambda text: None, "vi", dict.fromkeys(("terminal", "web", "demo", "test"), LIMITS), lambda: ())  # type: ignore[arg-type, return-value]
reminder, outbox, chat = table(Reminder), table(Outbox), table(Chat)


@pytest.fixture
def commune(database: Database) -> Database:
    with database.write() as tx:
        demo.load(tx, START)
        tx.execute(update(table(Campaign)).values(ends_on=MONDAY + timedelta(days=30)))
        tx.execute(update(chat).values(heard_at=START))
    return database


def at(hour: int, minute: int = 0, on: date = MONDAY) -> datetime:
    return instant(on, time(hour, minute))


def who(tx: Connection, ref: str, account: str = "terminal") -> tuple[int, int | None]:
    """A chat and its person."""
    row = tx.execute(select(chat.c.id, chat.c.person_id).where(chat.c.account == account, chat.c.ref == ref)).first()
    if row is None:
        tx.execute(
            insert(chat), {"account": account, "ref": ref, "state": "active", "shown": [], "created_at": START, "heard_at": START}
        )
        return who(tx, ref, account)
    return row.id, row.person_id


def context(tx: Connection, ref: str, now: datetime) -> Context:
    chat_id, person = who(tx, ref)
    return Context(now, now.astimezone(reminders.LOCAL).date(), chat_id, person, "terminal")


def look(database: Database, now: datetime, mind: Mind = MIND) -> list[str]:
    """What is posted at a moment, as it reads."""
    with database.write() as tx:
        before = set(tx.execute(select(outbox.c.id)).scalars())
        for _ in range(3):  # what was posted arrives, and that is seen by the next look
            send_due(tx, mind, now)
            tx.execute(update(outbox).where(outbox.c.state == "new").values(state="sent", finished_at=now))
        rows = tx.execute(select(outbox.c.id, outbox.c.parcel).where(outbox.c.lane == 1).order_by(outbox.c.id)).all()
    said = [Message.unpack(row.parcel) for row in rows if row.id not in before]
    return [
        "\n".join(filter(None, (message.title, message.text, message.note, *(choice.label for choice in message.choices))))
        for message in said
    ]


def ends(database: Database, kind: str) -> list[tuple[str, str]]:
    with database.read() as tx:
        return [
            (row.state, row.reason)
            for row in tx.execute(
                select(reminder.c.state, reminder.c.reason).where(reminder.c.kind == kind).order_by(reminder.c.id)
            )
        ]


def one(database: Database, table_: object, **where: object) -> int:
    with database.read() as tx:
        query = select(table_.c.id)  # type: ignore[attr-defined]
        for name, value in where.items():
            query = query.where(table_.c[name] == value)  # type: ignore[attr-defined]
        return int(tx.execute(query.order_by(table_.c.id).limit(1)).scalar_one())  # type: ignore[attr-defined]


def test_every_kind_has_its_words() -> None:
    assert set(WORDED) == set(KINDS)


def test_a_return_visit_is_said_in_the_morning_and_an_hour_before_until_somebody_goes(commune: Database) -> None:
    with commune.write() as tx:
        volunteer = context(tx, "volunteer", at(9))
        home = tx.scalar(select(table(Household).c.id).where(table(Household).c.number == 21).limit(1))
        day = MONDAY + timedelta(days=2)
        record(visits.LogVisit("v1", home, at(9), MONDAY, Mode.DOOR, Outcome.APPOINTMENT, None, day, None, (), ""), tx, volunteer)
        record(reminders.ComeAt(f"household:{home}", day, time(15)), tx, volunteer)
    assert any("hộ 21" in said and "Hẹn" in said for said in look(commune, at(7, 1, day)))
    assert look(commune, at(13, 59, day)) == []
    assert [said.startswith("Lúc 15:00: hẹn ở hộ 21") for said in look(commune, at(14, 1, day))] == [True]
    with commune.write() as tx:
        volunteer = context(tx, "volunteer", at(16, 0, day))
        record(
            visits.LogVisit(
                "v2", home, at(16, 0, day), day, Mode.DOOR, Outcome.COMPLETED, None, None, None, ("vneid_level2",), ""
            ),
            tx,
            volunteer,
        )
    assert all("hộ 21" not in said for n in range(1, 8) for said in look(commune, at(7, 1, day + timedelta(days=n))))
    assert ("cleared", "visited") in ends(commune, reminder_kinds.FOLLOW_UP)


def test_a_household_that_reached_the_goal_by_itself_is_not_recalled_but_an_appointment_is_kept(commune: Database) -> None:
    with commune.write() as tx:
        chat_id, _ = who(tx, "volunteer")
        done = tx.scalar(select(table(visits.Attainment).c.household_id).limit(1))
        reminders.remind(tx, reminder_kinds.FOLLOW_UP, f"household:{done}", chat_id, MONDAY)
        tx.execute(update(reminder).where(reminder.c.due_on != MONDAY).values(state="cleared", reason="visited"))
    assert look(commune, at(7, 1)) == [] and ends(commune, reminder_kinds.FOLLOW_UP)[-1] == ("cleared", "nothing_left")


def test_a_dossier_on_its_day_and_two_working_days_later_and_then_never(commune: Database) -> None:
    friday = date(2026, 12, 4)
    with commune.write() as tx:
        record(WatchDossier("k", "giấy khai sinh", friday), tx, context(tx, "citizen", at(9)))
    assert look(commune, at(8, 0, friday - timedelta(days=1))) == []
    assert ["giấy khai sinh" in said and "Trễ hẹn" in said for said in look(commune, at(8, 1, friday))] == [True]
    assert look(commune, at(8, 1, date(2026, 12, 7))) == []
    assert ["hai ngày làm việc" in said for said in look(commune, at(8, 1, date(2026, 12, 8)))] == [True]
    assert [look(commune, at(8, 1, date(2026, 12, 9) + timedelta(days=n))) for n in range(20)] == [[]] * 20


def test_a_dossier_that_came_is_not_asked_for(commune: Database) -> None:
    with commune.write() as tx:
        citizen = context(tx, "citizen", at(9))
        record(WatchDossier("k", "sổ", MONDAY + timedelta(days=1)), tx, citizen)
        record(DossierIs(1, DossierState.RECEIVED), tx, citizen)
    assert look(commune, at(8, 1, MONDAY + timedelta(days=1))) == [] and ends(commune, reminder_kinds.DOSSIER) == [
        ("cleared", "answered")
    ]


def test_whoever_comes_tomorrow_is_named_the_evening_before(commune: Database) -> None:
    day = MONDAY + timedelta(days=3)
    with commune.write() as tx:
        citizen, _ = who(tx, "citizen")
        person = tx.scalar(select(table(Person).c.id).limit(1))
        record(appointments.Appoint("a", citizen, person, day, time(9), day_code="4821"), tx, context(tx, "volunteer", at(9)))
    assert look(commune, at(18, 29, day - timedelta(days=1))) == []
    [said] = look(commune, at(18, 31, day - timedelta(days=1)))
    assert "09:00" in said and "4821" in said and "mẫu" in said


def test_the_day_plans_what_nobody_triggers(commune: Database) -> None:
    """Deadline, weekly summary, households to confirm, thanks to whoever is silent: planned twice, owed once."""
    with commune.write() as tx:
        tx.execute(update(table(Campaign)).values(ends_on=MONDAY + timedelta(days=7)))
        home = tx.scalar(select(table(Household).c.id).where(table(Household).c.number == 22).limit(1))
        record(
            visits.LogVisit("m", home, at(9), MONDAY - timedelta(days=3), Mode.DOOR, Outcome.MOVED_OUT, None, None, None, (), ""),
            tx,
            context(tx, "leader", at(9)),
        )
        tx.execute(update(reminder).values(state="cleared", reason="visited"))
        for _ in range(2):
            plan_day(tx, MIND, MONDAY)
    said = "\n---\n".join(look(commune, at(7, 31)))
    assert "kết thúc" in said and "mỗi ngày làm việc cần khoảng" in said
    assert "Tỷ lệ hộ đạt" in said and "Chờ xác nhận: 1 hộ" in said
    assert "Cảm ơn những lượt đã đi" in said
    with commune.read() as tx:
        owed = tx.execute(select(reminder.c.kind, reminder.c.subject, reminder.c.chat_id, reminder.c.due_on)).all()
    assert len(owed) == len(set(owed))
    with commune.write() as tx:
        plan_day(tx, MIND, MONDAY)
    assert look(commune, at(7, 35)) == []


def test_a_stop_over_monday_does_not_lose_the_weekly_summary(commune: Database) -> None:
    with commune.write() as tx:
        tx.execute(update(reminder).values(state="cleared", reason="visited"))
        plan_day(tx, MIND, MONDAY + timedelta(days=1))
    assert "Tỷ lệ hộ đạt" in "\n".join(look(commune, at(10, 0, MONDAY + timedelta(days=1))))


def test_whoever_reports_on_friday_gets_the_summary_that_afternoon_and_not_on_monday_too(commune: Database) -> None:
    friday = MONDAY + timedelta(days=4)
    with commune.write() as tx:
        tx.execute(update(reminder).values(state="cleared", reason="visited"))
        _, leader = who(tx, "leader")
        record(preferences.Prefer(weekly_on=4), tx, context(tx, "leader", at(9)))
        for on in (MONDAY, friday, friday + timedelta(days=2)):  # also where the program stood still over Friday
            plan_day(tx, MIND, on)
        weekly = {(row.person_id == leader, row.due_on, row.due_at) for row in tx.execute(
            select(chat.c.person_id, reminder.c.due_on, reminder.c.due_at).join(chat, chat.c.id == reminder.c.chat_id)
            .where(reminder.c.kind == reminder_kinds.WEEKLY))}
    assert (True, friday, at(16, 30, friday)) in weekly and (False, MONDAY, at(7, 30)) in weekly
    assert {(mine, on) for mine, on, _ in weekly} == {(True, friday), (False, MONDAY)}
    look(commune, at(7, 31))  # the others have theirs
    assert "Tỷ lệ hộ đạt" not in "\n".join(look(commune, at(16, 29, friday)))
    assert "Tỷ lệ hộ đạt" in "\n".join(look(commune, at(16, 31, friday)))


def test_a_change_of_the_day_brings_no_second_summary_within_a_week(commune: Database) -> None:
    friday = MONDAY + timedelta(days=4)
    with commune.write() as tx:
        tx.execute(update(reminder).values(state="cleared", reason="visited"))
        plan_day(tx, MIND, MONDAY)
    assert "Tỷ lệ hộ đạt" in "\n".join(look(commune, at(7, 31)))
    with commune.write() as tx:
        record(preferences.Prefer(weekly_on=4), tx, context(tx, "leader", at(9)))
        plan_day(tx, MIND, friday)
    assert "Tỷ lệ hộ đạt" not in "\n".join(look(commune, at(16, 31, friday)))
    assert ("suppressed", "cap_week") in ends(commune, reminder_kinds.WEEKLY)


def test_the_desk_opens_longer_tomorrow_for_whoever_asked(commune: Database) -> None:
    friday = date(2026, 12, 4)
    with commune.write() as tx:
        place = tx.scalar(select(table(Place).c.id).where(table(Place).c.level == "commune"))
        record(SetDesk(place, "Số 1", "7:30-17:00", "7:30-11:30"), tx, context(tx, "leader", at(9)))
        record(preferences.Prefer(place_id=place, desk_notes=True), tx, context(tx, "citizen", at(9)))
        tx.execute(update(reminder).values(state="cleared", reason="visited"))
        plan_day(tx, MIND, friday - timedelta(days=1))
        plan_day(tx, MIND, friday)
    assert ["7:30-11:30" in said for said in look(commune, at(17, 1, friday)) if "Một cửa" in said] == [True]


def test_a_gathering_is_said_the_evening_before_and_that_morning_and_not_when_called_off(commune: Database) -> None:
    day = MONDAY + timedelta(days=5)
    hamlet = one(commune, table(Place), level="hamlet")
    plan = gatherings.PlanGathering(
        "g", gatherings.GatheringKind.TRAINING, hamlet, day, time(14), time(16), "nhà văn hóa", "", "VNeID"
    )
    with commune.write() as tx:
        leader = context(tx, "leader", at(9))
        record(plan, tx, leader)
        record(replace(plan, key="off"), tx, leader)
        record(gatherings.CancelGathering(2), tx, leader)
        tx.execute(update(reminder).where(reminder.c.kind != reminder_kinds.GATHERING).values(state="cleared", reason="visited"))
    evening = look(commune, at(18, 31, day - timedelta(days=1)))
    assert len(evening) == 2 and all("nhà văn hóa" in said and "14:00–16:00" in said for said in evening)
    assert len(look(commune, at(7, 1, day))) == 2
    assert {state for state, _ in ends(commune, reminder_kinds.GATHERING)} == {"sent", "cleared"}


def test_a_mobile_session_names_the_households_that_wait_for_it(commune: Database) -> None:
    day = MONDAY + timedelta(days=5)
    with commune.write() as tx:
        leader = context(tx, "leader", at(9))
        hamlet = tx.scalar(select(table(Place).c.id).where(table(Place).c.level == "hamlet").order_by(table(Place).c.id).limit(1))
        home = tx.scalar(
            select(table(Household).c.id).where(table(Household).c.number == 20, table(Household).c.hamlet_id == hamlet)
        )
        record(
            visits.LogVisit("o", home, at(9), MONDAY, Mode.DOOR, Outcome.BLOCKED, Barrier.OTP_NOT_RECEIVED, None, None, (), ""),
            tx,
            leader,
        )
        stuck = gatherings.stuck_homes(rhythms.Reading(tx), [hamlet], "otp_not_received")
        record(
            gatherings.PlanGathering(
                "s", gatherings.GatheringKind.SESSION, hamlet, day, time(8), time(10), "sân kho", "", "", "otp_not_received"
            ),
            tx,
            leader,
        )
        tx.execute(update(reminder).where(reminder.c.kind != reminder_kinds.SESSION).values(state="cleared", reason="visited"))
    said = look(commune, at(18, 31, day - timedelta(days=2)))
    assert stuck and all(", ".join(map(str, stuck)) in each for each in said) and said


# --- people who cannot be reached -------------------------------------------------------------------------------------------


def test_a_blocked_volunteer_gets_nothing_and_the_leader_takes_over(commune: Database) -> None:
    with commune.write() as tx:
        chat_id, person = who(tx, "volunteer")
        hamlet = tx.scalar(select(table(Place).c.id).where(table(Place).c.level == "hamlet").order_by(table(Place).c.id).limit(1))
        home = tx.scalar(
            select(table(Household).c.id).where(table(Household).c.number == 20, table(Household).c.hamlet_id == hamlet)
        )
        tx.execute(update(reminder).values(state="cleared", reason="visited"))
        reminders.remind(tx, reminder_kinds.FOLLOW_UP, f"household:{home}", chat_id, MONDAY)
        tx.execute(update(chat).where(chat.c.person_id == person).values(state="blocked"))
    said = look(commune, at(7, 1))
    assert ends(commune, reminder_kinds.FOLLOW_UP)[-1] == ("cleared", "blocked")
    assert any("Hộ 20: cần người tiếp tục" in each for each in said)


def test_a_403_at_sending_hands_over_too(commune: Database) -> None:
    with commune.write() as tx:
        chat_id, person = who(tx, "volunteer")
        hamlet = tx.scalar(select(table(Place).c.id).where(table(Place).c.level == "hamlet").order_by(table(Place).c.id).limit(1))
        home = tx.scalar(
            select(table(Household).c.id).where(table(Household).c.number == 20, table(Household).c.hamlet_id == hamlet)
        )
        tx.execute(update(reminder).values(state="cleared", reason="visited"))
        reminders.remind(tx, reminder_kinds.FOLLOW_UP, f"household:{home}", chat_id, MONDAY)
        send_due(tx, MIND, at(7, 1))
        tx.execute(update(chat).where(chat.c.person_id == person).values(state="blocked"))
        tx.execute(update(outbox).where(outbox.c.state == "new").values(state="failed", problem="blocked", finished_at=at(7, 1)))
    said = look(commune, at(7, 2))
    assert ends(commune, reminder_kinds.FOLLOW_UP)[-1] == ("failed", "blocked")
    assert any("cần người tiếp tục" in each for each in said)


def test_another_chat_of_the_person_is_used_where_one_may_not_be_written_to(commune: Database) -> None:
    narrow = replace(LIMITS, proactive=timedelta(hours=48))
    mind = replace(MIND, limits={**MIND.limits, "terminal": narrow, "web": narrow})
    with commune.write() as tx:
        tx.execute(update(reminder).values(state="cleared", reason="visited"))
        chat_id, person = who(tx, "volunteer")
        tx.execute(
            insert(chat),
            {
                "account": "test",
                "ref": "x",
                "person_id": person,
                "state": "active",
                "shown": [],
                "created_at": START,
                "heard_at": START - timedelta(days=9),
            },
        )
        home = tx.scalar(select(table(Household).c.id).where(table(Household).c.number == 20).limit(1))
        reminders.remind(tx, reminder_kinds.FOLLOW_UP, f"household:{home}", chat_id, MONDAY)
    assert len(look(commune, at(7, 1), mind)) == 1
    with commune.read() as tx:
        assert tx.execute(select(outbox.c.account).order_by(outbox.c.id.desc()).limit(1)).scalar_one() == "test"


def test_where_no_chat_may_be_written_to_it_ends_with_that_reason_and_goes_to_the_team(commune: Database) -> None:
    mind = replace(MIND, limits={name: replace(LIMITS, proactive=timedelta(hours=48)) for name in MIND.limits})
    with commune.write() as tx:
        tx.execute(update(reminder).values(state="cleared", reason="visited"))
        chat_id, _ = who(tx, "volunteer")
        _, person = who(tx, "leader")
        tx.execute(update(chat).where(chat.c.person_id == person).values(heard_at=at(6, 31)))
        home = tx.scalar(select(table(Household).c.id).where(table(Household).c.number == 20).limit(1))
        reminders.remind(tx, reminder_kinds.FOLLOW_UP, f"household:{home}", chat_id, MONDAY)
    said = look(commune, at(7, 1), mind) + look(commune, at(7, 2), mind)
    assert ends(commune, reminder_kinds.FOLLOW_UP)[-1] == ("cleared", "no_way")
    assert any("cần người tiếp tục" in each for each in said)


def test_what_could_not_leave_before_the_quiet_hours_waits_for_the_morning(commune: Database) -> None:
    with commune.write() as tx:
        tx.execute(update(reminder).values(state="cleared", reason="visited"))
        record(WatchDossier("k", "sổ", MONDAY), tx, context(tx, "citizen", at(9)))
        send_due(tx, MIND, at(19, 59))
        parcel = tx.execute(select(outbox.c.parcel).order_by(outbox.c.id.desc()).limit(1)).scalar_one()
        assert parcel["until"] == at(20).timestamp()
        tx.execute(update(outbox).values(state="failed", problem=reminders.TOO_LATE, finished_at=at(20, 5)))
    assert look(commune, at(20, 6)) == [] and ends(commune, reminder_kinds.DOSSIER) == [("scheduled", "quiet")]
    assert len(look(commune, at(7, 1, MONDAY + timedelta(days=1)))) == 1


def test_an_open_conversation_is_left_in_peace_and_a_hamlet_too(commune: Database) -> None:
    hamlet = one(commune, table(Place), level="hamlet")
    with commune.write() as tx:
        leader = context(tx, "leader", at(9))
        record(
            rhythms.SetRhythm(hamlet, rhythms.RhythmKind.PEACE, starts_on=MONDAY, ends_on=MONDAY + timedelta(days=1)), tx, leader
        )
        tx.execute(update(reminder).values(state="cleared", reason="visited"))
        chat_id, _ = who(tx, "volunteer")
        home = tx.scalar(
            select(table(Household).c.id).where(table(Household).c.number == 20, table(Household).c.hamlet_id == hamlet)
        )
        reminders.remind(tx, reminder_kinds.FOLLOW_UP, f"household:{home}", chat_id, MONDAY)
    assert look(commune, at(7, 1)) == [] and look(commune, at(7, 1, MONDAY + timedelta(days=1))) == []
    assert len(look(commune, at(7, 1, MONDAY + timedelta(days=2)))) == 1


def test_48_hours_of_outage_are_one_message_for_each_person(commune: Database) -> None:
    with commune.write() as tx:
        tx.execute(update(reminder).values(state="cleared", reason="visited"))
        plan_day(tx, MIND, MONDAY)
        for ref in ("volunteer", "leader"):
            chat_id, _ = who(tx, ref)
            for home in tx.execute(select(table(Household).c.id).where(table(Household).c.number > 12).limit(12)).scalars():
                reminders.remind(tx, reminder_kinds.FOLLOW_UP, f"household:{home}", chat_id, MONDAY)
        chat_id, _ = who(tx, "citizen")
        record(WatchDossier("1", "a", MONDAY), tx, context(tx, "citizen", at(6)))
        record(WatchDossier("2", "b", MONDAY + timedelta(days=1)), tx, context(tx, "citizen", at(6)))
    later = at(9, 0, MONDAY + timedelta(days=2))
    with commune.write() as tx:
        plan_day(tx, MIND, MONDAY + timedelta(days=2))
    for minutes in range(0, 600, 30):
        look(commune, later + timedelta(minutes=minutes))
    with commune.read() as tx:
        chats = list(tx.execute(select(outbox.c.chat_id).where(outbox.c.lane == 1, outbox.c.created_at >= later)).scalars())
    assert chats and len(chats) == len(set(chats))
    assert ("suppressed", "outage") in ends(commune, reminder_kinds.FOLLOW_UP)
    assert ("expired", "late") in ends(commune, reminder_kinds.WEEKLY)


def test_two_clocks_at_once_on_a_real_server_say_everything_once(postgres_url: str) -> None:
    database, other = Database(postgres_url), Database(postgres_url)
    with database.write() as tx:
        for n in range(1, 301):
            tx.execute(
                insert(chat),
                {
                    "id": n,
                    "account": "test",
                    "ref": str(n),
                    "state": "active",
                    "shown": [],
                    "created_at": START,
                    "heard_at": START,
                },
            )
            record(WatchDossier(str(n), f"h{n}", MONDAY), tx, Context(START, MONDAY, n, None, "test"))

    def clock(through: Database) -> None:
        for _ in range(12):
            with through.write() as tx:
                send_due(tx, MIND, at(9))

    clocks = [threading.Thread(target=clock, args=(each,)) for each in (database, other)]
    for each in clocks:
        each.start()
    for each in clocks:
        each.join()
    with database.read() as tx:
        said = list(tx.execute(select(outbox.c.chat_id)).scalars())
    assert sorted(said) == list(range(1, 301))
    database.close()
    other.close()


def test_handing_over_never_hands_over_what_was_handed_over(commune: Database) -> None:
    with commune.write() as tx:
        leader, _ = who(tx, "leader")
        home = tx.scalar(select(table(Household).c.id).limit(1))
        reminders.remind(tx, reminder_kinds.HANDED_OVER, f"household:{home}", leader, MONDAY)
        items = reminders.owed(rhythms.Reading(tx), [leader], at(23))
        handover.hand_over(tx, [each for each in items if each.kind.name == reminder_kinds.HANDED_OVER], at(9), MONDAY)
    assert len(ends(commune, reminder_kinds.HANDED_OVER)) == 1


def test_a_guide_that_three_reminders_did_not_finish_goes_to_the_leader_of_that_hamlet(commune: Database) -> None:
    hamlet = one(commune, table(Place), level="hamlet")
    with commune.write() as tx:
        citizen = context(tx, "citizen", at(6))
        record(residence.LiveIn(hamlet, "x"), tx, citizen)
        tx.execute(update(reminder).values(state="cleared", reason="visited"))
        record(guide_runs.Reached(900, "vneid-level2", 1, "go", stuck=False), tx, citizen)
        record(reminders.RemindMe(reminder_kinds.UNFINISHED_GUIDE, guide_runs.subject(900), 1), tx, citizen)
    said = [look(commune, at(8, 1, MONDAY + timedelta(days=n))) for n in range(12)]
    told = [each for day in said for each in day]
    assert sum("bài đang làm dở" in each for each in told) == 3
    assert sum("Có người dân dừng giữa chừng" in each for each in told) >= 1
    with commune.read() as tx:
        assert guide_runs.unfinished(rhythms.Reading(tx), 900) is None
