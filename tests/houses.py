"""A house for tests: built over a given database, started, stopped, and known to be quiet."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import or_, select

from bot import demo
from bot.channels import Channel
from bot.house import House, open_store
from bot.settings import Settings
from bot.store import Store
from storage.database import Database
from storage.models import Inbox, Outbox, table
from storage.prepared import Prepared
from storage.reading import Reading

PATIENCE = 20.0


@functools.lru_cache
def settings(url: str, **more: object) -> Settings:
    """Settings from these values alone, whatever the environment says. Read once for a house that is often started anew."""
    return Settings(_env_file=None, **{"database_url": url, "listen": "127.0.0.1:0", **more})


def furnish(url: str) -> None:
    """Load the demonstration commune."""
    database = Database(url)
    with database.write() as tx:
        if not demo.is_loaded(tx):
            demo.load(tx, datetime.now(UTC))
    database.close()


@contextlib.asynccontextmanager
async def living(url: str, channels: Sequence[Channel], **more: object) -> AsyncIterator[House]:
    """A house over these channels; stopped at the end, whatever happens."""
    more.setdefault("backoff", (0.05,))
    more.setdefault("listen", False)
    chosen = settings(url)
    house = House(chosen, open_store(chosen), channels, **more)
    await house.start()
    try:
        yield house
    finally:
        await house.stop()


inbox, outbox = table(Inbox), table(Outbox)
_BUSY = Prepared(select(inbox.c.id).where(inbox.c.state == "open").union_all(
    select(outbox.c.id).where(or_(outbox.c.state == "new", outbox.c.state == "sending"))).limit(1))


def _busy(rows: Reading) -> bool:
    return rows.first(_BUSY) is not None


async def quiet(store: Store, patience: float = PATIENCE) -> None:
    """Wait until every letter is answered and every answer sent."""
    end = asyncio.get_running_loop().time() + patience
    while await store.read(_busy):
        if asyncio.get_running_loop().time() > end:
            raise TimeoutError("the house does not come to rest")
        await asyncio.sleep(0.003)
