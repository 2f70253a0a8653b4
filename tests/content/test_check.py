"""The check finds each thing that keeps a guide from being shown, and nothing in the guides that ship."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from content.check import SCREEN_UNITS, check, texts
from content.guide import GUIDES_A_SUBJECT
from content.library import Library
from content.plain_words import Allowed, asks_for_secret, links, sentences, sounds_certain, utf16_units, word_count
from tests.content.leaflets import CONTENT, both, edit, small_library

DAY = date(2026, 11, 23)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_library(tmp_path)


def problems(root: Path, on: date = DAY) -> list[tuple[str, str, str]]:
    return [(finding.guide, finding.locale, finding.problem) for finding in check(Library.read(root), on)]


def newest_review(library: Library) -> date:
    return max(guide.reviewed_on for locale in library.locales for guide in library.every(locale))


def test_the_guides_that_ship_are_clean_on_their_newest_review_day() -> None:
    library = Library.load()
    assert check(library, newest_review(library)) == []


def test_every_shipped_guide_is_overdue_the_day_after_its_last_day() -> None:
    library = Library.load()
    last = max(guide.review_again_on for guide in library.every("vi"))
    overdue = {(found.guide, found.locale) for found in check(library, last + timedelta(days=1))}
    assert overdue == {(guide.id, locale) for locale in ("vi", "en") for guide in library.every(locale)}


def test_the_small_library_is_clean_up_to_its_last_day(root: Path) -> None:
    assert problems(root, date(2026, 11, 1)) == []
    assert problems(root, date(2026, 12, 31)) == []


def test_a_fact_that_has_expired_is_found_in_every_guide_that_states_it(root: Path) -> None:
    expected = [(id, locale, "fact-not-in-force") for locale in ("vi", "en") for id in ("one", "other")]
    assert problems(root, date(2027, 1, 1)) == expected


def test_a_fact_not_yet_in_force_is_found(root: Path) -> None:
    edit(root, "facts.yaml", "valid_until: 2026-12-31", "valid_from: 2026-11-24")
    assert {problem for _, _, problem in problems(root)} == {"fact-not-in-force"}
    assert problems(root, date(2026, 11, 24)) == []


def test_overdue_the_day_after_review_again_on(root: Path) -> None:
    edit(root, "facts.yaml", "  valid_until: 2026-12-31\n", "")
    assert problems(root, date(2027, 1, 30)) == []
    assert {problem for _, _, problem in problems(root, date(2027, 1, 31))} == {"review-overdue"}


LONG = "Một hai ba bốn năm sáu bảy tám chín mười một hai ba bốn năm sáu bảy tám chín mười mốt."


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("reviewed: draft", "reviewed: maybe", "review-state"),
        ("reviewed_by: biên tập nội dung", "reviewed_by:", "reviewer-missing"),
        ("needs_person_check: Màn hình thật chưa có người xem.\n", "", "draft-without-warning"),
        ("reviewed_on: 2026-11-01", "reviewed_on: 2026-11-24", "reviewed-in-future"),
        ("review_again_on: 2027-01-30", "review_again_on: 2027-01-31", "review-too-far"),
        ("    checked_on: 2026-11-01", "    checked_on: 2026-11-24", "source-checked-in-future"),
        ("https://dichvucong.gov.vn/p/home", "https://vneid-gov.vn.example.com/", "source-link-not-allowed"),
        ("https://dichvucong.gov.vn/p/home", "ftp://dichvucong.gov.vn/p/home", "source-link-not-allowed"),
        ("subject: health\n", "", "subject-missing"),
        ("subject: health", "subject: gardens", "subject-unknown"),
        ("audience: [citizen]", "audience: [everybody]", "audience"),
        ("related: [other]", "related: [nothing]", "related-unknown"),
        ("related: [other]", "related: [one]", "related-unknown"),
        ("Hôm sau quay lại.", "Xem https://bit.ly/abc nhé.", "link-not-allowed"),
        ("Hôm sau quay lại.", "Xem dichvucong-gov.vn nhé.", "link-not-allowed"),
        ("Hôm sau quay lại.", "Xem https://dichvucong.gov.vn@evil.com nhé.", "link-not-allowed"),
        ("Hôm sau quay lại.", "Xem https://play.google.com/store/apps/details?id=com.khac nhé.", "link-not-allowed"),
        ("Hôm sau quay lại.", LONG, "long-sentence"),
        ("> helper: Hỏi giờ trước.", f"> helper: {LONG}", "long-sentence"),
        ("Hôm sau quay lại.", "Ngắn thôi. " * 50, "text-too-long"),
        ("Hôm sau quay lại.", "Bác gửi mã OTP cho mình nhé.", "asks-for-secret"),
        ("Hôm sau quay lại.", "Gọi số 001 234 567 890 nhé.", "id-number"),
        ("Hôm sau quay lại.", "Việc này **rất** dễ.", "markup"),
        ("Hôm sau quay lại.", "Gọi {fact:old-hotline} nhé.", "unconfirmed-fact-sounds-certain"),
        ("cost: Miễn phí", "cost: Miễn phí\npicture: desk", "picture-missing"),
    ],
)
def test_one_fault_gives_exactly_its_finding(root: Path, old: str, new: str, problem: str) -> None:
    both(root, old, new)
    assert problems(root) == [("one", "vi", problem), ("one", "en", problem)]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("revision: 3", "revision: 4", "revision-differs"),
        ("subject: health", "subject: fees", "subject-differs"),
        ("order: 10", "order: 11", "order-differs"),
        ("<!-- closed -->", "<!-- shut -->", "steps-differ"),
        ("<!-- submit -->", "<!-- hand-in -->", "steps-differ"),
        ("id: rented, label: Nhà thuê}", "id: rented, label: Nhà thuê}\n    - {id: x, label: X}", "cases-differ"),
        ("published: true", "published: false", "published-differs"),
        ("{fact:office-hours}", "8 giờ", "facts-differ"),
        ("reviewed: draft", "reviewed: reviewed", "review-differs"),
    ],
)
def test_the_languages_must_agree(root: Path, old: str, new: str, problem: str) -> None:
    edit(root, "guides/en/one.md", old, new)
    assert problems(root) == [("one", "en", problem)]


def test_a_subject_of_more_than_one_screen_is_found(root: Path) -> None:
    for locale in ("vi", "en"):
        folder = root / "guides" / locale
        for number in range(GUIDES_A_SUBJECT - 2):
            (folder / f"z{number}.md").write_text((folder / "one.md").read_text("utf-8"), "utf-8")
    assert problems(root) == []
    for locale in ("vi", "en"):
        shutil.copy(root / "guides" / locale / "one.md", root / "guides" / locale / "zz.md")
    assert problems(root) == [("zz", "vi", "subject-too-full")]


@pytest.mark.parametrize("missing", ["vi", "en"])
def test_a_missing_language_is_found(root: Path, missing: str) -> None:
    (root / "guides" / missing / "other.md").unlink()
    assert ("other", missing, "language-missing") in problems(root)


def test_too_few_ways_of_asking_are_found(root: Path) -> None:
    edit(root, "guides/vi/one.md", "    - câu hỏi số 11\n", "    - Câu hỏi số 10\n")
    assert problems(root) == [("one", "vi", "few-asks")]


def test_an_unconfirmed_fact_needs_a_soft_word_and_a_warning(root: Path) -> None:
    both(root, "Hôm sau quay lại.", "Theo nguồn năm 2023, gọi {fact:old-hotline}.")
    assert problems(root) == []
    for locale in ("vi", "en"):
        edit(root, f"guides/{locale}/one.md", "reviewed: draft", "reviewed: reviewed")
    both(root, "needs_person_check: Màn hình thật chưa có người xem.\n", "")
    assert {problem for _, _, problem in problems(root)} == {"unconfirmed-fact-without-warning"}


SKETCH = 'title: {vi: Đến quầy, en: Go}\nalt: {vi: Quầy, en: Desk}\nscene:\n  - step: {vi: Quầy, en: Desk}\n    icon: desk\n'


@pytest.mark.parametrize(("old", "new", "wrong"), [
    ("", "", False), ("icon: desk", "icon: nothing", True), ("en: Desk}\nscene", "en: ''}\nscene", True),
    ("vi: Quầy, en: Desk}\n    ", f"vi: {'dài ' * 80}, en: Desk}}\n    ", True), ("title", "titel", True),
    ("vi: Đến quầy, en", "vi: Đến, quầy, en", True), ("Đến quầy", "'{fact:nothing}'", True)])
def test_a_picture_is_looked_over_like_the_words(root: Path, old: str, new: str, wrong: bool) -> None:
    (root / "pictures").mkdir()
    (root / "pictures" / "desk.yaml").write_text(SKETCH.replace(old, new, 1), "utf-8")
    both(root, "cost: Miễn phí", "cost: Miễn phí\npicture: desk")
    assert {problem for _, _, problem in problems(root)} == ({"picture-unusable"} if wrong else set())


def test_a_long_sentence_on_the_list_is_let_through(root: Path) -> None:
    edit(root, "guides/vi/one.md", "Hôm sau quay lại.", LONG)
    (root / "long_sentences.yaml").write_text("vi/one:\n  - Một hai ba  # tên riêng dài\n", "utf-8")
    assert problems(root) == []


def test_a_screen_is_counted_as_the_strictest_channel_counts(root: Path) -> None:
    smile = "😀" * 480  # two UTF-16 units each: 500 characters fit, the screen does not
    both(root, "Đủ thì đi.", smile)
    both(root, "> helper: Hỏi giờ trước.", f"> helper: {smile}")
    assert {problem for _, _, problem in problems(root)} == {"screen-too-long", "text-too-long"}
    assert utf16_units("😀ạ") == 3
    assert SCREEN_UNITS == 1900


@pytest.mark.parametrize(
    "sentence",
    [
        "Bác gửi mã OTP cho mình nhé.",
        "Đọc mật khẩu cho người giúp.",
        "Nhắn số căn cước vào đây.",
        "Bác chụp rồi gửi ảnh căn cước cho tổ.",
        "Please send us the OTP.",
        "Tell the helper your password.",
        "Share your ID number here.",
    ],
)
def test_a_request_for_a_secret_is_found(sentence: str) -> None:
    assert asks_for_secret(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Bác tự gõ mã vào ứng dụng, không đọc mã OTP cho ai.",
        "Đừng gửi mật khẩu cho ai.",
        "Ứng dụng gửi mã OTP về máy của bác.",
        "Bác đưa thẻ cho cán bộ xem.",
        "Never tell anyone your password.",
        "The app sends an OTP to your phone.",
        "Type the password yourself.",
    ],
)
def test_a_warning_is_not_a_request(sentence: str) -> None:
    assert not asks_for_secret(sentence)


def test_sentences_words_and_links() -> None:
    assert list(sentences("Một hai. Ba bốn?\n- Năm – sáu\n\nbảy!")) == ["Một hai.", "Ba bốn?", "Năm – sáu", "bảy!"]
    assert word_count("Năm – sáu 7.000 đồng") == 4
    assert links("Gõ dichvucong.gov.vn, hoặc https://a.example/x.") == ["dichvucong.gov.vn", "https://a.example/x"]
    assert sounds_certain("Gọi 156 nhé. Thường nhanh.", "156")
    assert not sounds_certain("Thường gọi 156 nhé. Số 1560 khác.", "156")


def test_what_a_reader_may_open() -> None:
    allowed = Allowed.read(CONTENT)
    assert allowed.for_reader("dichvucong.gov.vn") and allowed.for_reader("https://www.bocongan.gov.vn/x")
    assert not allowed.for_reader("https://cafef.vn/x") and allowed.for_source("https://cafef.vn/x")
    assert not allowed.for_reader("https://gov.vn.example.com") and not allowed.for_reader("fakegov.vn")
    shown = {link for locale in ("vi", "en") for guide in Library.load().every(locale) for _, t in texts(guide)
             for link in links(t)}  # fmt: skip
    assert "dichvucong.gov.vn" in shown and all(map(allowed.for_reader, shown))
