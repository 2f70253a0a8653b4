"""The command line, as somebody types it."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from typer.testing import CliRunner

from bot.cli import app, main
from content.library import Library
from storage.database import Database
from storage.models import AuditEvent, Household, MissedQuestion, Place, Team, table
from storage.teams import people

RUN = CliRunner()


def test_the_search_can_be_asked_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "asked.jsonl"
    file.write_text('{"text": "quên mật khẩu vneid", "topic": "x"}\n\n{"text": "mất hết tiền trong tài khoản rồi"}\n', "utf-8")
    lines = [json.loads(line) for line in RUN.invoke(app, ["ask", "--file", str(file), "--json"]).stdout.splitlines()]
    assert [line["text"] for line in lines] == ["quên mật khẩu vneid", "mất hết tiền trong tài khoản rồi"]
    assert lines[0]["action"] in ("open", "offer") and "vneid_forgot_password" in lines[0]["topics"]
    assert lines[1]["action"] == "urgent"


def test_the_guides_are_checked_for_a_day() -> None:
    good = RUN.invoke(app, ["check", "--on", "2026-11-23"])
    assert good.exit_code == 0, good.stdout
    last = max(guide.review_again_on for guide in Library.load().every("vi"))
    assert RUN.invoke(app, ["check", "--on", last.isoformat()]).exit_code == 0
    late = RUN.invoke(app, ["check", "--on", (last + timedelta(days=1)).isoformat()])
    assert late.exit_code == 1 and "vi/vneid-level2: review-overdue" in late.stdout


def test_the_day_after_a_fact_expires_the_guides_that_state_it_are_named() -> None:
    library = Library.load()
    ends = {fact.name: fact.valid_until for fact in library.facts if fact.valid_until}
    stating = [(guide, name) for guide in library.every("vi") for name in guide.facts if name in ends]
    assert stating
    for guide, name in stating:
        line = f"vi/{guide.id}: fact-not-in-force: {name}"
        assert line not in RUN.invoke(app, ["check", "--on", ends[name].isoformat()]).stdout
        late = RUN.invoke(app, ["check", "--on", (ends[name] + timedelta(days=1)).isoformat()])
        assert late.exit_code == 1 and line in late.stdout


def test_the_list_of_a_hamlet_is_printed_by_its_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.houses import furnish

    url, out = f"sqlite:///{tmp_path}/gocua.db", tmp_path / "list.pdf"
    monkeypatch.setenv("GOCUA_DATABASE_URL", url)
    assert RUN.invoke(app, ["db", "upgrade"]).exit_code == 0
    furnish(url)
    made = RUN.invoke(app, ["list", "01933-M1", "--out", str(out)])
    assert made.exit_code == 0, made.stderr
    assert out.read_bytes().startswith(b"%PDF") and str(out) in made.stdout
    nowhere = RUN.invoke(app, ["list", "01933-M9", "--out", str(tmp_path / "no.pdf")])
    assert nowhere.exit_code != 0 and "01933-M9" in nowhere.stderr and not (tmp_path / "no.pdf").exists()


def test_a_day_that_is_none_is_said_so() -> None:
    assert RUN.invoke(app, ["check", "--on", "tomorrow"]).exit_code != 0


def test_missed_questions_are_listed_by_what_came_nearest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/gocua.db"
    monkeypatch.setenv("GOCUA_DATABASE_URL", url)
    assert RUN.invoke(app, ["db", "upgrade"]).exit_code == 0
    nothing = RUN.invoke(app, ["missed"])
    assert nothing.exit_code == 0 and "không có câu hỏi nào" in nothing.stdout
    assert RUN.invoke(app, ["missed", "--json"]).stdout == ""
    assert "chưa có số liệu" in RUN.invoke(app, ["usage"]).stdout
    now = datetime.now(UTC)
    asked = [("làm hộ chiếu ở đâu", "proc_id_card", 1), ("lam ho chieu o dau", "proc_id_card", 2),
             ("hộ chiếu bao nhiêu tiền", "proc_id_card", 3), ("nuôi tôm ## ngày tuổi", "", 4), ("cũ lắm rồi", "", 99)]
    database = Database(url)
    with database.write() as tx:
        tx.execute(insert(table(MissedQuestion)), [
            {"words": words, "language": "vi", "guess": guess, "at": now - timedelta(days=days)} for words, guess, days in asked])
    database.close()
    groups = [json.loads(line) for line in RUN.invoke(app, ["missed", "--json"]).stdout.splitlines()]
    assert groups == [
        {"topic": "proc_id_card", "times": 3, "asked": {"làm hộ chiếu ở đâu": 2, "hộ chiếu bao nhiêu tiền": 1}},
        {"topic": "-", "times": 1, "asked": {"nuôi tôm ## ngày tuổi": 1}}]
    assert "proc_id_card  3" in RUN.invoke(app, ["missed"]).stdout


def test_a_database_that_cannot_be_used_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GOCUA_DATABASE_URL", f"sqlite:///{tmp_path}/none/gocua.db")
    monkeypatch.setattr(sys, "argv", ["gocua", "serve"])
    with pytest.raises(SystemExit):
        main()
    assert "none" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_database_is_made_checked_and_invited_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOCUA_DATABASE_URL", f"sqlite:///{tmp_path}/gocua.db")
    assert RUN.invoke(app, ["db", "upgrade"]).exit_code == 0
    assert "ok" in RUN.invoke(app, ["db", "check"]).stdout
    assert RUN.invoke(app, ["doctor"]).exit_code == 0
    assert RUN.invoke(app, ["invite", "volunteer", "no-such-place"]).exit_code != 0


def test_a_commune_is_put_in_with_its_hamlets_merged_and_parted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOCUA_DATABASE_URL", f"sqlite:///{tmp_path}/gocua.db")

    def told(*typed: str, well: bool = True) -> str:
        ran = RUN.invoke(app, list(typed))
        assert (ran.exit_code == 0) is well, ran.output
        return ran.output

    told("db", "upgrade")
    assert "01933  Xã Đồng Phúc" in told("place", "find", "x. bang phuc cu")
    assert told("place", "find", "zzz", well=False)
    assert "Đã thêm 2 nơi" in told("place", "import", "01933")
    assert "giữ nguyên 2" in told("place", "import", "01933")
    told("place", "import", "99999", well=False)
    told("place", "import", well=False)
    assert "01933-02  Thôn Hai" in told("hamlet", "add", "01933", "Thôn Một", " Thôn  Hai ")
    told("hamlet", "add", "01934", "Thôn Một", well=False)
    told("hamlet", "rename", "01933-01", "Thôn Nhất")
    told("hamlet", "merge", "01933-02", "01933-01", "--on", "2999-01-01", well=False)
    told("hamlet", "merge", "01933-02", "01933-01")
    assert told("place", "list", "01933") == "01933-01  Thôn Nhất\n"
    told("hamlet", "undo", "01933-02")
    told("hamlet", "undo", "01933-01")
    assert told("place", "list", "01933") == "01933-01  Thôn Một\n01933-02  Thôn Hai\n"
    told("hamlet", "undo", "01933-01", well=False)
    assert len(told("place", "list").splitlines()) == 34 and len(told("place", "list", "19").splitlines()) > 50


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Two hamlets with five households each, three of the first in one lane, and a member called Chị Hoa."""
    monkeypatch.setenv("GOCUA_DATABASE_URL", f"sqlite:///{tmp_path}/gocua.db")
    for typed in (("db", "upgrade"), ("place", "import", "01933"), ("hamlet", "add", "01933", "Thôn Một", "Thôn Hai")):
        assert RUN.invoke(app, typed).exit_code == 0
    database = Database(f"sqlite:///{tmp_path}/gocua.db")
    since = datetime.now(UTC).date() - timedelta(days=9)
    with database.write() as tx:
        ids = list(tx.scalars(select(table(Place).c.id).where(table(Place).c.level == "hamlet").order_by(table(Place).c.code)))
        tx.execute(insert(table(Household)), [
            {"hamlet_id": id_, "number": number, "label": f"nhà {number}", "lane": "ngõ Đền" if number > 2 else "",
             "added_on": since} for id_ in ids for number in range(1, 6)])
        team = tx.scalar(select(table(Team).c.id).where(table(Team).c.hamlet_id == ids[0]))
        people.serve(tx, people.add_person(tx, "Chị Hoa", "vi", datetime.now(UTC)), "volunteer", team, ids[0], since)
    yield database
    database.close()


def where(database: Database) -> dict[str, list[int]]:
    """The numbers of the households of every hamlet that stands, by its name."""
    with database.read() as tx:
        found = tx.execute(select(table(Place).c.name, table(Household).c.number)
                           .join(table(Household), table(Household).c.hamlet_id == table(Place).c.id)
                           .where(table(Place).c.valid_to.is_(None)).order_by(table(Household).c.number)).all()
    return {name: [number for each, number in found if each == name] for name, _ in found}


def ran(*typed: str, well: bool = True) -> str:
    made = RUN.invoke(app, list(typed))
    assert (made.exit_code == 0) is well, made.output
    return made.output


BEGUN = {"Thôn Một": [1, 2, 3, 4, 5], "Thôn Hai": [1, 2, 3, 4, 5]}


def test_households_are_moved_once_it_was_shown(village: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = ("hamlet", "move", "01933-01", "01933-02", "1-2, 4")
    shown = ran(*typed)
    assert "3 hộ chuyển từ Thôn Một sang Thôn Hai" in shown and "hộ 4 → hộ 8 nhà 4" in shown and "Chưa ghi gì" in shown
    assert where(village) == BEGUN
    monkeypatch.setenv("GOCUA_LOCALE", "en")
    assert "household 4 → 8 nhà 4" in ran(*typed) and "Nothing was written" in ran(*typed) and where(village) == BEGUN
    assert "Written. To take it back: gocua hamlet undo 01933-01" in ran(*typed, "--write")
    assert where(village) == {"Thôn Một": [3, 5], "Thôn Hai": [1, 2, 3, 4, 5, 6, 7, 8]}
    ran("hamlet", "undo", "01933-01")
    assert where(village) == BEGUN
    with village.read() as tx:
        noted = tx.execute(select(table(AuditEvent).c.action).order_by(table(AuditEvent).c.id)).scalars().all()
    assert noted == ["homes.moved", "hamlet.undone"]


def test_a_hamlet_is_split_by_numbers_and_lanes_with_who_goes_along(village: Database) -> None:
    typed = ("hamlet", "split", "01933-01", " Thôn  Mới ", "1", "--lane", "Ngõ đền", "--member", "chị hoa")
    shown = ran(*typed)
    assert "4 hộ của Thôn Một thành Thôn Mới (mã 01933-03). Số hộ giữ nguyên: 1, 3–5" in shown
    assert "Tổ mới: Tổ công nghệ số cộng đồng Thôn Mới. Thành viên đi cùng: Chị Hoa" in shown and "Chưa ghi gì" in shown
    assert where(village) == BEGUN and "Thôn Mới" not in ran("place", "list", "01933")
    ran(*typed, "--team", "Tổ Mới", "--write")
    assert where(village) == BEGUN | {"Thôn Một": [2], "Thôn Mới": [1, 3, 4, 5]}
    assert "01933-03  Thôn Mới" in ran("place", "list", "01933")
    ran("hamlet", "undo", "01933-03")
    assert where(village) == BEGUN and "Thôn Mới" not in ran("place", "list", "01933")


@pytest.mark.parametrize("typed, told", [
    (("move", "01933-01", "01933-02", "1-9"), "Trong Thôn Một không có hộ 6, 7, 8, 9"),
    (("move", "01933-01", "01933-02", "một"), "Ghi số hộ như"), (("move", "01933-01", "01933-02", "5-1"), "Ghi số hộ như"),
    (("move", "01933-01", "01933-02"), "Ghi số hộ như"), (("move", "01933-01", "01933-01", "1"), "không phải hai thôn"),
    (("move", "01933-01", "01933-09", "1"), "chưa có nơi mang mã 01933-09"),
    (("move", "01933-01", "01933-02", "1", "--on", "2999-01-01"), "2999-01-01"),
    (("split", "01933-01", "Thôn Hai", "1"), "Xã đã có Thôn Hai"),
    (("split", "01933-01", "Thôn Mới", "1-5"), "sẽ không còn hộ nào"),
    (("split", "01933-01", "Thôn Mới", "--lane", "ngõ Chùa"), "không có ngõ “ngõ Chùa”"),
    (("split", "01933-01", "Thôn Mới", "1", "--member", "anh Ba"), "thành viên tên “anh Ba”"),
])
def test_what_cannot_be_moved_or_split_is_said(village: Database, typed: tuple[str, ...], told: str) -> None:
    assert told in ran("hamlet", *typed, "--write", well=False)
    assert where(village) == BEGUN
