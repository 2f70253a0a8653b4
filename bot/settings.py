"""Every setting, in one class: from the environment or a `.env` file, each with the prefix GOCUA_."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

VIETNAM = timedelta(hours=7)
DEFAULT_DATABASE = "sqlite:///gocua.db"


class Settings(BaseSettings):
    """What an operator decides. With nothing set: SQLite in the working folder and the web chat on this machine."""

    model_config = SettingsConfigDict(env_prefix="GOCUA_", env_file=".env", extra="ignore", frozen=True)

    database_url: str = Field(
        DEFAULT_DATABASE, description="Where everything is kept: sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME")
    listen: str = Field("127.0.0.1:8080", description="Address and port of the web server (web chat and webhooks)")
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
    feed_token: SecretStr = Field(
        SecretStr(""), description="Whoever brings this token may read coverage as JSON at /feed/coverage.json; empty: nobody")
    locale: Literal["vi", "en"] = Field("vi", description="Language for people whose own is not known")
    timezone: str = Field("Asia/Ho_Chi_Minh", description="Vietnam's clock, by which every rule about days and hours goes")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much is logged")

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

    @field_validator("listen")
    @classmethod
    def _address(cls, listen: str) -> str:
        host, _, port = listen.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65_535:
            raise ValueError("HOST:PORT is needed, for example 127.0.0.1:8080")
        return listen

    @field_validator("public_url", "telegram_api_base")
    @classmethod
    def _web_address(cls, url: str) -> str:
        if url and urlsplit(url).scheme not in ("http", "https"):
            raise ValueError("an address beginning with https:// (or http:// on this machine) is needed")
        return url.rstrip("/")

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    def telegram_bots(self) -> dict[str, str]:
        """Account name -> token."""
        bots: dict[str, str] = {}
        for part in filter(None, (each.strip() for each in self.telegram_token.get_secret_value().split(","))):
            name, equals, token = part.partition("=")
            bots[name if equals else "main"] = token if equals else part
        return bots


def variables() -> dict[str, str]:
    """Every environment variable with what it decides."""
    return {f"GOCUA_{name.upper()}": field.description or "" for name, field in Settings.model_fields.items()}
