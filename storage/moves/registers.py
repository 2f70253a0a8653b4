"""Registers where hamlets change: households come and leave, a campaign of one goes on in two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, insert, select, update

from storage.counting import campaigns, ledger
from storage.models import Campaign, CampaignTarget, RegisterEntry, table

campaign, target, entry = table(Campaign), table(CampaignTarget), table(RegisterEntry)
DECIDED = ("excluded_on", "excluded_by", "confirmed_by", "kept_on")
"""What a second person decided about a household on a register."""


def of_hamlet(tx: Connection, hamlet_id: int, on: date) -> list[int]:
    """The campaigns of this very hamlet that are not over on a day."""
    return [int(id_) for id_ in tx.scalars(select(campaign.c.id).where(
        campaign.c.place_id == hamlet_id, campaign.c.ends_on >= on, campaign.c.closed_on.is_(None)).order_by(campaign.c.id))]


def enter_new(tx: Connection, campaign_id: int, household_ids: Sequence[int], on: date, reason: str) -> list[int]:
    """Households come onto a register, those that are on it already stay as they were; the new entries."""
    there = set(tx.scalars(select(entry.c.household_id).where(
        entry.c.campaign_id == campaign_id, entry.c.household_id.in_(household_ids))))
    new = [id_ for id_ in household_ids if id_ not in there]
    campaigns.enter(tx, campaign_id, new, on, reason)
    return [int(id_) for id_ in tx.scalars(select(entry.c.id).where(
        entry.c.campaign_id == campaign_id, entry.c.household_id.in_(new)).order_by(entry.c.id))]


def go_on_in(tx: Connection, campaign_id: int, place_id: int) -> int:
    """The same campaign for another place as well: its terms and aims, and nobody on its register yet."""
    row = tx.execute(select(campaign).where(campaign.c.id == campaign_id)).one()
    made = int(tx.execute(insert(campaign).returning(campaign.c.id), {
        **{key: value for key, value in row._mapping.items() if key != "id"}, "place_id": place_id}).scalar_one())
    aimed = tx.execute(select(target).where(target.c.campaign_id == campaign_id).order_by(target.c.id)).all()
    if aimed:
        tx.execute(insert(target), [{"campaign_id": made, "service": each.service, "denominator": each.denominator,
                                     "percent": each.percent} for each in aimed])
    return made


def enter_as(tx: Connection, from_id: int, into_id: int, household_ids: Sequence[int], on: date, reason: str) -> list[int]:
    """Households of one register come onto another as what they were there, excluded or not; the new entries."""
    there = tx.execute(select(entry).where(entry.c.campaign_id == from_id, entry.c.household_id.in_(household_ids))
                       .order_by(entry.c.household_id)).all()
    return [int(tx.execute(insert(entry).returning(entry.c.id), {
        "campaign_id": into_id, "household_id": row.household_id, "added_on": max(on, row.added_on), "added_reason": reason,
        **{name: getattr(row, name) for name in DECIDED}}).scalar_one()) for row in there]


def decided_back(tx: Connection, from_id: int, into_id: int, household_ids: Sequence[int]) -> None:
    """What was decided about households on one register holds on the other one."""
    for row in tx.execute(select(entry).where(entry.c.campaign_id == from_id, entry.c.household_id.in_(household_ids))).all():
        tx.execute(update(entry).where(entry.c.campaign_id == into_id, entry.c.household_id == row.household_id)
                   .values({name: getattr(row, name) for name in DECIDED}))


def withdraw(tx: Connection, entry_ids: Sequence[int]) -> None:
    """Take entries off their registers, as if they had never been there."""
    if entry_ids:
        ledger.leave(tx, entry_ids)
        tx.execute(entry.delete().where(entry.c.id.in_(list(entry_ids))))
