"""Papers of gatherings: a calendar file, who was there, days worked. Made when they are sent."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date

from handlers.look import Look
from handlers.papers import Paper
from storage.reminding import gatherings
from storage.reminding.gatherings import Meeting, Workday

CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Table = Sequence[Sequence[str | int]]


def ics(look: Look, name: str) -> Paper | None:
    """A file that puts a gathering into anybody's calendar."""
    meeting = gatherings.meeting(look.rows, int(name)) if name.isdecimal() else None
    if meeting is None or meeting.state != "planned":
        return None
    return Paper(f"{meeting.on.isoformat()}.ics", "text/calendar", _calendar(look, meeting))


def _calendar(look: Look, meeting: Meeting) -> bytes:
    from icalendar import Alarm, Calendar, Event  # here: few messages carry a calendar file

    calendar, event, alarm = Calendar(), Event(), Alarm()
    calendar.add("prodid", "-//Go Cua//gatherings//VI")
    calendar.add("version", "2.0")
    title = look.words.say(f"gathering.kind.{meeting.kind}")
    event.add("uid", f"gathering-{meeting.id}@gocua")
    event.add("sequence", gatherings.moves(look.rows, meeting.id))  # a calendar replaces what it has by a higher one
    event.add("dtstamp", look.now.astimezone(UTC))
    event.add("dtstart", meeting.begins)  # instants in UTC need no table of time zones
    event.add("dtend", meeting.over)
    event.add("summary", f"{title} · {meeting.place_name}")
    event.add("location", meeting.venue)
    if described := "\n".join(filter(None, (meeting.partner, meeting.topics))):
        event.add("description", described)
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", meeting.begins - gatherings.DOORS_OPEN)
    event.add_component(alarm)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def attendance(look: Look, name: str) -> Paper | None:
    """Who was at a gathering, and how that is known."""
    meeting = gatherings.meeting(look.rows, int(name)) if name.isdecimal() else None
    if meeting is None:
        return None
    words, here = look.words, gatherings.present(look.rows, meeting.id)
    head: list[str | int] = [words.say(f"workdays.head.{column}") for column in ("person", "place", "present", "told_by")]
    team = gatherings.members(look.rows, [meeting.place_id], meeting.on)
    lines: list[list[str | int]] = [[each.label, each.place_name, int(each.id in here),
              words.say(f"workdays.told.{here[each.id]}") if each.id in here else ""] for each in team]
    return Paper(f"{meeting.on.isoformat()}-{meeting.id}.csv", CSV, as_csv([head, *lines]))


def workdays(look: Look, name: str) -> Paper | None:
    """A line for each person and day: households, gatherings, one workday; sums at the end."""
    form, places, first, last = name.split(":")
    ids = [int(part) for part in places.split(".") if part]
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    words = look.words
    found = gatherings.workdays(look.rows, gatherings.members(look.rows, ids, begin, end), begin, end)
    head = [words.say(f"workdays.head.{column}") for column in ("person", "place", "day", "visits", "gatherings", "workday")]
    lines: list[list[str | int]] = [
        [each.person, each.place, f"{each.on:%d/%m/%Y}", each.visits, each.gatherings, 1] for each in found]
    total: list[str | int] = [words.say("workdays.total"), "", "", sum(each.visits for each in found),
                              sum(each.gatherings for each in found), len(found)]
    table: list[list[str | int]] = [[*head], *lines, total]
    if form == "xlsx":
        return Paper(f"{first}--{last}.xlsx", XLSX, as_xlsx({"": table, words.say("workdays.sums"): _sums(look, found)}))
    return Paper(f"{first}--{last}.csv", CSV, as_csv(table))


def _sums(look: Look, found: Sequence[Workday]) -> Table:
    """A line for each person: what is paid."""
    head: list[str | int] = [look.words.say(f"workdays.head.{column}") for column in ("person", "place", "workday")]
    days = Counter((each.person_id, each.person, each.place) for each in found)
    lines: list[list[str | int]] = [[person, place, count] for (_, person, place), count in days.items()]
    return [head, *lines, [look.words.say("workdays.total"), "", len(found)]]


def as_csv(table: Table) -> bytes:
    """A table as every spreadsheet reads it, with marks; nothing somebody typed becomes a formula."""
    out = io.StringIO()
    csv.writer(out).writerows([_harmless(cell) for cell in line] for line in table)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _harmless(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def as_xlsx(tables: Mapping[str, Table]) -> bytes:
    """Tables as a workbook, a sheet each; words stay words."""
    from xlsxwriter import Workbook  # here: few messages carry a workbook

    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        for name, table in tables.items():
            sheet = book.add_worksheet(name or None)
            for y, line in enumerate(table):
                for x, cell in enumerate(line):
                    write = sheet.write_number if isinstance(cell, int) else sheet.write_string
                    write(y, x, cell, bold if y in (0, len(table) - 1) else None)
            sheet.set_column(0, 1, 28)
            sheet.set_column(2, 5, 12)
            sheet.freeze_panes(1, 0)
    return out.getvalue()
