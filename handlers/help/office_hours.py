"""The hours by which an answer is promised: those of the commune's desk, without its holidays; else the house's own."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from handlers.calendar import calendar
from handlers.look import Look
from handlers.places import desk_hours
from storage.helping import desks
from storage.helping.desks import DeskHours
from storage.hours.calendar import SATURDAY
from storage.hours.working_hours import WorkingHours, written_hours


def desk_of(look: Look, commune_id: int) -> DeskHours | None:
    """The one-stop desk of a commune, where it was entered."""
    return next((each for each in desks.desks(look.rows) if each.place_id == commune_id), None)


def hours(look: Look, commune_id: int) -> WorkingHours:
    """When somebody may be expected to be at work in a commune."""
    days, desk = calendar(look.rows), desk_of(look, commune_id)
    spans = written_hours(desk.hours) if desk else ()
    if desk is None or not spans:  # no desk, or hours that nobody could count by
        usual = look.hours.is_workday
        return WorkingHours(look.hours.spans, lambda on: days.works(on) or (usual(on) and not days.forbidden(on)))
    saturday = written_hours(desk.saturday)

    def opens(on: date) -> bool:
        return days.works(on) or (bool(saturday) and on.weekday() == SATURDAY and not days.forbidden(on))

    return WorkingHours(spans, opens, saturday or None)


def due(look: Look, commune_id: int, worked: timedelta, since: datetime | None = None) -> datetime:
    """When so much working time has passed in a commune."""
    return hours(look, commune_id).after(since or look.now, worked)


def desk_lines(look: Look, commune_id: int) -> str:
    """Where to go instead: the commune's desk with its hours, or that there is one."""
    desk = desk_of(look, commune_id)
    return desk_hours.text(look, desk) if desk else look.words.say("help.desk_unknown")
