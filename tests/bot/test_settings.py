"""Settings are one class; the example file, the help and the docs say the same."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from bot.cli import app
from bot.settings import Settings, variables
from tests.houses import settings

ROOT = Path(__file__).parents[2]


def test_the_example_file_lists_every_setting_with_its_default() -> None:
    lines = dict(line.split("=", 1) for line in (ROOT / ".env.example").read_text("utf-8").splitlines()
                 if line and not line.startswith("#"))
    assert set(lines) == set(variables())
    plain = Settings(_env_file=None)
    from_example = Settings(_env_file=ROOT / ".env.example")
    assert from_example == plain


def test_the_docs_list_every_setting() -> None:
    listed = re.findall(r"^\| `(GOCUA_[A-Z_]+)` \|", (ROOT / "docs/running/settings.md").read_text("utf-8"), re.MULTILINE)
    assert listed == list(variables())


def test_the_help_lists_every_setting() -> None:
    shown = re.sub(r"\s+", "", CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).stdout)
    assert all(name in shown for name in variables())


@pytest.mark.parametrize("wrong", [{"listen": "8080"}, {"timezone": "Europe/Paris"}, {"timezone": "Nowhere"},
                                   {"public_url": "ftp://x"}, {"telegram_mode": "pigeon"}, {"telegram_per_second": 0}])
def test_what_cannot_work_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        settings("sqlite:///x.db", **wrong)


def test_several_bots_have_names() -> None:
    assert settings("sqlite:///x.db", telegram_token="1:a").telegram_bots() == {"main": "1:a"}
    assert settings("sqlite:///x.db", telegram_token="xa=1:a, thon=2:b").telegram_bots() == {"xa": "1:a", "thon": "2:b"}


def test_a_token_is_never_shown() -> None:
    assert "1:secret" not in repr(settings("sqlite:///x.db", telegram_token="1:secret"))
