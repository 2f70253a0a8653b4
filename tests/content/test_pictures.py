"""Every guide's picture: there in both languages, legible on a small phone, small on the wire, and honest."""

import io
import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageFont

from content import lettering, typefaces
from content.guide import Guide
from content.library import Library
from content.pen import GROUND, PAPER, Pen, SketchError, signs
from content.pictures import png
from content.sketch import MARGIN, TALLEST, WIDTH, read, svg
from content.words import LANGUAGES

ROOT = Path(__file__).parents[2] / "content"
LARGEST = 60_000
SMALLEST_LETTERS = 26
"""Of 720: on a cheap phone a picture is about 340 points wide, which makes this 12 points."""
GUIDES = [guide for language in LANGUAGES for guide in Library.load().guides(language)]
TEXT = "{http://www.w3.org/2000/svg}text"


def named(guide: Guide) -> str:
    return f"{guide.locale}-{guide.id}"


@pytest.mark.parametrize("guide", GUIDES, ids=named)
def test_every_guide_has_a_picture_that_can_be_read(guide: Guide) -> None:
    drawing = Library.load().drawing(guide)
    assert drawing is not None, f"content/pictures/{guide.id}.yaml is missing"
    assert len(drawing.alt) > 20 and len(drawing.title) > 5
    texts = list(ElementTree.fromstring(svg(drawing)).iter(TEXT))
    assert len(texts) >= 3
    for text in texts:
        size, at = float(text.get("font-size", 0)), float(text.get("x", 0))
        bold = text.get("font-weight") == "700"
        file = typefaces.typefaces()[700 if bold else 500]
        width = ImageFont.truetype(file, 200).getlength(text.text or "") * size / 200
        left = at - width / 2 if text.get("text-anchor") == "middle" else at
        assert size >= SMALLEST_LETTERS and left >= MARGIN - 1 and left + width <= WIDTH - MARGIN + 1, text.text


@pytest.mark.parametrize("guide", GUIDES, ids=named)
def test_every_picture_is_small_and_whole(guide: Guide) -> None:
    drawing = Library.load().drawing(guide)
    assert drawing
    picture = png(drawing)
    assert len(picture) < LARGEST
    with Image.open(io.BytesIO(picture)) as opened:
        seen = opened.convert("RGB")
    assert seen.width == WIDTH and 400 < seen.height <= TALLEST
    colours = {colour for _, colour in seen.getcolors(1 << 20) or ()}
    for wanted in (GROUND, PAPER):
        assert tuple(bytes.fromhex(wanted[1:])) in colours


def test_what_a_picture_states_its_guide_states_too() -> None:
    for guide in GUIDES:
        drawing = Library.load().drawing(guide)
        assert drawing and set(drawing.facts) <= set(guide.facts), guide.id


def test_pictures_hold_no_numbers_that_age_and_none_is_left_over() -> None:
    names = {guide.picture or guide.id for guide in GUIDES}
    for file in (ROOT / "pictures").glob("*.yaml"):
        assert file.stem in names, f"no published guide shows {file.name}"
        text = re.sub(r"14 tuổi|under 14", "", file.read_text("utf-8"))
        assert not re.search(r"\d{2,}|\d+ ?(đồng|ngày|days)", text), file.name


def test_two_rings_never_touch() -> None:
    for guide in GUIDES:
        drawing = Library.load().drawing(guide)
        assert drawing
        ringed = [bool(item.get("look")) or bool(item.get("press")) for item in drawing.items]
        assert not any(one and other for one, other in pairwise(ringed)), guide.id


def test_letters_are_measured_as_others_measure_them() -> None:
    for weight, file in typefaces.typefaces().items():
        other = ImageFont.truetype(file, 1000)
        for text in ("Làm định danh điện tử mức 2", "“Nguyễn” – đường ngõ, ỡ Ỹ 0123 ₫", "i", "W"):
            assert lettering.letters(weight).width(text, 1000) == pytest.approx(other.getlength(text), rel=0.002)
    every = set("aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵfjwz"
                "0123456789.,:;?!()/“”–•₫%+-")
    for weight in typefaces.NAMES:
        assert {letter for low in every for letter in (low, low.upper())} - lettering.letters(weight).widths.keys() == set()


def test_words_that_do_not_fit_are_refused_not_cut() -> None:
    pen = Pen("x", WIDTH)
    with pytest.raises(SketchError, match="do not fit"):
        pen.text("nghiêng" * 20, 0, 0, 30, 400)
    with pytest.raises(SketchError, match="do not fit"):
        pen.text("chữ " * 40, 0, 0, 30, 400, most=2)
    with pytest.raises(SketchError, match="the font has no"):
        pen.text("漢", 0, 0, 30, 400)
    with pytest.raises(SketchError, match="no sign"):
        pen.icon("nothing", 0, 0, 9)
    tall = {"title": "a", "alt": "b", "scene": [{"step": "một", "icon": "card"}] * 9}
    with pytest.raises(SketchError, match="too tall"):
        svg(read("x", tall, "vi"))


def test_lines_are_evened_out() -> None:
    letters = lettering.letters(typefaces.BOLD)
    assert letters.lines("Mang ba thứ đến công an xã", 46, 640) == ["Mang ba thứ đến công an", "xã"]
    assert letters.even("Mang ba thứ đến công an xã", 46, 640) == ["Mang ba thứ", "đến công an xã"]


def test_every_sign_is_used_in_its_field() -> None:
    assert len(signs()) > 40
    for name, drawn in signs().items():
        assert ElementTree.fromstring(f"<g>{drawn}</g>") is not None, name
