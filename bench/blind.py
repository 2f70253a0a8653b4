"""How the search does on questions written before its asks, model and code were looked at: python -m bench.blind a|b|c|d.

tests/content/blind_a.jsonl and blind_b.jsonl are one set, cut at random on the day it was written; c and d are another,
by another writer. No half is ever learnt from, in any spelling, and no limit is chosen on it. Of a and c the lines that
went wrong are shown, so these are no longer untuned; of b and d only sums are printed, and nobody is to read them while
improving the search.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.search import ALONE, right
from content.search import Action, Finder, Finding

HALVES = {half: Path(f"tests/content/blind_{half}.jsonl") for half in "abcd"}
READ = "ac"
OPENED = (Action.open, Action.urgent)  # answered with a guide; the urgent card is one


@dataclass(frozen=True)
class Asked:
    text: str
    kind: str  # urgent, near (sounds like it and is not), in (one of our matters), out (none of them)
    topics: tuple[str, ...]  # any of them is right
    style: str  # marks, no_marks, teen, dialect

    def hit(self, topics: Iterable[str]) -> bool:
        return any(right(found, wanted) for found in topics for wanted in self.topics)


Answers = Sequence[tuple[Asked, Finding]]


def asked(half: str) -> list[Asked]:
    rows = (json.loads(line) for line in HALVES[half].read_text("utf-8").splitlines())
    return [Asked(**{**row, "topics": tuple(row["topics"])}) for row in rows]


def answered(half: str, finder: Finder) -> Answers:
    return [(one, finder.find(one.text)) for one in asked(half)]


def well(one: Asked, found: Finding) -> bool:
    """Whether the person got what they should: urgent help, a guide or a choice holding it, or no guide."""
    if one.kind == "urgent":
        return found.action is Action.urgent
    if one.kind == "out":
        return found.action not in (*OPENED, Action.offer)
    if one.topics[0] in ALONE:
        return found.action.value == ALONE[one.topics[0]]
    shown = {Action.open: found.topics[:1], Action.offer: found.topics}.get(found.action, ())
    return one.hit(shown)


def _share(hits: Sequence[bool]) -> str:
    return f"{sum(hits)}/{len(hits)} {sum(hits) / len(hits):.1%}" if hits else "none"


def show(answers: Answers) -> None:
    of: dict[str, list[tuple[Asked, Finding]]] = defaultdict(list)
    for one, found in answers:
        of[one.kind].append((one, found))
    matters = [pair for pair in of["in"] if pair[0].topics[0] not in ALONE]
    for style in ("", "marks", "no_marks", "teen", "dialect"):
        some = [(one, found) for one, found in matters if style in ("", one.style)]
        first = [one.hit(found.topics[:1]) for one, found in some]
        print(f"in {style or 'all':9} first {_share(first)}  three {_share([one.hit(f.topics) for one, f in some])}")
        harm = [found.action is Action.urgent for one, found in of["urgent"] if style in ("", one.style)]
        print(f"urgent {style or 'all':9} {_share(harm)}")
    for kind, pairs in of.items():
        print(f"{kind}: well answered {_share([well(*pair) for pair in pairs])}", _actions(pairs))


def _actions(pairs: Answers) -> dict[str, int]:
    done: dict[str, int] = defaultdict(int)
    for _, found in pairs:
        done[found.action.value] += 1
    return dict(sorted(done.items()))


def misses(answers: Answers) -> list[dict[str, Any]]:
    return [
        {"kind": one.kind, "text": one.text, "wanted": one.topics, "action": found.action, "topics": found.topics}
        for one, found in answers
        if not well(one, found)
    ]


def main(half: str) -> None:
    answers = answered(half, Finder.load())
    show(answers)
    for miss in misses(answers) if half in READ else ():
        print(json.dumps(miss, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "b")
