"""Find what a citizen's own words are about: a guide, a choice of guides, a person, or urgent help."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from content.alarm import PLAINLY, threshold
from content.features import features
from content.fold import fold
from content.model import Model
from content.phrasings import URGENT, topic_of


@dataclass(frozen=True)
class Limits:
    """Chosen from the cost table in docs/why/finding.md: a wrong sure answer costs most."""

    sure: float = 0.8  # open one guide from here on
    likely: float = 0.2  # that a choice of three holds the right guide; below it even a choice would be guessing
    foreign: float = 0.2  # as sure as this that it is small talk, a call for a person, or none of our matters
    strange: float = 0.06  # as likely as this that it is none of our matters, and no choice is offered either
    near: float = 0.25  # where nothing is offered, as likely as this, and a guide stands beside the word that we do not know
    alarm: float = 1.0  # times what content/alarm.py asks for before urgent help, in a question about scams
    afar: float = 1.2  # the same in any other question: there a false alarm frightens more


CHOSEN = Limits()
CHOICES = 3

LOST = "scam_lost_money"
HARM = frozenset({LOST, "scam_otp", "scam_fake_app", "scam_police_call"})
SCAM = "scam_"  # how the topics of scams begin
ELSEWHERE = "out_of_scope"
APART = MappingProxyType({"smalltalk": "smalltalk", "human_help": "handoff", ELSEWHERE: "none"})


class Action(StrEnum):
    open = "open"
    offer = "offer"
    smalltalk = "smalltalk"
    handoff = "handoff"
    urgent = "urgent"
    none = "none"


@dataclass(frozen=True)
class Finding:
    text: str
    action: Action
    topics: tuple[str, ...]  # best first, at most three
    score: float  # how sure, 0 to 1
    plain: bool = False  # urgent in words that leave no doubt, whatever the model thinks
    near: tuple[str, ...] = ()  # where nothing is offered: the topic that may yet be meant


@dataclass(frozen=True)
class Weighed:
    """What the model thinks of a question before anything is decided."""

    topics: dict[str, float]  # the chance of each, best first
    alarm: float  # the chance that harm is done
    needed: float  # the alarm from which on help is urgent, given the words


class Finder:
    """Finds the topic of a question. Made once (load) and shared: it holds no state of any conversation."""

    def __init__(self, model: Model, learnt: Mapping[str, str] = MappingProxyType({})) -> None:
        self.model = model
        self._learnt = dict(learnt)

    @classmethod
    @cache
    def load(cls) -> "Finder":
        return cls(Model.from_bytes((files("content") / "search.model").read_bytes()))

    def learn(self, asks: Iterable[tuple[str, str]]) -> "Finder":
        """A finder that also knows these (topic, phrasing) pairs word for word; training makes it generalise."""
        return Finder(self.model, {**self._learnt, **{self._key(said): topic for topic, said in asks}})

    def find(self, text: str) -> Finding:
        if not fold(text):
            return _wordless(text)
        weighed = weigh(self.model, text)
        known = self._learnt.get(self._key(text))
        if known:
            rest = {t: p for t, p in weighed.topics.items() if t != known}
            weighed = Weighed({known: 1.0, **rest}, weighed.alarm, weighed.needed)
        return decide(text, weighed)

    def _key(self, text: str) -> str:
        return " ".join(self.model.spoken.standard(text))


def weigh(model: Model, text: str) -> Weighed:
    sums: dict[str, float] = {}
    alarm = 0.0
    for label, chance in model.probabilities(features(text, model.spoken)).items():
        sums[topic_of(label)] = sums.get(topic_of(label), 0.0) + chance
        if label == LOST or label.endswith(URGENT):
            alarm += chance
    topics = dict(sorted(sums.items(), key=lambda pair: -pair[1]))
    return Weighed(topics, alarm, threshold(model.spoken.standard(text)))


def decide(text: str, weighed: Weighed, limits: Limits = CHOSEN) -> Finding:
    topics = weighed.topics
    best, score = next(iter(topics.items()))
    ranked = tuple(topics)[:CHOICES]
    if weighed.alarm >= weighed.needed * (limits.alarm if best.startswith(SCAM) else limits.afar):
        first = best if best in HARM else LOST
        harmed = (first, *(t for t in ranked if t != first))[:CHOICES]
        return Finding(text, Action.urgent, harmed, weighed.alarm, plain=weighed.needed == PLAINLY)
    guides = tuple(t for t in topics if t not in APART)[:CHOICES]
    near = tuple(t for t in guides[:1] if topics[t] >= limits.near)
    if best in APART and score >= limits.foreign:
        return Finding(text, Action(APART[best]), ranked, score, near=near)
    if best not in APART and score >= limits.sure:
        return Finding(text, Action.open, ranked, score)
    if topics.get(ELSEWHERE, 0.0) >= limits.strange:
        return Finding(text, Action.none, ranked, score, near=near)
    if sum(topics[guide] for guide in guides) < limits.likely:  # a vague question spreads over many of our guides
        return Finding(text, Action(APART.get(best, "none")), ranked, score)
    return Finding(text, Action.offer, guides, score)


def _wordless(text: str) -> Finding:
    """A thumb or a heart is a greeting; nothing at all, or only dots, is nothing."""
    picture = any(unicodedata.category(c) == "So" for c in text)
    return Finding(text, Action.smalltalk if picture else Action.none, ("smalltalk",) if picture else (), 1.0)
