"""An Official Account on the loopback platform, signed in."""

from datetime import UTC, datetime, timedelta

from bot.channels.zalo_oa_login import App, expiry, pair
from bot.store import Store
from storage import zalo_tokens
from tests.loopback.zalo_oa import LoopbackZaloOa

ACCOUNT = "zalo-oa:main"


def app_of(oa: LoopbackZaloOa) -> App:
    return App(oa.app_id, oa.app_secret, oa.url)


async def sign_in(oa: LoopbackZaloOa, store: Store, *, expired: bool = False) -> None:
    """Write keys that work, or that did until an hour ago."""
    found = pair(oa.oauth.new_keys())
    assert found is not None
    now = datetime.now(UTC) - (timedelta(hours=26) if expired else timedelta())
    await store.write(lambda tx: zalo_tokens.begin(tx, ACCOUNT, found.access, found.refresh, now, expiry(found, now)))
    if expired:
        oa.oauth.access.clear()
