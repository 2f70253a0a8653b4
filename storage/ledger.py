"""The ledger: where every household stands, and the sums of every hamlet, kept current by whatever changes them.

Whoever writes a visit, an attainment or a register entry says which household it touched; before the transaction ends,
the pure rules are asked again about those households and the sums move by the difference. Nothing else writes here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, case, select, update
from sqlalchemy.dialects import sqlite

from storage import tallies, tasks
from storage.course import DAILY, Denominator, Settled, TargetFact, changed, settled
from storage.coverage_rules import Coverage, HouseholdFact
from storage.history import LINE, entry, household, line, recorded
from storage.models import COUNTS, TALLY, Campaign, CampaignDay, CampaignTarget, Place, Standing, TargetTally, table
from storage.outcomes import Barrier, Group, Status
from storage.prepared import Prepared
from storage.reading import Reading
from storage.standing import LOCAL, CampaignFact

campaign, target, standing, place = table(Campaign), table(CampaignTarget), table(Standing), table(Place)
days, target_tally = table(CampaignDay), table(TargetTally)
TOUCHED = "ledger.touched"
AT_ONCE = 500
FACT = ("status", "disposition", "reached", "contacted", "baseline", "verified", "barrier", "adults", "adults_achieved")


def touch(tx: Connection, household_ids: Iterable[int], today: date | None = None, *, since: date = date.min) -> None:
    """Something about these households was written in this transaction; nothing of a day before `since`, where that is known."""
    homes, latest = tx.info.get(TOUCHED, ({}, date.min))
    for id_ in household_ids:
        homes[id_] = min(since, homes.get(id_, since))
    tx.info[TOUCHED] = homes, max(latest, today or datetime.now(LOCAL).date())


def settle(tx: Connection) -> None:
    """Bring the ledger up to date with what this transaction wrote."""
    homes, today = tx.info.pop(TOUCHED, ({}, date.min))
    ids = sorted(homes)
    tasks.settle_open(tx, ids, datetime.now(UTC), today)
    for start in range(0, len(ids), AT_ONCE):
        _settle(tx, ids[start:start + AT_ONCE], today, homes)


_KEPT = tuple(standing.c[name].label(f"kept_{name}")
              for name in (*FACT, "hamlet_id", "commune_id", "settled_on", "course", "targets"))
_EVERY = (
    select(*LINE, place.c.parent_id.label("commune_id"), campaign.c.starts_on, campaign.c.ends_on, campaign.c.goal_service,
           *_KEPT)
    .join(household, household.c.id == entry.c.household_id)
    .join(place, place.c.id == household.c.hamlet_id)
    .join(campaign, campaign.c.id == entry.c.campaign_id)
    .outerjoin(standing, (standing.c.campaign_id == entry.c.campaign_id) & (standing.c.household_id == entry.c.household_id))
    .where(campaign.c.kept.is_(True), campaign.c.closed_on.is_(None))
)
_LINES = _EVERY.where(entry.c.household_id.in_(bindparam("ids", expanding=True))).order_by(entry.c.household_id)
_LINE = Prepared(_EVERY.where(entry.c.household_id == bindparam("id")))
"""The commonest case by far: one household."""
_LOCK = (select(entry.c.id).where(entry.c.household_id.in_(bindparam("ids", expanding=True))).order_by(entry.c.id)
         .with_for_update())
"""On PostgreSQL two processes may log visits to one household at once: the second waits here, and what it reads afterwards
holds what the first one wrote. (Locking in the reading statement would not do: what is joined is as old as the statement.)"""
_TARGETS = select(target.c.id, target.c.campaign_id, target.c.service, target.c.denominator).where(
    target.c.campaign_id.in_(bindparam("campaigns", expanding=True))).order_by(target.c.id)


@dataclass(slots=True)
class _Change:
    """What the households settled together change in one hamlet's sums."""

    settled_on: date = date.min
    after: list[HouseholdFact | None] = field(default_factory=list)
    before: list[HouseholdFact | None] = field(default_factory=list)
    course: dict[str, list[int]] = field(default_factory=dict)
    targets: dict[str, list[int]] = field(default_factory=dict)


_ALL_DAYS: Mapping[int, date] = {}
Changes = dict[tuple[int, int, int | None], _Change]
"""By campaign, hamlet and commune."""


def _settle(tx: Connection, ids: Sequence[int], today: date, since: Mapping[int, date] = _ALL_DAYS) -> None:
    rows = Reading(tx)
    if tx.dialect.name == "postgresql":
        tx.execute(_LOCK, {"ids": ids})
    lines = rows.all(_LINE, {"id": ids[0]}) if len(ids) == 1 else rows.all(_LINES, {"ids": ids})
    if not lines:
        return
    known = recorded(rows, ids, merged_away=any(row.merged_into_id is not None for row in lines))
    aimed = {row.campaign_id for row in lines if row.kept_targets is None or row.kept_targets}
    targets = targets_of(rows, aimed) if aimed else defaultdict(list)
    kept: list[dict[str, Any]] = []
    changes: Changes = defaultdict(_Change)
    for row in lines:
        day = max(today, row.kept_settled_on or today)  # never back in time: the sums stand for the latest day
        new_from = since.get(row.household_id, date.min)
        now = settled(line(row, known), fact_of(row), targets[row.campaign_id], day, row.kept_course,
                      None if new_from == date.min else new_from)
        kept.append(_kept(row, now))
        _note(changes, row, now)
    write(tx, kept, changes)


def fact_of(row: Row[*tuple[Any, ...]]) -> CampaignFact:
    """The campaign of a row, as the rules know it."""
    return CampaignFact(row.starts_on, row.ends_on, frozenset({row.goal_service}))


def targets_of(rows: Reading, campaigns: Iterable[int]) -> defaultdict[int, list[TargetFact]]:
    """The targets of these campaigns."""
    found: defaultdict[int, list[TargetFact]] = defaultdict(list)
    for row in rows.all(_TARGETS, {"campaigns": sorted(campaigns)}):
        found[row.campaign_id].append(TargetFact(row.id, row.service, Denominator(row.denominator)))
    return found


def _note(changes: Changes, row: Row[*tuple[Any, ...]], now: Settled) -> None:
    """Add a household to its hamlet's sums, and take it out of where it was counted before."""
    here = changes[row.campaign_id, row.hamlet_id, row.commune_id]
    here.settled_on = max(here.settled_on, now.on)
    here.after.append(now.fact)
    changed(now.course, {}, here.course)
    changed(now.targets, {}, here.targets)
    if row.kept_hamlet_id is not None:
        there = changes[row.campaign_id, row.kept_hamlet_id, row.kept_commune_id]
        there.settled_on = max(there.settled_on, now.on)
        there.before.append(kept_fact(row, "kept_"))
        changed({}, row.kept_course, there.course)
        changed({}, row.kept_targets, there.targets)


def _kept(row: Row[*tuple[Any, ...]], now: Settled) -> dict[str, Any]:
    fact = now.fact
    return {
        "campaign_id": row.campaign_id, "household_id": row.household_id, "hamlet_id": row.hamlet_id,
        "commune_id": row.commune_id, "settled_on": now.on,
        "changes_on": now.changes_on, "status": fact.status.value if fact else None,
        "disposition": fact.group.value if fact else "",
        "reached": bool(fact and fact.reached), "contacted": bool(fact and fact.contacted),
        "baseline": bool(fact and fact.baseline), "verified": bool(fact and fact.verified),
        "barrier": fact.barrier.value if fact and fact.barrier else None, "adults": fact.adults if fact else None,
        "adults_achieved": fact.adults_achieved if fact else 0, "reported_out": now.reported_out, "course": now.course,
        "targets": now.targets,
    }


def kept_fact(row: Row[*tuple[Any, ...]], prefix: str = "") -> HouseholdFact | None:
    """A household as it is kept."""
    kept = row._asdict()
    if kept[f"{prefix}status"] is None:
        return None
    barrier = kept[f"{prefix}barrier"]
    return HouseholdFact(
        Status(kept[f"{prefix}status"]), Group(kept[f"{prefix}disposition"]),
        kept[f"{prefix}reached"], kept[f"{prefix}contacted"], kept[f"{prefix}baseline"], kept[f"{prefix}verified"],
        Barrier(barrier) if barrier else None, kept[f"{prefix}adults"], kept[f"{prefix}adults_achieved"])


def write(tx: Connection, kept: Sequence[Mapping[str, Any]], changes: Changes) -> None:
    """Write households and the differences of the sums, places in one order so that no two processes wait for each other."""
    if kept:
        _replacing(tx.dialect.name, standing, ("campaign_id", "household_id")).each(tx, kept)
    sums: dict[tuple[int, int], dict[str, Any]] = {}
    daily: dict[tuple[int, int, str], list[int]] = {}
    parts: dict[tuple[str, int], list[int]] = {}
    for (campaign_id, hamlet_id, commune_id), change in changes.items():
        difference = tallies.difference([Coverage.of(change.after)], [Coverage.of(change.before)])
        if not any(difference.values()):
            difference = {}
        for place_id in filter(None, (hamlet_id, commune_id)):
            if difference:
                _add(sums.setdefault((campaign_id, place_id), {"settled_on": date.min}), difference, change.settled_on)
            changed({(campaign_id, place_id, day): values for day, values in change.course.items()}, {}, daily)
            changed({(id_, place_id): values for id_, values in change.targets.items()}, {}, parts)
    _write_sums(tx, sums, daily, parts)


def _write_sums(tx: Connection, sums: Mapping[tuple[int, int], Mapping[str, Any]],
                daily: Mapping[tuple[int, int, str], list[int]], parts: Mapping[tuple[str, int], list[int]]) -> None:
    totals = [{"campaign_id": campaign_id, "place_id": place_id, **values}
              for (campaign_id, place_id), values in sorted(sums.items(), key=lambda each: each[0])]
    moved = [{"campaign_id": key[0], "place_id": key[1], "day": date.fromisoformat(key[2]),
              **dict(zip(DAILY, values, strict=True))}
             for key, values in sorted(daily.items()) if any(values)]
    aimed = [{"target_id": int(key[0]), "place_id": key[1], "achieved": values[0], "of": values[1], "known": values[2]}
             for key, values in sorted(parts.items()) if any(values)]
    for into, keys, added, rows in ((TALLY, ("campaign_id", "place_id"), COUNTS, totals),
                                    (days, ("campaign_id", "place_id", "day"), DAILY, moved),
                                    (target_tally, ("target_id", "place_id"), ("achieved", "of", "known"), aimed)):
        if rows:
            _adding(tx.dialect.name, into, keys, added).each(tx, rows)


def _add(into: dict[str, Any], difference: Mapping[str, int], settled_on: date) -> None:
    into["settled_on"] = max(into["settled_on"], settled_on)
    for name, value in difference.items():
        into[name] = into.get(name, 0) + value


def _insert(dialect: str, into: Table) -> Any:
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(into)
    return sqlite.insert(into)


@cache
def _replacing(dialect: str, into: Table, keys: tuple[str, ...]) -> Prepared:
    made = _insert(dialect, into)
    return Prepared(made.values({column.name: bindparam(column.name) for column in into.c}).on_conflict_do_update(
        index_elements=keys, set_={column.name: made.excluded[column.name] for column in into.c if column.name not in keys}))


@cache
def _adding(dialect: str, into: Table, keys: tuple[str, ...], added: tuple[str, ...]) -> Prepared:
    made = _insert(dialect, into)
    sums = {name: into.c[name] + made.excluded[name] for name in added}
    if "settled_on" in into.c:
        sums["settled_on"] = case((into.c.settled_on > made.excluded.settled_on, into.c.settled_on),
                                  else_=made.excluded.settled_on)
    return Prepared(made.values({column.name: bindparam(column.name) for column in into.c}).on_conflict_do_update(
        index_elements=keys, set_=sums))


# --- whole campaigns ------------------------------------------------------------------------------------------------------


def open_(tx: Connection, campaign_id: int, today: date) -> None:
    """Keep a campaign's standing from now on: everything on its register is settled once."""
    tx.execute(update(campaign).where(campaign.c.id == campaign_id).values(kept=True))
    after = 0
    while ids := tx.scalars(select(entry.c.household_id).where(entry.c.campaign_id == campaign_id, entry.c.household_id > after)
                            .order_by(entry.c.household_id).limit(AT_ONCE)).all():
        _settle(tx, ids, today)
        after = ids[-1]


def leave(tx: Connection, entry_ids: Sequence[int]) -> None:
    """These register entries are about to be taken away as if they had never been: their households leave the sums."""
    settle(tx)
    gone = select(standing, standing.c.household_id.label("gone")).join(entry, (
        entry.c.campaign_id == standing.c.campaign_id) & (entry.c.household_id == standing.c.household_id)).where(
        entry.c.id.in_(list(entry_ids)))
    changes: Changes = defaultdict(_Change)
    for row in Reading(tx).all(gone):
        there = changes[row.campaign_id, row.hamlet_id, row.commune_id]
        there.settled_on = max(there.settled_on, row.settled_on)
        there.before.append(kept_fact(row))
        changed({}, row.course, there.course)
        changed({}, row.targets, there.targets)
        tx.execute(standing.delete().where(
            standing.c.campaign_id == row.campaign_id, standing.c.household_id == row.household_id))
    write(tx, (), changes)


def turn_over(tx: Connection, today: date, limit: int = 20_000) -> int:
    """Settle what the calendar alone has changed by now; how many households that were."""
    due = tx.scalars(
        select(standing.c.household_id).join(campaign, campaign.c.id == standing.c.campaign_id)
        .where(standing.c.changes_on <= today, campaign.c.kept.is_(True), campaign.c.closed_on.is_(None)).limit(limit)).all()
    touch(tx, due, today)
    settle(tx)
    return len(due)


