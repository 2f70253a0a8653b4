"""A hamlet becomes two: who goes along, what runs on in both, and the way back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, insert, select

from storage.areas import places
from storage.counting import campaigns, coverage
from storage.counting.campaign_goals import Goal, goal
from storage.counting.coverage_rules import Coverage
from storage.database import Database
from storage.households import assignments
from storage.models import AuditEvent, Campaign, CampaignTarget, Household, Membership, Place, Residence, Team, table
from storage.moves import hamlet_splits, hamlets, household_merges, household_moves
from storage.moves.place_changes import CannotChange
from storage.outcomes import Outcome
from storage.reading import Reading
from storage.record import record
from storage.teams import people
from tests.storage.fields import GOAL, TODAY, at
from tests.storage.test_household_moves import NOW, YESTERDAY, Two, give

campaign, place, team, household = table(Campaign), table(Place), table(Team), table(Household)


class Village(Two):
    """The same with a campaign of the hamlet alone beside that of the commune, and a way to split it."""

    def __init__(self, tx: Connection) -> None:
        super().__init__(tx)
        plan = replace(self.plan(self.hamlet), aims=(campaigns.Aim(GOAL, campaigns.Denominator.HOUSEHOLDS, 70),))
        self.own = campaigns.create(tx, plan, TODAY - timedelta(days=20))

    def goal_of(self, id_: int) -> Goal:
        return Goal(id_, "", self.goal.starts_on, self.goal.ends_on, GOAL)

    def split(self, *numbers: int, members: tuple[int, ...] = (), on=TODAY, name: str = "Thôn Mới") -> hamlet_splits.Parted:
        plan = hamlet_splits.Split(self.hamlet, name, f"Tổ {name}", tuple(self.homes[n - 1] for n in numbers),
                                   tuple(self.members[n] for n in members))
        return hamlet_splits.split(self.tx, plan, on, self.at_the_desk())

    def by_hamlet(self, goal: Goal, on=TODAY) -> dict[int, Coverage]:
        """The sums of each hamlet of the commune, which are what the record says, and the commune's, which is their sum."""
        rows = Reading(self.tx)
        every = list(coverage.hamlets_in(rows, self.commune))
        found = coverage.by_hamlet(rows, goal, every, on)
        running = campaigns.find(rows, goal.campaign_id)
        assert running.closed_on is not None or found == coverage.from_record(rows, goal, every, on)
        assert coverage.total(rows, goal, self.commune, on) == sum(found.values(), Coverage())
        return found

    def like(self, parted: hamlet_splits.Parted) -> Goal:
        """The campaign that goes on in the new hamlet."""
        return self.goal_of(self.tx.scalar(select(campaign.c.id).where(campaign.c.place_id == parted.place_id)))

    def serving(self, person: int) -> list[tuple[str, int, int | None]]:
        return [(s.role, s.place_id, s.team_id) for s in people.who(Reading(self.tx), [person], TODAY)[person].serves]


@pytest.fixture
def village(database: Database):
    with database.write() as tx:
        yield Village(tx)


def test_numbers_stay_in_a_hamlet_with_a_code_a_name_and_a_team(village: Village) -> None:
    parted = village.split(3, 7, 8)
    assert [(each.before, each.now) for each in parted.moved.homes] == [(3, 3), (7, 7), (8, 8)]
    row = village.tx.execute(select(place).where(place.c.id == parted.place_id)).one()
    assert (row.name, row.parent_id, row.valid_from, row.level, row.code) == (
        "Thôn Mới", village.commune, TODAY, "hamlet", parted.code)
    assert village.tx.scalars(select(team.c.name).where(team.c.hamlet_id == parted.place_id)).all() == ["Tổ Thôn Mới"]
    rows = Reading(village.tx)
    assert [each.old_hamlet for each in hamlets.formerly(rows, [parted.place_id], 7)] == ["Thôn Thử"]
    assert (hamlets.next_number(village.tx, village.hamlet), hamlets.next_number(village.tx, parted.place_id)) == (11, 9)
    assert village.tx.scalar(select(table(AuditEvent).c.subject).where(table(AuditEvent).c.action == "hamlet.split"))


def test_the_campaign_of_the_commune_goes_on_for_both(village: Village) -> None:
    village.visit(3, Outcome.COMPLETED, on=YESTERDAY)
    before, today = village.by_hamlet(village.goal, YESTERDAY), village.by_hamlet(village.goal)
    new = village.split(3, 4).place_id
    after = village.by_hamlet(village.goal)
    assert (after[village.hamlet].register, after[new].register, after[new].achieved) == (8, 2, 1)
    assert after[village.hamlet] + after[new] == today[village.hamlet]
    past = village.by_hamlet(village.goal, YESTERDAY)
    assert past.pop(new) == Coverage() and past == before


def test_a_campaign_of_the_hamlet_alone_goes_on_in_both_and_nothing_vanishes_or_doubles(village: Village) -> None:
    """The one of each hamlet counts whoever lives there: together they are what the one was, and its days before stay."""
    village.visit(3, Outcome.COMPLETED, on=YESTERDAY)
    village.visit(4, Outcome.MOVED_OUT, on=YESTERDAY, member=1)
    record(campaigns.Exclude(village.own, village.homes[3]), village.tx, village.context(0))
    own, here = village.goal_of(village.own), village.hamlet
    before, today = village.by_hamlet(own, YESTERDAY)[here], village.by_hamlet(own)[here]
    parted = village.split(3, 4)
    like, new = village.like(parted), parted.place_id
    assert parted.campaigns == 1 and parted.moved.entered == 2
    assert village.by_hamlet(own)[here] + village.by_hamlet(like)[new] == today
    assert village.by_hamlet(like)[new].excluded == 1 and village.by_hamlet(like)[new].achieved == 1
    assert village.by_hamlet(own, YESTERDAY)[here] == before and village.by_hamlet(like, YESTERDAY)[new] == Coverage()
    rows = Reading(village.tx)
    found = goal(rows, [new], TODAY)
    assert found is not None and found.campaign_id == like.campaign_id
    aims = campaigns.aims(rows, like.campaign_id, new, 2)
    assert [(each.aim.percent, each.share.n, each.share.d) for each in aims] == [(70, 1, 1)]
    assert village.tx.scalars(select(table(CampaignTarget).c.percent).where(
        table(CampaignTarget).c.campaign_id == like.campaign_id)).all() == [70]


def test_a_campaign_that_is_over_stays_where_it_was(village: Village) -> None:
    campaigns.close(village.tx, village.own, YESTERDAY)
    before = village.by_hamlet(village.goal_of(village.own))
    parted = village.split(3)
    village.visit(4, Outcome.COMPLETED, on=YESTERDAY)  # entered too late for it, whatever became of the hamlet
    assert parted.campaigns == 0
    found = village.by_hamlet(village.goal_of(village.own))
    assert found.pop(parted.place_id) == Coverage() and found == before


def test_who_is_named_goes_along_from_that_day_and_the_others_stay(village: Village) -> None:
    new = village.split(3, members=(1,))
    (theirs,) = village.tx.scalars(select(team.c.id).where(team.c.hamlet_id == new.place_id)).all()
    assert village.serving(village.members[1]) == [("volunteer", new.place_id, theirs)]
    assert village.serving(village.members[0]) == [("leader", village.hamlet, village.team)]
    past = people.who(Reading(village.tx), [village.members[1]], YESTERDAY)[village.members[1]]
    assert [each.place_id for each in past.serves] == [village.hamlet]
    assert [each.id for each in assignments.team_of(Reading(village.tx), new.place_id, TODAY)] == [village.members[1]]


def test_a_house_stays_in_the_hands_of_who_serves_where_it_is(village: Village) -> None:
    """Who goes keeps the houses that go; who stays keeps those that stay; and back again."""
    for number, member in ((3, 1), (4, 0), (5, 1), (6, 0)):
        give(village, number, member)
    village.visit(5, Outcome.NOT_HOME, on=YESTERDAY, member=1)
    before, owed = village.held(), village.owed("follow_up_visit_due")
    parted = village.split(3, 4, members=(1,))
    now = village.held() | dict(assignments.held(Reading(village.tx), parted.place_id))
    assert {home: set(who) for home, who in now.items()} == {
        village.homes[2]: {village.members[1]}, village.homes[5]: {village.members[0]}}
    assert parted.moved.ended == 2
    hamlets.undo(village.tx, parted.moved.change_id, NOW)
    assert (village.held(), village.owed("follow_up_visit_due")) == (before, owed)


def test_taken_back_it_is_as_it_was_and_the_new_hamlet_ends(village: Village) -> None:
    village.visit(3, Outcome.COMPLETED, on=YESTERDAY)
    own = village.goal_of(village.own)
    before = (village.numbers(), village.by_hamlet(village.goal), village.by_hamlet(own), village.serving(village.members[1]))
    parted = village.split(3, 4, members=(1,))
    like = village.like(parted)
    hamlets.undo(village.tx, parted.moved.change_id, NOW)
    after = village.by_hamlet(village.goal), village.by_hamlet(own)
    assert all(each.pop(parted.place_id) == Coverage() for each in after)
    assert (village.numbers(), *after, village.serving(village.members[1])) == before
    assert village.by_hamlet(like)[parted.place_id] == Coverage()
    assert parted.place_id not in {each.id for each in places.standing(Reading(village.tx), village.commune)}
    assert campaigns.find(Reading(village.tx), like.campaign_id).closed_on == TODAY
    again = village.split(3, 4)
    assert again.place_id != parted.place_id and again.code != parted.code, "a name may come again, a code does not"


def test_what_was_decided_in_between_holds(village: Village) -> None:
    village.visit(3, Outcome.MOVED_OUT, on=YESTERDAY, member=1)
    parted = village.split(3, 4)
    record(campaigns.Exclude(village.like(parted).campaign_id, village.homes[2]), village.tx, village.context(0))
    hamlets.undo(village.tx, parted.moved.change_id, NOW)
    assert village.by_hamlet(village.goal_of(village.own))[village.hamlet].excluded == 1


def test_whoever_came_to_the_new_hamlet_since_stays_there_and_the_hamlet_too(village: Village) -> None:
    parted = village.split(3, 4)
    id_ = village.tx.execute(insert(household).returning(household.c.id), {
        "hamlet_id": parted.place_id, "number": 5, "label": "", "lane": "", "added_on": TODAY}).scalar_one()
    campaigns.enter_running(village.tx, parted.place_id, [id_], TODAY, "mới")
    hamlets.undo(village.tx, parted.moved.change_id, NOW)
    assert parted.place_id in {each.id for each in places.standing(Reading(village.tx), village.commune)}
    assert village.by_hamlet(village.goal)[parted.place_id].register == 1
    assert village.by_hamlet(village.like(parted))[parted.place_id].register == 1
    assert campaigns.find(Reading(village.tx), village.like(parted).campaign_id).closed_on is None


def test_who_joined_the_new_team_or_said_to_live_there_is_of_the_first_again(village: Village) -> None:
    parted = village.split(3)
    (theirs,) = village.tx.scalars(select(team.c.id).where(team.c.hamlet_id == parted.place_id)).all()
    person = people.add_person(village.tx, "Người Mới", "vi", NOW)
    people.serve(village.tx, person, "volunteer", theirs, parted.place_id, TODAY)
    village.tx.execute(insert(table(Residence)), {"chat_id": village.chats[0], "hamlet_id": parted.place_id, "wording": "",
                                                  "told_at": NOW})
    hamlets.undo(village.tx, parted.moved.change_id, NOW)
    assert village.serving(person) == [("volunteer", village.hamlet, village.team)]
    assert village.tx.scalar(select(table(Residence).c.hamlet_id)) == village.hamlet


def test_one_that_lives_on_in_another_goes_with_it_and_counts_again_once_parted(village: Village) -> None:
    joined = household_merges.merge(village.tx, village.homes[2], village.homes[3], TODAY, None, NOW)
    parted = village.split(3)
    own, like = village.goal_of(village.own), village.like(parted)
    assert parted.moved.merged == 1 and village.by_hamlet(like)[parted.place_id].register == 1
    household_merges.part(village.tx, joined, TODAY, NOW)
    assert village.by_hamlet(like)[parted.place_id].register == 2 == village.by_hamlet(village.goal)[parted.place_id].register
    hamlets.undo(village.tx, parted.moved.change_id, NOW)
    assert village.by_hamlet(own)[village.hamlet].register == 10


def test_hamlets_split_twice_and_merged_since_are_taken_back_newest_first(village: Village) -> None:
    numbered = village.numbers()
    first = village.split(3, 4, 5, name="Thôn Mới")
    second = village.split(6, name="Thôn Mới Nữa")
    merged = hamlets.merge(village.tx, first.place_id, second.place_id, TODAY, None, NOW)
    for change in (first.moved.change_id, second.moved.change_id):
        with pytest.raises(CannotChange, match="not_the_newest"):
            hamlets.undo(village.tx, change, NOW)
    for change in (merged, second.moved.change_id, first.moved.change_id):
        hamlets.undo(village.tx, change, at(TODAY, 13))
    assert village.numbers() == numbered and village.by_hamlet(village.goal)[village.hamlet].register == 10


def test_a_hamlet_that_nobody_lives_in_any_more_is_still_told_of_the_days_it_had(village: Village) -> None:
    """Also where its households went on before anything was counted there."""
    parted = village.split(3, 4, on=TODAY - timedelta(days=3))
    household_moves.move(village.tx, village.homes[2:4], village.other, TODAY - timedelta(days=1), village.at_the_desk())
    told = [village.by_hamlet(village.goal, TODAY - timedelta(days=days)) for days in (4, 3, 2, 1, 0)]
    assert [each[parted.place_id].register for each in told] == [0, 2, 2, 0, 0]
    assert [each[village.other].register for each in told] == [3, 3, 3, 5, 5]


def test_what_makes_no_sense_is_refused(village: Village) -> None:
    for refused, change in (("name_taken", {"name": "Thôn Bên"}), ("no_such_homes", {"home_ids": ()}),
                            ("nobody_left", {"home_ids": tuple(village.homes)}), ("no_such_hamlet", {"hamlet_id": 999_999}),
                            ("no_such_homes", {"hamlet_id": village.other})):
        plan = hamlet_splits.Split(village.hamlet, "Thôn Mới", "Tổ", (village.homes[0],))
        with pytest.raises(CannotChange, match=refused):
            hamlet_splits.split(village.tx, replace(plan, **change), TODAY, village.at_the_desk())
    village.move(2)
    with pytest.raises(CannotChange, match="too_early"):
        village.split(3, on=YESTERDAY)
    assert village.tx.scalars(select(place.c.id).where(place.c.name == "Thôn Mới")).all() == []
    assert village.tx.scalars(select(table(Membership).c.id).where(table(Membership).c.valid_from == TODAY)).all() == []


def test_a_merge_takes_along_who_said_to_live_there(village: Village) -> None:
    village.tx.execute(insert(table(Residence)), {"chat_id": village.chats[0], "hamlet_id": village.hamlet, "wording": "",
                                                  "told_at": NOW})
    made = hamlets.merge(village.tx, village.hamlet, village.other, TODAY, None, NOW)
    assert village.tx.scalar(select(table(Residence).c.hamlet_id)) == village.other
    hamlets.undo(village.tx, made, NOW)
    assert village.tx.scalar(select(table(Residence).c.hamlet_id)) == village.hamlet
