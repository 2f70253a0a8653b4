"""Each rule of reminding by itself: when something may be said, until when it waits, and how it ends."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from content.holidays import holidays
from storage.hours.calendar import Calendar, overridden
from storage.reminding.reminder_kinds import (
    APPOINTMENT,
    DEADLINE,
    DOSSIER,
    FOLLOW_UP,
    KINDS,
    UNFINISHED_GUIDE,
    VISIT_SOON,
    WEEKLY,
    Slot,
)
from storage.reminding.reminder_rules import (
    Audience,
    End,
    Item,
    Peace,
    Recipient,
    Sent,
    Wait,
    Wishes,
    choose,
    closing,
    instant,
    opening,
    timing,
)

LISTED = holidays()
CALENDAR = Calendar(frozenset(LISTED.off), LISTED.tet, LISTED.until)
DAY = date(2026, 12, 2)  # a Wednesday
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
CITIZEN = Recipient(Audience.CITIZEN, LONG_AGO)
VOLUNTEER = Recipient(Audience.VOLUNTEER, LONG_AGO, volunteer=True)
LEADER = Recipient(Audience.LEADER, LONG_AGO)


def at(hour: int, minute: int = 0, on: date = DAY) -> datetime:
    return instant(on, time(hour, minute))


def item(
    kind: str = UNFINISHED_GUIDE,
    id_: int = 1,
    *,
    on: date = DAY,
    due: datetime | None = None,
    lives: timedelta | None = None,
    **more: object,
) -> Item:
    due = due or instant(on, KINDS[kind].hour)
    return replace(Item(id_, KINDS[kind], f"x:{id_}", 1, 1, due, on, due + (lives or KINDS[kind].lives), None), **more)


def test_in_the_day_it_goes() -> None:
    assert timing(item(), CITIZEN, CALENDAR, at(9)) is None


@pytest.mark.parametrize(
    "to, now, until",
    [
        (CITIZEN, at(6, 59), at(7)),
        (CITIZEN, at(11, 30), at(13, 30)),
        (CITIZEN, at(20), at(7, 0, DAY + timedelta(days=1))),
        (VOLUNTEER, at(6, 29), at(6, 30)),
        (VOLUNTEER, at(21), at(6, 30, DAY + timedelta(days=1))),
    ],
)
def test_quiet_hours(to: Recipient, now: datetime, until: datetime) -> None:
    assert timing(item(due=now), to, CALENDAR, now) == Wait(until, "quiet")
    assert timing(item(due=now, lives=timedelta(minutes=1)), to, CALENDAR, now) == End("expired", "quiet")


def test_members_are_not_silent_at_noon() -> None:
    assert timing(item(FOLLOW_UP), VOLUNTEER, CALENDAR, at(12)) is None


def test_wished_hours_yield_where_it_would_be_too_late() -> None:
    evening = replace(CITIZEN, wishes=Wishes(hours="evening"))
    assert timing(item(), evening, CALENDAR, at(9)) == Wait(at(17, 30), "quiet")
    assert timing(item(lives=timedelta(hours=3)), evening, CALENDAR, at(9)) is None
    assert timing(item(VISIT_SOON, due=at(9)), replace(VOLUNTEER, wishes=Wishes(hours="evening")), CALENDAR, at(9)) is None


@pytest.mark.parametrize(
    "wishes, verdict",
    [
        (Wishes(stopped=True), End("muted", "stopped")),
        (Wishes(muted=frozenset({UNFINISHED_GUIDE})), End("muted", "kind_muted")),
        (Wishes(paused_until=DAY + timedelta(days=2)), Wait(at(8, 0, DAY + timedelta(days=2)), "paused")),
        (Wishes(paused_until=DAY + timedelta(days=30)), End("muted", "paused")),
        (Wishes(paused_until=DAY), None),
    ],
)
def test_what_somebody_wishes(wishes: Wishes, verdict: object) -> None:
    assert timing(item(), replace(CITIZEN, wishes=wishes), CALENDAR, at(9)) == verdict


def test_blocked_and_unreachable_are_cleared() -> None:
    assert timing(item(), replace(CITIZEN, reachable="blocked"), CALENDAR, at(9)) == End("cleared", "blocked")
    assert timing(item(), replace(CITIZEN, reachable="no_way"), CALENDAR, at(9)) == End("cleared", "no_way")


def test_nobody_is_interrupted_twice_half_an_hour_later_then_the_next_day() -> None:
    busy = replace(CITIZEN, heard_at=at(8, 55))
    assert timing(item(), busy, CALENDAR, at(9)) == Wait(at(9, 30), "busy", 1)
    assert timing(item(deferred=1), busy, CALENDAR, at(9)) == Wait(at(9, 30), "busy", 2)
    assert timing(item(deferred=2), busy, CALENDAR, at(9)) == Wait(at(8, 0, DAY + timedelta(days=1)), "busy", 0)
    assert timing(item(), busy, CALENDAR, at(9, 5)) is None
    assert timing(item(deferred=2, lives=timedelta(hours=5)), busy, CALENDAR, at(9)) == End("suppressed", "busy")


def test_three_times_about_one_thing_and_anew_when_asked_again() -> None:
    sent = [Sent(at(9, 0, DAY - timedelta(days=n)), UNFINISHED_GUIDE, "x:1", f"re:d:{n}", Slot.DIGEST) for n in (10, 20, 30)]
    told = replace(CITIZEN, sent=sent)
    assert timing(item(), told, CALENDAR, at(9)) == End("suppressed", "cap_subject")
    assert timing(item(asked_at=at(9, 0, DAY - timedelta(days=15))), told, CALENDAR, at(9)) is None


# --- holidays -------------------------------------------------------------------------------------------------------------

CULTURE = date(2026, 11, 24)
TET_EVE = date(2027, 2, 5)


def test_on_a_holiday_it_rolls_to_the_next_working_day_at_eight() -> None:
    assert timing(item(on=CULTURE), CITIZEN, CALENDAR, at(9, 0, CULTURE)) == Wait(at(8, 0, date(2026, 11, 25)), "holiday")
    labour = date(2028, 4, 29)  # a Saturday before four days off
    assert timing(item(on=date(2028, 4, 30)), CITIZEN, CALENDAR, at(9, 0, labour + timedelta(days=1))) == Wait(
        at(8, 0, date(2028, 5, 3)), "holiday"
    )


def test_what_was_held_until_a_holiday_is_not_said_on_it_either() -> None:
    before = item(on=CULTURE - timedelta(days=1))
    assert timing(before, CITIZEN, CALENDAR, at(9, 0, CULTURE)) == Wait(at(8, 0, date(2026, 11, 25)), "holiday")
    agreed = replace(before, agreed=True)  # for the day before, not for this one
    assert timing(agreed, CITIZEN, CALENDAR, at(9, 0, CULTURE)) == Wait(at(8, 0, date(2026, 11, 25)), "holiday")


def test_a_weekend_is_no_holiday() -> None:
    assert timing(item(on=date(2026, 12, 5)), CITIZEN, CALENDAR, at(9, 0, date(2026, 12, 5))) is None


def test_an_appointment_made_for_a_holiday_is_kept_but_not_at_tet() -> None:
    kept = item(FOLLOW_UP, on=CULTURE, agreed=True)
    assert timing(kept, VOLUNTEER, CALENDAR, at(7, 0, CULTURE)) is None
    assert timing(item(FOLLOW_UP, on=CULTURE), VOLUNTEER, CALENDAR, at(7, 0, CULTURE)) == Wait(
        at(8, 0, date(2026, 11, 25)), "holiday"
    )
    assert isinstance(timing(item(FOLLOW_UP, on=TET_EVE, agreed=True), VOLUNTEER, CALENDAR, at(7, 0, TET_EVE)), End)


def test_after_tet_it_is_spread_over_three_working_days_the_most_urgent_first() -> None:
    found = [
        timing(item(kind, on=TET_EVE, lives=timedelta(days=20)), CITIZEN, CALENDAR, at(9, 0, TET_EVE))
        for kind in (APPOINTMENT, DOSSIER, UNFINISHED_GUIDE, DEADLINE)
    ]
    assert [verdict.until for verdict in found if isinstance(verdict, Wait)] == [
        at(8, 0, date(2027, 2, day)) for day in (11, 11, 12, 15)
    ]
    before_tet = timing(
        item(DEADLINE, on=date(2027, 2, 4), lives=timedelta(days=20)), CITIZEN, CALENDAR, at(9, 0, date(2027, 2, 4))
    )
    assert before_tet == Wait(at(8, 0, date(2027, 2, 15)), "holiday")


def test_what_an_outage_kept_over_tet_is_spread_too() -> None:
    waited = item(DEADLINE, on=TET_EVE, lives=timedelta(days=20))
    assert timing(waited, CITIZEN, CALENDAR, at(9, 0, date(2027, 2, 11))) == Wait(at(8, 0, date(2027, 2, 15)), "holiday")


def test_the_admin_may_change_a_day() -> None:
    changed = overridden(CALENDAR, {CULTURE: True, DAY: False})
    assert timing(item(on=CULTURE), CITIZEN, changed, at(9, 0, CULTURE)) is None
    assert timing(item(), CITIZEN, changed, at(9)) == Wait(at(8, 0, DAY + timedelta(days=1)), "holiday")
    assert changed.works(CULTURE) and not changed.works(DAY)


def test_working_days_skip_weekends_and_holidays() -> None:
    assert CALENDAR.after(date(2026, 11, 20), 2) == date(2026, 11, 25)  # Friday; Monday, then a Tuesday that is free
    assert CALENDAR.after(date(2027, 2, 3), 2) == date(2027, 2, 12)


def test_the_end_of_the_table_is_known_three_months_before() -> None:
    assert not CALENDAR.ends_soon(date(2028, 9, 30)) and CALENDAR.ends_soon(date(2028, 10, 1))


# --- the rhythm of a place ------------------------------------------------------------------------------------------------


def test_a_place_left_in_peace_harvest_and_market() -> None:
    peace = replace(CITIZEN, peace=Peace(muted_until=DAY + timedelta(days=2)))
    assert timing(item(), peace, CALENDAR, at(9)) == Wait(at(8, 0, DAY + timedelta(days=2)), "place_muted")
    harvest = replace(VOLUNTEER, peace=Peace(harvest_until=DAY))
    assert timing(item(DEADLINE), harvest, CALENDAR, at(9)) == End("expired", "harvest")
    assert timing(item(FOLLOW_UP), harvest, CALENDAR, at(9)) is None
    market = replace(CITIZEN, peace=Peace(market=True))
    assert timing(item(), market, CALENDAR, at(9)) == Wait(at(13, 30), "quiet")
    assert timing(item(APPOINTMENT, due=at(9), agreed=True), market, CALENDAR, at(9)) is None


# --- how much -------------------------------------------------------------------------------------------------------------


def said(when: datetime, slot: Slot = Slot.DIGEST, n: int = 0) -> Sent:
    return Sent(when, DOSSIER, f"y:{n}", f"re:{slot[0]}:{when.timestamp()}:{n}", slot)


def test_several_things_are_one_message_the_most_urgent_first() -> None:
    items = [item(kind, n, due=at(8)) for n, kind in enumerate((DEADLINE, UNFINISHED_GUIDE, DOSSIER, APPOINTMENT), start=1)]
    bundles, others = choose(items, CITIZEN, at(8))
    assert [[each.kind.name for each in bundle.items] for bundle in bundles] == [
        [APPOINTMENT, DOSSIER, UNFINISHED_GUIDE, DEADLINE]
    ]
    assert others == []


def test_a_citizen_gets_one_a_day_and_three_a_week() -> None:
    today = replace(CITIZEN, sent=[said(at(7, 30))])
    assert choose([item()], today, at(8)) == ([], [(item(), Wait(at(8, 0, DAY + timedelta(days=1)), "cap_day"))])
    week = replace(CITIZEN, sent=[said(at(9, 0, DAY - timedelta(days=n))) for n in (6, 4, 2)])
    _, [(_, verdict)] = choose([item()], week, at(9))
    assert verdict == Wait(at(9, 1, DAY + timedelta(days=1)), "cap_week")
    _, [(_, verdict)] = choose([item(lives=timedelta(hours=9))], week, at(9))
    assert verdict == End("suppressed", "cap_week")


def test_a_volunteer_gets_one_digest_and_three_notes_a_leader_no_notes_and_one_weekly() -> None:
    notes = [item(VISIT_SOON, n, due=at(8)) for n in range(1, 6)]
    bundles, others = choose([item(FOLLOW_UP, 9, due=at(8)), *notes], VOLUNTEER, at(8))
    assert sorted(bundle.slot for bundle in bundles) == [Slot.DIGEST, Slot.PING, Slot.PING, Slot.PING]
    assert [verdict for _, verdict in others] == [End("suppressed", "cap_ping")] * 2
    assert choose(notes[:1], LEADER, at(8)) == ([], [(notes[0], End("suppressed", "cap_ping"))])
    weekly = [item(WEEKLY, 1, due=at(8)), item(WEEKLY, 2, due=at(8))]
    bundles, others = choose([*weekly, item(FOLLOW_UP, 3, due=at(8))], LEADER, at(8))
    assert sorted(bundle.slot for bundle in bundles) == [Slot.DIGEST, Slot.WEEKLY]
    assert [verdict for _, verdict in others] == [End("suppressed", "cap_week")]


def test_after_an_outage_one_message_and_the_rest_is_recorded_as_held_back() -> None:
    items = [item(FOLLOW_UP, n, due=at(7, 0, DAY - timedelta(days=2))) for n in range(1, 14)]
    bundles, others = choose([*items, item(VISIT_SOON, 20, due=at(9))], VOLUNTEER, at(9))
    assert len(bundles) == 1 and len(bundles[0].items) == 10
    assert {verdict for _, verdict in others} == {End("suppressed", "outage")} and len(others) == 4


def test_opening_and_closing() -> None:
    assert opening(at(3), ((time(20), time(7)), (time(7), time(8)))) == at(8)
    assert closing(at(9), Audience.CITIZEN) == at(11, 30) and closing(at(19), Audience.CITIZEN) == at(20)
    assert closing(at(14), Audience.LEADER) == at(21)


def test_what_only_waited_ends_with_what_it_waited_for() -> None:
    assert timing(item(held="cap_day"), CITIZEN, CALENDAR, at(9, 0, DAY + timedelta(days=9))) == End("suppressed", "cap_day")
    assert timing(item(), CITIZEN, CALENDAR, at(9, 0, DAY + timedelta(days=9))) == End("expired", "late")
