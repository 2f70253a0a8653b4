"""A campaign in a place on a day, whole: what the summary in a chat, the picture, the report and the feed all show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from storage.counting import campaigns, coverage, coverage_snapshots
from storage.counting.campaigns import Figure, Reached, Running
from storage.counting.course import KEPT
from storage.counting.coverage import Part
from storage.counting.coverage_rules import Coverage
from storage.counting.coverage_snapshots import Day
from storage.counting.freshness import freshness_of
from storage.counting.pace import WEEKDAYS, Pace, pace
from storage.counting.shares import Change, Share, change
from storage.hours.calendar import Calendar
from storage.reading import Reading

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Overview:
    """Every number with what it is counted from."""

    campaign: Running
    place_id: int
    place_code: str
    place_name: str
    level: str
    on: date
    total: Coverage
    parts: tuple[Part, ...]
    """The places inside it: a province's communes, a commune's hamlets, a hamlet itself."""
    days: tuple[Day, ...]
    """The campaign day by day as it is known now; days on which nothing changed are left out."""
    week_ago: Day | None
    """What the snapshot of seven days before says; where none was taken, what is known of that day now."""
    from_snapshot: bool
    late: int
    """Visits of up to a week ago that came in after that day's snapshot."""
    pace: Pace | None
    aims: tuple[Reached, ...]
    figures: tuple[Figure, ...]
    data_freshness: Share
    """Members of the teams there who entered something in the last seven days."""

    @property
    def follow_up_on_time(self) -> Share:
        """Of the returns due in the campaign up to this day, those made no more than two days late."""
        return self.day(self.on).follow_up_on_time

    @property
    def change(self) -> Change | None:
        """Against seven days before; None in a campaign's first week."""
        return change(self.total.goal_coverage, self.week_ago.goal_coverage) if self.week_ago else None

    def between(self, first: date, last: date) -> Day:
        """What the days from one to another brought."""
        before, after = self.day(first - timedelta(days=1)), self.day(last)
        return Day(last, *(getattr(after, name) - getattr(before, name) for name in KEPT))

    def day(self, on: date) -> Day:
        """A day as it is known now."""
        found = [day for day in self.days if day.on <= on]
        return found[-1] if found else Day(on, 0, 0, 0, 0, 0, 0)


def overview(rows: Reading, campaign: Running, place_id: int, on: date, calendar: Calendar = WEEKDAYS) -> Overview | None:
    """A campaign in a place at the end of a day (or as it stands, where the day is today)."""
    here = coverage.where(rows, place_id)
    if here is None:
        return None
    goal, day = campaign.goal, min(on, campaign.closed_on or on)
    kept, _ = coverage.state(rows, goal, on)
    days, then, aims, figures, fresh, *sums = rows.together(
        coverage_snapshots.series_of(goal, here, day), coverage_snapshots.snapshot_of(goal, here, day - WEEK),
        campaigns.aims_of(campaign.id, here), campaigns.figures_of(campaign.id, place_id), freshness_of(here, day),
        *(coverage.kept_sums(goal, here, day) if kept else ()))
    whole = coverage.summed(rows, goal, place_id, day, sums) if kept else coverage.counted_whole(rows, goal, place_id, day)
    now_known = next((each for each in reversed(days) if each.on <= day - WEEK), None)
    running = campaign.closed_on is None and day >= campaign.starts_on
    return Overview(
        campaign, place_id, here.code, here.name, here.level, day, whole.total, tuple(whole.parts), tuple(days),
        then or (now_known if day - WEEK >= campaign.starts_on else None), then is not None,
        now_known.visits - then.visits if then and now_known else 0,
        pace(campaign.target_percent, whole.total.goal_coverage, days, (campaign.starts_on, campaign.ends_on), day,
             calendar) if running else None,
        tuple(campaigns.reached(aims, whole.total.eligible)), tuple(figures), fresh)
