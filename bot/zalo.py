"""The Zalo accounts that settings name. Nothing of Zalo is loaded where there are none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.channels import Papers, no_papers
from bot.settings import Settings
from bot.store import Store
from storage import zalo

if TYPE_CHECKING:
    from bot.channels.zalo_bot import ZaloBot
    from bot.channels.zalo_ledger import Ledger
    from bot.channels.zalo_newcomers import Known
    from bot.channels.zalo_oa import ZaloOfficial


def bots(settings: Settings, store: Store | None = None, papers: Papers = no_papers) -> list[ZaloBot]:
    """One Zalo Bot channel for each token. Without a store nothing is counted and nobody greeted."""
    named = settings.zalo_bots()
    if not named:
        return []
    from bot.channels.zalo_bot import ZaloBot

    return [
        ZaloBot(name, token, api_base=settings.zalo_bot_api_base, mode=settings.zalo_bot_mode,
                webhook_secret=settings.zalo_bot_webhook_secret.get_secret_value(), public_url=settings.public_url,
                per_second=settings.zalo_bot_per_second, chat_per_second=settings.zalo_bot_per_second,
                monthly=settings.zalo_bot_monthly, groups=settings.zalo_bot_groups, spool=Path(settings.spool), papers=papers,
                ledger=_ledger(settings, store, f"zalo-bot:{name}", settings.zalo_bot_monthly), known=_known(store))
        for name, token in named.items()
    ]


def officials(settings: Settings, store: Store, papers: Papers = no_papers,
              found: Callable[[str], None] = lambda address: None) -> list[ZaloOfficial]:
    """One Official Account channel for each application id. Its keys live in the store."""
    named = settings.zalo_accounts()
    if not named:
        return []
    from bot.channels.zalo_oa import ZaloOfficial
    from bot.channels.zalo_oa_login import App

    return [
        ZaloOfficial(name, App(app_id, app_secret, settings.zalo_oa_login_base), secret_key, store,
                     api_base=settings.zalo_oa_api_base, public_url=settings.public_url,
                     per_second=settings.zalo_oa_per_second, paid=settings.zalo_oa_paid, spool=Path(settings.spool),
                     papers=papers, ledger=_ledger(settings, store, f"zalo-oa:{name}", 0), known=_known(store),
                     marks=settings.marks, found=found)
        for name, (app_id, app_secret, secret_key) in named.items()
    ]


def _ledger(settings: Settings, store: Store | None, account: str, monthly: int) -> Ledger | None:
    from bot.channels.zalo_ledger import Ledger

    return Ledger(store, account, monthly, settings.locale) if store else None


def _known(store: Store | None) -> Known | None:
    if store is None:
        return None

    async def known(account: str, chat: str) -> bool:
        return await store.read(lambda rows: zalo.is_known(rows, account, chat))

    return known
