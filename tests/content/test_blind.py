"""The blind questions stay blind: never learnt, in any spelling, and judged by sums alone."""

from collections import Counter

from bench.blind import HALVES, asked
from bench.search import QUESTIONS, apart
from content.library import Library
from content.train import gathered


def test_no_blind_question_was_learnt() -> None:
    learnt = [text for _, text in (*gathered([QUESTIONS]), *Library.load().asks())]
    for half in HALVES:
        blind = [(one.kind, one.text) for one in asked(half)]
        kept = len(apart(blind, learnt))
        assert kept == len(blind), f"{len(blind) - kept} blind questions of half {half} were learnt"


def test_the_halves_are_one_set_cut_in_two() -> None:
    texts = [{one.text for one in asked(half)} for half in HALVES]
    assert not texts[0] & texts[1]
    for half in HALVES:
        kinds = Counter(one.kind for one in asked(half))
        assert kinds["urgent"] >= 30 and kinds["near"] >= 20 and kinds["out"] >= 25 and kinds["in"] >= 55
