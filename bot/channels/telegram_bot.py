"""An operator's calls (who am I, webhook) through python-telegram-bot on our wire. Imported only when needed."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Mapping
from typing import Any

from telegram import Bot
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.exchange import Form, Unanswered, Unsent
from bot.channels.telegram_polling import KINDS
from bot.channels.telegram_wire import DEADLINE, Wire

_NOWHERE = "wire:"


class TelegramTrouble(Exception):
    """Telegram refused an ordinary call, or was not reached."""


class WireRequest(BaseRequest):
    """python-telegram-bot's transport seam: its calls travel over the bot's own wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @property
    def read_timeout(self) -> float:
        return DEADLINE

    async def initialize(self) -> None:
        """Nothing: the wire opens itself with its first call."""

    async def shutdown(self) -> None:
        """Nothing: the wire belongs to the channel."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, read_timeout: object = None,
        write_timeout: object = None, connect_timeout: object = None, pool_timeout: object = None,
    ) -> tuple[int, bytes]:
        failure: TelegramError
        fields = request_data.parameters if request_data else {}
        files: Mapping[str, Any] = request_data.multipart_data if request_data and request_data.contains_files else {}
        body = Form(fields, files) if files else json.dumps(fields).encode()
        try:
            return await self._wire.post(url.rpartition("/")[2], body)
        except Unsent as error:
            failure = NetworkError(f"not reached: {error}")
        except Unanswered as error:
            failure = TimedOut(f"no answer: {error}")
        raise failure


class Ordinary:
    """One bot's calls outside the hot path. python-telegram-bot never learns the token: only the wire knows the address."""

    def __init__(self, wire: Wire) -> None:
        request = WireRequest(wire)
        self._bot = Bot("bot", base_url=_NOWHERE, request=request, get_updates_request=request)

    async def me(self) -> dict[str, Any]:
        return (await _answered(self._bot.get_me())).to_dict()  # type: ignore[no-any-return]

    async def webhook_set(self, url: str, secret: str) -> None:
        await _answered(self._bot.set_webhook(url, secret_token=secret, allowed_updates=KINDS))

    async def webhook_delete(self) -> None:
        await _answered(self._bot.delete_webhook())

    async def webhook_info(self) -> dict[str, Any]:
        return (await _answered(self._bot.get_webhook_info())).to_dict()  # type: ignore[no-any-return]


async def _answered(call: Awaitable[Any]) -> Any:
    try:
        return await call
    except TelegramError as error:
        problem = f"{type(error).__name__}: {error.message}"
    raise TelegramTrouble(problem)
