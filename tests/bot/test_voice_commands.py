"""The voice at the command line: a folder to listen to, and what the doctor says of it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.doctor import BAD, GOOD, NOTE, _voice
from content import speech
from content.library import Library
from content.words import words
from tests.voice import heard, needs_voice

RUN = CliRunner()


@needs_voice
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_guide_is_written_as_sounds_one_a_step(language: str, tmp_path: Path) -> None:
    guide = min(Library.load().guides(language), key=lambda each: len(each.steps))
    ran = RUN.invoke(app, ["speak", guide.id, str(tmp_path / "new"), "--language", language])
    assert ran.exit_code == 0, ran.output
    files = sorted((tmp_path / "new").iterdir())
    assert [file.name for file in files] == [f"{n:02}-{step.id}.ogg" for n, step in enumerate(guide.steps, start=1)]
    assert all(heard(file.read_bytes()).seconds > 2 for file in files)


def test_what_cannot_be_spoken_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "installed", lambda: False)
    for guide, told in (("no-such-guide", "Không có bài"), (Library.load().guides("vi")[0].id, "voice")):
        ran = RUN.invoke(app, ["speak", guide, str(tmp_path / "new")])
        assert ran.exit_code != 0 and told in ran.output and "Traceback" not in ran.output


def test_the_doctor_says_whether_there_is_a_voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if speech.installed():
        ((sign, _),) = _voice(words("vi"))
        assert sign == GOOD
    monkeypatch.setattr(speech, "installed", lambda: True)
    monkeypatch.setattr(speech, "_ENGINE", tmp_path / "no-such-voice.py")
    ((sign, told),) = _voice(words("vi"))
    assert sign == BAD and "voice" in told
    monkeypatch.setattr(speech, "installed", lambda: False)
    ((sign, told),) = _voice(words("vi"))
    assert sign == NOTE and "voice" in told
