"""Two machines that answer each other come to rest; a person who types the same nonsense is told so, and can always go on."""

from dataclasses import replace

import pytest

from content.search import Action, Finding
from content.words import LANGUAGES, words
from handlers.repeating import MOST, TIMES, WITHIN
from handlers.talk import Incoming, Kind
from storage.database import Database
from tests.handlers.village import Village

NONSENSE = "blah blah blah"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_answer_is_given_a_few_times_then_said_to_rest_then_silence(database: Database, language: str) -> None:
    village = Village(database)
    village.comes("echo")
    village.say("echo", "english" if language == "en" else "tiếng việt")
    say = words(language).say
    answers = [village.say("echo", f"{NONSENSE} {number}") for number in range(TIMES)]
    assert len(set(answers)) == 1 and say("search.nothing").splitlines()[0].strip("# ") in answers[0]
    enough = village.say("echo", NONSENSE)
    assert say("trouble.repeats").splitlines()[0] in enough
    assert [village.say("echo", NONSENSE) for _ in range(20)] == [""] * 20


def test_whatever_means_something_is_answered_as_ever(database: Database) -> None:
    village = Village(database)
    village.comes("echo")
    village.say("echo", *[NONSENSE] * 20)
    village.press("echo", "Nhờ người giúp")
    assert [bool(village.say("echo", "menu")) for _ in range(20)] == [True] * 20


def test_a_while_later_it_is_answered_again(database: Database) -> None:
    village = Village(database)
    village.comes("echo")
    first = village.say("echo", NONSENSE)
    assert village.say("echo", *[NONSENSE] * 20) == ""
    village.later(seconds=WITHIN.total_seconds() + 1)
    assert village.say("echo", NONSENSE) == first


def test_the_way_it_is_told_to_rest_does_not_take_the_choices_away(database: Database) -> None:
    village = Village(database)
    village.comes("echo")
    enough = village.say("echo", *[NONSENSE] * (TIMES + 1)).splitlines()
    assert village.say("echo", *[NONSENSE] * 20) == ""
    for label in enough[-2:]:
        assert village.say("echo", label.lower()), f"{label}, typed after the silence"


def test_a_question_that_is_open_stays_open(database: Database) -> None:
    village = Village(database)
    village.joins("hoa", "volunteer")
    asked = village.say("hoa", "ghi lượt")
    refused = village.say("hoa", "blah")
    assert "Mình chưa thấy số hộ" in refused
    assert village.say("hoa", *["blah"] * 20) == ""
    assert asked.splitlines()[0] in village.say("hoa", "tiếp tục")


def test_others_are_not_meant(database: Database) -> None:
    village = Village(database)
    village.comes("echo")
    village.comes("citizen")
    village.say("echo", *[NONSENSE] * 20)
    assert village.say("citizen", NONSENSE)


def test_pictures_without_end_come_to_rest_as_well(database: Database) -> None:
    village = Village(database)
    village.comes("echo")
    told = []
    for _ in range(20):
        village.take("echo")
        village.post("echo", Incoming(Kind.STICKER, village.now))
        village.turn()
        told.append(village.told("echo"))
    assert [bool(each) for each in told] == [True] * (TIMES + 1) + [False] * (19 - TIMES)


FOUND = ("vneid_forgot_password", "proc_birth", "vneid_lock", "esign_what", "fee_receipt", "health_missing", "bank_open",
         "dossier_overdue", "cashless_pay", "proc_marital")
MUTTERED = (
    "lạ quá", "trời ơi", "nó cứ thế", "bực mình ghê", "cái gì đây", "xem nào", "thế là sao", "khổ ghê", "lại rồi", "ơ kìa",
    "quái lạ", "làm ăn gì", "chịu thật", "gì vậy trời", "lằng nhằng", "rối rắm", "sao thế", "ôi chao", "thôi xong", "hết cách")


def test_other_questions_get_other_answers_however_many(database: Database) -> None:
    village = Village(database)
    village.mind = replace(village.mind, find=lambda text: Finding(text, Action.open, (text,), 1.0))
    village.comes("asker")
    answers = [village.say("asker", topic) for topic in FOUND]
    titles = {answer.splitlines()[2] for answer in answers}
    assert len(titles) == len(FOUND), "each question its own guide"
    assert [answer.splitlines()[0] for answer in answers] == ["Có phải bác hỏi việc này?"] * len(FOUND)


def test_whoever_cries_for_help_in_other_words_is_answered(database: Database) -> None:
    village = Village(database)
    village.mind = replace(village.mind, find=lambda text: Finding(text, Action.urgent, ("scam_lost_money",), 1.0))
    village.comes("scared")
    answers = [village.say("scared", each) for each in MUTTERED]
    assert all(answer.startswith("🚨") for answer in answers) and len(answers) == MOST
    enough = village.say("scared", "cứu với")
    assert "Lỡ bị lừa" in enough and "Nhờ người giúp" in enough, "what the card offered is still there"
    assert village.say("scared", "ai đó ơi") == ""


def test_other_words_after_the_silence_are_answered_again(database: Database) -> None:
    village = Village(database)
    village.comes("citizen")
    first = village.say("citizen", "blah")
    assert village.say("citizen", *["blah"] * 20) == ""
    assert village.say("citizen", "mình muốn hỏi chuyện khác") == first
    assert village.say("citizen", "blah") == ""
