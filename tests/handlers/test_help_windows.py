"""Helping where a channel closes a while after somebody's last word: another of their chats is found, or it is said honestly."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from handlers.talk import Incoming
from storage import mail, zalo
from storage.database import Database
from storage.models import Chat, HelpRequest, Outbox, table
from storage.teams import people
from storage.zalo import FREE, PAID
from tests.handlers.village import Village

OA, OTHER = "zalo-oa:main", "telegram:main"
chat, outbox = table(Chat), table(Outbox)


class TwoChannels(Village):
    """Chats whose names begin with t are on Telegram, all others on an Official Account."""

    def post(self, name: str, incoming: Incoming) -> None:
        with self.database.write() as tx, time_machine.travel(self.now, tick=False):
            letter = mail.Letter(f"{name}{self.now.timestamp()}{incoming.text}{incoming.data}", name, incoming.pack())
            mail.receive(tx, self.on(name), [letter], self.now, {})

    @staticmethod
    def on(name: str) -> str:
        return OTHER if name.startswith("t") else OA

    def heard(self, **hours: float) -> None:
        """So many hours ago they wrote last."""
        with self.database.write() as tx:
            for name, ago in hours.items():
                tx.execute(update(chat).where(chat.c.ref == name).values(heard_at=self.now - timedelta(hours=ago)))

    def outbox(self, name: str) -> int:
        with self.database.read() as tx:
            return len(tx.execute(select(outbox.c.id).where(outbox.c.chat_id == self.chat(name))).all())

    def also(self, name: str, other: str) -> None:
        """Somebody has a second chat."""
        with self.database.write() as tx:
            person = tx.scalar(select(chat.c.person_id).where(chat.c.ref == name))
        self.comes(other, person, self.on(other))

    def seats(self) -> tuple[int, int | None]:
        with self.database.read() as tx:
            row = tx.execute(select(table(HelpRequest).c.chat_id, table(HelpRequest).c.helper_chat_id)).one()
        return row.chat_id, row.helper_chat_id


@pytest.fixture
def village(database: Database) -> TwoChannels:
    made = TwoChannels(database, accounts=(OA, OTHER))
    made.mind = replace(made.mind, limits={**made.mind.limits, OA: replace(made.mind.limits[OA], proactive=FREE)})
    made.joins("an", "volunteer", "Chị An", OA)
    made.comes("dan", made_person(made), OA)
    return made


def made_person(village: TwoChannels) -> int:
    """Somebody who joined, and serves nowhere."""
    with village.database.write() as tx:
        return int(people.add_person(tx, "Bác Dân", "vi", village.now))


def ask(village: TwoChannels, name: str = "dan") -> str:
    return village.say(name, "nhờ người giúp", "không giữ", "quên mật khẩu")


def test_where_nobody_can_be_told_it_is_said_at_once(village: TwoChannels) -> None:
    village.heard(an=49)
    assert "chưa có ai trực" in ask(village)
    assert not village.outbox("an") and village.requests() == ["open"]
    village.say("an", "menu")
    village.later(minutes=1)
    assert "Có người nhờ giúp" in village.told("an"), "whoever writes again is asked"


def test_a_leader_who_can_be_told_is(village: TwoChannels) -> None:
    village.joins("tchi", "leader", "Bác Chi", OTHER)
    village.heard(an=49, tchi=500)
    said = ask(village)
    assert "muộn nhất" in said and "có người nhờ giúp" in village.told("tchi").lower() and not village.outbox("an")


@pytest.mark.parametrize(("hours", "window", "asked"), [
    (47, FREE, "an"), (49, FREE, "tan"), (49, PAID, "an"), (169, PAID, "tan")])
def test_another_chat_of_theirs_is_found(village: TwoChannels, hours: int, window: timedelta, asked: str) -> None:
    limits = {**village.mind.limits, OA: replace(village.mind.limits[OA], proactive=window)}
    village.mind = replace(village.mind, limits=limits)
    village.also("an", "tan")
    village.heard(an=hours, tan=hours + 50)
    ask(village)
    other = "tan" if asked == "an" else "an"
    assert village.outbox(asked) == 1 and village.outbox(other) == 0
    assert "Anh/chị đã nhận" in village.press(asked, "tôi nhận giúp")
    village.say(asked, "Em chào bác")
    assert "Em chào bác" in village.told("dan")
    village.say("dan", "cảm ơn nhé")
    assert "cảm ơn nhé" in village.told(asked)


def test_an_account_in_trouble_is_left_for_another_and_waited_for_where_there_is_none(village: TwoChannels) -> None:
    with village.database.write() as tx:
        zalo.stand(tx, OA, zalo.LOGIN, "-14014", village.now)
    village.also("an", "tan")
    village.heard(an=1, tan=90)
    ask(village)
    assert village.outbox("tan") == 1 and village.outbox("an") == 0
    village.press("tan", "tôi nhận giúp")
    assert "nhận giúp bác rồi" in village.told("dan"), "it stands in the outbox until somebody signs in"


def test_the_talk_goes_on_where_whoever_asked_can_be_told(village: TwoChannels) -> None:
    village.also("dan", "tdan")
    ask(village)
    village.heard(dan=49, tdan=90)
    before = village.outbox("dan")
    village.press("an", "tôi nhận giúp")
    assert "nhận giúp bác rồi" in village.told("tdan") and village.outbox("dan") == before
    assert village.seats()[0] == village.chat("tdan")
    assert village.say("tdan", "em vướng ở bước chụp ảnh") == "", "what they type there goes to the helper"
    assert "em vướng ở bước chụp ảnh" in village.told("an")
    close = village.button("tdan", "xong rồi, kết thúc")
    assert "Cảm ơn bác" in village.tell_press("dan", close) and village.requests() == ["closed"], "also from their other chat"


def test_whoever_goes_on_in_another_chat_takes_the_talk_along(village: TwoChannels) -> None:
    village.also("an", "tan")
    ask(village)
    village.press("an", "tôi nhận giúp")
    village.say("dan", "alo")
    number = village.button("an", "xong").partition(":")[2]
    assert "đang nói chuyện" in village.tell_press("tan", f"/talkon:{number}")
    village.say("tan", "Em đây bác")
    assert "Em đây bác" in village.told("dan") and village.seats()[1] == village.chat("tan")
    stranger = village.tell_press("nguoi-la", f"/talkon:{number}")
    assert "khép lại" in stranger and village.seats()[1] == village.chat("tan")


def test_a_helper_is_told_that_nothing_arrives(village: TwoChannels) -> None:
    ask(village)
    village.press("an", "tôi nhận giúp")
    village.heard(dan=49)
    before = village.outbox("dan")
    assert "Câu này chưa chuyển được" in village.say("an", "Bác còn ở đó không ạ")
    assert village.outbox("dan") == before and village.requests() == ["accepted"], "and it does not count as an answer"
    village.say("dan", "tôi đây")
    assert "tôi đây" in village.told("an")
    assert village.say("an", "Dạ vâng") == "" and "Dạ vâng" in village.told("dan")


def test_accepting_for_somebody_who_cannot_be_told_says_so(village: TwoChannels) -> None:
    ask(village)
    village.heard(dan=49)
    said = village.press("an", "tôi nhận giúp")
    assert "Anh/chị đã nhận" in said and "chưa nhận được tin" in said


def test_a_helper_who_fell_silent_is_followed_by_another(village: TwoChannels) -> None:
    village.joins("binh", "volunteer", "Anh Bình", OA)
    ask(village)
    village.press("an", "tôi nhận giúp")
    village.heard(an=49, binh=1)
    assert "tìm người khác" in village.say("dan", "alo")
    village.later(minutes=1)
    assert "nhờ người khác" in village.told("dan") and "Có người nhờ giúp" in village.told("binh")
    assert village.requests() == ["offered"]


def test_an_agreed_visit_stands_though_the_helper_cannot_be_told(village: TwoChannels) -> None:
    ask(village)
    village.press("an", "tôi nhận giúp")
    village.press("an", "hẹn đến nhà")
    village.say("an", "thứ 7")
    village.press("an", "đúng")
    village.press("an", "chiều")
    village.say("an", "hộ 12")
    assert village.requests() == ["agreed"]
    village.press("dan", "nói chuyện tiếp")
    village.heard(an=49)
    assert "lịch hẹn vẫn giữ" in village.say("dan", "mai mấy giờ")
    village.later(minutes=1)
    assert village.requests() == ["agreed"]


def test_what_the_clock_has_to_say_goes_where_it_can(village: TwoChannels) -> None:
    village.joins("tchi", "leader", "Bác Chi", OTHER)
    ask(village)
    village.heard(dan=49, an=1)
    before = village.outbox("dan")
    village.later(hours=6, minutes=5)
    assert "Đến giờ hẹn" not in village.told("dan") and village.outbox("dan") == before
    assert "thôn thử" in village.told("tchi").lower() and village.requests() == ["escalated"]
