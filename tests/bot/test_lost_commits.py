"""A connection that dies in the middle of a commit, a write that another one got in the way of: nothing lost, nothing twice."""

import asyncio
import contextlib
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, make_url, select, text

from storage.database import Database
from storage.models import Outbox, Visit, table
from tests.bot.test_faults import VOLUNTEER, AtTheDoor, wrote
from tests.bot.test_poison import Recorder, said
from tests.houses import furnish, living, quiet


class Relay:
    """Stands between us and PostgreSQL, and loses what the server says to the next commits."""

    def __init__(self, folder: Path, server: str) -> None:
        self._server, self.losing, self.lost = server, 0, 0
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / ".s.PGSQL.5432"))
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                ours, _ = self._listening.accept()
                theirs = socket.socket(socket.AF_UNIX)
                theirs.connect(self._server)
                cut = threading.Event()
                for one, other, asks in ((ours, theirs, True), (theirs, ours, False)):
                    threading.Thread(target=self._pass, args=(one, other, asks, cut), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, asks: bool, cut: threading.Event) -> None:
        with one, contextlib.suppress(OSError):
            while data := one.recv(65_536):
                if asks and self.losing and b"COMMIT" in data:
                    self.losing -= 1
                    cut.set()
                if not asks and cut.is_set():  # it is done, and nobody will hear of it
                    self.lost += 1
                    break
                other.sendall(data)
            for each in (one, other):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def relay(postgres_url: str) -> Iterator[tuple[str, Relay]]:
    host = str(make_url(postgres_url).query["host"])
    with tempfile.TemporaryDirectory(prefix="relay-") as folder:
        relay = Relay(Path(folder), f"{host}/.s.PGSQL.5432")
        yield make_url(postgres_url).set(query={"host": folder}).render_as_string(hide_password=False), relay
        relay.close()


def rows(url: str, what: Callable[[], object]) -> list[tuple[object, ...]]:
    database = Database(url)
    with database.read() as tx:
        found = [tuple(row) for row in tx.execute(what())]  # type: ignore[call-overload]
    database.close()
    return found


async def test_a_commit_that_nobody_heard_of_counts_once_and_is_answered(
    relay: tuple[str, Relay], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.DOUBT", 0.3)
    url, between = relay
    furnish(url)
    visit, outbox = table(Visit), table(Outbox)
    channel = AtTheDoor()
    async with living(url, [channel]) as house:
        await house.reception.receive("terminal", [wrote("a", "21 vắng")])
        await quiet(house.store)
        await asyncio.sleep(0.2)
        before = len(channel.to(VOLUNTEER))
        between.losing = 1
        await house.reception.receive("terminal", [wrote("b", "22 vắng")])
        async with asyncio.timeout(15):
            while len(channel.to(VOLUNTEER)) == before:
                await asyncio.sleep(0.05)
        await quiet(house.store)
    assert between.lost >= 1
    assert len(rows(url, lambda: select(visit.c.id).where(visit.c.key.not_like("demo:%")))) == 2
    assert rows(url, lambda: select(outbox.c.state).where(outbox.c.state != "sent")) == []


async def test_a_write_that_another_one_got_in_the_way_of_is_made_again(postgres_url: str) -> None:
    furnish(postgres_url)
    visit, channel = table(Visit), AtTheDoor()
    database = Database(postgres_url)
    with database.write() as tx:  # the first two of five writes of a visit fail as a server fails them
        for statement in (
            "CREATE SEQUENCE tries",
            "CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN CASE nextval('tries') "
            "WHEN 1 THEN RAISE EXCEPTION USING ERRCODE = '40001'; WHEN 2 THEN RAISE EXCEPTION USING ERRCODE = '40P01'; "
            "ELSE RETURN NEW; END CASE; END $$",
            "CREATE TRIGGER collide BEFORE INSERT ON visit FOR EACH ROW EXECUTE FUNCTION collide()",
        ):
            tx.execute(text(statement))
    database.close()
    async with living(postgres_url, [channel]) as house:
        await house.reception.receive("terminal", [wrote("a", "21 vắng")])
        await quiet(house.store)
    assert len(rows(postgres_url, lambda: select(visit.c.id).where(visit.c.key.not_like("demo:%")))) == 1
    assert rows(postgres_url, lambda: text("SELECT last_value FROM tries")) == [(3,)]
    assert len(channel.to(VOLUNTEER)) == 1


async def test_what_has_arrived_is_not_sent_again_because_the_commit_that_was_to_say_so_failed(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.FLUSH", 60.0)  # nothing else writes it down
    monkeypatch.setattr("bot.delivery.DOUBT", 0.0)
    monkeypatch.setattr("bot.delivery.LOOK_AGAIN", 0.05)
    channel = Recorder()
    async with living(url, [channel]) as house:
        await house.reception.receive("test", [said("hoa", "menu")])
        async with asyncio.timeout(15):
            while not channel.sent:
                await asyncio.sleep(0.01)

        def fails(tx: Connection) -> None:
            house.post.carry().write(tx)
            raise ConnectionError

        with pytest.raises(ConnectionError):
            await house.store.write(fails)
        house.post.doubt()
        house.post.wake()
        await asyncio.sleep(0.5)
    assert len(channel.sent) == 1
