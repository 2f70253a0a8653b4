"""Finding a browser: the one that is there is found and starts, and where there is none the words say what to do."""

import sys
from pathlib import Path

import pytest

from tests import browser


def test_the_browser_that_is_found_starts() -> None:
    path = browser.find()
    assert path
    assert browser.works(path)


def test_a_named_browser_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROME", sys.executable)
    assert browser.find() == Path(sys.executable)


def test_what_does_not_start_is_no_browser(tmp_path: Path) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    assert browser.works(broken) == ""
    assert browser.works(tmp_path / "none") == ""


def test_without_any_browser_the_words_say_what_to_install(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(browser, "find", lambda: None)
    monkeypatch.setattr(browser, "_playwrights_own", lambda: None)
    ran: list[list[str]] = []
    monkeypatch.setattr(browser, "_run", lambda command, env=None: ran.append(command))
    assert browser.main() == 1
    assert "apt-get install chromium" in capsys.readouterr().out
    assert ran and ran[0][1:3] == ["-m", "playwright"]  # the least intrusive way first
