"""The trained search model: a small file of weights, read and applied without any numeric library."""

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import exp, sqrt
from typing import Any

from content.features import BUCKETS, Features, Spoken

MAGIC = b"gocua-search-1\n"
ZERO = 128  # weights are stored as bytes; this one means nought
_LANE = 4  # bytes a sum may take, so that one addition of two long integers adds a whole row


@dataclass(frozen=True)
class Header:
    """Everything but the weights; written as JSON at the head of the file."""

    labels: list[str]
    bias: list[float]
    blocks: list[float]
    scale: float
    digest: str
    marked: dict[str, str]
    anyhow: dict[str, str]
    phrases: dict[str, str]
    known: list[str]


class Model:
    def __init__(self, header: Header, weights: bytes) -> None:
        self.header = header
        self._weights = weights
        self._width = len(header.labels)
        self.spoken = Spoken(header.marked, header.anyhow, header.phrases, frozenset(header.known))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Model":
        if not data.startswith(MAGIC):
            raise ValueError("not a search model of this version")
        start = len(MAGIC) + 4
        (length,) = struct.unpack(">I", data[len(MAGIC) : start])
        fields: dict[str, Any] = json.loads(data[start : start + length])
        header = Header(**fields)
        weights = zlib.decompress(data[start + length :])
        if len(weights) != BUCKETS * len(header.labels):
            raise ValueError("the search model is cut short")
        return cls(header, weights)

    def to_bytes(self) -> bytes:
        head = json.dumps(asdict(self.header), ensure_ascii=False, sort_keys=True).encode()
        return MAGIC + struct.pack(">I", len(head)) + head + zlib.compress(self._weights, 9)

    def probabilities(self, asked: Features) -> dict[str, float]:
        """How likely each label is; they add up to one."""
        scores = list(self.header.bias)
        for weight, numbers in zip(self.header.blocks, asked.blocks(), strict=True):
            if numbers:
                factor = weight * self.header.scale / sqrt(len(numbers))
                scores = [s + factor * t for s, t in zip(scores, self._sum(numbers), strict=True)]
        return _softmax(self.header.labels, scores)

    def _sum(self, numbers: Sequence[int]) -> list[int]:
        width, total = self._width, 0
        lanes = bytearray(width * _LANE)
        for number in numbers:
            lanes[::_LANE] = self._weights[number * width : (number + 1) * width]
            total += int.from_bytes(lanes, "little")
        sums = struct.unpack(f"<{width}I", total.to_bytes(width * _LANE, "little"))
        nought = ZERO * len(numbers)
        return [s - nought for s in sums]


def _softmax(labels: Sequence[str], scores: Sequence[float]) -> dict[str, float]:
    top = max(scores)
    raised = [exp(s - top) for s in scores]
    whole = sum(raised)
    return {label: r / whole for label, r in zip(labels, raised, strict=True)}
