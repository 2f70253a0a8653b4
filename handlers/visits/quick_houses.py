"""The numbers of a quick log: which households a line speaks of, ranges told out and exceptions left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from handlers.visits.quick_days import Odd
from handlers.visits.quick_items import NUMBER, RANGE, Item


def houses(numbers: Sequence[Item]) -> tuple[int, ...]:
    """The numbers in their order, ranges told out, those excepted left out."""
    taken: list[int] = []
    left_out: set[int] = set()
    excepting = False
    for first, last in _spans(_numbered(numbers)):
        if first < 0:
            if not taken or excepting:
                raise Odd
            excepting = True
        elif last < first or last - first > 300:
            raise Odd
        else:
            span = range(first, last + 1)
            left_out.update(span) if excepting else taken.extend(span)
    kept = tuple(dict.fromkeys(number for number in taken if number not in left_out))
    if not kept or (excepting and not left_out) or not left_out <= set(taken):
        raise Odd
    return kept


def _numbered(numbers: Sequence[Item]) -> list[Item]:
    """Without the words for "household", each of which names the number behind it: "5 hộ vắng" is how many, not which."""
    for item, after in zip(numbers, [*numbers[1:], None], strict=True):
        if item.kind == "house" and (after is None or after.kind not in (NUMBER, RANGE, "house")):
            raise Odd
    return [item for item in numbers if item.kind != "house"]


def _spans(numbers: Sequence[Item]) -> Iterator[tuple[int, int]]:
    """Numbers and ranges; (-1, -1) stands for "except"."""
    at = 0
    while at < len(numbers):
        item = numbers[at]
        if not item.sure:
            raise Odd
        if item.kind == "except":
            yield -1, -1
        elif item.kind == RANGE:
            yield item.first, item.last
        elif item.kind == NUMBER:
            if at + 2 < len(numbers) and numbers[at + 1].kind == "to" and numbers[at + 2].kind == NUMBER:
                yield item.first, numbers[at + 2].first
                at += 2
            else:
                yield item.first, item.first
        elif item.kind not in ("and", "from"):
            raise Odd
        at += 1
