"""The blind questions stay blind: never learnt, in any spelling, and judged by sums alone."""

from collections import Counter

import pytest

from bench.blind import HALVES, OPENED, answered, asked
from bench.search import QUESTIONS, apart
from content.library import Library
from content.search import Action, Finder
from content.train import gathered


def test_no_blind_question_was_learnt() -> None:
    learnt = [text for _, text in (*gathered([QUESTIONS]), *Library.load().asks())]
    for half in HALVES:
        blind = [(one.kind, one.text) for one in asked(half)]
        kept = len(apart(blind, learnt))
        assert kept == len(blind), f"{len(blind) - kept} blind questions of half {half} were learnt"


def test_the_sets_are_large_and_no_question_is_in_two_halves() -> None:
    texts = [one.text for half in HALVES for one in asked(half)]
    assert len(texts) == len(set(texts))
    for half in "ab":
        kinds = Counter(one.kind for one in asked(half))
        assert kinds["urgent"] >= 30 and kinds["near"] >= 20 and kinds["out"] >= 25 and kinds["in"] >= 55
    kinds = Counter(one.kind for half in "cd" for one in asked(half))
    assert kinds["urgent"] >= 30 and kinds["near"] >= 30 and kinds["out"] >= 50 and kinds["in"] >= 120


@pytest.mark.parametrize("half", HALVES)
def test_the_promises_hold_on_blind_questions(half: str) -> None:
    """Only sums are compared, so that a failure shows no line of an unread half."""
    answers = answered(half, Finder.load())
    harm = [found.action is Action.urgent for one, found in answers if one.kind == "urgent"]
    alarms = [found.action is Action.urgent for one, found in answers if one.kind in ("near", "in")]
    out = [found.action in OPENED for one, found in answers if one.kind == "out"]
    ranked = [(one.hit(found.topics[:1]), one.hit(found.topics)) for one, found in answers if one.kind == "in"]
    first, three = (sum(hits) / len(hits) for hits in zip(*ranked, strict=True))
    assert sum(harm) / len(harm) >= 0.95
    assert sum(alarms) / len(alarms) <= 0.05
    assert sum(out) / len(out) <= 0.1
    assert first >= 0.75 and three >= 0.9
