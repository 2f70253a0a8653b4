"""The one-stop desk: where it is and when it is open, entered by an officer, shown in guides and whenever somebody asks."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.access import Action
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.places import nearby
from handlers.questions import Option, Question, check, line, many_of, note
from handlers.talk import Choice, Refused
from storage.helping import desks
from storage.helping.desks import DeskHours, SetDesk
from storage.reminding import preferences
from storage.teams import people

ADDRESS_LENGTH = 200
WEEKDAYS = ("0", "1", "2", "3", "4")


def enter(ask: Ask, look: Look) -> Done:
    """An officer's dialogue: address, hours, Saturday, the extra half hour and its days."""
    services = look.services(Action.SET_DESK)
    service = services[0] if len(services) == 1 else ask(_commune(services))
    address = ask(line("address", ADDRESS_LENGTH))
    hours = ask(line("hours", ADDRESS_LENGTH))
    saturday = ask(note("saturday"))
    extra = ask(note("extra"))
    days = ask(many_of("days", *WEEKDAYS, at_least=1, ticked=WEEKDAYS)) if extra else ()
    made = DeskHours(service.place_id, service.place_name, address, hours, saturday, extra,
                     tuple(int(day) for day in days), look.today)
    ask(check(summary=text(look, made)))
    return Done((SetDesk(service.place_id, address, hours, saturday, extra, made.extra_days),), "desk.saved",
                choices=(Choice(look.words.say("way.menu"), "/menu"),))


def _commune(services: Sequence[people.Service]) -> Question[people.Service]:
    places = {str(service.place_id): service for service in services}

    def read(raw: str) -> people.Service:
        if raw not in places:
            raise Refused("refused.choice")
        return places[raw]

    return Question("commune", read, offer=lambda: [Option(id_, label=each.place_name) for id_, each in places.items()])


DESK_SET = Dialogue("desk", enter, Action.SET_DESK)


def text(look: Look, desk: DeskHours) -> str:
    """A desk in a few lines."""
    words = look.words
    lines = [desk.place_name, words.say("desk.at", address=desk.address), words.say("desk.open", hours=desk.hours)]
    if desk.saturday:
        lines.append(words.say("desk.open_saturday", hours=desk.saturday))
    if desk.extra:
        days = ", ".join(words.say(f"desk.days.{day}") for day in desk.extra_days)
        lines.append(words.say("desk.open_extra", hours=desk.extra, days=days))
    return "\n".join(lines)


def mine(look: Look) -> DeskHours | None:
    """The desk of the commune somebody chose, serves in, or the only one there is."""
    known = desks.desks(look.rows)
    if len(known) == 1:
        return known[0]
    chosen = preferences.own(look.rows, look.chat_id).place_id
    return next((each for each in known if each.place_id == chosen), None)


def help_text(look: Look, where: str) -> str:
    """A guide's help section, with the desk of somebody's own commune below it."""
    desk = mine(look)
    return f"{where}\n\n{text(look, desk)}" if desk else where


def hours(desk: Desk, subject: str) -> None:
    """“Giờ làm việc”: the desk's hours, and the note the evening before a session."""
    look = desk.look
    known = {str(each.place_id): each for each in desks.desks(look.rows)}
    menu = desk.choice("way.menu", "/menu", quiet=True)
    found = known.get(subject) or (None if subject == "other" else mine(look))
    if not known:
        desk.say("desk.unknown", desk.choice("help.ask", "/help"), menu)
    elif found is None:
        desk.say("desk.which", *(Choice(each.place_name, f"/hours:{id_}") for id_, each in list(known.items())[:20]), menu)
    else:
        _shown(desk, found, menu)


def _shown(desk: Desk, found: DeskHours, menu: Choice) -> None:
    look = desk.look
    settings = preferences.own(look.rows, look.chat_id)
    if settings.place_id != found.place_id:
        desk.answer.records.append(preferences.Prefer(place_id=found.place_id))
    offered: tuple[Choice, ...] = ()
    if found.saturday or found.extra:
        on = settings.desk_notes and settings.place_id == found.place_id
        offered = (desk.choice("desk.note_off" if on else "desk.note_on", f"/desk_notes:{found.place_id}.{int(not on)}"),)
    near = nearby.sessions(look, found.place_id)
    offered += (desk.choice("sessions.all", f"/sessions:{found.place_id}"),) if near else ()
    others = (desk.choice("desk.other", "/hours:other"),) if len(desks.desks(look.rows)) > 1 else ()
    desk.say("desk.shown", *offered, *others, menu, desk=text(look, found), day=look.words.day(found.set_on))


def notes(desk: Desk, subject: str) -> None:
    """Somebody wants to know the evening before that the desk opens longer, or no longer."""
    place, _, on = subject.partition(".")
    found = next((each for each in desks.desks(desk.look.rows) if str(each.place_id) == place), None)
    if found is None or on not in ("0", "1"):
        hours(desk, "")
        return
    desk.answer.records.append(preferences.Prefer(place_id=found.place_id, desk_notes=on == "1"))
    desk.say("desk.notes_on" if on == "1" else "desk.notes_off", desk.choice("way.menu", "/menu"))
