"""The library reads the real guides, finds them, and names file and line when one is broken."""

import time
import unicodedata
from datetime import date
from pathlib import Path

import pytest

from content.library import GuideError, Library
from tests.content.leaflets import CONTENT, edit, small_library


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_library(tmp_path)


def test_the_packaged_guides_load_in_both_languages_in_order() -> None:
    library = Library.load()
    vi, en = library.guides("vi"), library.guides("en")
    assert [guide.id for guide in vi] == [guide.id for guide in en]
    assert [guide.order for guide in vi] == sorted(guide.order for guide in vi)
    assert {guide.locale for guide in vi} == {"vi"} and {guide.locale for guide in en} == {"en"}
    assert Library.load() is library


def test_the_level_2_guide_reads_as_written() -> None:
    guide = Library.load().guide("vneid-level2", "vi")
    assert guide is not None
    assert [step.id for step in guide.steps] == ["check", "go", "form", "biometrics", "wait", "activate"]
    assert [trouble.id for trouble in guide.steps[0].troubles] == ["no-card", "borrowed-sim", "level3", "no-smartphone"]
    assert guide.steps[1].helper is not None
    assert "tổ công nghệ số" in guide.where
    assert "1900 0368" in guide.steps[4].troubles[0].text
    assert "{fact:" not in str(guide)
    assert len([ask for ask in Library.load().asks() if ask[0] == "vneid_level2"]) >= 12


def test_every_text_is_composed_unicode() -> None:
    for locale in Library.load().locales:
        for guide in Library.load().every(locale):
            assert unicodedata.is_normalized("NFC", str(guide))


def test_sixty_files_load_quickly(tmp_path: Path) -> None:
    small_library(tmp_path)
    sample = (CONTENT / "guides" / "vi" / "submit-dossier.md").read_text("utf-8")  # the longest one
    (tmp_path / "facts.yaml").write_text((CONTENT / "facts.yaml").read_text("utf-8"), "utf-8")
    for locale in ("vi", "en"):
        for path in (tmp_path / "guides" / locale).iterdir():
            path.unlink()
        for number in range(30):
            (tmp_path / "guides" / locale / f"guide-{number}.md").write_text(sample, "utf-8")
    times = []
    for _ in range(3):
        start = time.process_time()  # what the loader itself uses: the machine may be busy with other things
        assert len(Library.read(tmp_path).guides("vi")) == 30
        times.append(time.process_time() - start)
    assert min(times) < 0.150, times


def test_a_topic_finds_its_guide_and_a_missing_language_falls_back(root: Path) -> None:
    (root / "guides" / "en" / "one.md").unlink()
    library = Library.read(root)
    found = library.for_topic("some_topic", "en")
    assert found is not None and (found.id, found.locale) == ("one", "vi")
    assert [(guide.id, guide.locale) for guide in library.guides("en")] == [("one", "vi"), ("other", "en")]
    tay = library.guide("other", "tyz")
    assert tay is not None and tay.locale == "vi"
    assert library.for_topic("no_such_topic", "vi") is None
    assert library.guide("no-such-guide", "vi") is None


def test_a_guide_that_is_not_published_stays_hidden(root: Path) -> None:
    edit(root, "guides/vi/one.md", "published: true", "published: false")
    library = Library.read(root)
    assert library.guide("one", "vi") is None and library.guide("one", "en") is None
    assert [guide.id for guide in library.guides("vi")] == ["other"]
    found = library.for_topic("some_topic", "vi")
    assert found is not None and found.id == "other"
    assert len(library.every("vi")) == 2
    assert len(list(library.asks())) == 12


def test_steps_for_a_case(root: Path) -> None:
    guide = Library.read(root).guide("one", "vi")
    assert guide is not None
    assert [step.id for step in guide.steps_for("own-home")] == ["go", "papers-own", "submit"]
    assert [step.id for step in guide.steps_for("rented")] == ["go", "papers-rented", "submit"]
    assert [step.id for step in guide.steps_for(None)] == ["go", "submit"]
    assert guide.case_question == "Nhà của ai?"
    assert [case.label for case in guide.cases] == ["Nhà mình", "Nhà thuê"]


def test_a_shipped_guide_asks_before_it_answers() -> None:
    guide = Library.load().guide("who-to-call", "vi")
    assert guide is not None and guide.case_question
    shown = {case.id: [step.id for step in guide.steps_for(case.id)] for case in guide.cases}
    assert shown["scam"] == ["call-scam", "note"]
    assert all(len(ids) == 2 for ids in shown.values())


def test_every_case_of_every_shipped_guide_leads_somewhere_of_its_own() -> None:
    for guide in Library.load().guides("vi"):
        for case in guide.cases:
            assert any(step.case == case.id for step in guide.steps), f"{guide.id}: {case.id}"


def test_lines_of_a_paragraph_are_joined_and_lists_keep_theirs(root: Path) -> None:
    guide = Library.read(root).guide("one", "en")
    assert guide is not None
    assert guide.summary == "Một đoạn tóm tắt xuống dòng giữa câu."
    assert guide.steps[0].text == "Xã mở cửa lúc 8 o'clock.\n- Mang thẻ.\n- Mang máy.\n\nĐủ thì đi."
    assert guide.steps[0].helper == "Hỏi giờ trước. Nhắc mang thẻ."
    assert guide.facts == ("office-hours",)


def test_overdue_begins_the_day_after(root: Path) -> None:
    library = Library.read(root)
    guide = library.guides("vi")[0]
    assert not library.overdue(guide, date(2027, 1, 30))
    assert library.overdue(guide, date(2027, 1, 31))


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("<!-- closed -->", "<!-- go -->", 59, "'go' is used twice"),
        ("<!-- submit -->", "<!-- help -->", 71, "'help' is used twice"),
        ("### Xã đóng cửa <!-- closed -->", "### Xã đóng cửa", 59, "needs an id"),
        ("<!-- submit -->", "<!-- Submit! -->", 71, "readable id"),
        ("{fact:office-hours}", "{fact:nobody-knows}", 49, "unknown fact 'nobody-knows'"),
        ("revision: 3", "revision: ba", 2, "'revision' must be a whole number"),
        ("order: 10", "order: 10\norder: 20", 5, "'order' is written twice"),
        ("cost: Miễn phí", "price: Miễn phí", 9, "unknown key 'price'"),
        ("review_again_on: 2027-01-30", "review_again_on: 2027-02-30", 19, "day is out of range"),
        ("reviewed_on: 2026-11-01", "reviewed_on: hôm qua", 18, "'reviewed_on' must be a day"),
        ("published: true", "published: có", 21, "'published' must be true or false"),
        ("topics: [some_topic]", "topics: {a: b}", 6, "'topics' must be a list"),
        ("  - name: Cổng Dịch vụ công\n", "  - title: Cổng Dịch vụ công\n", 11, "each entry of 'sources' needs"),
        ("    dated: 2026-10-01\n", "    dated:\n", 11, "each entry of 'sources' needs"),
        ("  some_topic:\n", "  another_topic:\n", 27, "'another_topic', which 'topics' does not name"),
        ("case=rented", "case=tent", 67, "the case 'tent' is not among 'cases'"),
        ("## Khi vẫn chưa được <!-- help -->", "## Khi vẫn chưa được <!-- elsewhere -->", 75, "last section"),
        ("# Tên bài\n", "Tên bài\n", 42, "title '# ...' must come first"),
        ("\nĐưa giấy tại quầy.\n", "\n", 71, "'Nộp' has no text"),
        ("Hôm sau quay lại.", "> helper: Hôm sau quay lại.", 61, "belongs under a step"),
        ("---\n# Tên bài", "# Tên bài", 1, "front matter"),
        ("cost: Miễn phí", "cost: !!python/object/apply:os.system [ls]", 9, "could not determine a constructor"),
        ("audience: [citizen]", "audience: [citizen", 6, "expected"),
    ],
)
def test_a_broken_guide_names_its_file_and_line(root: Path, old: str, new: str, line: int, words: str) -> None:
    edit(root, "guides/vi/one.md", old, new)
    with pytest.raises(GuideError) as caught:
        Library.read(root).guides("vi")
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"guides/vi/one.md:{line}: ")


def test_a_guide_without_sources_is_refused(root: Path) -> None:
    text = (root / "guides" / "vi" / "one.md").read_text("utf-8")
    start, end = text.index("sources:"), text.index("reviewed: draft")
    (root / "guides" / "vi" / "one.md").write_text(text[:start] + text[end:], "utf-8")
    with pytest.raises(GuideError, match="'sources' must list at least one entry"):
        Library.read(root).guides("vi")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("confidence: C", "confidence: U", 9, "confidence must be one of"),
        ("  source: Báo cũ\n", "", 9, "missing ['source']"),
        ("value: {vi: 8 giờ, en:", "value: {tyz: 8 giờ, en:", 1, "Vietnamese words are missing"),
        ("valid_until: 2026-12-31", "valid_until: cuối năm", 1, "not a day: ['valid_until']"),
        ("old-hotline:", "office-hours:", 9, "'office-hours' is written twice"),
        ("  dated: 2026-10-01\n", "  dated: 2026-10-01\n  mood: vui\n", 1, "unknown key ['mood']"),
    ],
)
def test_a_broken_fact_names_its_line(root: Path, old: str, new: str, line: int, words: str) -> None:
    edit(root, "facts.yaml", old, new)
    with pytest.raises(GuideError) as caught:
        Library.read(root).guides("vi")
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"facts.yaml:{line}: ")


def test_popular_procedures_ask_before_they_list_papers() -> None:
    """At least six ask which case it is, and what has a step of its own for a case is never told to another."""
    asking = [guide for guide in Library.load().guides("vi") if guide.id.startswith("proc-") and guide.cases]
    assert len(asking) >= 6, [guide.id for guide in asking]
    for guide in asking:
        assert guide.case_question and len(guide.cases) >= 2
        own = {step.case for step in guide.steps if step.case}
        assert own == {case.id for case in guide.cases}, guide.id
