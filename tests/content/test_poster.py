"""Posters: whatever a phone would read off the picture or the print is the address, and every word of a title fits."""

import io

import cv2
import numpy
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from content.library import Library
from content.poster import LONGEST, Poster, pdf, png
from content.sheets import HEIGHT, WIDTH, Sheets
from content.words import LANGUAGES, words

DOORS = ("https://t.me/mot_cai_ten_bot_rat_dai_cua_xa_bot?start={}", "http://127.0.0.1:8080/?start={}", "https://x.vn/?start={}")
TITLES = {(language, guide.id): guide.title for language in LANGUAGES for guide in Library.load().guides(language)}
LONG = "Xác nhận tình trạng hôn nhân và đăng ký thường trú cho người ở xa quê nhiều năm"


def made(language: str, title: str, address: str, lead: str = "") -> Poster:
    return Poster(title, lead or words(language).say("poster.guide.lead"), address, words(language))


def scanned(picture: numpy.ndarray) -> str:
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
    return text


def seen(png_: bytes) -> numpy.ndarray:
    return numpy.array(Image.open(io.BytesIO(png_)).convert("L"))


def printed(pdf_: bytes, scale: float = 2.0) -> numpy.ndarray:
    document = pypdfium2.PdfDocument(pdf_)
    picture = document[0].render(scale=scale, grayscale=True).to_numpy()
    document.close()
    return picture


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("title", ["VNeID", TITLES["vi", "vneid-level2"], LONG])
def test_a_poster_is_read_back(language: str, door: str, title: str) -> None:
    address = door.format("g-vneid-forgot-passcode")
    lead = words(language).say("poster.hamlet.lead", hamlet="Tổ dân phố Mười Hai, phường Mẫu Trung")
    poster = made(language, title, address, lead)
    picture, page = png(poster), pdf(poster)
    assert scanned(seen(picture)) == scanned(printed(page)) == address
    small = cv2.resize(seen(picture), None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)
    middle = (small.shape[1] / 2, small.shape[0] / 2)
    turned = cv2.warpAffine(small, cv2.getRotationMatrix2D(middle, 15, 1), (small.shape[1], small.shape[0]), borderValue=255)
    assert [found.text for found in zxingcpp.read_barcodes(turned)] == [address], "a small picture held askew"
    assert len(picture) < 120_000 and len(page) < 120_000
    with Image.open(io.BytesIO(picture)) as opened:
        assert opened.size == (1240, 1754)


@pytest.mark.parametrize("key", TITLES, ids="-".join)
def test_every_guides_title_fits(key: tuple[str, str]) -> None:
    assert pdf(made(key[0], TITLES[key], f"https://t.me/x_bot?start=g-{key[1]}")).startswith(b"%PDF")


def test_the_print_is_one_a4_page_whose_words_can_be_read() -> None:
    document = pypdfium2.PdfDocument(pdf(made("vi", "Làm định danh điện tử mức 2", "https://t.me/x_bot?start=g-a")))
    page = document[0]
    assert len(document) == 1 and [round(side) for side in page.get_size()] == [595, 842]
    text = page.get_textpage().get_text_bounded().replace("\r\n", " ")
    for words_ in ("Làm định danh điện tử mức 2", "t.me/x_bot?start=g-a", words("vi").say("poster.safe")):
        assert words_ in text
    assert document.get_metadata_value("Title") == "Làm định danh điện tử mức 2"
    document.close()


def test_an_address_that_no_camera_could_read_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        png(made("vi", "a", "https://x.vn/" + "a" * LONGEST))


def test_the_same_poster_is_the_same_file() -> None:
    poster = made("vi", "VNeID", "https://x.vn/?start=g-a")
    assert (png(poster), pdf(poster)) == (png(poster), pdf(poster))


def test_pages_turn_and_lie() -> None:
    sheets = Sheets("list", title="Danh sách", lying=True)
    for number in range(3):
        sheets.text(f"Trang {number + 1}", 60, 60, 40, 600, bold=True)
        sheets.rule(60, 120, 400)
        if number < 2:
            sheets.turn()
    document = pypdfium2.PdfDocument(sheets.finished())
    assert len(document) == 3 and document[2].get_size()[0] == pytest.approx(HEIGHT / 4 / 25.4 * 72)
    assert document[2].get_size()[1] == pytest.approx(WIDTH / 4 / 25.4 * 72)
    assert [page.get_textpage().get_text_bounded() for page in document] == ["Trang 1", "Trang 2", "Trang 3"]
    document.close()
