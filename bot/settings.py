"""Every setting, in one class: from the environment or a `.env` file, each with the prefix GOCUA_."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.hours.working_hours import WorkingHours
from storage.teams.telephones import SHORTEST_KEY, mark

VIETNAM = timedelta(hours=7)
SHORTEST_FEED_TOKEN = 24
"""Characters of a token that cannot be guessed; a shorter one opens nothing."""
DEFAULT_DATABASE = "sqlite:///gocua.db"


class Settings(BaseSettings):
    """What an operator decides. With nothing set: SQLite in the working folder and the web chat on this machine."""

    model_config = SettingsConfigDict(env_prefix="GOCUA_", env_file=".env", extra="ignore", frozen=True)

    database_url: str = Field(
        DEFAULT_DATABASE, description="Where everything is kept: sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME")
    listen: str = Field("127.0.0.1:8080", description="Address and port for web chat, webhooks and feed; opened only for them")
    public_url: str = Field("", description="The https address under which the web server is reached from outside")
    web_chat: bool = Field(True, description="Whether the built-in web chat is open")
    telegram_token: SecretStr = Field(
        SecretStr(""), description="Token of a Telegram bot; several as NAME=TOKEN,NAME=TOKEN")
    telegram_api_base: str = Field("https://api.telegram.org", description="Any server that speaks the Telegram Bot API")
    telegram_mode: Literal["polling", "webhook"] = Field("polling", description="How Telegram's updates arrive")
    telegram_webhook_secret: SecretStr = Field(
        SecretStr(""), description="1-256 letters, digits, _ or - that Telegram sends with every webhook call")
    telegram_per_second: float = Field(29.0, gt=0, description="Messages a second for one bot; Telegram allows 30")
    telegram_chat_per_second: float = Field(1.0, gt=0, description="Messages a second to one chat; Telegram allows 1")
    working_hours: str = Field(
        "08:00-11:30,13:30-17:00", description="When people answer: the promised hour of a request for help goes by it")
    telephone: str = Field(
        "", max_length=60, description="A public number to call, said to those whose words Zalo withholds: they cannot type")
    number_key: SecretStr = Field(
        SecretStr(""), description="16 letters or more that nobody knows, the same for every process: with it people can be "
        "invited by telephone number, of which only a keyed digest is kept; empty: they cannot")
    zalo_bot_token: SecretStr = Field(SecretStr(""), description="Token of a Zalo Bot; several as NAME=TOKEN,NAME=TOKEN")
    zalo_bot_api_base: str = Field("https://bot-api.zaloplatforms.com", description="Any server that speaks the Zalo Bot API")
    zalo_bot_mode: Literal["polling", "webhook"] = Field("polling", description="How a Zalo Bot's messages arrive")
    zalo_bot_webhook_secret: SecretStr = Field(
        SecretStr(""), description="8-256 letters and digits that Zalo sends with every call to a Zalo Bot's webhook")
    zalo_bot_per_second: float = Field(5.0, gt=0, description="Messages a second for one Zalo Bot")
    zalo_bot_monthly: int = Field(
        3_000, ge=0, description="Messages a month that a Zalo Bot may send; reminders stop at nine tenths of it, announcements "
        "a little later; 0: no limit")
    zalo_bot_groups: Literal["answer", "ignore"] = Field(
        "answer", description="Whether a Zalo Bot that is called in a group says once that it answers everybody alone")
    zalo_oa_app_id: str = Field("", description="App id of a Zalo Official Account; several as NAME=ID,NAME=ID")
    zalo_oa_app_secret: SecretStr = Field(SecretStr(""), description="Secret of that app, by the same names")
    zalo_oa_secret_key: SecretStr = Field(
        SecretStr(""), description="Secret key of the Official Account's webhook page, by the same names")
    zalo_oa_api_base: str = Field("https://openapi.zalo.me", description="Any server that speaks the Official Account API")
    zalo_oa_login_base: str = Field("https://oauth.zaloapp.com", description="Where an Official Account gives its keys")
    zalo_oa_per_second: float = Field(5.0, gt=0, description="Messages a second for one Official Account")
    zalo_oa_paid: bool = Field(
        False, description="Whether an Official Account may send what Zalo charges for: 48 hours to 7 days after somebody wrote")
    spool: str = Field("spool", description="Folder for what arrives from Zalo while the database is slow")
    feed_token: SecretStr = Field(
        SecretStr(""), description="Whoever brings this token may read coverage as JSON at /feed/coverage.json; empty: nobody")
    locale: Literal["vi", "en"] = Field("vi", description="Language for people whose own is not known")
    timezone: str = Field("Asia/Ho_Chi_Minh", description="Vietnam's clock, by which every rule about days and hours goes")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much is logged")

    @field_validator("telegram_token", "zalo_bot_token", "zalo_oa_app_id", "zalo_oa_app_secret", "zalo_oa_secret_key")
    @classmethod
    def _accounts(cls, listed: SecretStr | str) -> SecretStr | str:
        _named(listed if isinstance(listed, str) else listed.get_secret_value())
        return listed

    @field_validator("log_level", mode="before")
    @classmethod
    def _level(cls, level: object) -> object:
        return level.lower() if isinstance(level, str) else level

    @field_validator("timezone")
    @classmethod
    def _vietnam_time(cls, name: str) -> str:
        try:
            offset = datetime.now(UTC).astimezone(ZoneInfo(name)).utcoffset()
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{name} is no time zone") from None
        if offset != VIETNAM:
            raise ValueError(f"{name} is not on Vietnam's clock (UTC+7); quiet hours and business days go by it")
        return name

    @field_validator("working_hours")
    @classmethod
    def _hours(cls, written: str) -> str:
        WorkingHours.parse(written)
        return written

    @field_validator("number_key")
    @classmethod
    def _number_key(cls, key: SecretStr) -> SecretStr:
        if 0 < len(key.get_secret_value()) < SHORTEST_KEY:
            raise ValueError(f"{SHORTEST_KEY} letters or more are needed, for example from `openssl rand -hex 32`")
        return key

    @field_validator("listen")
    @classmethod
    def _address(cls, listen: str) -> str:
        host, _, port = listen.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65_535:
            raise ValueError("HOST:PORT is needed, for example 127.0.0.1:8080")
        return listen

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _secret(cls, secret: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret.get_secret_value()):
            raise ValueError("1-256 letters, digits, _ or - are needed; Telegram refuses anything else")
        return secret

    @field_validator("public_url", "telegram_api_base", "zalo_bot_api_base", "zalo_oa_api_base", "zalo_oa_login_base")
    @classmethod
    def _web_address(cls, url: str) -> str:
        if url and urlsplit(url).scheme not in ("http", "https"):
            raise ValueError("an address beginning with https:// (or http:// on this machine) is needed")
        return url.rstrip("/")

    @property
    def marks(self) -> Callable[[str], str] | None:
        """Makes what stands for a telephone number; None where there is no key."""
        key = self.number_key.get_secret_value()
        return partial(mark, key) if key else None

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    def telegram_bots(self) -> dict[str, str]:
        """Account name -> token."""
        return _named(self.telegram_token.get_secret_value())

    def zalo_bots(self) -> dict[str, str]:
        """Account name -> token."""
        return _named(self.zalo_bot_token.get_secret_value())

    def zalo_accounts(self) -> dict[str, tuple[str, str, str]]:
        """Name of an Official Account -> app id, app secret, secret key of its webhook."""
        secrets, keys = _named(self.zalo_oa_app_secret.get_secret_value()), _named(self.zalo_oa_secret_key.get_secret_value())
        return {name: (app, secrets.get(name, ""), keys.get(name, "")) for name, app in _named(self.zalo_oa_app_id).items()}


def _named(listed: str) -> dict[str, str]:
    """`NAME=VALUE,NAME=VALUE`, or one value alone, which is called main."""
    found: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in listed.split(","))):
        name, value = part.split("=", 1) if "=" in part else ("main", part)
        if not (name and value) or name in found:
            raise ValueError("NAME=VALUE,NAME=VALUE is needed: for every account a name of its own, and something behind it")
        found[name] = value
    return found


def variables() -> dict[str, str]:
    """Every environment variable with what it decides."""
    return {f"GOCUA_{name.upper()}": field.description or "" for name, field in Settings.model_fields.items()}
