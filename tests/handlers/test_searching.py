"""People ask in their own words in the chat: the urgent card first, two taps to a step, and never a dead end."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from content.search import Finder
from storage.database import Database
from tests.handlers.village import LIBRARY, Village


@pytest.fixture
def team(database: Database) -> Village:
    """A hamlet whose search is the real one."""
    village = Village(database)
    village.mind = replace(village.mind, find=Finder.load().find)
    village.comes("ba")
    village.joins("lan", "leader")
    return village


Says = Callable[[str], str]
CARD = "🚨 Bác làm ngay"


@pytest.fixture
def says(database: Database) -> Says:
    village = Village(database)
    village.mind = replace(village.mind, find=Finder.load().find)
    village.comes("ba")
    return lambda text: village.say("ba", text)


@pytest.mark.parametrize(("said", "guide"), [
    ("e lm mat dt roi vneid sao ad", "vneid-lost-phone"),
    ("vneid nha toi cu quay quay hoai", "vneid-down"),
    ("bac muon lam giay khai sinh cho chau noi", "proc-birth"),
    ("tui doi may moi chu vo vneid hong duoc", "vneid-new-phone"),
    ("cccd het han lam lai o dau", "proc-id-card"),
    ("xin giay doc than de cuoi vo", "proc-marital"),
    ("ho so nop hom truoc gio toi dau roi", "dossier-status"),
    ("quen mk vneid r lm s", "vneid-forgot-password"),
    ("cho hoi cach quet ma tra tien ngoai cho", "cashless"),
    ("lam muc 2 o dau vay con", "vneid-level2"),
    ("how do I get my password back", "vneid-forgot-password"),
])
def test_two_taps_to_the_first_step(says: Says, said: str, guide: str) -> None:
    title = LIBRARY.guide(guide, "vi").title  # type: ignore[union-attr]
    told = says(said)
    assert title in told and CARD not in told
    says(title)
    opened = says("1")
    assert "Bước 1/" in opened or "Trường hợp" in opened or "?" in opened, "a step, or which case it is"


@pytest.mark.parametrize("said", [
    "nó lấy hết tiền tôi rồi", "cuu toi voi bi lua roi", "e lỡ đọc mã cho nó r ad ơi", "tui bị hắn gạt mất tiền rồi",
    "bà tôi đang nghe điện thoại công an giả đòi chuyển tiền", "zalo tôi bị hack đang đi mượn tiền",
    "I was scammed and lost money", "có ai vừa vào vneid của tôi bằng máy khác", "cai app no gui xong may tu chay",
])
def test_harm_gets_the_emergency_card_first_and_a_person_next(says: Says, said: str) -> None:
    told = says(said)
    assert told.startswith(CARD)
    urgent = LIBRARY.guide("scam-urgent", "vi")
    assert urgent and 0 < told.index(urgent.title) < told.index("🙋 Nhờ người giúp")
    says(urgent.title)
    assert f"Bước 1/{len(urgent.steps)}" in says("1")


@pytest.mark.parametrize("said", [
    "gia vang hom nay", "bò nhà tôi bỏ ăn", "tối nay đá mấy giờ", "xin visa đi Nhật", "tôi đau lưng quá"])
def test_other_matters_name_who_can_help(says: Says, said: str) -> None:
    told = says(said)
    assert "bộ phận một cửa" in told and "tổ công nghệ số" in told and "🙋 Nhờ người giúp" in told
    assert CARD not in told


def test_nobody_is_sent_to_search_the_web(says: Says) -> None:
    for said in ("lam visa", "abc xyz", "giấy tờ của tôi", "tôi bị lừa rồi", "không phải"):
        told = says(said).lower()
        assert not [word for word in ("google", "tìm trên mạng", "tra mạng", "lên mạng tìm") if word in told]


@pytest.mark.parametrize("said", [
    "tôi già rồi không biết bấm", "toi gia roi khong biet bam", "già rồi mắt kém chữ nhỏ quá", "tui già yếu rồi", "tôi già rồi"])
def test_who_is_old_is_not_told_of_fraud(says: Says, said: str) -> None:
    """Without marks an old person (già rồi) and a false app (giả rồi) are the same two words."""
    assert CARD not in says(said)


@pytest.mark.parametrize("said", [
    "đăng ký kết hôn cần những gì", "mẹ tôi mất, khai tử ở đâu", "làm sổ đỏ ở đâu", "làm hộ chiếu online"])
def test_a_paper_without_a_guide_leads_to_how_any_paper_is_found(says: Says, said: str) -> None:
    told = says(said)
    assert LIBRARY.guide("dossier-find", "vi").title in told and CARD not in told  # type: ignore[union-attr]
    assert LIBRARY.guide("proc-marital", "vi").title not in told.splitlines()[:4]  # type: ignore[union-attr]


def test_the_price_of_rice_is_not_answered_with_a_guide(says: Says) -> None:
    for said in ("giá lúa hôm nay", "bò nhà tôi bỏ ăn", "tối nay đá mấy giờ"):
        assert LIBRARY.guide("dossier-find", "vi").title not in says(said)  # type: ignore[union-attr]


@pytest.mark.parametrize("said", [
    "thứ bảy một cửa có mở không", "ngày mai xã có làm việc không?", "chu nhat xa co lam viec khong"])
def test_whoever_asks_for_a_day_is_told_the_hours(says: Says, said: str) -> None:
    told = says(said)
    assert "giờ một cửa" in told and "🙋 Nhờ người giúp" in told, "where they are not known, a person is one tap away"


@pytest.mark.parametrize(("said", "offered"), [
    ("làm sổ đỏ ở đâu", "Tìm đúng thủ tục, chọn đúng cơ quan"),
    ("giấy tờ của tôi thì sao", "Bác đang hỏi việc nào?"),
    ("quên mật khẩu vneid rồi", "Quên mật khẩu VNeID"),
    ("có ai nói chuyện trực tiếp với tôi không", "🙋 Nhờ người giúp"),
])
def test_a_question_inside_a_guide_is_a_question(says: Says, said: str, offered: str) -> None:
    """Whoever reads a guide and asks something else is not told that nothing was understood, and finds the way back."""
    says("kích hoạt vneid như thế nào")
    says("1")
    says("1")
    told = says(said)
    assert offered in told and "Mình chưa hiểu" not in told
    assert "Bước 1/" in says("tiếp tục")


CRIES = ["mất tiền", "mat tien", "bị lừa", "bi lua roi", "lộ otp", "lo otp", "scammed"]


@pytest.mark.parametrize("said", CRIES)
def test_two_words_of_harm_win_where_they_are_no_answer(team: Village, said: str) -> None:
    """At a step, at a question with choices, and where a number or a code is asked for."""
    for opened in (("/guide:vneid-activate", "1"), ("/visit", "3"), ("/confirm",), ("/daycode",), ("/meeting",)):
        team.tell_press("lan", opened[0])
        before = team.say("lan", *opened[1:]) if opened[1:] else team.say("lan", "tiếp tục")
        told = team.say("lan", said)
        assert told.startswith(CARD) and "⚠️" not in told, opened
        assert team.press("lan", "Tiếp việc đang làm").splitlines()[0] == before.splitlines()[0], "nothing was lost"
        team.say("lan", "menu")


@pytest.mark.parametrize("said", ["mất máy", "mất sóng", "mất thẻ", "mất"])
def test_two_other_words_are_an_answer_that_went_wrong(team: Village, said: str) -> None:
    team.tell_press("lan", "/visit")
    team.say("lan", "3")
    told = team.say("lan", said)
    assert CARD not in told and "⚠️" in told


@pytest.mark.parametrize("said", CRIES)
def test_what_may_be_said_in_ones_own_words_is_never_taken_for_an_alarm(team: Village, said: str) -> None:
    """A note, a complaint, the words for whoever helps: what is written there is the answer."""
    for opened, answers, asked in (("/feedback", ("1", "1"), "Bác viết giúp mình"), ("/help", ("1",), "Bác đang vướng việc gì")):
        team.tell_press("ba", opened)
        assert team.say("ba", *answers).startswith(asked)
        assert CARD not in team.say("ba", said), opened
        team.say("ba", "menu")


# --- what the bot does itself, and what stands beside an answer ---------------------------------------------------------------


@pytest.mark.parametrize(("said", "button", "then"), [
    ("thu bay nay xa co lam khong chau", "🏢 Một cửa làm việc giờ nào", "giờ một cửa"),
    ("cậu là người hay máy", "Gõ Cửa là ai?", "trợ lý tự động"),
    ("xoa het thong tin cua bac di", "🗑 Xóa dữ liệu của tôi", "Xóa hết?"),
    ("sao cứ nhắc hoài phiền quá", "🔕 Đừng nhắc tôi nữa", "từ nay mình không tự nhắn nữa"),
    ("có người đứng trước cửa nói là tổ công nghệ, có đúng không", "🔎 Kiểm tra người đến nhà", "bốn chữ số"),
    ("nhắc bác ngày mùng 5 đi lấy kết quả nhé", "Theo dõi một hồ sơ", "Hồ sơ gì vậy"),
    ("do you speak english", "🌐 English", "From now on I speak English"),
])
def test_what_the_bot_does_itself_is_found_too(says: Says, said: str, button: str, then: str) -> None:
    told = says(said)
    assert button in told and told.count(button) == 1 and "Không phải những bài này" in told
    assert then in says(button)


def test_whoever_writes_in_the_other_language_is_shown_the_way_to_it(says: Says) -> None:
    assert "🌐 English" in says("how do I get my password back") and "🌐 English" in says("where is the nearest hospital")
    assert "🌐 English" not in says("quên mật khẩu vneid")
    says("english")
    assert "🌐 Tiếng Việt" in says("quên mật khẩu VNeID rồi") and "🌐 Tiếng Việt" not in says("how do I get my password back")


@pytest.mark.parametrize("said", ["quen mat khau", "quen mat khau lam sao", "quên mật khẩu rồi"])
def test_what_may_yet_be_meant_stands_beside_the_word_that_it_is_not_known(says: Says, said: str) -> None:
    told = says(said)
    assert "Quên mật khẩu VNeID" in told and "🙋 Nhờ người giúp" in told and "Có phải bác hỏi việc này" not in told


@pytest.mark.parametrize("said", ["gia vang hom nay", "bò nhà tôi bỏ ăn", "tối nay đá mấy giờ", "chao chau"])
def test_nothing_stands_beside_what_is_surely_none_of_ours(says: Says, said: str) -> None:
    titles = {guide.title for guide in LIBRARY.guides("vi")}
    assert not titles & set(says(said).splitlines())


@pytest.mark.parametrize(("said", "told"), [
    ("chào cháu nhé", "Mình nghe đây"), ("cảm ơn cháu nhiều nhé", "Dạ không có gì ạ"), ("chào bạn", "Mình nghe đây"),
    ("có ai nói chuyện trực tiếp với tôi không", "🙋 Nhờ"), ("chieu nay xa lam den may gio vay", "🏢 Một cửa làm việc giờ nào"),
])
def test_kind_words_inside_a_guide_are_answered_kindly_with_the_way_back(says: Says, said: str, told: str) -> None:
    says("làm định danh mức 2")
    says("1")
    step = says("1").splitlines()[0]
    answered = says(said)
    assert told in answered and "⚠️" not in answered and "Tiếp việc đang làm" in answered
    assert says("tiếp việc đang làm").splitlines()[0] == step


@pytest.mark.parametrize(("said", "told"), [
    ("quay lại đi cháu", "Bước 1/"), ("go back please", "Bước 1/"), ("cho bác quay lại với", "Bước 1/"),
    ("bấm nhầm rồi cháu ơi", "Bước 1/"),
    ("bac bam nham nut roi", "Bước 1/"), ("trang chủ nhé", "Bác muốn làm gì?"), ("Thoát ra giúp bác", "Mình giữ chỗ cho bác"),
    ("cho bác gặp người thật đi", "Giữ tên thôn cho lần sau?"),
    ("bác bị vướng rồi cháu ơi", "Bác vướng ở đâu?"), ("cảm ơn", "Dạ không có gì ạ"),
    ("nhờ người giúp bác với", "Giữ tên thôn cho lần sau?"),
])
def test_commands_and_buttons_inside_a_guide_may_be_said_kindly(team: Village, said: str, told: str) -> None:
    team.say("ba", "làm định danh mức 2", "1", "1", "xong")
    assert told in team.say("ba", said)


def test_kind_words_are_part_of_ones_own(team: Village) -> None:
    """A thank-you that was asked for is written down, not answered."""
    assert team.say("ba", "góp ý", "🌼 Cảm ơn", "không giữ").startswith("Bác viết giúp mình")
    assert "tổ trưởng trả lời bác" in team.say("ba", "cảm ơn")
    assert "Mình đã ghi lại" in team.say("ba", "có")


def test_whoever_was_shown_the_card_and_is_at_a_loss_is_shown_it_again(database: Database) -> None:
    village = Village(database)
    village.mind = replace(village.mind, find=Finder.load().find)
    village.comes("ba")
    alone = village.say("ba", "làm sao đây cháu ơi")
    assert CARD not in alone
    assert village.say("ba", "bac bi lua roi").startswith(CARD)
    for said in ("làm sao đây cháu ơi", "bac so qua", "huhu", "có lấy lại tiền được không"):
        assert village.say("ba", said).startswith(CARD), said
    assert village.say("ba", "đăng ký tạm trú ở đâu").startswith("Có phải bác hỏi việc này?"), "another matter is another matter"
    assert village.say("ba", "làm sao đây cháu ơi") == alone
    village.say("ba", "bac bi lua roi")
    assert CARD not in village.say("ba", "cảm ơn cháu nhiều")
    village.say("ba", "bac bi lua roi")
    village.later(minutes=11)
    assert village.say("ba", "làm sao đây cháu ơi") == alone, "what was vague then is vague again"
