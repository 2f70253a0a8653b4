"""The voice: what comes out of it is Opus that another program can hear, and whatever happens to it stays with it."""

import subprocess
import sys
import time

import pytest

from content import speech
from content.library import Library
from content.speech import Mute, ogg
from tests.voice import Heard, heard, needs_voice

STEP = Library.load().guides("vi")[0].steps[0]


@needs_voice
@pytest.mark.parametrize(("language", "short", "long"), [
    ("vi", "Bác mở ứng dụng.",
     "Bác mở ứng dụng VNeID, bấm nút Đăng ký, rồi nhập số điện thoại của mình. Làm chậm thôi, không vội."),
    ("en", "Open the app.",
     "Open the VNeID app, tap the button Register, and type your own phone number. Take your time, nothing is urgent."),
])
def test_it_is_opus_of_one_channel_as_long_as_the_words(language: str, short: str, long: str) -> None:
    one, other = heard(ogg(short, language)), heard(ogg(long, language))
    assert (one.codec, one.channels, one.format) == ("opus", 1, "ogg")
    assert 0.6 < one.seconds < 4 < other.seconds < 20
    assert one.loudness > 0.01 and other.loudness > 0.01, "silence"
    assert len(ogg(long, language)) < 8_000 * other.seconds, "too much for somebody's data plan"


@needs_voice
def test_another_language_is_another_voice_and_other_words_sound_different() -> None:
    assert ogg(STEP.text, "vi") != ogg(STEP.text, "en")
    assert ogg("một", "vi") != ogg("hai", "vi")
    assert ogg(STEP.text, "vi") == ogg(STEP.text, "vi")


@needs_voice
def test_marks_are_heard() -> None:
    """The engine speaks Vietnamese with its tones: the same letters with other marks are other sounds."""
    pitches = {word: pitch(heard(ogg(word, "vi"))) for word in ("ma", "má", "mà")}
    assert pitches["má"] > pitches["mà"], pitches


def pitch(sound: Heard) -> float:
    """The pitch of the second half of a word, in Hertz: the lag at which it is most like itself."""
    loud = [n for n, sample in enumerate(sound.samples) if abs(sample) > 0.05]
    part = sound.samples[(loud[0] + loud[-1]) // 2: loud[-1]]

    def alike(lag: int) -> float:
        return sum(part[n] * part[n + lag] for n in range(0, len(part) - lag, 7)) / (len(part) - lag)

    return 48_000 / max(range(48_000 // 250, 48_000 // 60), key=alike)


@needs_voice
@pytest.mark.parametrize("said", ["", "  \n", "\U0001f389"])
def test_what_cannot_be_said_is_refused(said: str) -> None:
    with pytest.raises(Mute):
        ogg(said, "vi")


def test_without_the_extra_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "installed", lambda: False)
    with pytest.raises(Mute, match="installed"):
        ogg("Chào bác", "vi")


@pytest.mark.parametrize("engine", [
    "import os; os.kill(os.getpid(), 11)", "raise SystemExit(3)", "print('no sound')", "import time; time.sleep(60)",
    "import sys; sys.stdout.buffer.write(b'OggS'); sys.stdout.flush(); import os; os.abort()",
])
def test_a_voice_that_crashes_hangs_or_babbles_harms_nobody(engine: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Mute):
        speech._spoken((sys.executable, "-c", engine), "Chào bác", 1.5)
    assert time.monotonic() - begun < 10


def test_the_voice_sees_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOCUA_TELEGRAM_TOKENS", "secret")
    told = "import os, sys; sys.stdout.write('OggS' + ','.join(sorted(os.environ)))"
    assert b"GOCUA" not in speech._spoken((sys.executable, "-c", told), "a", 20)


def test_nothing_of_it_is_loaded_at_the_start() -> None:
    code = ("import sys, bot.house, bot.build, handlers.catalogue; from content.speech import installed; installed();"
            "print([name for name in sys.modules if name in ('av', 'espeakng_loader', 'content.aloud', 'content.voice_engine')])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
