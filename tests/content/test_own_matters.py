"""What people ask of the bot itself is told from what they ask about papers and telephones."""

from itertools import chain
from pathlib import Path

import pytest
import yaml

from content.library import Library
from content.own_matters import meant, written_in
from content.phrasings import written_asks
from content.words import words
from handlers.catalogue import ACTIONS, DIALOGUES
from handlers.guides.searching import OWN

LISTED = yaml.safe_load(Path("content/own_matters.yaml").read_text("utf-8"))


@pytest.mark.parametrize(("said", "asks"), [
    ("chiều mai uỷ ban xã có tiếp dân hông con", "/hours"), ("cn nay mot cua co mo ko ad", "/hours"),
    ("Sáng thứ 7 phường có làm việc không vậy", "/hours"), ("trụ sở uỷ ban mới nằm chỗ nào vậy", "/hours"),
    ("what time does the commune office close", "/hours"),
    ("e là bot hay là người thật zậy", "/about"), ("cau giup duoc gi", "/about"), ("are you a real person", "/about"),
    ("xoá sạch mấy tin nhắn của bác trong này đi", "/erase"), ("huy het du lieu cua toi", "/erase"),
    ("please delete all my messages", "/erase"),
    ("bác không muốn nhận tin nhắc nữa đâu", "/quiet"), ("thoi dung nhan cho toi nua", "/quiet"),
    ("nhắc gì mà nhắc suốt vậy", "/quiet"), ("these reminders are annoying", "/quiet"),
    ("có mấy người gõ cửa bảo là tổ công nghệ số, biết thật hay giả", "/daycode"),
    ("to vien den nha lam sao kiem tra", "/daycode"),
    ("đến ngày lấy kết quả thì nhắc bác nhé", "/dossier"), ("nhac em ngay tra ho so voi", "/dossier"),
    ("mở lại bài lúc nãy cho bác", "/again"), ("lam tiep huong dan dang do", "/again"),
    ("can you speak english please", "/language:en"), ("chuyển sang tiếng Việt cho tôi", "/language:vi"),
])
def test_as_people_ask_it(said: str, asks: str) -> None:
    assert meant(said) == asks


@pytest.mark.parametrize("said", [
    "bao giờ xã làm đường bê tông", "xã thu tiền làm chữ ký số", "công an xã làm việc mấy giờ",
    "mai xã làm căn cước lưu động ở thôn",
    "xóa tài khoản vneid của tôi", "hủy hồ sơ đã nộp của tôi", "đừng gửi mã otp cho nó nữa", "không nhận được tin nhắn otp nữa",
    "nó nhắn đòi nợ hoài", "học tiếng anh ở đâu", "dịch giấy khai sinh sang tiếng anh",
    "công an giả đến nhà có thật không", "bạn tôi làm được định danh chưa", "sao không thấy nhắc ngày lấy hồ sơ",
    "ngân hàng mấy giờ mở cửa", "đổi địa chỉ trên thẻ ở đâu", "số điện thoại một cửa ở đâu có", "", "👍",
])
def test_other_matters_are_left_to_the_search(said: str) -> None:
    assert meant(said) == ""


def test_a_story_is_about_more_than_one_thing() -> None:
    assert meant("thứ bảy xã có làm việc không") == "/hours"
    assert meant("hôm trước tôi nộp giấy ở xã, cô ấy hẹn mà thứ bảy tôi mới rảnh, không biết thứ bảy xã có làm việc không") == ""


def test_of_all_that_people_ask_next_to_nothing_is_taken_from_the_search() -> None:
    """And what is taken are topics about this very thing."""
    own = {"hotline", "portal_after_merger", "team_what", "team_schedule", "team_admin", "smalltalk", "human_help"}
    asked = chain(written_asks(), (pair for guide in Library.load().guides("vi") for pair in guide.asks))
    taken = {(topic.partition("/")[0], said) for topic, said in asked if meant(said)}
    assert 10 < len(taken) < 60 and {topic for topic, _ in taken} <= own, sorted(taken)


def test_each_matter_leads_somewhere_and_has_words_for_its_button() -> None:
    leads = {each["asks"].removeprefix("/").partition(":")[0] for each in LISTED}
    assert leads <= {*DIALOGUES, *ACTIONS, "again"}
    assert {each["asks"] for each in LISTED} == set(OWN)
    assert all(words(language).has(phrase) for phrase in OWN.values() for language in ("vi", "en"))


def test_every_phrase_is_words() -> None:
    """A bare `true` or `no` would be none."""
    assert all(isinstance(phrase, str) for each in LISTED for group in (*each["all"], each.get("but", [])) for phrase in group)


@pytest.mark.parametrize(("said", "language"), [
    ("how do I get my password back", "en"), ("where is the office", "en"), ("my wife needs help with her card", "en"),
    ("làm sao vào vneid", "vi"), ("lam sao vao vneid", ""),
    ("toi can the do", ""), ("he thong bao loi", ""), ("ok", ""), ("", ""),
])
def test_the_language_somebody_writes_in(said: str, language: str) -> None:
    assert written_in(said) == language
