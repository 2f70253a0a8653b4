"""The written phrasings a citizen may use for each topic: where they lie and how they are read."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

URGENT = "/urgent"  # a label "scam_otp/urgent" is the topic scam_otp when the harm is already done

Ask = tuple[str, str]  # label, phrasing


def topic_of(label: str) -> str:
    return label.removesuffix(URGENT)


@cache
def written_asks() -> tuple[Ask, ...]:
    """Every phrasing of content/asks/*.yaml, in the order of the files."""
    folder = files("content") / "asks"
    found: list[Ask] = []
    for page in sorted((p for p in folder.iterdir() if p.name.endswith(".yaml")), key=lambda p: p.name):
        groups: dict[str, str] = yaml.safe_load(page.read_text("utf-8"))
        found += [
            (label, line.strip()) for label, lines in groups.items() for line in lines.splitlines() if line.strip()
        ]
    return tuple(found)


@cache
def spoken_lists() -> dict[str, Any]:
    return dict(yaml.safe_load((files("content") / "spoken.yaml").read_text("utf-8")))


@cache
def elsewhere_lists() -> dict[str, Any]:
    return dict(yaml.safe_load((files("content") / "elsewhere.yaml").read_text("utf-8")))


def digest(asks: Iterable[Ask]) -> str:
    """Names one exact set of phrasings and word lists, so that a stale model is noticed."""
    said = json.dumps([sorted(set(asks)), spoken_lists(), elsewhere_lists()], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
