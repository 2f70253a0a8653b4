"""Train the search model: make search, or python -m content.train tests/content/questions.jsonl. Only this needs numpy."""

import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from content.features import Features, Spoken, features
from content.fold import fold
from content.library import Library
from content.model import ZERO, Header, Model
from content.noise import Noise, bare, chatter, short_forms, shorter, slip, telex
from content.phrasings import URGENT, Ask, digest, elsewhere_lists, spoken_lists, written_asks
from content.regression import Recipe, fit

APART = {"out_of_scope", "smalltalk"}
FILE = Path(__file__).with_name("search.model")
RECIPE = Recipe()
FOREIGN = 700  # made-up questions about things that are none of our matters
_DONE = {"lo", "roi", "da", "r", "vua"}


def read_questions(path: Path) -> list[Ask]:
    """Questions with a topic, one JSON object a line."""
    rows = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    return [(str(row["topic"]), str(row["text"])) for row in rows]


def sharpened(asks: Iterable[Ask]) -> list[Ask]:
    """Asks of a plain topic in which the harm is already done get its urgent label."""
    urgent = {label for label, _ in written_asks() if label.endswith(URGENT)}
    return [(t + URGENT if t + URGENT in urgent and _done(text) else t, text) for t, text in asks]


def _done(text: str) -> bool:
    return not _DONE.isdisjoint(fold(text).split())


def noises(lists: dict[str, Any]) -> list[Noise]:
    wrap, short = chatter(lists["lead"], lists["tail"]), short_forms(lists["anyhow"])
    return [
        bare,
        lambda text, chance: bare(slip(text, chance), chance),
        wrap,
        lambda text, chance: bare(wrap(shorter(text, chance), chance), chance),
        lambda text, chance: slip(short(text, chance), chance),
        lambda text, chance: shorter(text, chance) if chance.random() < 0.7 else telex(text, chance),
    ]


def foreign(chance: random.Random) -> list[Ask]:
    """Questions put together from elsewhere.yaml."""
    lists = elsewhere_lists()
    things = lists["things"].splitlines()
    made = dict.fromkeys(chance.choice(lists["frames"]).format(chance.choice(things)) for _ in range(FOREIGN))
    return [("out_of_scope", text) for text in made]


def known_words(asks: Sequence[Ask], lists: dict[str, Any]) -> list[str]:
    """Words of at least three phrasings that belong to the matter; the rest count as strange."""
    plainly = Spoken(lists["marked"], lists["anyhow"], lists["phrases"])
    seen = Counter(w for label, text in asks if label not in APART for w in set(plainly.standard(text)))
    return sorted(w for w, times in seen.items() if times > 2)


def train(asks: Sequence[Ask], mark: str = "", recipe: Recipe = RECIPE, seed: int = 7) -> Model:
    """A model of these asks; `mark` names them in the file, so that a test can tell when it is stale."""
    lists = spoken_lists()
    known = known_words(asks, lists)
    spoken = Spoken(lists["marked"], lists["anyhow"], lists["phrases"], frozenset(known))
    labels = sorted({label for label, _ in asks})
    row_of = {label: i for i, label in enumerate(labels)}
    rows, truth = _examples(asks, spoken, lists, seed)
    weights, bias = fit(rows, np.array([row_of[t] for t in truth]), len(labels), seed, recipe)
    scale = float(np.quantile(np.abs(weights), 0.9999)) / 127
    stored = (np.clip(np.rint(weights / scale), -127, 127) + ZERO).astype(np.uint8)
    header = Header(
        labels=labels,
        bias=[round(float(b), 5) for b in bias],
        blocks=list(recipe.blocks),
        scale=scale,
        digest=mark,
        marked=lists["marked"],
        anyhow=lists["anyhow"],
        phrases=lists["phrases"],
        known=known,
    )
    return Model(header, stored.tobytes())


def _examples(
    asks: Sequence[Ask], spoken: Spoken, lists: dict[str, Any], seed: int
) -> tuple[list[Features], list[str]]:
    chance = random.Random(seed)  # noqa: S311 - noise, not a secret
    rows, truth = [], []
    ways = noises(lists)
    for label, text in [*asks, *foreign(chance)]:
        for said in dict.fromkeys([text, *(way(text, chance) for way in ways)]):
            rows.append(features(said, spoken))
            truth.append(label)
    return rows, truth


def gathered(extra: Iterable[Path]) -> list[Ask]:
    """The written asks, then the questions of these files."""
    return [*written_asks(), *sharpened(ask for path in extra for ask in read_questions(path))]


def taught(extra: Iterable[Path]) -> list[Ask]:
    """All the shipped model learns from: the written asks, the questions of these files, the phrasings in the guides."""
    return [*gathered(extra), *sharpened(Library.load().asks())]


def main(paths: Sequence[str]) -> None:
    asks = taught(map(Path, paths))
    FILE.write_bytes(train(asks, mark=digest(asks)).to_bytes())


if __name__ == "__main__":
    main(sys.argv[1:])
