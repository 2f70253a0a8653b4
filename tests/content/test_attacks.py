"""The never-collect guard against a corpus made apart from its rules, and against everything people really ask."""

import json
import unicodedata
from pathlib import Path

import pytest

from content.check import texts
from content.library import Library
from content.phrasings import written_asks
from content.redact import MASK, redact
from tests.content.attacks import attacks, daily, phones

QUESTIONS = Path(__file__).with_name("questions.jsonl")


def changed(said: list[str]) -> list[str]:
    return [text for text in said if redact(text).text != unicodedata.normalize("NFC", text)]


@pytest.mark.parametrize("seed", [5, 99])
def test_recall_is_at_least_995_in_a_thousand(seed: int) -> None:
    made = list(attacks(seed=seed))
    assert len({each.text for each in made}) >= 5000
    missed = [each.text for each in made if each.leaks(redact(each.text).text)]
    assert len(missed) <= len(made) * 0.005, missed[:20]


def test_the_judge_sees_a_secret_that_stays() -> None:
    made = list(attacks(500))
    assert all(each.leaks(each.text) for each in made if any(sign.isdigit() for sign in each.secret))
    assert not any(each.leaks(each.text.replace(unicodedata.normalize("NFD", each.secret), "").replace(each.secret, ""))
                   for each in made)


@pytest.mark.parametrize("seed", [6, 66])
def test_phones_and_hotlines_are_not_eaten(seed: int) -> None:
    said = list(phones(seed=seed))
    assert len(changed(said)) <= len(said) * 0.01, changed(said)[:20]


@pytest.mark.parametrize("seed", [7, 77])
def test_quick_logs_dates_fees_and_codes_of_dossiers_are_not_eaten(seed: int) -> None:
    said = list(daily(seed=seed))
    assert len(changed(said)) <= len(said) * 0.01, changed(said)[:20]


def test_nothing_people_ask_and_nothing_we_say_is_eaten() -> None:
    library = Library.load()
    questions = [json.loads(line)["text"] for line in QUESTIONS.read_text("utf-8").splitlines()]
    asks = [text for _, text in (*library.asks(), *written_asks())]
    said = [text for locale in library.locales for guide in library.every(locale) for _, text in texts(guide) if text]
    assert changed(questions) + changed(asks) + changed(said) == []


@pytest.mark.parametrize(("text", "kept"), [
    ("cccd 0791444788 58", f"cccd {MASK}"),
    ("số căn cước của em là 0302692775、54 ạ", f"số căn cước của em là {MASK} ạ"),
    ("hộ chưa có cccd, 0912345678, 12 vắng", "hộ chưa có cccd, 0912345678, 12 vắng"),
    ("không bảy chín, hai trăm lẻ một, không lẻ một, hai ba bốn", MASK),
    ("otp là bốn mươi tám hai mươi chín mười ba", f"otp là {MASK}"),
    ("dạ bốn tám, hai mươi chín, mười ba ạ", f"dạ {MASK} ạ"),
    ("mã đăng nhập 6 2 6 một", f"mã đăng nhập {MASK}"),
    ("cccd 079201001234 không được", f"cccd {MASK} không được"),
    ("209512 nha bác", f"{MASK} nha bác"),
    ("số dt bác Tư 1800 1096", "số dt bác Tư 1800 1096"),
    ("bác Ba 0912 345 678, chú Năm +84 987 654 321", "bác Ba 0912 345 678, chú Năm +84 987 654 321"),
    ("tuần 47 năm 2026: 31 hộ", "tuần 47 năm 2026: 31 hộ"),
    ("307-101 vang", "307-101 vang"),
    ("hai mươi lăm tuổi, ba mươi mốt hộ, năm 2026", "hai mươi lăm tuổi, ba mươi mốt hộ, năm 2026"),
    ("thẻ 548 032 666 481 036 0", f"thẻ {MASK}"),
    ("stk 502\n214\n491\n92", f"stk {MASK}"),
])
def test_forms_that_were_missed_once(text: str, kept: str) -> None:
    assert redact(text).text == kept
