"""The command line, as somebody types it."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from bot.cli import app, main
from content.library import Library
from storage.database import Database
from storage.models import MissedQuestion, table

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
