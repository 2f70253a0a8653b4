"""How well and how fast the search finds: python -m bench.search folds|show|limits|alarms|unseen|guides|time.

folds: every phrasing and question judged by a model that never saw it, nor the same words of another list; saved and shown
by style, and shown again by `show`. limits, alarms: the cost of other thresholds on the saved judgements. unseen: the
questions, guides: the phrasings in the guides, each judged by a model of the asks alone. time: milliseconds and the model's size.
"""

import itertools
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from content.alarm import threshold
from content.features import Spoken
from content.fold import fold
from content.library import Library
from content.phrasings import URGENT, Ask, spoken_lists, topic_of, written_asks
from content.search import CHOSEN, LOST, Action, Finder, Finding, Limits, Weighed, decide, weigh
from content.train import gathered, sharpened, train

QUESTIONS = Path("tests/content/questions.jsonl")
SAVED = Path("build/search-folds.json")
EITHER = (
    {"portal_login", "portal_login_error"},
    {"vneid_forgot_password", "vneid_forgot_passcode"},
    {"fee_failed", "fee_refund"},
    {"dossier_supplement", "dossier_status"},
    {"scam_police_call", "fee_safe"},
    {"health_insurance_card", "health_vssid"},
    {"health_insurance_card", "scam_police_call"},
    {"proc_id_card", "vneid_under14"},
    {"portal_first_use", "dossier_submit"},
    {"bank_safety", "scam_lost_money"},
)
ALONE = {"smalltalk": "smalltalk", "human_help": "handoff", "out_of_scope": "none"}


@dataclass(frozen=True)
class Judged:
    label: str
    text: str
    style: str
    topics: dict[str, float]
    alarm: float
    needed: float

    def found(self, chosen: Limits = CHOSEN) -> Finding:
        return decide(self.text, Weighed(self.topics, self.alarm, self.needed), chosen)

    @property
    def topic(self) -> str:
        return topic_of(self.label)

    @property
    def urgent(self) -> bool:
        return self.label == LOST or self.label.endswith(URGENT)


def right(found: str, expected: str) -> bool:
    return found == expected or {found, expected} in EITHER


def cost(judged: Judged, found: Finding) -> float:
    """What an answer costs the person who asked; the table stands in docs/why/finding.md."""
    action = found.action.value
    if judged.urgent or action == "urgent":
        return _alarm_cost(judged, action)
    if judged.topic in ALONE:
        wanted = action == ALONE[judged.topic]
        return 0 if wanted else {"open": 8, "offer": 2}.get(action, 1)
    if action == "open":
        return 0 if right(found.topics[0], judged.topic) else 8
    if action == "offer":
        return 1 if any(right(t, judged.topic) for t in found.topics) else 3
    return 4


def _alarm_cost(judged: Judged, action: str) -> float:
    if judged.urgent:
        return 0 if action == "urgent" else 20
    return 4 if judged.topic.startswith("scam_") else 8


def apart(asks: Iterable[Ask], held: Iterable[str]) -> list[Ask]:
    """The asks without those that are one of the held in other letters: marks, teen-code and spelling do not count."""
    spoken = _plainly_spoken()

    def names(text: str) -> set[str]:
        return {fold(text), " ".join(spoken.standard(text))}

    shut = set().union(*(names(text) for text in held))
    return [ask for ask in asks if shut.isdisjoint(names(ask[1]))]


def judge(asks: Iterable[Ask], held: Sequence[tuple[Ask, str]]) -> list[Judged]:
    model = train(apart(asks, (text for (_, text), _ in held)))
    return [Judged(label, text, style, **weigh(model, text).__dict__) for (label, text), style in held]


def folds(k: int = 5) -> list[Judged]:
    """Each phrasing and question judged by a model trained without its fold."""
    everything = _styled() + _of_guides()
    out: list[Judged] = []
    for part in range(k):
        kept = [ask for i, (ask, _) in enumerate(everything) if i % k != part]
        out += judge(kept, [pair for i, pair in enumerate(everything) if i % k == part])
        print(f"fold {part + 1} of {k}", flush=True)
    return out


def _styled() -> list[tuple[Ask, str]]:
    asks = list(written_asks())
    styles = [json.loads(line)["style"] for line in QUESTIONS.read_text("utf-8").splitlines()]
    return [(ask, "asks") for ask in asks] + list(zip(gathered([QUESTIONS])[len(asks) :], styles, strict=True))


def _of_guides() -> list[tuple[Ask, str]]:
    """The phrasings in the guides, by writers who had not seen the asks."""
    texts = dict.fromkeys(Library.load().asks())
    return [(ask, "guides, no marks" if ask[1].isascii() else "guides") for ask in sharpened(texts)]


def unlike_ours() -> list[tuple[Ask, str]]:
    """The phrasings in the guides that are none of our asks or questions."""
    styled = _of_guides()
    kept = set(apart([ask for ask, _ in styled], [text for (_, text), _ in _styled()]))
    return [(ask, style) for ask, style in styled if ask in kept]


def show(judged: Sequence[Judged]) -> None:
    hits: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for one in judged:
        ranked = list(one.topics)[:3]
        hit = right(ranked[0], one.topic), any(right(t, one.topic) for t in ranked)
        for style in {one.style, _source(one)}:
            hits[style].append(hit)
    for style, seen in sorted(hits.items()):
        first, three = (sum(h[i] for h in seen) / len(seen) for i in (0, 1))
        print(f"{style:16} n={len(seen):5}  first {first:6.1%}  among three {three:6.1%}")
    for source in ("asks", "questions", "all guides"):
        _actions([one for one in judged if _source(one) == source], source)


def _source(one: Judged) -> str:
    return "all guides" if one.style.startswith("guides") else "asks" if one.style == "asks" else "questions"


def _actions(judged: Sequence[Judged], source: str) -> None:
    done: Counter[tuple[str, str]] = Counter()
    for one in judged:
        found = one.found()
        kind = "urgent" if one.urgent else ALONE.get(one.topic, "guide")
        shown = found.action.value
        if shown in {"open", "offer"} and kind == "guide":
            hit = (
                right(found.topics[0], one.topic) if shown == "open" else any(right(t, one.topic) for t in found.topics)
            )
            shown += " right" if hit else " wrong"
        done[kind, shown] += 1
    totals = Counter(itertools.chain.from_iterable([kind] * n for (kind, _), n in done.items()))
    for (kind, shown), n in sorted(done.items()):
        print(f"{source:10} {kind:10} -> {shown:12} {n:5} {n / totals[kind]:6.1%}")


def limits(judged: Sequence[Judged]) -> None:
    """The curve: what each threshold costs on average while the others stay as chosen."""
    for name in ("sure", "likely", "foreign", "strange", "alarm", "afar"):
        for value in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 1.0, 1.5, 2.0, 3.0, 4.0):
            tried = Limits(**{**CHOSEN.__dict__, name: value})
            per = [
                sum(cost(one, one.found(tried)) for one in part) / len(part)
                for part in (judged, [one for one in judged if _source(one) == "questions"])
            ]
            print(f"{name:8} {value:.2f}  all {per[0]:.3f}  questions {per[1]:.3f}")


def alarms(judged: Sequence[Judged]) -> None:
    """The curve of each level of content/alarm.py: harm recognised, false alarms and cost, were the level this one."""
    levels: dict[float, list[Judged]] = defaultdict(list)
    for one in judged:
        levels[one.needed].append(one)
    for level, some in sorted(levels.items()):
        harm = sum(one.urgent for one in some)
        print(f"level {level}: {len(some)} phrasings, {harm} of harm")
        for value in (0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
            tried = [replace(one, needed=value) for one in some]
            found = [(one, one.found()) for one in tried]
            raised = [one.urgent for one, finding in found if finding.action is Action.urgent]
            spent = sum(cost(*pair) for pair in found)
            print(f"  {value:.2f}  harm {sum(raised)}/{harm}  false {len(raised) - sum(raised)}  cost {spent:.0f}")


def speed() -> None:
    started = time.perf_counter()
    finder = Finder.load()
    print(f"load {(time.perf_counter() - started) * 1e3:.0f} ms")
    print(f"model {len(finder.model.to_bytes()) / 1e6:.1f} MB")
    texts = [text for (_, text), style in _styled() if style != "asks"]
    took = []
    for text in texts * 5:
        started = time.perf_counter()
        finder.find(text)
        took.append((time.perf_counter() - started) * 1e3)
    took.sort()
    print(f"find p50 {took[len(took) // 2]:.2f} ms  p95 {took[int(len(took) * 0.95)]:.2f} ms  worst {took[-1]:.2f} ms")


def _saved() -> list[Judged]:
    """The saved judgements; what an alarm needs is asked anew, for its levels are what is being chosen."""
    spoken = _plainly_spoken()
    rows = (Judged(**row) for row in json.loads(SAVED.read_text("utf-8")))
    return [replace(one, needed=threshold(spoken.standard(one.text))) for one in rows]


def _plainly_spoken() -> Spoken:
    return Spoken(*(spoken_lists()[name] for name in ("marked", "anyhow", "phrases")))


def main(what: str) -> None:
    if what == "folds":
        judged = folds()
        SAVED.parent.mkdir(exist_ok=True)
        SAVED.write_text(json.dumps([one.__dict__ for one in judged], ensure_ascii=False), "utf-8")
        show(judged)
    elif what == "show":
        show(_saved())
    elif what == "limits":
        limits(_saved())
    elif what == "alarms":
        alarms(_saved())
    elif what == "unseen":
        show(judge(written_asks(), [pair for pair in _styled() if pair[1] != "asks"]))
    elif what == "guides":
        show(judge(written_asks(), unlike_ours()))
    else:
        speed()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "time")
