"""The ledger: where every household stands, and the sums of every hamlet, kept current by whatever changes them.

Whoever writes a visit, an attainment or a register entry says which household it touched; before the transaction ends,
the pure rules are asked again about those households and the sums move by the difference. Nothing else writes here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import zip_longest
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

from sqlalchemy import Connection, select, update

from storage.counting import kept_rows, tallies
from storage.counting.course import Denominator, Settled, TargetFact, changed, settled
from storage.counting.coverage_rules import HouseholdFact
from storage.households import tasks
from storage.households.history import BARRIERS, Recorded, entry, household, line, wanted, with_merges
from storage.households.look_over import FACT, LINES_OF, LINES_OF_ONE, READ, TOUCHED, Seen, forget
from storage.households.standing import CampaignFact
from storage.local_time import LOCAL
from storage.mail import insert_new
from storage.models import TALLY, Campaign, Standing, table
from storage.outcomes import Group, Status
from storage.prepared import Prepared, among
from storage.reading import Reading, Wanted

campaign, standing = table(Campaign), table(Standing)
SETTLE = "ledger.settle"
"""What is to be done before the transaction ends, where anything was touched."""
AT_ONCE = 500
STATUSES, GROUPS = {each.value: each for each in Status}, {each.value: each for each in Group}
_SOUGHT_BY, _REST = ((attrgetter(*(f"kept_{name}" for name in names)), itemgetter(*names))
                     for names in (kept_rows.SOUGHT_BY, kept_rows.REST))
"""The same values as they are kept and as they stand now."""
_FACT = {prefix: attrgetter(*(prefix + name for name in FACT)) for prefix in ("", "kept_")}


def touch(tx: Connection, household_ids: Iterable[int], today: date | None = None, *, since: date = date.min) -> None:
    """Something about these households was written in this transaction; nothing of a day before `since`, where that is known."""
    homes, latest = tx.info.get(TOUCHED, ({}, date.min))
    for id_ in household_ids:
        homes[id_] = min(since, homes.get(id_, since))
        forget(tx, id_)
    tx.info[TOUCHED] = homes, max(latest, today or datetime.now(LOCAL).date())
    tx.info[SETTLE] = settle


def date_sums(tx: Connection, place_ids: Iterable[int], today: date) -> None:
    """Households came to these places or went: what is kept of them is of today, even where they come and go without a trace.

    Each has its sums in whatever campaign one of them has, for a day in between may be asked about later. Sums of a closed
    campaign stay as it was closed.
    """
    ids = list(place_ids)
    running = tx.scalars(select(TALLY.c.campaign_id).join(campaign, campaign.c.id == TALLY.c.campaign_id).where(
        TALLY.c.place_id.in_(ids), campaign.c.closed_on.is_(None)).distinct()).all()
    if not running:
        return
    insert_new(tx, TALLY, [{"campaign_id": id_, "place_id": place_id, "settled_on": today}
                           for id_ in sorted(running) for place_id in sorted(ids)])
    tx.execute(update(TALLY).where(TALLY.c.place_id.in_(ids), TALLY.c.settled_on < today, TALLY.c.campaign_id.in_(running))
               .values(settled_on=today))


def settle(tx: Connection) -> None:
    """Bring the ledger up to date with what this transaction wrote."""
    homes, today = tx.info.pop(TOUCHED, ({}, date.min))
    tx.info.pop(SETTLE, None)
    ids, locked = sorted(homes), tx.info.get(tasks.SETTLED, frozenset())
    if tx.dialect.name == "postgresql" and not locked >= homes.keys():
        _LOCK.all(tx, {"ids": ids})
    tasks.settle_open(tx, ids, datetime.now(UTC), today)
    read, survivors = tx.info.pop(READ, {}), set[int]()
    for start in range(0, len(ids), AT_ONCE):
        survivors |= _settle(tx, ids[start:start + AT_ONCE], today, homes, read)
    # What was written at a household that lives on in another changes that one, also on days before its own news.
    if left := sorted(id_ for id_ in survivors if homes.get(id_) != date.min):
        if tx.dialect.name == "postgresql":
            _LOCK.all(tx, {"ids": left})
        _settle(tx, left, today)


_LOCK = Prepared(select(household.c.id).where(among(household.c.id, "ids")).order_by(household.c.id)
                 .with_for_update(key_share=True))
"""On PostgreSQL two processes may log visits to one household at once: the second waits here, and what it reads afterwards
holds what the first one wrote. (Locking in the reading statement would not do: what is joined is as old as the statement.)
Tasks lock the same row before: such a household is not locked twice."""


@dataclass(slots=True)
class _Change:
    """What the households settled together change in one hamlet's sums."""

    settled_on: date = date.min
    past: bool = False
    """Whether a day before this one may be told otherwise now: then the sums are of today, even if they are the same."""
    after: list[HouseholdFact | None] = field(default_factory=list)
    before: list[HouseholdFact | None] = field(default_factory=list)
    course: dict[str, list[int]] = field(default_factory=dict)
    targets: dict[str, list[int]] = field(default_factory=dict)


_ALL_DAYS: Mapping[int, date] = {}
_UNREAD: Mapping[int, Seen] = {}
Changes = dict[tuple[int, int, int | None], _Change]
"""By campaign, hamlet and commune."""


def _settle(tx: Connection, ids: Sequence[int], today: date, since: Mapping[int, date] = _ALL_DAYS,
            read: Mapping[int, Seen] = _UNREAD) -> set[int]:
    """Settle these; the households that some of them live on in, or did for a time."""
    lines, known = _read(Reading(tx), ids, read)
    homes = kept_rows.Households()
    changes: Changes = defaultdict(_Change)
    for row in lines:
        day = max(today, row.kept_settled_on or today)  # never back in time: the sums stand for the latest day
        new_from = since.get(row.household_id, date.min)
        seen = read.get(row.household_id)
        campaign = _campaign(row.starts_on, row.ends_on, row.goal_service)
        now = settled(line(row, known), campaign, _targets(row.aims), day, row.kept_course,
                      None if new_from == date.min else new_from, seen.told if seen else None)
        stands = _kept(row, now)
        if _SOUGHT_BY[0](row) != _SOUGHT_BY[1](stands):
            homes.anew.append(stands)
        else:
            (homes.changed if _REST[0](row) != _REST[1](stands) else homes.running).append(stands)
        _note(changes, row, now)
        changes[row.campaign_id, row.hamlet_id, row.commune_id].past |= new_from < day
    write(tx, homes, changes)
    return known.lived_on_in({row.household_id for row in lines if row.merged_into_id is not None})


def _read(rows: Reading, ids: Sequence[int], read: Mapping[int, Seen]) -> tuple[Sequence[Any], Recorded]:
    """The lines of these households, and all that is on record of them."""
    line_of = Wanted(LINES_OF_ONE, {"id": ids[0]}, _lines) if len(ids) == 1 else Wanted(LINES_OF, {"ids": ids}, _lines)
    seen = {id_: read[id_] for id_ in ids if id_ in read}
    if len(seen) < len(ids):
        lines, known = rows.together(line_of, wanted(ids))
    else:
        known = _joined(seen)
        ahead = [row for each in seen.values() if each.lines is not None for row in each.lines]
        lines = _lines(ahead) if all(each.lines is not None for each in seen.values()) else rows.ask(line_of)
    return lines, with_merges(rows, ids, known, merged_away=any(row.merged_into_id is not None for row in lines))


def _joined(seen: Mapping[int, Seen]) -> Recorded:
    """What is on record of them all; what was read of a household itself goes before what was read of it with another."""
    if len(seen) == 1:
        return next(iter(seen.values())).facts
    known = Recorded()
    for each in seen.values():
        known.visits.update(each.facts.visits)
        known.attainments.update(each.facts.attainments)
    for id_, each in seen.items():
        known.visits[id_] = each.facts.visits.get(id_, [])
        known.attainments[id_] = each.facts.attainments.get(id_, [])
    return known


def _lines(found: Sequence[Any]) -> Sequence[Any]:
    """Those whose standing is kept."""
    return [row for row in found if row.stands]


@lru_cache(maxsize=256)
def _targets(aims: str | None) -> tuple[TargetFact, ...]:
    """The targets of a campaign, one a line."""
    told = (each.split(" ", 2) for each in (aims or "").splitlines())
    return tuple(TargetFact(int(id_), service, Denominator(of)) for id_, of, service in told)


@lru_cache(maxsize=256)
def _campaign(starts_on: date, ends_on: date, service: str) -> CampaignFact:
    return CampaignFact(starts_on, ends_on, frozenset({service}))


def _note(changes: Changes, row: Any, now: Settled) -> None:
    """Add a household to its hamlet's sums, and take it out of where it was counted before."""
    here = changes[row.campaign_id, row.hamlet_id, row.commune_id]
    here.settled_on = max(here.settled_on, now.on)
    if row.kept_hamlet_id is None:
        here.after.append(now.fact)
        changed(now.course, {}, here.course)
        changed(now.targets, {}, here.targets)
        return
    there = changes[row.campaign_id, row.kept_hamlet_id, row.kept_commune_id]
    there.settled_on = max(there.settled_on, now.on)
    before = kept_fact(row, "kept_")
    if there is not here or now.fact != before:  # most stand as they stood
        here.after.append(now.fact)
        there.before.append(before)
    for after, was, into, out_of in ((now.course, row.kept_course, here.course, there.course),
                                     (now.targets, row.kept_targets, here.targets, there.targets)):
        if there is here:
            changed(after, was, into)
        else:
            changed(after, {}, into)
            changed({}, was, out_of)


def _kept(row: Any, now: Settled) -> dict[str, Any]:
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


def kept_fact(row: Any, prefix: str = "") -> HouseholdFact | None:
    """A household as it is kept."""
    status, group, reached, contacted, baseline, verified, barrier, adults, achieved = _FACT[prefix](row)
    if status is None:
        return None
    return HouseholdFact(STATUSES[status], GROUPS[group], reached, contacted, baseline, verified,
                         BARRIERS[barrier] if barrier else None, adults, achieved)


def write(tx: Connection, homes: kept_rows.Households, changes: Changes) -> None:
    """Write households and the differences of the sums, places in one order so that no two processes wait for each other."""
    sums: dict[tuple[int, int], dict[str, Any]] = {}
    daily: dict[tuple[int, int, str], list[int]] = {}
    parts: dict[tuple[str, int], list[int]] = {}
    for (campaign_id, hamlet_id, commune_id), change in changes.items():
        difference = tallies.difference(change.after, change.before) if change.after or change.before else {}
        for place_id in (hamlet_id,) if commune_id is None else (hamlet_id, commune_id):
            if difference or change.past:
                _add(sums.setdefault((campaign_id, place_id), {"settled_on": date.min}), difference, change.settled_on)
            for day, values in change.course.items():
                _plus(daily, (campaign_id, place_id, day), values)
            for id_, values in change.targets.items():
                _plus(parts, (id_, place_id), values)
    kept_rows.write(tx, homes, sums, daily, parts)


K = TypeVar("K")


def _plus(into: dict[K, list[int]], key: K, values: list[int]) -> None:
    kept = into.get(key)
    into[key] = values if kept is None else [a + b for a, b in zip_longest(kept, values, fillvalue=0)]


def _add(into: dict[str, Any], difference: Mapping[str, int], settled_on: date) -> None:
    into["settled_on"] = max(into["settled_on"], settled_on)
    for name, value in difference.items():
        into[name] = into.get(name, 0) + value


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
    write(tx, kept_rows.Households(), changes)


def turn_over(tx: Connection, today: date, limit: int = 20_000) -> int:
    """Settle what the calendar alone has changed by now; how many households that were."""
    due = tx.scalars(
        select(standing.c.household_id).join(campaign, campaign.c.id == standing.c.campaign_id)
        .where(standing.c.changes_on <= today, campaign.c.kept.is_(True), campaign.c.closed_on.is_(None)).limit(limit)).all()
    touch(tx, due, today)
    settle(tx)
    return len(due)


