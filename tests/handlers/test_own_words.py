"""Words that mean a button: each names one that is there, none means two of one question, none is a command."""

from collections import Counter

import pytest

from content.words import LANGUAGES, words
from handlers import heard


def test_every_button_that_words_stand_for_is_there() -> None:
    for language in LANGUAGES:
        assert [phrase for phrase in heard.answers() if not words(language).has(phrase)] == []


def test_no_words_mean_two_buttons_of_one_question() -> None:
    questions = Counter((phrase.rpartition(".")[0], said) for phrase, all_said in heard.answers().items() for said in all_said)
    assert [each for each, count in questions.items() if count > 1] == []


def test_no_words_are_a_command_for_then_they_would_never_count() -> None:
    assert {said for all_said in heard.answers().values() for said in all_said} & set(heard.commands()) == set()


@pytest.mark.parametrize("said, phrase", [
    ("Dạ rồi ạ", "guide.at_step.done"), ("xong rồi em ơi", "guide.at_step.done"), ("OK!", "guide.at_step.done"),
    ("ừ", "guide.begin.go"), ("Vâng ạ", "guide.begin.go"), ("KO LÀM ĐƯỢC", "guide.at_step.stuck"),
    ("chưa ạ", "guide.at_step.stuck"), ("vẫn thế em ạ", "guide.remedy.still"),
    ("Không có ai ở nha\u0300", "visit.first.absent"), ("đúng rồi 👍", "visit.check.save"),
    ("tôi làm xong rồi", "guide.at_step.done"), ("Bác bị vướng rồi cháu ơi", "guide.at_step.stuck"),
    ("tôi làm được rồi ạ", "guide.remedy.solved"), ("Có", "day.sure.yes"), ("dạ đúng rồi ạ", "day.sure.yes"),
    ("không phải", "day.sure.other"), ("có ạ", "home.keep.yes"),
    ("Dạ thôi ạ", "home.keep.no"), ("ừ", "news.agree.yes"), ("Dạ rồi ạ", "confirm.guided.guided"),
    ("chưa được ạ", "confirm.guided.not_yet"), ("ý kiến", "feedback.kind.idea"),
    ("Không có gì ạ", "visit.note.-"), ("xong, đi tiếp", "visit.note.-"),
])
def test_as_people_say_it(said: str, phrase: str) -> None:
    assert heard.means(said, phrase)


@pytest.mark.parametrize("said, phrase", [
    ("xong chưa", "guide.at_step.done"), ("không xong", "guide.at_step.done"), ("chưa xong", "guide.at_step.done"),
    ("không được rồi", "guide.at_step.done"), ("ạ", "guide.begin.go"), ("", "guide.begin.go"), ("đừng lưu", "visit.check.save"),
    ("tôi chưa rồi", "guide.at_step.done"), ("chưa xong rồi", "guide.at_step.done"), ("ok", "erase.sure.yes"),
    ("có", "resign.sure.yes"), ("đồng ý", "members.sure_remove.yes"), ("không đúng", "day.sure.yes"),
    ("không có SIM", "visit.note.-"), ("xong rồi mai qua", "visit.note.-"),
])
def test_what_does_not_say_so_is_no_answer(said: str, phrase: str) -> None:
    assert not heard.means(said, phrase)
