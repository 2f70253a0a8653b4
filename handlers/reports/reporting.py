"""Asking for a report in a chat, and making the document when it is sent."""

from __future__ import annotations

from collections.abc import Callable

from handlers.access import Action
from handlers.desk import Desk
from handlers.look import Look
from handlers.papers import Paper
from handlers.reports.chart import named
from handlers.reports.report import MONTH, WEEK, period, until
from handlers.reports.report_files import codebook, csv_lines, member_lines
from handlers.reports.report_letter import letter
from handlers.reports.report_workbook import workbook
from handlers.reports.summary import place_of
from handlers.talk import Message, said
from storage.areas.places import HAMLET, PROVINCE
from storage.counting import campaigns, coverage
from storage.counting.credit import Credit, credit
from storage.counting.overview import Overview

MIMES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "codebook": "text/csv",
    "members": "text/csv",
}
OFFERED = ((WEEK, "docx"), (MONTH, "docx"), (WEEK, "xlsx"), (WEEK, "csv"))
BOM = "\ufeff"
"""So that a spreadsheet reads the CSV as UTF-8."""


def report(desk: Desk, subject: str) -> None:
    """Which report of a place (`place`), or the one chosen (`place.kind.format`)."""
    look = desk.look
    look.require(Action.EXPORT_COVERAGE)
    place, _, chosen = subject.partition(".")
    place_id = place_of(look, place, Action.EXPORT_COVERAGE)
    running = campaigns.of_place(look.rows, place_id, look.today) if place_id else None
    menu = desk.choice("way.menu", "/menu", quiet=True)
    if running is None or place_id is None:
        desk.say("summary.no_campaign", menu)
        return
    kind, _, form = chosen.partition(".")
    if (kind, form) not in OFFERED:
        desk.say(
            "report.which",
            *(desk.choice(f"report.{each}.{kind_of}", f"/report:{place_id}.{each}.{kind_of}") for each, kind_of in OFFERED),
            desk.choice("figure.enter", f"/figure:{place_id}"),
            desk.choice("way.back", f"/summary:{place_id}", quiet=True),
            menu,
        )
        return
    day = period(kind, look.today).last if form == "docx" else look.today  # a letter is about days that are over where it can be
    name = f"report:{look.words.language}:{running.id}.{place_id}.{day.isoformat()}"
    forms = ("codebook", "members", form) if form == "csv" else (form,)
    desk.say("report.making")
    for each in forms[:-1]:
        desk.send(Message(document=f"{name}.{kind}.{each}"))
    message = said(look.words.say("report.made"), choices=(desk.choice("way.back", f"/summary:{place_id}", quiet=True), menu))
    desk.send(Message(title=message.title, text=message.text, choices=message.choices, document=f"{name}.{kind}.{forms[-1]}"))


def paper(look: Look, subject: str) -> Paper | None:
    """The document named `campaign.place.day.kind.format`."""
    *where, kind, form = subject.split(".")
    whole = named(look, ".".join(where)) if form in MIMES and kind in (WEEK, MONTH) else None
    if whole is None:
        return None
    name = f"go-cua-{whole.place_code}-{whole.on.isoformat()}"
    name += {"docx": f"-{kind}.docx", "codebook": "-codebook.csv", "members": "-members.csv"}.get(form, f".{form}")
    return Paper(name, MIMES[form], MAKERS[form](look, whole, kind))


def _letter(look: Look, whole: Overview, kind: str) -> bytes:
    return letter(look.words, whole, until(kind, whole.on), commune_of(look, whole), members(look, whole))


def commune_of(look: Look, whole: Overview) -> str:
    """The name of the commune a hamlet lies in; nothing for a place that is no hamlet."""
    here = coverage.where(look.rows, whole.place_id)
    above = coverage.where(look.rows, here.parent_id) if here and here.level == HAMLET and here.parent_id else None
    return str(above.name) if above else ""


def _workbook(look: Look, whole: Overview, _kind: str) -> bytes:
    return workbook(look.words, whole, credit=members(look, whole))


def _csv(_look: Look, whole: Overview, _kind: str) -> bytes:
    level = "commune" if whole.level == PROVINCE else HAMLET
    return (BOM + "".join(csv_lines(whole, whole.parts, level, shared=True))).encode()


def _members(look: Look, whole: Overview, _kind: str) -> bytes:
    return (BOM + "".join(member_lines(look.words, whole, members(look, whole) or Credit(), shared=True))).encode()


def members(look: Look, whole: Overview) -> Credit | None:
    """Who brought about what; in a chat not of a whole province, whose communes each have theirs."""
    return None if whole.level == PROVINCE else credit(look.rows, whole.campaign.goal, whole.place_id, whole.on)


def _codebook(look: Look, _whole: Overview, _kind: str) -> bytes:
    return (BOM + "".join(codebook(look.words))).encode()


MAKERS: dict[str, Callable[[Look, Overview, str], bytes]] = {
    "docx": _letter,
    "xlsx": _workbook,
    "csv": _csv,
    "codebook": _codebook,
    "members": _members,
}
