"""Reading aloud: words to Ogg/Opus by a program of its own, where the extra `voice` is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

PARTS = ("espeakng_loader", "av")
SECONDS = 20.0
"""How long the voice may take: two minutes of speech take it two seconds."""
_ENGINE = Path(__file__).with_name("voice_engine.py")
_PASSED_ON = ("PATH", "PYTHONPATH", "SYSTEMROOT")
"""All that the voice sees of our surroundings: no token, no database."""


class Mute(Exception):
    """Nothing was said: nothing that can be said, no voice, or it failed."""


@cache
def installed() -> bool:
    """Whether there is a voice; nothing of it is loaded by asking."""
    return all(find_spec(part) is not None for part in PARTS)


def ogg(text: str, language: str, seconds: float = SECONDS) -> bytes:
    """The text as it is read to somebody. Blocks while the voice speaks, which is a tenth of a second a sentence. Raises Mute."""
    from content.aloud import aloud  # here: only whoever listens pays for it

    said = aloud(text, language)
    if not said or not installed():
        raise Mute("nothing to say" if installed() else "no voice is installed")
    return _spoken((sys.executable, "-P", str(_ENGINE), language), said, seconds)


def _spoken(command: Sequence[str], said: str, seconds: float) -> bytes:
    surroundings = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    try:
        done = subprocess.run(command, input=said.encode(), capture_output=True, timeout=seconds, env=surroundings)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Mute(type(error).__name__) from None
    if done.returncode != 0 or not done.stdout.startswith(b"OggS"):
        raise Mute(f"the voice ended with {done.returncode}")
    return done.stdout
