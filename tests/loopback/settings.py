"""The Bot API methods that set a bot up: webhook, commands, descriptions."""

import re
from collections.abc import Callable
from typing import Any

from tests.loopback.body import flag, integer, structure
from tests.loopback.bot import Bot
from tests.loopback.markup import utf16
from tests.loopback.refusal import Json, bad
from tests.loopback.webhook import Webhook

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_COMMAND = re.compile(r"/?[a-z0-9_]{1,32}")


def set_webhook(bot: Bot, params: Json) -> bool:
    url = str(params.get("url") or "")
    if not url:
        return delete_webhook(bot, params)
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    secret = str(params.get("secret_token") or "")
    if secret and not _SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    bot.updates.allow(params)
    if flag(params, "drop_pending_updates"):
        bot.updates.drop_all()
    connections = min(max(integer(params, "max_connections", 40), 1), 100)
    bot.listen(Webhook(bot.updates, url, secret, connections))
    return True


def delete_webhook(bot: Bot, params: Json) -> bool:
    if flag(params, "drop_pending_updates"):
        bot.updates.drop_all()
    if bot.webhook is not None:
        bot.listen(None)
    return True


def get_webhook_info(bot: Bot, params: Json) -> Json:
    bot.updates.drop_expired()
    found: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(bot.updates.pending)}
    if bot.updates.allowed:
        found["allowed_updates"] = list(bot.updates.allowed)
    return found if bot.webhook is None else found | {"url": bot.webhook.url} | bot.webhook.info()


def _scope(params: Json) -> str:
    scope = structure(params, "scope") or {"type": "default"}
    return f"{scope.get('type')}:{scope.get('chat_id', '')}:{params.get('language_code') or ''}"


def set_my_commands(bot: Bot, params: Json) -> bool:
    commands = structure(params, "commands")
    if not isinstance(commands, list) or len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH" if isinstance(commands, list) else "can't parse commands")
    for command in commands:
        if not _COMMAND.fullmatch(str(command.get("command", ""))):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= utf16(str(command.get("description", ""))) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    bot.commands[_scope(params)] = commands
    return True


def get_my_commands(bot: Bot, params: Json) -> list[Json]:
    return bot.commands.get(_scope(params), [])


def delete_my_commands(bot: Bot, params: Json) -> bool:
    bot.commands.pop(_scope(params), None)
    return True


SETTINGS: dict[str, Callable[[Bot, Json], Any]] = {
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
    **dict.fromkeys(("setchatmenubutton", "setmydescription", "setmyshortdescription"), lambda bot, params: True),
}
