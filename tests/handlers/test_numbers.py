"""What a typed number means: the list that was shown last, and a number only where a number is asked for."""

import pytest
from sqlalchemy import select, update

from content.vietnam_time import instant
from handlers import heard
from handlers.talk import Choice, Message
from storage import mail
from storage.database import Database
from storage.models import Chat, Reminder, table
from tests.bot.test_reminding import DAY, begin, tick

LIST = [Choice("Xong", "1:k:a"), Choice("Vắng", "1:k:b"), Choice("Từ chối", "1:k:c"), Choice("Quay lại", "1:k:<", quiet=True),
        Choice("Trang chủ", "/menu", quiet=True)]
HOUSES = [Choice("Hộ 13 · gần cầu", "1:household:13", worded=True), *LIST[3:]]


def shown(choices: list[Choice]) -> list[list[str]]:
    return [choice.shown() for choice in choices]


@pytest.mark.parametrize(("typed", "data"), [
    ("1", "1:k:a"), (" 2. ", "1:k:b"), ("số 3", "1:k:c"), ("３", "1:k:c"), ("2️⃣", "1:k:b"), ("0", "1:k:<"), ("4", None),
    ("9", None), ("-1", None), ("1 2", None), ("123", None)])
def test_a_number_is_a_line_of_the_list(typed: str, data: str | None) -> None:
    assert heard.choice(typed, shown(LIST)) == data


TYPED = ["1", "1.", "1)", "số 1", "chọn 1", "Chon so 1", "câu 1", "bấm số 1", "1 nhé", "1 ạ", "1 em ơi", "số một", "chọn một",
         "cái thứ nhất", "１", "1️⃣"]
TENTH = [Choice(f"Việc {letter}", f"1:k:{letter}") for letter in "abcdefghij"]


@pytest.mark.parametrize("typed", TYPED)
def test_a_number_is_heard_however_it_is_asked_for(typed: str) -> None:
    assert heard.choice(typed, shown(LIST)) == "1:k:a"


@pytest.mark.parametrize(("typed", "data"), [
    ("một", "a"), ("Hai", "b"), ("ba nhé", "c"), ("bốn ạ", "d"), ("tư", "d"), ("năm", "e"), ("sáu", "f"), ("mười", "j"),
    ("mot", "a"), ("sau", None), ("nam", None), ("tạm", None), ("không", None), ("hai hộ", None), ("ba tôi", None),
    ("năm 2026", None), ("thứ hai", None), ("mức 2", None), ("hai mươi", None), ("số sau", "f"), ("chọn năm", "e")])
def test_a_number_in_words_where_nothing_else_is_meant(typed: str, data: str | None) -> None:
    assert heard.choice(typed, shown(TENTH), spoken=True) == (data and f"1:k:{data}")


def test_words_of_a_number_are_words_where_words_are_asked_for() -> None:
    assert heard.choice("hai", shown(LIST)) is None and heard.choice("hai", shown(HOUSES), numbers=False, spoken=True) is None
    assert heard.choice("Ba", shown([*LIST, Choice("Ba", "1:k:dad")]), spoken=True) == "1:k:dad"


@pytest.mark.parametrize(("typed", "data"), [("1", None), ("13", None), ("0", "1:k:<"), ("hộ 13", "1:household:13")])
def test_where_a_number_is_asked_for_only_words_and_nought_choose(typed: str, data: str | None) -> None:
    assert heard.choice(typed, shown(HOUSES), numbers=False) == data


def test_nought_never_stops_reminders() -> None:
    offered = [["/guide:x", "Làm tiếp"], ["/quiet:x", "Thôi nhắc việc này", "q"], ["/quiet", "Thôi nhắc", "q"]]
    assert heard.choice("0", offered) is None


def test_choices_outlive_the_outbox() -> None:
    message = Message(text="Hộ số mấy?", choices=(*HOUSES, *LIST))
    assert Message.unpack(message.pack()) == message


def test_a_list_below_another_does_not_shift_its_numbers(database: Database) -> None:
    """Somebody is asked for help while they log a visit: 3 is no longer a line of anything, and nothing is guessed."""
    with database.write() as tx:
        begin(tx)
        tx.execute(update(table(Chat)).values(shown=shown(LIST)))
        mail.add_shown(tx, 1, shown([Choice("Tôi nhận giúp", "/accept:1"), Choice("Chuyển người khác", "/passon:1")]))
        now = tx.scalar(select(table(Chat).c.shown))
    assert [heard.choice(typed, now) for typed in ("1", "2", "3")] == ["/accept:1", "/passon:1", None]
    assert heard.choice("từ chối", now) == "1:k:c"


def test_after_a_reminder_a_number_is_one_of_its_choices(database: Database) -> None:
    with database.write() as tx:
        begin(tx)
        tx.execute(update(table(Chat)).values(shown=shown(LIST)))
        tx.execute(update(table(Reminder)).values(due_at=instant(DAY, 0)))
    tick(database, instant(DAY, 9))
    with database.read() as tx:
        now = tx.scalar(select(table(Chat).c.shown))
    assert heard.choice("1", now) == now[0][0] != "1:k:a" and heard.choice("vắng", now) == "1:k:b"
