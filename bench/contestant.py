"""What a bot must offer to take part: how to start it, what its users do, and how to count what it stored."""

import sqlite3
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a user does; it is over when the bot's newest message shows `shows` (any change when empty)
    and, if the next step is a press, when that button is there."""

    say: str = ""
    press: str | int | None = None
    shows: str = ""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One visit to log; `key` is how its row is found in the database."""

    key: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where one round happens: the platform, the bot's token, and an empty folder for its database."""

    base_url: str  # ends in /bot; the token follows directly
    token: str
    folder: Path
    chats: range  # the users that may write, to be registered beforehand where a bot needs it


class Contestant(Protocol):
    """A bot under measurement."""

    @property
    def name(self) -> str: ...

    def prepare(self, place: Place) -> None:
        """Create the database and register the users; not timed."""

    def command(self, place: Place) -> tuple[list[str], Mapping[str, str]]:
        """The bot's argv and what to add to its environment."""

    def dialogue(self, chat_id: int, number: int) -> Dialogue:
        """The number-th visit of this user, with a key no other dialogue has."""

    def count_rows(self, place: Place) -> Counter[str]:
        """How many visits the database holds, by key."""


class PlainBot:
    """The plain python-telegram-bot contestant."""

    name = "plain PTB"

    def prepare(self, place: Place) -> None:
        """It makes its own table and knows no users."""

    def command(self, place: Place) -> tuple[list[str], Mapping[str, str]]:
        environment = {
            "PLAIN_TOKEN": place.token,
            "PLAIN_BASE_URL": place.base_url,
            "PLAIN_DATABASE": str(place.folder / "plain.db"),
        }
        return [sys.executable, "-m", "bench.plain_bot"], environment

    def dialogue(self, chat_id: int, number: int) -> Dialogue:
        key = f"{chat_id}-{number}"
        steps = (
            Step(say="/tham", shows="hộ số mấy"),
            Step(say=key, shows=f"Hộ {key}"),
            Step(press="out:met", shows="những việc gì"),
            Step(press="svc:eid", shows="những việc gì"),
            Step(press="svc:done", shows="Ghi chú"),
            Step(say="Bác hẹn chiều mai", shows="quay lại"),
            Step(press="back:no", shows="Hộ"),
            Step(press="save:yes", shows="Đã lưu"),
        )
        return Dialogue(key, steps)

    def count_rows(self, place: Place) -> Counter[str]:
        with closing(sqlite3.connect(place.folder / "plain.db")) as database:
            return Counter(dict(database.execute("SELECT household, count(*) FROM visit GROUP BY household")))
