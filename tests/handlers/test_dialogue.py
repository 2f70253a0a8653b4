"""The replay engine: back, edit, resume and upgrades fall out of answers kept by question."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from content.library import Library
from content.words import Words
from handlers.access import Action
from handlers.dialogue import BACK, EDIT, READY, TICK, Ask, Dialogue, Done, Standing, hear, stand
from handlers.look import Look
from handlers.questions import Option, Question, day, many_of, note, pick
from handlers.talk import Kept, Refused

LOOK = Look(None, Words("vi", {}), Library.load(), datetime(2026, 11, 23, 3, tzinfo=UTC), date(2026, 11, 23),  # type: ignore[arg-type]
            datetime(2026, 11, 23, 3, tzinfo=UTC), 1)
FRUIT = pick("fruit", "apple", "pear", "none")
COLOUR = pick("colour", "red", "green")
EXTRAS = many_of("extras", "salt", "sugar", "lime", at_least=1, ticked=("salt",))
NOTE = note("note")


def basket(ask: Ask, look: Look) -> Done:
    fruit = ask(FRUIT)
    colour = ask(COLOUR) if fruit == "apple" else None
    extras = ask(EXTRAS)
    return Done(((fruit, colour, extras, ask(NOTE)),))


BASKET = Dialogue("basket", basket, Action.READ_GUIDES)


def say(dialogue: Dialogue, kept: Kept, *pairs: tuple[str, str]) -> Standing:
    for key, raw in pairs:
        hear(kept, stand(dialogue, kept, LOOK), key, raw)
    return stand(dialogue, kept, LOOK)


def asked(here: Standing) -> str | None:
    return here.question.key if here.question else None


def test_a_conversation_runs_to_its_end() -> None:
    kept = Kept(1, "basket")
    here = say(BASKET, kept, ("fruit", "apple"), ("colour", "red"), ("extras", TICK + "lime"), ("extras", READY), ("note", "hi"))
    assert here.done == Done((("apple", "red", ("salt", "lime"), "hi"),))


def test_an_unacceptable_answer_changes_nothing() -> None:
    kept = Kept(1, "basket")
    with pytest.raises(Refused):
        say(BASKET, kept, ("fruit", "stone"))
    assert kept.answers == {}


def test_back_forgets_the_last_answer_only() -> None:
    kept = Kept(1, "basket")
    assert asked(say(BASKET, kept, ("fruit", "apple"), ("colour", "red"), ("extras", BACK))) == "colour"
    assert kept.answers == {"fruit": "apple"}


def test_a_correction_asks_what_is_newly_needed_and_keeps_the_rest() -> None:
    kept = Kept(1, "basket")
    say(BASKET, kept, ("fruit", "pear"), ("extras", READY))
    assert asked(say(BASKET, kept, ("note", f"{EDIT}=fruit"))) == "fruit"
    assert asked(say(BASKET, kept, ("fruit", "apple"))) == "colour"
    assert asked(say(BASKET, kept, ("colour", "green"))) == "note"


def test_a_correction_leaves_no_dead_branch() -> None:
    kept = Kept(1, "basket")
    say(BASKET, kept, ("fruit", "apple"), ("colour", "red"), ("extras", READY), ("note", f"{EDIT}=fruit"), ("fruit", "pear"))
    here = say(BASKET, kept, ("note", "-"))
    assert here.done == Done((("pear", None, ("salt",), ""),))


def test_a_correction_can_be_called_off() -> None:
    kept = Kept(1, "basket")
    say(BASKET, kept, ("fruit", "pear"), ("extras", READY), ("note", f"{EDIT}=fruit"))
    assert asked(say(BASKET, kept, ("fruit", BACK))) == "note"
    assert kept.answers["fruit"] == "pear"


def test_a_button_of_an_earlier_screen_corrects_that_answer() -> None:
    kept = Kept(1, "basket")
    say(BASKET, kept, ("fruit", "pear"), ("extras", READY))
    assert asked(say(BASKET, kept, ("fruit", "none"))) == "note"
    assert kept.answers["fruit"] == "none"


@pytest.mark.parametrize("key, raw", [("fruit", "pear"), ("fruit", BACK), ("fruit", READY), ("fruit", f"{EDIT}=extras"),
                                      ("colour", "red"), ("nothing", "x"), ("extras", "sugar"), ("extras", TICK + "sugar")])
def test_a_stale_button_never_does_a_wrong_thing(key: str, raw: str) -> None:
    kept = Kept(1, "basket")
    say(BASKET, kept, ("fruit", "pear"), ("extras", READY))
    before = dict(kept.answers)
    assert hear(kept, stand(BASKET, kept, LOOK), key, raw) is False
    assert kept.answers == before and kept.asking_again is None


def test_ticks_go_on_and_off_and_start_with_what_is_likely() -> None:
    kept = Kept(1, "basket")
    say(BASKET, kept, ("fruit", "pear"), ("extras", TICK + "salt"), ("extras", TICK + "lime"), ("extras", TICK + "unknown"))
    assert kept.answers["extras~"] == "lime"
    with pytest.raises(Refused):
        say(BASKET, kept, ("extras", TICK + "lime"), ("extras", READY))


def test_a_relative_day_is_fixed_when_it_is_said() -> None:
    dialogue = Dialogue("d", lambda ask, look: Done((ask(day("on", look.today)),)), Action.READ_GUIDES)
    kept = Kept(1, "d")
    say(dialogue, kept, ("on", "thứ 7"))
    assert kept.answers == {"on": "2026-11-28"}
    tomorrow = replace(LOOK, today=date(2026, 11, 24))
    assert stand(dialogue, kept, tomorrow).done == Done((date(2026, 11, 28),))


# --- a conversation that was saved by an earlier release -------------------------------------------------------------------


def released(*questions: Question[Any]) -> Dialogue:
    return Dialogue("basket", lambda ask, look: Done(tuple(ask(question) for question in questions)), Action.READ_GUIDES)


def test_a_question_added_later_is_simply_asked_next() -> None:
    kept = Kept(1, "basket")
    say(released(FRUIT, NOTE), kept, ("fruit", "pear"))
    assert asked(stand(released(FRUIT, COLOUR, NOTE), kept, LOOK)) == "colour"
    assert asked(stand(released(COLOUR, FRUIT, NOTE), kept, LOOK)) == "colour"


def test_a_question_removed_is_ignored() -> None:
    kept = Kept(1, "basket", answers={"fruit": "pear", "colour": "red", "extras~": "lime"})
    assert asked(stand(released(FRUIT, NOTE), kept, LOOK)) == "note"
    assert say(released(FRUIT, NOTE), kept, ("note", "-")).done is not None


def test_a_question_renamed_is_asked_again() -> None:
    kept = Kept(1, "basket", answers={"fruits": "pear"})
    assert asked(stand(released(FRUIT, NOTE), kept, LOOK)) == "fruit"


def test_an_answer_no_longer_acceptable_is_asked_again() -> None:
    kept = Kept(1, "basket", answers={"fruit": "apple", "note": "x"})
    fewer = pick("fruit", "pear", "none")
    assert asked(stand(released(fewer, NOTE), kept, LOOK)) == "fruit"
    assert say(released(fewer, NOTE), kept, ("fruit", "pear")).done == Done(("pear", "x"))


def test_an_option_needs_no_code_to_be_offered() -> None:
    assert [option.value for option in FRUIT.offer()] == ["apple", "pear", "none"]
    assert list(NOTE.offer()) == [Option("-")]
