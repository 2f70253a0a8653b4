"""The search lands on the right guide, a choice or a person, in every way people type, and fast enough."""

import dataclasses
import json
import subprocess
import sys
import time
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from bench.search import ALONE, EITHER, apart, right
from content.alarm import CALMED, SIGNED, threshold
from content.features import LONGEST
from content.library import Library
from content.model import Model
from content.noise import bare
from content.phrasings import digest, topic_of, written_asks
from content.search import APART, HARM, Action, Finder
from content.train import RECIPE, gathered, taught, train

QUESTIONS = Path(__file__).with_name("questions.jsonl")
HELD_OUT = Path(__file__).with_name("held_out.jsonl")
ROWS = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder.load()


@pytest.fixture(scope="module")
def unseen() -> list[tuple[dict[str, str], tuple[str, ...], Action]]:
    """Every fourth question, answered by a model that was trained without those."""
    held = [i for i in range(len(ROWS)) if i % 4 == 0]
    questions = gathered([QUESTIONS])[len(written_asks()) :]
    kept = [*written_asks(), *(ask for i, ask in enumerate(questions) if i % 4)]
    finder = Finder(train(kept, recipe=dataclasses.replace(RECIPE, rounds=4)))
    found = [(ROWS[i], finder.find(ROWS[i]["text"])) for i in held]
    return [(row, finding.topics, finding.action) for row, finding in found]


@pytest.mark.parametrize(
    ("said", "action", "topic"),
    [
        ("e lm mat dt roi vneid sao ad", Action.open, "vneid_lock"),
        ("Quên mật khẩu VNeID thì lấy lại thế nào?", Action.open, "vneid_forgot_password"),
        ("quên passcode", Action.open, "vneid_forgot_passcode"),
        ("tui đổi máy mới chừ vô vneid hổng được", Action.open, "vneid_new_phone"),
        ("cảm ơn nhiều nghen", Action.smalltalk, "smalltalk"),
        ("👍", Action.smalltalk, "smalltalk"),
        ("cho tôi gặp người thật", Action.handoff, "human_help"),
        ("nó lừa mẹ em chuyển hết tiền rồi", Action.urgent, "scam_lost_money"),
        ("em lỡ đọc otp cho người lạ rồi", Action.urgent, "scam_otp"),
        ("bà em cài app lạ theo link rồi giờ máy tự chạy", Action.urgent, "scam_fake_app"),
        ("giá sầu riêng hôm nay", Action.none, "out_of_scope"),
    ],
)
def test_each_action(finder: Finder, said: str, action: Action, topic: str) -> None:
    found = finder.find(said)
    assert (found.action, found.topics[0]) == (action, topic)
    assert found.text == said
    assert 0 <= found.score <= 1


def test_a_vague_question_gets_a_choice_of_guides(finder: Finder) -> None:
    found = finder.find("giấy tờ của tôi")
    assert found.action is Action.offer
    assert 1 < len(found.topics) <= 3
    assert not set(found.topics) & set(APART)


@pytest.mark.parametrize(
    "said",
    [
        "làm sao tránh bị lừa đảo",
        "có nên đưa mã otp cho người khác",
        "bị trừ tiền lệ phí 2 lần",
        "tôi lỡ xóa app vneid rồi",
        "đã nhập otp rồi mà báo sai",
        "nộp nhầm lệ phí rồi lấy lại được không",
        "làm căn cước có mất tiền không",
        "app giả nhận biết thế nào",
        "công an có gọi điện làm việc không",
    ],
)
def test_ordinary_questions_raise_no_alarm(finder: Finder, said: str) -> None:
    assert finder.find(said).action is not Action.urgent


@pytest.mark.parametrize(
    "said", ["mất tiền", "mat tien", "bị lừa", "bi lua roi", "lộ otp", "lo ma otp roi", "scammed", "i lost money"]
)
def test_two_words_of_harm_leave_no_doubt(finder: Finder, said: str) -> None:
    found = finder.find(said)
    assert found.action is Action.urgent and found.plain


@pytest.mark.parametrize(
    "said",
    ["mất máy", "mất sóng", "mất", "mất tiền không", "có mất tiền không", "chưa bị lừa", "otp", "mất căn cước", "hết tiền"],
)
def test_two_words_that_may_be_anything_leave_a_doubt(finder: Finder, said: str) -> None:
    assert not finder.find(said).plain


@pytest.mark.parametrize(
    "said",
    [
        "toi vua bi lua mat 30 trieu",
        "nó rút sạch tiền trong thẻ của ba tôi",
        "tài khoản em bị trừ hết tiền r cứu e vs",
        "mẹ tôi đọc mã otp cho nó mất rồi",
        "da dua mat khau ngan hang cho nguoi la",
        "tui lỡ cài cái app họ gởi rồi chừ mần răng",
        "điện thoại đang bị điều khiển từ xa",
        "họ đang gọi bắt bà em chuyển tiền ngay",
        "chuyển tiền cho lừa đảo rồi giờ làm sao lấy lại",
        "bị dụ đầu tư mất hết vốn",
        "lỡ nhập mật khẩu ngân hàng vào trang giả rồi",
        "cài vneid giả rồi phải làm gì",
    ],
)
def test_harm_done_is_urgent(finder: Finder, said: str) -> None:
    found = finder.find(said)
    assert found.action is Action.urgent
    assert found.topics[0] in HARM


def test_signs_lower_and_calm_words_raise_what_an_alarm_needs() -> None:
    assert threshold(["bi", "lua", "het", "tien"]) < SIGNED
    assert threshold(["lo", "cai", "app", "la"]) == SIGNED
    assert threshold(["co", "nen", "cai", "app"]) == CALMED


@pytest.mark.parametrize("said", ["", "   ", "...", "?!", "\u200b", "\n\t"])
def test_nothing_said_is_nothing(finder: Finder, said: str) -> None:
    assert finder.find(said).action is Action.none


@pytest.mark.parametrize(
    "said", ["a" * 100_000, "quên mật khẩu vneid " * 5_000, "1" * 5_000, "đ" * 3_000, "🙂" * 5_000, "\ud800 x", "\0"]
)
@pytest.mark.alone
def test_odd_and_huge_input_is_answered_quickly(finder: Finder, said: str) -> None:
    started = time.perf_counter()
    assert finder.find(said).action in Action
    assert time.perf_counter() - started < 0.5


def test_only_the_beginning_of_a_very_long_story_counts(finder: Finder) -> None:
    start = "quên mật khẩu vneid " * 40
    assert len(start) > LONGEST
    assert finder.find(start).topics == finder.find(start + "giá vàng hôm nay").topics


def test_decomposed_text_is_found_alike(finder: Finder) -> None:
    for row in ROWS:
        found = finder.find(row["text"])
        again = finder.find(unicodedata.normalize("NFD", row["text"]))
        assert (again.action, again.topics) == (found.action, found.topics)
        assert again.score == pytest.approx(found.score)


def test_the_model_knows_what_it_was_taught(finder: Finder) -> None:
    hits = [right(finder.find(row["text"]).topics[0], row["topic"]) for row in ROWS]
    assert sum(hits) / len(hits) >= 0.95
    said_bare = [right(finder.find(bare(row["text"], None)).topics[0], row["topic"]) for row in ROWS]  # type: ignore[arg-type]
    assert sum(said_bare) / len(said_bare) >= 0.93


def test_questions_it_never_saw(unseen: list[tuple[dict[str, str], tuple[str, ...], Action]]) -> None:
    first = [right(topics[0], row["topic"]) for row, topics, _ in unseen]
    three = [any(right(t, row["topic"]) for t in topics) for row, topics, _ in unseen]
    assert sum(first) / len(first) >= 0.85
    assert sum(three) / len(three) >= 0.93
    by_marks: dict[bool, list[bool]] = defaultdict(list)
    for (row, _, _), hit in zip(unseen, first, strict=True):
        by_marks[row["style"] in {"no_diacritics", "typo_teencode"}].append(hit)
    assert sum(by_marks[True]) / len(by_marks[True]) >= sum(by_marks[False]) / len(by_marks[False]) - 0.10


def test_other_matters_are_not_answered_with_a_guide(finder: Finder) -> None:
    foreign = [
        "giá thịt bò bao nhiêu",
        "cách kho cá ngon",
        "tối nay đội nào đá",
        "lợn nái nhà tôi không chịu ăn",
        "dạy con học toán thế nào",
        "quán phở nào ngon",
        "tối nay có mưa to không",
        "vàng lên hay xuống",
        "uống thuốc gì hết đau đầu",
        "ghép thơ tặng vợ",
        "ai vô địch năm ngoái",
        "đi Đà Lạt mùa nào đẹp",
    ]
    opened = [said for said in foreign if finder.find(said).action in {Action.open, Action.urgent}]
    assert len(opened) <= 1, opened


def _held_out() -> list[dict[str, Any]]:
    """Questions that are in no list the model learns from, nor in other spelling: they may only judge."""
    rows = [json.loads(line) for line in HELD_OUT.read_text("utf-8").splitlines()]
    learnt = [text for _, text in (*gathered([QUESTIONS]), *Library.load().asks())]
    assert len(apart([(row["topic"], row["text"]) for row in rows], learnt)) == len(rows) >= 200, "a held-out question was learnt"
    return rows


def test_questions_held_out_land_where_they_should(finder: Finder) -> None:
    found = [(row, finder.find(row["text"])) for row in _held_out()]
    hits: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row, finding in found:
        if not row["urgent"] and row["topic"] not in ALONE:
            among = any(right(topic, row["topic"]) for topic in finding.topics)
            hits[row["style"]].append((right(finding.topics[0], row["topic"]), among))
    first, three = ({style: sum(hit[at] for hit in seen) / len(seen) for style, seen in hits.items()} for at in (0, 1))
    assert min(first.values()) >= 0.75 and min(three.values()) >= 0.9
    assert first["no_marks"] >= first["marks"] - 0.1 and three["no_marks"] >= three["marks"] - 0.1
    urgent = [finding.action is Action.urgent for row, finding in found if row["urgent"]]
    assert len(urgent) > 30 and sum(urgent) >= 0.95 * len(urgent)
    assert not [row["text"] for row, finding in found if not row["urgent"] and finding.action is Action.urgent][1:]
    elsewhere = [finding.action for row, finding in found if row["topic"] == "out_of_scope"]
    opened = sum(action in (Action.open, Action.urgent) for action in elsewhere)
    assert len(elsewhere) > 30 and opened <= 0.1 * len(elsewhere)
    assert opened + elsewhere.count(Action.offer) <= 0.15 * len(elsewhere), "a choice is not an answer, but few should get one"


def test_no_development_question_stands_in_a_guide() -> None:
    asks = list(Library.load().asks())
    assert apart(asks, (row["text"] for row in ROWS)) == asks, "in whatever spelling"


def test_the_index_takes_little_memory() -> None:
    """What a process that asks one question holds beside one that only has the same imports."""
    script = "import content.search as s, resource, sys; sys.argv[1] == '1' and s.Finder.load().find('quên mật khẩu'); " \
             "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    held = [int(subprocess.run([sys.executable, "-c", script, on], capture_output=True, check=True).stdout) for on in "01"]
    assert held[1] - held[0] < 50_000


def test_learnt_phrasings_are_found_word_for_word(finder: Finder) -> None:
    said = "cái máy xanh xanh ngoài ủy ban"
    assert finder.find(said).topics[0] != "portal_login"
    taught = finder.learn([("portal_login", said)])
    assert taught.find("CAI MAY XANH XANH ngoai uy ban!").topics[0] == "portal_login"
    assert taught.find(said).action is Action.open
    assert finder.find(said).topics[0] != "portal_login"


def test_shipped_model_was_trained_on_these_asks(finder: Finder) -> None:
    assert finder.model.header.digest == digest(taught([QUESTIONS])), (
        "content/search.model was trained on other words: the asks (content/asks, or `asks` of a guide), content/spoken.yaml, "
        "content/elsewhere.yaml or the development questions changed since. Run `make search` and commit the new model with them."
    )


def test_a_changed_ask_changes_the_digest() -> None:
    asks = taught([QUESTIONS])
    said = asks[0]
    assert digest([*asks, (said[0], said[1] + " nhé")]) != digest(asks) != digest(asks[1:])
    assert {text for _, text in Library.load().asks()} <= {text for _, text in asks}, "the guides' phrasings are part of it"


def test_every_topic_has_many_phrasings_and_they_do_not_contradict() -> None:
    by_topic: dict[str, set[str]] = defaultdict(set)
    by_text: dict[str, set[str]] = defaultdict(set)
    for label, said in written_asks():
        by_topic[topic_of(label)].add(said)
        by_text[said].add(topic_of(label))
    assert set(by_topic) == {row["topic"] for row in ROWS}
    assert min(len(said) for said in by_topic.values()) >= 45
    assert not {said: topics for said, topics in by_text.items() if len(topics) > 1}
    assert all(pair <= set(by_topic) for pair in EITHER)


def test_a_damaged_model_is_refused(finder: Finder) -> None:
    data = finder.model.to_bytes()
    assert Model.from_bytes(data).header == finder.model.header
    with pytest.raises(ValueError, match="not a search model"):
        Model.from_bytes(b"{}" + data)


@pytest.mark.alone
def test_time_and_size(finder: Finder) -> None:
    data = finder.model.to_bytes()
    assert len(data) < 3_000_000
    started = time.perf_counter()
    Model.from_bytes(data)
    assert time.perf_counter() - started < 1.0
    took = []
    for row in ROWS:
        started = time.process_time()
        finder.find(row["text"])
        took.append(time.process_time() - started)
    took.sort()
    assert took[int(len(took) * 0.95)] < 0.005
