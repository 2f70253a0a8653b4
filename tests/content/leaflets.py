"""A small library in a folder, to be broken one way at a time."""

import shutil
from pathlib import Path

CONTENT = Path(__file__).parents[2] / "content"

FACTS = """\
office-hours:
  value: {vi: 8 giờ, en: "8 o'clock"}
  source: Ủy ban nhân dân xã
  url: https://dichvucong.gov.vn
  dated: 2026-10-01
  checked_on: 2026-11-01
  confidence: B
  valid_until: 2026-12-31
old-hotline:
  value: 1900 0000
  source: Báo cũ
  dated: "2023"
  checked_on: 2026-11-01
  confidence: C
"""

FRONT = """\
---
revision: 3
subject: health
order: 10
audience: [citizen]
topics: [some_topic]
related: [other]
bring: [Thẻ căn cước]
cost: Miễn phí
time: Mười phút
sources:
  - name: Cổng Dịch vụ công
    url: https://dichvucong.gov.vn/p/home
    dated: 2026-10-01
    checked_on: 2026-11-01
reviewed: draft
reviewed_by: biên tập nội dung
reviewed_on: 2026-11-01
review_again_on: 2027-01-30
needs_person_check: Màn hình thật chưa có người xem.
published: true
cases:
  question: Nhà của ai?
  choices:
    - {id: own-home, label: Nhà mình}
    - {id: rented, label: Nhà thuê}
"""

BODY = """\
---
# Tên bài

Một đoạn tóm tắt
xuống dòng giữa câu.

## Đi đến xã <!-- go -->

Xã mở cửa lúc {fact:office-hours}.

- Mang thẻ.
- Mang máy.

Đủ thì đi.

> helper: Hỏi giờ trước.
> Nhắc mang thẻ.

### Xã đóng cửa <!-- closed -->

Hôm sau quay lại.

## Giấy nhà mình <!-- papers-own case=own-home -->

Mang giấy của nhà.

## Giấy thuê nhà <!-- papers-rented case=rented -->

Mang giấy thuê.

## Nộp <!-- submit -->

Đưa giấy tại quầy.

## Khi vẫn chưa được <!-- help -->

Hỏi tổ công nghệ số.
"""

ASKS = "asks:\n  some_topic:\n" + "".join(f"    - câu hỏi số {number}\n" for number in range(12))
VI = FRONT + ASKS + BODY
EN = FRONT + BODY


def small_library(root: Path) -> Path:
    """Two guides in two languages under `root`, which every check passes."""
    for name in ("allowed_links.yaml", "long_sentences.yaml"):
        shutil.copy(CONTENT / name, root / name)
    (root / "facts.yaml").write_text(FACTS, "utf-8")
    for locale, text in (("vi", VI), ("en", EN)):
        folder = root / "guides" / locale
        folder.mkdir(parents=True)
        (folder / "one.md").write_text(text, "utf-8")
        (folder / "other.md").write_text(text.replace("related: [other]", "related: [one]"), "utf-8")
    return root


def edit(root: Path, file: str, old: str, new: str) -> None:
    """Replaces `old` in one file; `old` must be there exactly once or the sample is not what the test thinks."""
    path = root / file
    text = path.read_text("utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    path.write_text(text.replace(old, new), "utf-8")


def both(root: Path, old: str, new: str, guide: str = "one") -> None:
    """The same edit in both languages."""
    for locale in ("vi", "en"):
        edit(root, f"guides/{locale}/{guide}.md", old, new)
