"""A leader asks for posters, and somebody who scanned one is greeted from their own hamlet."""

from pathlib import Path

import cv2
import numpy
import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import select
from typer.testing import CliRunner

from bot.channels.terminal import Terminal
from bot.cli import app
from bot.house import House
from bot.papers import Printer
from content.words import words
from handlers.guides.poster import best_door
from storage.database import Database
from storage.models import Place, Residence, table
from tests.houses import furnish, living, quiet

DOOR = "https://t.me/gocua_x_bot?start={}"
DOORS = ("http://127.0.0.1:8080/?start={}", DOOR)


def codes(url: str) -> list[tuple[str, str]]:
    database, place = Database(url), table(Place)
    with database.read() as tx:
        found = tx.execute(select(place.c.code, place.c.name).where(place.c.level == "hamlet").order_by(place.c.code)).all()
    database.close()
    return [(row.code, row.name) for row in found]


def read_back(path: Path) -> str:
    if path.suffix == ".pdf":
        document = pypdfium2.PdfDocument(path)
        picture = document[0].render(scale=2, grayscale=True).to_numpy()
        document.close()
    else:
        picture = numpy.array(Image.open(path).convert("L"))
    return str(cv2.QRCodeDetector().detectAndDecode(picture)[0])


async def talk(url: str, part: str, folder: Path, *lines: str, doors: tuple[str, ...] = DOORS) -> list[str]:
    """What somebody is told, one line at a time; papers go into the folder."""
    told: list[str] = []
    houses: list[House] = []
    store = Database(url)
    terminal = Terminal(part, out=told.append, colours=False, papers=Printer(store, lambda: houses[0].mind), folder=folder)
    async with living(url, [terminal], doors=doors) as house:
        houses.append(house)
        await terminal.ready.wait()
        for line in lines:
            told.clear()
            await terminal.hear(line)
            await quiet(house.store)
    store.close()
    return told


async def test_where_no_address_leads_here_a_leader_hears_why(sqlite_url: str, tmp_path: Path) -> None:
    furnish(sqlite_url)
    told = "\n".join(await talk(sqlite_url, "leader", tmp_path, "áp phích", "1", doors=()))
    assert words("vi").say("poster.no_door") in told and not list(tmp_path.glob("go-cua-*"))
    made = "\n".join(await talk(sqlite_url, "leader", tmp_path, "mời", doors=()))
    assert "đọc mã này" in made and "đường dẫn" not in made
    assert "đường dẫn" in "\n".join(await talk(sqlite_url, "leader", tmp_path, "mời"))


async def test_a_leader_gets_the_poster_of_their_hamlet(sqlite_url: str, tmp_path: Path) -> None:
    furnish(sqlite_url)
    (code, name), (_, other_name), *_ = codes(sqlite_url)
    folder = tmp_path / "papers"
    told = await talk(sqlite_url, "leader", folder, "áp phích")
    assert name in told[0] and other_name not in told[0]
    await talk(sqlite_url, "leader", folder, "áp phích", "1")
    assert {read_back(path) for path in folder.iterdir()} == {DOOR.format(f"t-{code}")}
    assert {path.suffix for path in folder.iterdir()} == {".png", ".pdf"}


async def test_a_leader_gets_the_poster_of_a_guide_from_its_screen(sqlite_url: str, tmp_path: Path) -> None:
    furnish(sqlite_url)
    told = await talk(sqlite_url, "leader", tmp_path / "a", "/start g-vneid-level2")
    assert "[Áp phích QR]" in told[0]
    await talk(sqlite_url, "leader", tmp_path / "b", "/start g-vneid-level2", "Áp phích QR")
    assert {read_back(path) for path in (tmp_path / "b").glob("go-cua-*")} == {DOOR.format("g-vneid-level2")}


@pytest.mark.parametrize("part", ["citizen", "volunteer"])
async def test_nobody_else_is_offered_or_given_one(sqlite_url: str, tmp_path: Path, part: str) -> None:
    furnish(sqlite_url)
    assert "Áp phích" not in "".join(await talk(sqlite_url, part, tmp_path, "/start g-vneid-level2"))
    for line in ("áp phích", "poster"):
        await talk(sqlite_url, part, tmp_path / "papers", line)
    assert not list(tmp_path.glob("papers/go-cua-*"))


@pytest.mark.parametrize(("answer", "kept"), [("Đồng ý giữ", True), ("Không giữ", False)])
async def test_who_scanned_a_hamlets_poster_is_greeted_and_asked(
        sqlite_url: str, tmp_path: Path, answer: str, kept: bool) -> None:
    furnish(sqlite_url)
    _, (code, name), *_ = codes(sqlite_url)
    told = await talk(sqlite_url, "citizen", tmp_path, f"/start t-{code}")
    assert name in told[0] and "Đồng ý giữ" in told[0]
    await talk(sqlite_url, "citizen", tmp_path, answer)
    database = Database(sqlite_url)
    with database.read() as tx:
        place, residence = table(Place), table(Residence)
        homes = tx.execute(select(place.c.code).join(residence, residence.c.hamlet_id == place.c.id)).all()
    database.close()
    assert [home.code for home in homes] == ([code] if kept else [])
    again = "".join(await talk(sqlite_url, "citizen", tmp_path, f"/start t-{code}"))
    assert name in again and ("Đồng ý giữ" in again) is not kept
    if kept:
        assert "ở thôn nào" not in "".join(await talk(sqlite_url, "citizen", tmp_path, "gặp người"))


async def test_a_code_that_is_no_hamlets_is_said_kindly(sqlite_url: str, tmp_path: Path) -> None:
    furnish(sqlite_url)
    for code in ("", "0", "khong-co"):
        assert "không còn dùng" in "".join(await talk(sqlite_url, "citizen", tmp_path, f"/start t-{code}"))


def test_strangers_phones_open_telegram_first_and_this_machine_last() -> None:
    here, there = "http://127.0.0.1:8080/?start={}", "https://x.vn/?start={}"
    assert best_door((here, there, DOOR)) == DOOR and best_door((here, there)) == there and best_door((here,)) == here
    assert best_door(()) == ""


def test_the_command(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    furnish(sqlite_url)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GOCUA_DATABASE_URL", sqlite_url)
    (code, _), *_ = codes(sqlite_url)
    for of, name, payload in (("guide", "vneid-level2", "g-vneid-level2"), ("hamlet", code, f"t-{code}")):
        for form in ("png", "pdf"):
            out = tmp_path / f"{of}.{form}"
            ran = CliRunner().invoke(app, ["poster", of, name, "--format", form, "--out", str(out), "--address", DOOR])
            assert ran.exit_code == 0, ran.output
            assert read_back(out) == DOOR.format(payload)
    for of, name in (("guide", "nothing"), ("hamlet", "0"), ("guide", "../facts")):
        assert CliRunner().invoke(app, ["poster", of, name, "--out", str(tmp_path / "no.pdf")]).exit_code == 2
    assert not (tmp_path / "no.pdf").exists()
