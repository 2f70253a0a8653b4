"""The voice itself, a program of its own: words on its input become Ogg/Opus on its output, and a crash is nobody else's."""

from __future__ import annotations

import ctypes
import io
import sys
from fractions import Fraction

import av
import espeakng_loader

SYNCHRONOUS, UTF8, RATE, PAUSES = 2, 1, 1, 7
WORDS_A_MINUTE, PAUSE = 140, 3
"""Slower than the engine's own pace, with longer stops: people listen for what to press."""
BITS = 24_000
HEARD = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def speak(text: str, language: str) -> tuple[bytes, int]:
    """The words as 16-bit samples of one channel, and how many there are a second."""
    engine = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = int(engine.espeak_Initialize(SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0))
    if rate <= 0 or engine.espeak_SetVoiceByName(language.encode()) != 0:
        raise SystemExit(f"there is no voice for {language}")
    heard = bytearray()

    def hear(samples: ctypes._Pointer[ctypes.c_short], count: int, _events: int) -> int:
        if samples and count > 0:
            heard.extend(ctypes.string_at(samples, count * 2))
        return 0

    listening = HEARD(hear)  # held here: the engine calls it while it speaks
    engine.espeak_SetSynthCallback(listening)
    engine.espeak_SetParameter(RATE, WORDS_A_MINUTE, 0)
    engine.espeak_SetParameter(PAUSES, PAUSE, 0)
    said = text.encode()
    if engine.espeak_Synth(said, ctypes.c_size_t(len(said) + 1), 0, 1, 0, UTF8, None, None) != 0:
        raise SystemExit("the engine would not speak")
    return bytes(heard), rate


def opus(samples: bytes, rate: int) -> bytes:
    """Samples as an Ogg file that holds one channel of Opus; the same samples are the same bytes."""
    out = io.BytesIO()
    with av.open(out, "w", format="ogg", options={"fflags": "+bitexact"}) as file:
        stream = file.add_stream("libopus", rate=48_000, layout="mono", bit_rate=BITS, options={"application": "voip"})
        frame = av.AudioFrame("s16", "mono", len(samples) // 2)
        frame.planes[0].update(samples + bytes(frame.planes[0].buffer_size - len(samples)))
        frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
        fitted = av.AudioResampler("s16", "mono", 48_000, frame_size=960)
        for piece in (*fitted.resample(frame), *fitted.resample(None), None):
            file.mux(stream.encode(piece))
    return out.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(opus(*speak(sys.stdin.buffer.read().decode(), sys.argv[1])))
