"""A telephone number and what stands for it."""

import pytest

from storage.teams import telephones

KEY = "thirty-two letters for the tests"


@pytest.mark.parametrize("written", [
    "0912345678", "84912345678", "+84912345678", "0084 912 345 678", "0912.345.678", "(091) 2345-678", "０９１２３４５６７８"])
def test_a_number_is_the_same_however_it_is_written(written: str) -> None:
    assert telephones.dialled(written) == "0912345678"
    assert telephones.mark(KEY, written) == telephones.mark(KEY, "0912345678")


@pytest.mark.parametrize("other", [
    "", "113", "912345678", "091234567", "09123456789", "001095012345", "gọi 0912345678", "0" * 5_000])
def test_what_is_no_number_has_no_mark(other: str) -> None:
    assert telephones.dialled(other) == "" and telephones.mark(KEY, other) == ""


def test_a_mark_tells_three_digits_and_nothing_else_without_the_key() -> None:
    mark = telephones.mark(KEY, "0912345678")
    ends, digest = telephones.parts(mark) or ("", "")
    assert ends == "678" and len(digest) == 64 and "2345" not in mark.replace(digest, "")
    assert telephones.mark(KEY + "!", "0912345678") != mark != telephones.mark(KEY, "0912345679")


@pytest.mark.parametrize("not_one", ["", "-", "678:", "678:xyz", "0912345678", "67:" + "a" * 64, "678:" + "a" * 65])
def test_only_a_mark_is_a_mark(not_one: str) -> None:
    assert telephones.parts(not_one) is None
