"""Where to go today: the order of fifty houses, on the phone and on paper, for one member and for all."""

import random
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from content.library import Library
from content.words import words
from handlers.look import Look
from handlers.rounds import list_paper
from handlers.talk import Message
from storage.counting import campaign_goals
from storage.database import Database
from storage.households import assignments
from storage.models import Household, table
from storage.outcomes import Barrier, Outcome
from storage.reading import Reading
from storage.record import record
from storage.work import today
from tests.handlers.typist import Typist
from tests.storage.fields import TODAY, Field, at, made


def fifty(database: Database, shuffle: int | None = None) -> tuple[Field, list[today.Stop]]:
    """Fifty houses in ten lanes with a history; recorded in whatever order."""
    told = [
        (7, Outcome.APPOINTMENT, -5, {"next_on": TODAY}),
        (31, Outcome.APPOINTMENT, -5, {"next_on": TODAY - timedelta(days=2)}),
        (8, Outcome.APPOINTMENT, -1, {"next_on": TODAY + timedelta(days=1)}),
        (42, Outcome.NOT_HOME, -3, {}),
        (12, Outcome.NOT_HOME, -3, {}),
        (20, Outcome.PARTIAL, -20, {}),
        (13, Outcome.NOT_HOME, 0, {}),
        (25, Outcome.BLOCKED, -2, {}),
        (26, Outcome.BLOCKED, -3, {"barrier": Barrier.NEEDS_POLICE_STATION}),
        (27, Outcome.BLOCKED, -3, {"barrier": Barrier.NO_CHIP_ID}),
        (1, Outcome.COMPLETED, -3, {}),
        (2, Outcome.MOVED_OUT, -3, {}),
        (3, Outcome.REFUSED_HARD, -3, {}),
        (4, Outcome.TEMPORARILY_AWAY, -3, {}),
        (5, Outcome.COMPLETED, -4, {}),
        (6, Outcome.NOT_HOME, -35, {}),
    ]
    if shuffle is not None:
        random.Random(shuffle).shuffle(told)
    with database.write() as tx:
        field = made(tx, houses=50, members=3, lanes=10)
        for house, outcome, on, more in told:
            field.visit(house, outcome, TODAY + timedelta(days=on), **more)  # type: ignore[arg-type]
        record(today.Announce(field.hamlet, Barrier.NEEDS_POLICE_STATION, TODAY), tx, field.context())
        rows = Reading(tx)
        goal = campaign_goals.goal(rows, [field.hamlet, field.commune], TODAY)
        return field, today.plan(rows, field.hamlet, goal, TODAY)


@pytest.mark.parametrize("shuffle", [None, 1, 2])
def test_the_order_of_fifty_houses_is_always_the_same(database: Database, shuffle: int | None) -> None:
    _, stops = fifty(database, shuffle)
    due = [(stop.number, stop.why) for stop in stops if stop.why is not today.Why.NEIGHBOUR]
    assert due == [
        (31, "appointment"),
        (7, "appointment"),
        (20, "overdue"),
        (12, "overdue"),
        (42, "overdue"),
        (25, "solvable"),
        (26, "solvable"),
    ]
    # house 6 is among the others again: nobody went for a month; the lanes one goes to anyway come first
    assert [stop.number for stop in stops if stop.why is today.Why.NEIGHBOUR] == [
        6,
        9,
        10,
        11,
        14,
        15,
        16,
        17,
        18,
        19,
        21,
        22,
        23,
        24,
        28,
        29,
        30,
        32,
        33,
        34,
        35,
        41,
        43,
        44,
        45,
        36,
        37,
        38,
        39,
        40,
        46,
        47,
        48,
        49,
        50,
    ]


def test_lanes_are_counted_as_people_do() -> None:
    assert sorted(["Ngõ 10", "Ngõ 2", "Xóm Trên", "Ngõ 2B", ""], key=today.lane_key) == [
        "",
        "Ngõ 2",
        "Ngõ 2B",
        "Ngõ 10",
        "Xóm Trên",
    ]


def test_a_member_sees_their_own_houses_and_those_nobody_holds(database: Database) -> None:
    field, whole = fifty(database)
    with database.write() as tx:
        field.tx = tx
        record(assignments.HandOut(field.members[1], (field.homes[30], field.homes[40])), tx, field.context())
        record(assignments.HandOut(field.members[2], (field.homes[6],)), tx, field.context())
        rows = Reading(tx)
        goal = campaign_goals.goal(rows, [field.hamlet, field.commune], TODAY)
        seen = [stop.number for stop in today.plan(rows, field.hamlet, goal, TODAY, field.members[1])]
        assert 31 in seen and 7 not in seen and len(seen) == len(whole) - 1
        assert next(number for number in seen[6:]) == 41  # one's own before those nobody holds


def test_on_the_phone_every_house_is_one_tap_and_the_list_comes_back(database: Database) -> None:
    field, stops = fifty(database)
    with database.write() as tx:
        field.tx = tx
        typist = Typist(field, 1)
        said = typist.say("hôm nay đi đâu", at(TODAY))
        assert "Hôm nay đi đâu – Thôn Thử" in said and "8 hộ đầu tiên trong 42" in said and "Hộ 31 · có hẹn · Ngõ 7" in said
        begun = typist.presses
        for _ in range(6):  # the first house of the list, nobody at home: two taps, and the list is there again
            first = next(each.label for each in typist.shown if each.label.startswith("Hộ "))
            assert "kết quả thế nào" in typist.press(first, at(TODAY, 10))
            assert "Hôm nay đi đâu" in typist.press("🚪 Vắng", at(TODAY, 10))
            assert first not in [each.label for each in typist.shown]
        assert (typist.presses - begun) / 6 == 2
        assert "Hộ" in typist.press("Xem tiếp", at(TODAY, 11))
    assert stops


def paper_of(field: Field, door: str = "https://t.me/gocua_bot?start={}", member: int = 0) -> bytes:
    look = Look(Reading(field.tx), words("vi"), Library.load(), at(TODAY), TODAY, at(TODAY), field.chats[0], doors=(door,))
    person = field.members[member] if member else 0
    paper = list_paper.make(look, f"{field.hamlet}:{person}:{TODAY.isoformat()}")
    assert paper is not None and paper.mime == "application/pdf"
    assert list_paper.make(look, f"{field.hamlet}:0:{(TODAY + timedelta(days=1)).isoformat()}") is None
    assert list_paper.make(look, "999:0:2026-11-23") is None and list_paper.make(look, "7") is None
    return paper.content


def _text(page: Any) -> str:
    with closing(page), closing(page.get_textpage()) as held:
        return str(held.get_text_range())


def test_the_paper_holds_every_house_the_boxes_and_a_code_that_opens_the_log(database: Database) -> None:
    import cv2
    import numpy
    import pypdfium2

    field, stops = fifty(database)
    with database.write() as tx:
        field.tx = tx
        tx.execute(
            update(table(Household)).where(table(Household).c.number == 31).values(label="nhà mái đỏ, cạnh giếng nước đầu ngõ cũ")
        )
        content = paper_of(field)
        assert content == paper_of(field), "the same list is the same paper"
    pages = pypdfium2.PdfDocument(content)
    assert len(pages) == 2 and (round(pages[0].get_width()), round(pages[0].get_height())) == (595, 842)
    text = "\n".join(_text(page) for page in pages)
    assert "Hôm nay đi đâu – Thôn Thử" in text and "Thứ Hai, 23/11/2026" in text and "Vướng" in text
    for stop in stops:
        assert f"\n{stop.number}\n" in text.replace("\r", "").replace(" ", "\n"), stop.number
    assert "Thành viên" not in text, "no names of people on paper"
    assert text.count("hộ khác gặp trên đường") == list_paper.BLANK, "rows for houses that are met on the way"
    for each in (each for each in stops if each.outcome and not each.barrier):
        label = words("vi").say(f"visit.outcome.{each.outcome}").split(" ", 1)[1]
        assert f"{words('vi').say(f'today.why.{each.why}')} – {label}" in text, "what came of the last visit"
    with closing(pages[0]) as first:
        image = numpy.array(first.render(scale=3).to_pil().convert("RGB"))
    pages.close()
    read, *_ = cv2.QRCodeDetector().detectAndDecode(image)
    assert read == f"https://t.me/gocua_bot?start=q-{field.hamlet}"


def test_the_code_on_the_paper_opens_the_log_in_its_hamlet(database: Database) -> None:
    from handlers.talk import Incoming, Kind

    field, _ = fifty(database)
    with database.write() as tx:
        field.tx = tx
        typist = Typist(field, 1)
        said = typist._send(Incoming(Kind.START, at(TODAY), data=f"q-{field.hamlet}"), None)
        assert "Ghi nhanh – Thôn Thử" in said


def test_somebody_else_gets_no_list(database: Database) -> None:
    field, _ = fifty(database)
    with database.write() as tx:
        field.tx = tx
        for text in ("hôm nay đi đâu",):
            stranger = Typist(field, None)
            assert "Hộ 31" not in stranger.say(text, at(TODAY))
        member = Typist(field, 1)
        member.say("hôm nay đi đâu", at(TODAY))
        member.press("🖨", at(TODAY))
        assert [each.document for each in member.last.messages if isinstance(each, Message)] == [
            f"list:vi:{field.hamlet}:{field.members[1]}:2026-11-23"
        ]
