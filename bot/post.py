"""What leaves this process: one delivery for each account it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.batch import Departures
from bot.delivery import Delivery
from bot.points import reach
from storage import mail
from storage.mail import Parcel, Settled


@dataclass(frozen=True)
class Carried:
    """Messages that have arrived, to be written down with whatever is written next; a commit of their own costs as much."""

    arrived: Sequence[tuple[Delivery, list[Settled]]]

    def write(self, tx: Connection) -> None:
        for _, settled in self.arrived:
            mail.settle(tx, settled)

    def put_back(self) -> None:
        """That commit did not come to be."""
        for delivery, settled in self.arrived:
            delivery.put_back(settled)


class Post:
    def __init__(self) -> None:
        self.deliveries: dict[str, Delivery] = {}

    def wake(self) -> None:
        """Something new stands in the outbox."""
        for delivery in self.deliveries.values():
            delivery.wake()

    def hand_over(self, parcels: Sequence[Parcel]) -> None:
        """What was just written, to whoever sends it; what another process sends, that one fetches itself."""
        if not parcels:
            self.wake()
        for account, delivery in self.deliveries.items():
            delivery.take([parcel for parcel in parcels if parcel.account == account])

    def departures(self) -> Departures:
        return {account: delivery.departures() for account, delivery in self.deliveries.items()}

    def carry(self) -> Carried:
        carried = [(delivery, settled) for delivery in self.deliveries.values() if (settled := delivery.carry())]
        if carried:
            reach("before_mark_sent")
        return Carried(carried)

    async def stop(self) -> None:
        for delivery in self.deliveries.values():
            await delivery.stop()
