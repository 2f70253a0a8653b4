"""What leaves this process: one delivery for each account it holds."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from bot.batch import Departures
from bot.delivery import Delivery
from bot.points import reach
from storage import mail
from storage.mail import Parcel, Settled


class Carried:
    """Messages that have arrived, written down with whatever is written next: a commit of their own costs as much as that."""

    def __init__(self, deliveries: Sequence[Delivery]) -> None:
        self._taken: list[tuple[Delivery, list[Settled]]] = [(delivery, []) for delivery in deliveries]

    def write(self, tx: Connection) -> None:
        """All there are by now. It may be run again."""
        for delivery, settled in self._taken:
            settled += delivery.carry()
            if settled:
                reach("before_mark_sent")
            mail.settle(tx, settled)

    def put_back(self) -> None:
        """That commit did not come to be."""
        for delivery, settled in self._taken:
            delivery.put_back(settled)


class Post:
    def __init__(self) -> None:
        self.deliveries: dict[str, Delivery] = {}

    def wake(self) -> None:
        """Something new stands in the outbox."""
        for delivery in self.deliveries.values():
            delivery.wake()

    def doubt(self) -> None:
        """A commit failed, and it is not known whether it came to be."""
        for delivery in self.deliveries.values():
            delivery.doubt()

    def hand_over(self, parcels: Sequence[Parcel]) -> None:
        """What was just written, to whoever sends it; what another process sends, that one fetches itself."""
        if not parcels:
            self.wake()
        for account, delivery in self.deliveries.items():
            delivery.take([parcel for parcel in parcels if parcel.account == account])

    def departures(self) -> Departures:
        return {account: delivery.departures() for account, delivery in self.deliveries.items()}

    def carry(self) -> Carried:
        return Carried([*self.deliveries.values()])

    async def stop(self) -> None:
        for delivery in self.deliveries.values():
            await delivery.stop()
