"""The ledger: kept sums equal the rules counted from the record and a second implementation, whatever happened in between."""

import random
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from storage.areas.places import Hamlet as Hamlet_
from storage.counting import behind, campaigns, coverage, coverage_snapshots, credit, ledger
from storage.counting.course import Denominator
from storage.counting.coverage_rules import Coverage
from storage.counting.overview import overview
from storage.database import Database
from storage.households.history import lines
from storage.models import TALLY, Attainment, Household, RegisterEntry, Standing, Visit, table
from storage.moves import hamlets, household_merges
from storage.outcomes import Barrier, Mode, Outcome, Status
from storage.reading import Reading
from storage.record import Context, record
from storage.work import visits
from tests.storage import reference, village
from tests.storage.histories import CAMPAIGN, START, history

DRIVE = replace(CAMPAIGN, goals=frozenset({village.GOAL}))
FAR = START + timedelta(days=400)
"""Past every day on which something is due."""
HAMLETS, EACH = 50, 200
"""10,000 histories on each database."""
NAMES = ("goal_coverage", "goal_coverage_strict", "reach", "contact", "campaign_gain", "done_of_contacted", "refusal",
         "verified_share")  # fmt: skip


def expected(histories: list[tuple], as_of: date) -> dict:
    return reference.indicators([reference.plain(e, v, a, DRIVE, as_of) for e, v, a in histories])


def assert_equal(ours: Coverage, histories: list[tuple], as_of: date) -> None:
    theirs = expected(histories, as_of)
    assert {str(status): ours.statuses[status] for status in Status} == theirs["statuses"]
    assert {str(b): (n, ours.eligible) for b, n in ours.barriers.items()} == theirs["barriers"]
    for name in NAMES:
        share = getattr(ours, name)
        assert (share.n, share.d) == theirs[name], name


def test_ten_thousand_random_histories(database: Database) -> None:
    rng = random.Random(20261123)
    made: dict[int, dict[int, tuple]] = {}
    with database.write() as tx:
        province = village.place(tx, "province", "P")
        commune = village.place(tx, "commune", "C", province)
        hamlets = [village.place(tx, "hamlet", f"H{n}", commune) for n in range(HAMLETS)]
        who = village.people(tx)
        homes = {hamlet: village.homes(tx, hamlet, EACH) for hamlet in hamlets}
        goal = village.campaign(tx, province)
    as_of = {hamlet: START + timedelta(days=rng.randint(3, 36)) for hamlet in hamlets}
    for hamlet in hamlets:
        made[hamlet] = {home: history(rng) for home in homes[hamlet]}
        with database.write() as tx:
            village.history(tx, rng, made[hamlet], who, dict.fromkeys(homes[hamlet], as_of[hamlet]))
    seen: dict[str, int] = defaultdict(int)
    with database.read() as tx:
        rows = Reading(tx)
        kept = dict(tx.execute(select(table(Standing).c.household_id, table(Standing).c.status)).all())
        for hamlet in hamlets:
            day, told = as_of[hamlet], list(made[hamlet].values())
            for home, (entry, visits, attainments) in made[hamlet].items():
                status = reference.status(reference.plain(entry, visits, attainments, DRIVE, day))
                assert kept[home] == status, (home, day)
                seen[status] += 1
            assert_equal(coverage.by_hamlet(rows, goal, [hamlet], day)[hamlet], told, day)
            returns = coverage_snapshots.series(rows, goal, hamlet, FAR)[-1].follow_up_on_time
            assert (returns.n, returns.d) == reference.follow_up_on_time([reference.plain(*each, DRIVE, day) for each in told])
            seen["returns"] += returns.d
            # Days later only the calendar has changed something; days before are counted from the record.
            for other in (day + timedelta(days=rng.randint(1, 30)), day - timedelta(days=rng.randint(1, 3)))[hamlet % 3:]:
                assert_equal(coverage.by_hamlet(rows, goal, [hamlet], other)[hamlet], told, other)
        last = max(as_of.values())
        together = coverage.total(rows, goal, province, last)
        assert together == coverage.total(rows, goal, commune, last)
        assert together == sum((each.coverage for each in coverage.by_part(rows, goal, commune, last)), Coverage())
        assert together == sum(coverage.from_record(rows, goal, hamlets, last).values(), Coverage())
        for day in coverage_snapshots.series(rows, goal, province, last)[::9]:
            counted = sum(coverage.from_record(rows, goal, hamlets, day.on).values(), Coverage())
            assert (day.listed, day.excluded, day.achieved, day.reached, day.contacted) == (
                counted.register, counted.excluded, counted.achieved, counted.reached, counted.contacted), day
    assert min(seen[status] for status in Status) >= 50, seen
    assert seen["returns"] > 5_000


class Hamlet:
    """Two small hamlets of one commune in a campaign."""

    def __init__(self, database: Database, count: int = 6, **more: object) -> None:
        self.database = database
        with database.write() as tx:
            self.province = village.place(tx, "province", "P")
            self.commune = village.place(tx, "commune", "C", self.province)
            self.hamlets = [village.place(tx, "hamlet", f"H{n}", self.commune) for n in (1, 2)]
            self.who = village.people(tx)
            self.homes = village.homes(tx, self.hamlets[0], count)
            self.goal = village.campaign(tx, self.commune, **more)

    def inside(self) -> list[Hamlet_]:
        return [Hamlet_(id_, "", self.commune) for id_ in self.hamlets]

    def went(self, home: int, outcome: str, days: int, tag: str = "", **more: object) -> None:
        at = datetime(2026, 11, 2, 3, tzinfo=UTC) + timedelta(days=days)
        row = {"key": f"{tag}{home}:{outcome}:{days}", "household_id": home, "person_id": self.who["A"], "occurred_at": at,
               "occurred_on": START + timedelta(days=days), "recorded_at": at, "mode": "door", "outcome": outcome, "note": "",
               "void": False, "reason": ""}
        with self.database.write() as tx:
            village.write_visits(tx, [{**row, **more}], set())
            ledger.touch(tx, (home,), START + timedelta(days=days))

    def at(self, days: int, place: int | None = None) -> Coverage:
        with self.database.read() as tx:
            found = coverage.total(Reading(tx), self.goal, place or self.commune, START + timedelta(days=days))
            ids = list(coverage.hamlets_in(Reading(tx), place or self.commune))
            counted = coverage.from_record(Reading(tx), self.goal, ids, START + timedelta(days=days))
            assert found == sum(counted.values(), Coverage())
            return found


def test_an_absence_ends_by_the_calendar_alone(database: Database) -> None:
    place = Hamlet(database)
    place.went(place.homes[0], "temporarily_away", 1, away_until=START + timedelta(days=5))
    assert place.at(5).statuses[Status.AWAY] == 1
    assert place.at(6).statuses == {Status.ATTEMPTED: 1, Status.UNTOUCHED: 5}
    with database.write() as tx:
        assert ledger.turn_over(tx, START + timedelta(days=6)) == 1
        assert ledger.turn_over(tx, START + timedelta(days=6)) == 0
    assert place.at(6).statuses[Status.ATTEMPTED] == 1 and place.at(5).statuses[Status.AWAY] == 1


def test_new_households_count_from_their_day_and_moved_ones_where_they_live(database: Database) -> None:
    place = Hamlet(database)
    place.went(place.homes[0], "completed", 1)
    with database.write() as tx:
        new = village.homes(tx, place.hamlets[1], 2)
        campaigns.enter_running(tx, place.hamlets[1], new, START + timedelta(days=4), "mới chuyển đến")
    assert (place.at(3).register, place.at(4).register) == (6, 8)
    with database.write() as tx:
        tx.execute(update(table(Household)).where(table(Household).c.id == place.homes[0]).values(
            hamlet_id=place.hamlets[1], number=99))
        ledger.touch(tx, (place.homes[0],), START + timedelta(days=5))
    assert (place.at(5).register, place.at(5, place.hamlets[0]).register, place.at(5, place.hamlets[1]).register) == (8, 5, 3)
    assert place.at(5, place.hamlets[1]).statuses[Status.PENDING] == 1


def test_a_survivor_inherits_both_histories_and_the_register_falls_by_one(database: Database) -> None:
    place = Hamlet(database)
    gone, survivor = place.homes[:2]
    place.went(gone, "partial", 1)
    place.went(survivor, "not_home", 2)
    with database.write() as tx:
        tx.execute(update(table(Household)).where(table(Household).c.id == gone).values(merged_into_id=survivor))
        ledger.touch(tx, (gone, survivor), START + timedelta(days=3))
    assert place.at(3).statuses == {Status.IN_PROGRESS: 1, Status.UNTOUCHED: 4}
    with database.read() as tx:
        kept = {row.household_id: row.status for row in tx.execute(select(table(Standing)))}
    assert kept[gone] is None and kept[survivor] == "in_progress"


def test_merges_count_from_their_day_and_parting_takes_everything_back(database: Database) -> None:
    """Whatever is merged, moved or parted, the ledger says what the record says (`at` compares them)."""
    place = Hamlet(database)
    one, two, three = place.homes[:3]
    place.went(one, "partial", 1)
    place.went(two, "not_home", 2)
    at = datetime(2026, 11, 5, 3, tzinfo=UTC)
    with database.write() as tx:
        late = village.homes(tx, place.hamlets[1], 1)  # on no register, until one that was lives on in it
        tx.execute(update(table(Household)).where(table(Household).c.id == late[0]).values(hamlet_id=place.hamlets[0], number=90))
        first = household_merges.merge(tx, two, one, START + timedelta(days=3), None, at)
        second = household_merges.merge(tx, three, two, START + timedelta(days=5), None, at)
        third = household_merges.merge(tx, late[0], place.homes[3], START + timedelta(days=6), None, at)
    told = [(place.at(days).register, place.at(days).statuses[Status.IN_PROGRESS]) for days in (2, 3, 4, 5, 6)]
    assert told == [(6, 1), (5, 1), (5, 1), (4, 1), (4, 1)]
    with database.write() as tx:
        for made in (third, second, first):
            household_merges.part(tx, made, START + timedelta(days=7), at)
    assert place.at(7).statuses == {Status.IN_PROGRESS: 1, Status.ATTEMPTED: 1, Status.UNTOUCHED: 4}
    with database.write() as tx:
        hamlets.merge(tx, place.hamlets[0], place.hamlets[1], START + timedelta(days=8), None, at)
    assert (place.at(8, place.hamlets[1]).register, place.at(8).register) == (6, 6)


def test_what_is_taken_back_leaves_nothing_behind(database: Database) -> None:
    place = Hamlet(database)
    with pytest.raises(RuntimeError), database.write() as tx:
        ledger.touch(tx, place.homes, START)
        raise RuntimeError
    before = place.at(9)
    at = datetime(2026, 11, 5, 3, tzinfo=UTC)
    row = {"key": "x", "household_id": place.homes[0], "person_id": place.who["A"], "occurred_at": at, "mode": "door",
           "occurred_on": at.date(), "recorded_at": at, "outcome": "partial", "note": "", "void": False, "reason": ""}
    with database.write() as tx:
        village.write_visits(tx, [{**row, "supersedes_id": None}], {"x"})
        ledger.touch(tx, (place.homes[0],), at.date())
    assert place.at(9) == before


def test_a_late_entry_restates_its_own_day_but_not_the_snapshot(database: Database) -> None:
    place = Hamlet(database)
    place.went(place.homes[0], "not_home", 1)
    with database.write() as tx:
        assert coverage_snapshots.take(tx, START + timedelta(days=1)) == 1
    for number, home in enumerate(place.homes[1:4]):
        place.went(home, "refused_soft", 1, tag=f"late{number}:")
    with database.write() as tx:
        assert coverage_snapshots.take(tx, START + timedelta(days=1)) == 0, "taken twice it changes nothing"
    with database.read() as tx:
        rows, day = Reading(tx), START + timedelta(days=1)
        for where in (place.hamlets[0], place.commune, place.province):
            kept = coverage_snapshots.at(rows, place.goal, where, day)
            now = coverage_snapshots.series(rows, place.goal, where, day)[-1]
            assert (kept.contacted, kept.visits, now.contacted, now.visits) == (0, 1, 3, 4)
            assert coverage_snapshots.at(rows, place.goal, where, day + timedelta(days=1)) is None
            running = campaigns.find(rows, place.goal.campaign_id)
            whole = overview(rows, running, where, day + timedelta(days=7))
            assert (whole.late, whole.from_snapshot, whole.week_ago) == (3, True, kept)


def test_what_is_written_after_a_visit_in_the_same_transaction_counts_too(database: Database) -> None:
    """A household is read once for its tasks and for the ledger: unless something more was written to it."""
    place = Hamlet(database)
    at, home = datetime(2026, 11, 3, 3, tzinfo=UTC), place.homes[0]
    with database.write() as tx:
        context = Context(at, at.date(), 1, place.who["A"], "test")
        record(visits.LogVisit("one", home, at, at.date(), Mode.DOOR, Outcome.NOT_HOME, None, None, None, (), ""), tx, context)
        tx.execute(insert(table(Attainment)), {
            "key": "x", "household_id": home, "service": village.GOAL, "achieved_on": at.date(), "recorded_by": place.who["A"],
            "verification": "official", "recorded_at": at, "assisted_by": ""})
        ledger.touch(tx, (home,), at.date())
    assert place.at(1).statuses == {Status.ACHIEVED: 1, Status.UNTOUCHED: 5}
    with pytest.raises(RuntimeError), database.write() as tx:
        record(visits.LogVisit("two", place.homes[1], at, at.date(), Mode.DOOR, Outcome.PARTIAL, None, None, None, (), ""), tx,
               context)
        raise RuntimeError
    place.went(place.homes[1], "not_home", 1)
    assert place.at(1).statuses == {Status.ACHIEVED: 1, Status.ATTEMPTED: 1, Status.UNTOUCHED: 4}


def test_a_closed_campaign_stands_as_it_was_closed(database: Database) -> None:
    place = Hamlet(database)
    place.went(place.homes[0], "partial", 1)
    with database.write() as tx:
        campaigns.close(tx, place.goal.campaign_id, START + timedelta(days=3))
    place.went(place.homes[1], "partial", 4)
    with database.read() as tx:
        assert coverage.total(Reading(tx), place.goal, place.commune, START + timedelta(days=9)).statuses[Status.IN_PROGRESS] == 1
        assert campaigns.find(Reading(tx), place.goal.campaign_id).closed_on == START + timedelta(days=3)


def test_two_processes_at_one_household_lose_nothing(postgres_url: str, request: pytest.FixtureRequest) -> None:
    """The second waits for the first and then sees what it wrote."""
    import threading

    database = Database(postgres_url)
    request.addfinalizer(database.close)
    place = Hamlet(database, count=3)
    ready = threading.Barrier(6)

    def work(number: int) -> None:
        ready.wait()
        for turn in range(4):
            place.went(place.homes[turn % 3], ("not_home", "refused_soft", "partial")[number % 3], turn, tag=f"{number}:")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert place.at(9).statuses == {Status.IN_PROGRESS: 2, Status.REFUSED: 1}
    with database.read() as tx:
        days = coverage_snapshots.series(Reading(tx), place.goal, place.commune, START + timedelta(days=9))
        assert days[-1].visits == 24


def test_a_database_from_before_the_ledger_is_counted_from_the_record_until_it_is_opened(database: Database) -> None:
    place = Hamlet(database)
    campaign, entry = ledger.campaign, table(RegisterEntry)
    with database.write() as tx:
        id_ = tx.execute(insert(campaign).returning(campaign.c.id), {
            "name": "Cũ", "document": "", "place_id": place.commune, "starts_on": CAMPAIGN.starts_on, "ends_on": CAMPAIGN.ends_on,
            "goal_service": village.GOAL, "target_percent": 100}).scalar_one()
        tx.execute(insert(entry), [{"campaign_id": id_, "household_id": home, "added_on": START, "added_reason": ""}
                                   for home in place.homes])
    old = replace(place.goal, campaign_id=id_)
    place.went(place.homes[0], "partial", 1)
    with database.read() as tx:
        before = coverage.total(Reading(tx), old, place.commune, START + timedelta(days=2))
        assert before.statuses[Status.IN_PROGRESS] == 1
        assert tx.scalar(select(TALLY.c.place_id).where(TALLY.c.campaign_id == id_)) is None
    with database.write() as tx:
        ledger.open_(tx, id_, START + timedelta(days=2))
    with database.read() as tx:
        assert coverage.total(Reading(tx), old, place.commune, START + timedelta(days=2)) == before
        assert len(lines(Reading(tx), id_, place.hamlets, START)) == 6


def test_the_households_behind_every_number_are_as_many_as_it_says(database: Database) -> None:
    rng = random.Random(4)
    place = Hamlet(database, count=80)
    with database.write() as tx:
        made = {home: history(rng) for home in place.homes}
        village.history(tx, rng, made, place.who, dict.fromkeys(place.homes, START + timedelta(days=20)))
    for days in (20, 27, 12):
        as_of = START + timedelta(days=days)
        with database.read() as tx:
            rows = Reading(tx)
            sums = coverage.total(rows, place.goal, place.hamlets[0], as_of)
            for what, number in [*((status.value, sums.statuses[status]) for status in Status), ("all", sums.register),
                                 *((f"b.{barrier}", sums.barriers[barrier]) for barrier in Barrier),
                                 *((flag, getattr(sums, flag)) for flag in behind.FLAGS)]:  # fmt: skip
                found = behind.page(rows, place.goal, place.hamlets, what, as_of, limit=1000)
                assert len(found) == number, (what, days)
                paged, after = [], (0, 0)
                while some := behind.page(rows, place.goal, place.hamlets, what, as_of, after, limit=7):
                    paged += some
                    after = (some[-1].hamlet_id, some[-1].number)
                assert paged == found
    with database.read() as tx:
        assert behind.page(Reading(tx), place.goal, place.hamlets, "' OR 1=1", as_of) == []


def test_credit_adds_up_by_member(database: Database) -> None:
    place = Hamlet(database)
    service = {"service": village.GOAL, "verification": "seen_by_volunteer", "recorded_at": datetime(2026, 11, 5, tzinfo=UTC),
               "assisted_by": "", "achieved_on": START + timedelta(days=2)}  # fmt: skip
    with database.write() as tx:
        tx.execute(insert(table(Attainment)), [
            {**service, "key": "1", "household_id": place.homes[0], "recorded_by": place.who["A"]},
            {**service, "key": "2", "household_id": place.homes[1], "recorded_by": place.who["A"]},
            {**service, "key": "3", "household_id": place.homes[1], "recorded_by": place.who["B"]}])
        ledger.touch(tx, place.homes, START + timedelta(days=3))
    with database.read() as tx:
        rows = Reading(tx)
        counted = credit.counted(rows, place.goal, place.hamlets, START + timedelta(days=3))
        told = credit.credit(rows, place.goal, place.hamlets[0], START + timedelta(days=3))
    assert counted.by_member == {place.who["A"]: 2, place.who["B"]: 1} and place.at(3).achieved == 2
    assert (told.achieved, told.together, told.several, told.nobody) == (2, 3, 1, 0)


def test_an_exclusion_takes_two_people(database: Database) -> None:
    place = Hamlet(database)
    gone = place.homes[0]
    place.went(gone, "moved_out", 1)

    def say(thing: object, who: str, days: int) -> None:
        with database.write() as tx:
            at = datetime(2026, 11, 2, 3, tzinfo=UTC) + timedelta(days=days)
            record(thing, tx, Context(at, START + timedelta(days=days), 1, place.who[who], "test"))

    with database.read() as tx:
        assert [each.id for each in behind.reported_out(Reading(tx), place.goal, place.inside())] == [gone]
    say(campaigns.Exclude(place.goal.campaign_id, gone), "A", 2)
    assert place.at(2).statuses[Status.EXCLUSION_TO_CONFIRM] == 1, "whoever reported it cannot confirm it"
    say(campaigns.KeepListed(place.goal.campaign_id, gone), "B", 2)
    with database.read() as tx:
        assert behind.reported_out(Reading(tx), place.goal, place.inside()) == []
    place.went(gone, "vacant", 3)
    say(campaigns.Exclude(place.goal.campaign_id, gone), "B", 4)
    assert (place.at(3).excluded, place.at(4).excluded, place.at(4).eligible) == (0, 1, 5)
    say(campaigns.Readmit(place.goal.campaign_id, gone), "B", 5)
    assert place.at(5).excluded == 0


def test_targets_have_denominators_of_their_own(database: Database) -> None:
    aims = (campaigns.Aim(village.GOAL, Denominator.ADULTS, 70), campaigns.Aim("online_dossier", Denominator.FARMS, 50),
            campaigns.Aim("online_payment", Denominator.HOUSEHOLDS))
    place = Hamlet(database, aims=aims)
    home = table(Household)
    kept = {"verification": "official", "recorded_at": datetime(2026, 11, 5, tzinfo=UTC), "assisted_by": "",
            "recorded_by": place.who["A"], "achieved_on": START}  # fmt: skip
    with database.write() as tx:
        tx.execute(update(home).where(home.c.id.in_(place.homes[:3])).values(farm=True))
        tx.execute(update(home).where(home.c.id == place.homes[3]).values(farm=False))
        tx.execute(insert(table(Attainment)), [
            {**kept, "key": f"{home}:{service}:{n}", "household_id": home, "service": service}
            for home, service, n in ((place.homes[0], village.GOAL, 1), (place.homes[0], village.GOAL, 2),
                                     (place.homes[0], village.GOAL, 3), (place.homes[1], village.GOAL, 1),
                                     (place.homes[1], "online_dossier", 1), (place.homes[3], "online_dossier", 1))])
        ledger.touch(tx, place.homes, START)
    place.went(place.homes[4], "completed", 0)
    with database.write() as tx:
        visit = tx.scalar(select(table(Visit).c.id).where(table(Visit).c.household_id == place.homes[4]))
        tx.execute(insert(table(Attainment)), [{**kept, "key": f"once:{n}", "household_id": place.homes[4], "visit_id": visit,
                                                "service": village.GOAL} for n in (1, 2)])  # seen, and confirmed later
        ledger.touch(tx, place.homes, START)
    with database.read() as tx:
        found = campaigns.aims(Reading(tx), place.goal.campaign_id, place.commune, 6)
    assert [(each.share.n, each.share.d, each.known.n) for each in found] == [(4, 12, 6), (1, 3, 4), (0, 6, 6)]
