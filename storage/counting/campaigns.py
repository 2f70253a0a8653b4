"""Campaigns: what is aimed at by when, the frozen register, later additions, exclusions that two people agreed to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, literal, null, or_, select, update

from storage.counting import coverage, ledger
from storage.counting.campaign_goals import Goal
from storage.counting.course import Denominator
from storage.counting.shares import Share
from storage.mail import insert_new
from storage.models import Campaign, CampaignTarget, ExternalFigure, Household, Place, RegisterEntry, TargetTally, Visit, table
from storage.outcomes import OUTCOMES, Outcome
from storage.prepared import Prepared, among
from storage.reading import Reading, Wanted
from storage.record import Context, record
from storage.teams.people import note

campaign, target, entry = table(Campaign), table(CampaignTarget), table(RegisterEntry)
household, place, visit = table(Household), table(Place), table(Visit)
figure, target_tally = table(ExternalFigure), table(TargetTally)


@dataclass(frozen=True, slots=True)
class Aim:
    """A service, of what it is counted, and how much of it is aimed at."""

    service: str
    denominator: Denominator
    percent: int = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign as it is begun."""

    name: str
    place_id: int
    starts_on: date
    ends_on: date
    goal_service: str
    target_percent: int = 100
    document: str = ""
    aims: tuple[Aim, ...] = ()


@dataclass(frozen=True, slots=True)
class Running:
    """A campaign as it stands."""

    id: int
    name: str
    document: str
    place_id: int
    starts_on: date
    ends_on: date
    goal_service: str
    target_percent: int
    register_frozen_on: date | None
    closed_on: date | None

    @property
    def goal(self) -> Goal:
        return Goal(self.id, self.name, self.starts_on, self.ends_on, self.goal_service)


_CAMPAIGN = select(*(campaign.c[name] for name in ("id", "name", "document", "place_id", "starts_on", "ends_on", "goal_service",
                                                   "target_percent", "register_frozen_on", "closed_on")))
_ONE = Prepared(_CAMPAIGN.where(campaign.c.id == bindparam("campaign")))
_OF = Prepared(_CAMPAIGN.where(among(campaign.c.place_id, "places")).order_by(campaign.c.starts_on.desc(), campaign.c.id.desc()))


def find(rows: Reading, campaign_id: int) -> Running | None:
    row = rows.once((_ONE, campaign_id), lambda: rows.first(_ONE, {"campaign": campaign_id}), lasting=True)
    return Running(*row) if row else None


def of_place(rows: Reading, place_id: int, on: date) -> Running | None:
    """The campaign that runs in a place (its own, or one of the places above it) on a day; else the last one that did."""
    found = [Running(*row) for row in rows.all(_OF, {"places": above(rows, place_id)})]
    begun = [each for each in found if each.starts_on <= on]
    return next((each for each in begun if each.closed_on is None and each.ends_on >= on), begun[0] if begun else None)


def above(rows: Reading, place_id: int) -> list[int]:
    """A place and all it lies in, innermost first."""
    ids: list[int] = []
    here: int | None = place_id
    while here is not None and here not in ids:
        row = coverage.where(rows, here)
        ids.append(here)
        here = row.parent_id if row else None
    return ids


def everything(rows: Reading) -> list[Running]:
    """Every campaign there is, the newest first."""
    return [Running(*row) for row in rows.all(_CAMPAIGN.order_by(campaign.c.starts_on.desc(), campaign.c.id.desc()))]


def create(tx: Connection, plan: Plan, today: date) -> int:
    """Begin a campaign: its register is frozen as the households stand today, and its sums are kept from now on."""
    if plan.ends_on < plan.starts_on:
        raise ValueError("a campaign ends after it starts")
    id_ = int(tx.execute(insert(campaign).returning(campaign.c.id), {
        "name": plan.name, "document": plan.document, "place_id": plan.place_id, "starts_on": plan.starts_on,
        "ends_on": plan.ends_on, "goal_service": plan.goal_service, "target_percent": plan.target_percent,
        "register_frozen_on": today, "kept": True}).scalar_one())
    if plan.aims:
        tx.execute(insert(target), [{"campaign_id": id_, "service": aim.service, "denominator": aim.denominator.value,
                                     "percent": aim.percent} for aim in plan.aims])
    hamlets = list(coverage.hamlets_in(Reading(tx), plan.place_id))
    columns = ("campaign_id", "household_id", "added_on", "added_reason")
    listed = (select(literal(id_), household.c.id, literal(min(today, plan.starts_on)), literal(""))
              .where(household.c.hamlet_id.in_(hamlets), household.c.merged_into_id.is_(null())))
    tx.execute(insert(entry).from_select(columns, listed))
    ledger.open_(tx, id_, today)
    return id_


def enter(tx: Connection, campaign_id: int, household_ids: Iterable[int], on: date, reason: str) -> None:
    """Households come onto a campaign's register, from that day on and never before; one that is there stays as it was."""
    rows = [{"campaign_id": campaign_id, "household_id": id_, "added_on": on, "added_reason": reason} for id_ in household_ids]
    if rows:
        insert_new(tx, entry, rows)
        ledger.touch(tx, (row["household_id"] for row in rows), on)  # type: ignore[misc]


def enter_running(tx: Connection, hamlet_id: int, household_ids: Sequence[int], on: date, reason: str) -> None:
    """New households of a hamlet come onto the register of every campaign that runs there."""
    places = above(Reading(tx), hamlet_id)
    running = tx.scalars(select(campaign.c.id).where(
        campaign.c.place_id.in_(places), campaign.c.starts_on <= on, campaign.c.ends_on >= on, campaign.c.closed_on.is_(None)))
    for id_ in running.all():
        enter(tx, id_, household_ids, on, reason)


def close(tx: Connection, campaign_id: int, on: date) -> None:
    """End a campaign: its numbers stay as they are on that day."""
    from storage.counting import coverage_snapshots

    ids = tx.scalars(select(ledger.standing.c.household_id).where(
        ledger.standing.c.campaign_id == campaign_id, ledger.standing.c.changes_on <= on)).all()
    ledger.touch(tx, ids, on)
    ledger.settle(tx)
    coverage_snapshots.take(tx, on, campaign_id=campaign_id)
    tx.execute(update(campaign).where(campaign.c.id == campaign_id).values(closed_on=on))


# --- targets and figures from elsewhere -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a place has come with an aim; `known` of so many households said what the denominator needs."""

    aim: Aim
    share: Share
    known: Share


_AIMS = {level: Prepared(
    select(target.c.service, target.c.denominator, target.c.percent,
           *(func.coalesce(func.sum(target_tally.c[name]), 0).label(name) for name in ("achieved", "of", "known")))
    .select_from(target.outerjoin(target_tally, (target_tally.c.target_id == target.c.id) & inside))
    .where(target.c.campaign_id == bindparam("campaign"))
    .group_by(target.c.id, target.c.service, target.c.denominator, target.c.percent).order_by(target.c.id))
    for level, inside in coverage.kept_for(target_tally.c.place_id).items()}


def aims(rows: Reading, campaign_id: int, place_id: int, register: int) -> list[Reached]:
    """Each aim of a campaign in a place, summed over its hamlets. `register` is E there: what could be known of."""
    rows.settle()
    return reached(rows.ask(aims_of(campaign_id, coverage.where(rows, place_id))), register)


def aims_of(campaign_id: int, here: Any) -> Wanted[Any]:
    """The aims and their sums, to be read with other things."""
    return Wanted(_AIMS[here.level], {"campaign": campaign_id, "place": here.id}, list)


def reached(found: Sequence[Any], register: int) -> list[Reached]:
    """The sums of aims as shares."""
    return [Reached(Aim(row.service, Denominator(row.denominator), row.percent), Share(int(row.achieved), int(row.of)),
                    Share(min(int(row.known), register), register)) for row in found]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number from elsewhere, with where it stood and for which day."""

    name: str
    numerator: int
    denominator: int | None
    source: str
    stated_on: date


@dataclass(frozen=True, slots=True)
class StateFigure:
    """Somebody types in a figure read elsewhere."""

    campaign_id: int
    place_id: int
    figure: Figure


@record.register
def _state_figure(thing: StateFigure, tx: Connection, context: Context) -> None:
    state(tx, thing, context.person_id, context.now)
    note(tx, context, "stated figure", f"campaign:{thing.campaign_id}")


def state(tx: Connection, thing: StateFigure, person_id: int | None, now: datetime) -> None:
    tx.execute(insert(figure), {
        "campaign_id": thing.campaign_id, "place_id": thing.place_id, "name": thing.figure.name,
        "numerator": thing.figure.numerator, "denominator": thing.figure.denominator, "source": thing.figure.source,
        "stated_on": thing.figure.stated_on, "recorded_by": person_id, "recorded_at": now})


_FIGURES = Prepared(
    select(figure.c.name, figure.c.numerator, figure.c.denominator, figure.c.source, figure.c.stated_on)
    .where(figure.c.campaign_id == bindparam("campaign"), figure.c.place_id == bindparam("place"))
    .order_by(figure.c.id))


def figures(rows: Reading, campaign_id: int, place_id: int) -> list[Figure]:
    """Of each name what was typed in last for a place: a later row corrects an earlier one, and both are kept."""
    return rows.ask(figures_of(campaign_id, place_id))


def figures_of(campaign_id: int, place_id: int) -> Wanted[list[Figure]]:
    """The same, to be read with other things."""
    return Wanted(_FIGURES, {"campaign": campaign_id, "place": place_id},
                  lambda found: list({row.name: Figure(*row) for row in found}.values()))


# --- exclusions -------------------------------------------------------------------------------------------------------------

_later = visit.alias("later")
_REPORT = (
    select(visit.c.person_id, visit.c.occurred_on, visit.c.outcome)
    .outerjoin(_later, _later.c.supersedes_id == visit.c.id)
    .where(visit.c.household_id == bindparam("household"), visit.c.void.is_(False), _later.c.id.is_(None),
           or_(*(visit.c.outcome == outcome.value for outcome in Outcome if outcome.excludes)))
    .order_by(visit.c.occurred_at.desc(), visit.c.id.desc()).limit(1)
)


@dataclass(frozen=True, slots=True)
class Report:
    """Somebody said that a household is gone."""

    reported_by: int
    on: date
    outcome: Outcome


def report(rows: Reading, household_id: int) -> Report | None:
    """The last report that a household is gone, by whoever made it."""
    row = rows.first(_REPORT, {"household": household_id})
    return Report(row.person_id, row.occurred_on, OUTCOMES[row.outcome]) if row else None


@dataclass(frozen=True, slots=True)
class Exclude:
    """A second person agrees that a household is gone: it leaves the denominator from today."""

    campaign_id: int
    household_id: int


@dataclass(frozen=True, slots=True)
class KeepListed:
    """A second person looked at the report and the household stays."""

    campaign_id: int
    household_id: int


@dataclass(frozen=True, slots=True)
class Readmit:
    """An exclusion was a mistake: the household counts again, as if it had never left."""

    campaign_id: int
    household_id: int


def _which(thing: Exclude | KeepListed | Readmit) -> object:
    return (entry.c.campaign_id == thing.campaign_id) & (entry.c.household_id == thing.household_id)


@record.register
def _exclude(thing: Exclude, tx: Connection, context: Context) -> None:
    told = report(Reading(tx), thing.household_id)
    if told is None or context.person_id is None or told.reported_by == context.person_id:
        note(tx, context, "exclusion.needs_second_person", f"household:{thing.household_id}")
        return
    tx.execute(update(entry).where(_which(thing), entry.c.excluded_on.is_(None)).values(  # type: ignore[arg-type]
        excluded_on=context.today, excluded_by=told.reported_by, confirmed_by=context.person_id))
    ledger.touch(tx, (thing.household_id,), context.today)
    note(tx, context, "exclusion.confirmed", f"household:{thing.household_id}")


@record.register
def _keep_listed(thing: KeepListed, tx: Connection, context: Context) -> None:
    tx.execute(update(entry).where(_which(thing)).values(kept_on=context.today))  # type: ignore[arg-type]
    ledger.touch(tx, (thing.household_id,), context.today)
    note(tx, context, "exclusion.declined", f"household:{thing.household_id}")


@record.register
def _readmit(thing: Readmit, tx: Connection, context: Context) -> None:
    tx.execute(update(entry).where(_which(thing)).values(  # type: ignore[arg-type]
        excluded_on=None, excluded_by=None, confirmed_by=None, kept_on=context.today))
    ledger.touch(tx, (thing.household_id,), context.today)
    note(tx, context, "exclusion.undone", f"household:{thing.household_id}")
