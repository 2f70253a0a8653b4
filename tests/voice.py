"""Listening in tests: what a sound file holds, by a decoder that did not make it."""

import io
import math
from array import array
from dataclasses import dataclass

import pytest

from content import speech

needs_voice = pytest.mark.skipif(not speech.installed(), reason="the extra `voice` is not installed")


@dataclass(frozen=True)
class Heard:
    """A sound as it is heard."""

    format: str
    codec: str
    channels: int
    seconds: float
    loudness: float
    samples: "array[float]"


def heard(content: bytes) -> Heard:
    """The sound of a file."""
    import av

    with av.open(io.BytesIO(content)) as file:
        stream = file.streams.audio[0]
        samples = array("f")
        for frame in file.decode(stream):
            samples.frombytes(bytes(frame.planes[0])[:frame.samples * 4])
        loudness = math.sqrt(sum(sample * sample for sample in samples) / max(len(samples), 1))
        return Heard(file.format.name, stream.codec_context.codec.name.removeprefix("lib"), stream.layout.nb_channels,
                     len(samples) / stream.rate, loudness, samples)
