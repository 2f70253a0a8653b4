"""Values: alike where they hold the same, and changed by nobody who is type-checked."""

from dataclasses import replace

import pytest

from storage.value import value


@value
class Pair:
    one: int
    other: str = ""


def test_values_that_hold_the_same_are_the_same() -> None:
    assert Pair(1, "a") == Pair(1, "a") != Pair(1, "b")
    assert len({Pair(1, "a"), Pair(1, "a"), Pair(2)}) == 2
    assert replace(Pair(1, "a"), one=2) == Pair(2, "a")


def test_mypy_lets_nobody_change_a_value() -> None:
    """`make check` fails where the comment below is not needed: then a value could be changed unseen."""
    pair = Pair(1)
    pair.one = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        pair.third = 3  # type: ignore[attr-defined]
