"""The page for the first day of a commune can be followed line by line, from an empty folder."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app

PAGE = (Path(__file__).parents[2] / "docs/running/first-day.md").read_text("utf-8")
TYPED = re.findall(r"^ +gocua (.+)$", PAGE, re.MULTILINE)


def test_every_line_of_it_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "danh-sach.csv").write_text("Số hộ,Chủ hộ,Ngõ\n1,ông Ba,ngõ Đền\n2,bà Tư,ngõ Đền\n", "utf-8")
    said = {}
    for line in TYPED:
        if line == "serve":  # it runs for good; the others have shown that it may
            continue
        done = CliRunner().invoke(app, shlex.split(line))
        assert done.exit_code == 0, f"{line}: {done.output}"
        said[line] = done.output
    assert len(said) >= 10
    assert "01933-01  Thôn Một" in said["place list 01933"]
    assert "Đã ghi." in said["household import danh-sach.csv 01933-01 --write"]
    assert "?start=j-" in said["invite leader 01933-01"]
