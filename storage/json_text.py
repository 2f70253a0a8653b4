"""JSON fast, and as forgiving as the standard library's: half a surrogate pair in what somebody sent must stop nothing."""

from __future__ import annotations

import json
from typing import Any

import orjson


def read(text: str | bytes) -> Any:
    """What the text holds. Raises ValueError or RecursionError, as json.loads does."""
    try:
        return orjson.loads(text)
    except ValueError:
        return json.loads(text)


def write(value: Any) -> bytes:
    """The value as compact UTF-8."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def write_text(value: Any) -> str:
    return write(value).decode()
