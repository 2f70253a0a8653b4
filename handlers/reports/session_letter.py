"""A letter that asks whoever can solve a barrier for a mobile session: how many households wait where, never which ones."""

from __future__ import annotations

import io
from collections.abc import Mapping

from content.letterhead import Letterhead, letterhead
from content.words import Words
from handlers.access import Action
from handlers.desk import Desk
from handlers.look import Look
from handlers.papers import Paper
from handlers.reports import official_form as form
from handlers.reports.chart import named
from handlers.reports.proposals import HELP
from handlers.reports.report import Sheet
from handlers.reports.reporting import MIMES, commune_of
from handlers.reports.summary import place_of
from handlers.shown import hidden
from handlers.talk import Choice, Message, said
from storage.areas.places import HAMLET, PROVINCE
from storage.counting import behind, campaigns, coverage
from storage.counting.coverage import Part
from storage.counting.overview import Overview
from storage.outcomes import Barrier
from storage.reminding import gatherings
from storage.reminding.gatherings import GatheringKind, Meeting

COMES = ("police", "telecom", "clinic")
"""Those who can come and sit down with many households in one place."""
KIND = "session"


def ways(desk: Desk, what: str, place_id: int) -> tuple[Choice, ...]:
    """What can be done about a barrier somebody looks at: the letter, and the day in the calendar."""
    barrier = known(what.removeprefix(behind.BARRIER)) if what.startswith(behind.BARRIER) else None
    if barrier is None or place_of(desk.look, str(place_id), Action.EXPORT_COVERAGE) is None:
        return ()
    return (desk.choice("session.ask", f"/session_letter:{barrier}.{place_id}"), desk.choice("session.plan", "/gathering"))


def known(name: str) -> Barrier | None:
    """A barrier that somebody else can come for."""
    return Barrier(name) if name in list(Barrier) and HELP[Barrier(name)] in COMES else None


def session(desk: Desk, subject: str) -> None:
    """The letter about a barrier in a place, `barrier.place`."""
    look = desk.look
    look.require(Action.EXPORT_COVERAGE)
    name, _, place = subject.partition(".")
    barrier, place_id = known(name), place_of(look, place, Action.EXPORT_COVERAGE)
    running = campaigns.of_place(look.rows, place_id, look.today) if place_id else None
    menu = desk.choice("way.menu", "/menu", quiet=True)
    if running is None or place_id is None or barrier is None:
        desk.say("summary.no_campaign", menu)
        return
    if not coverage.total(look.rows, running.goal, place_id, look.today).barriers[barrier]:
        desk.say("summary.nobody", menu)
        return
    paper = f"{KIND}:{look.words.language}:{running.id}.{place_id}.{look.today.isoformat()}.{barrier}"
    made = said(look.words.say("session.made"), choices=(desk.choice("session.plan", "/gathering"),
                                                         desk.choice("way.back", f"/summary:{place_id}", quiet=True), menu))
    desk.send(Message(title=made.title, text=made.text, choices=made.choices, document=paper))


def paper(look: Look, subject: str) -> Paper | None:
    """The document named `campaign.place.day.barrier`."""
    where, _, name = subject.rpartition(".")
    barrier, whole = known(name), named(look, where)
    if barrier is None or whole is None:
        return None
    return Paper(f"go-cua-{whole.place_code}-{whole.on.isoformat()}-buoi-luu-dong.docx", MIMES["docx"],
                 drawn(look.words, whole, barrier, commune_of(look, whole), _planned(look, whole, barrier)))


def _planned(look: Look, whole: Overview, barrier: Barrier) -> Meeting | None:
    """The session that is in the calendar already, if there is one."""
    ahead = gatherings.between(look.rows, [whole.place_id], look.today, whole.campaign.ends_on)
    return next((each for each in ahead if each.kind is GatheringKind.SESSION and each.barrier == barrier.value
                 and each.state == "planned"), None)


def drawn(words: Words, whole: Overview, barrier: Barrier, commune: str, planned: Meeting | None) -> bytes:
    """The letter: numbers by place, nobody's name, no household."""
    head = letterhead(whole.place_code.split("-")[0])
    blanks = _blanks(words, whole, barrier, commune, planned)
    document, team = form.begun(), whole.level == HAMLET
    form.heading(document, head, blanks, team=team, kind="session_", about=head.line("session_about", blanks))
    form.line(document, head.line(f"session_to_{HELP[barrier]}", blanks), bold=True, centre=True, before=18)
    form.line(document, head.line("session_why", blanks))
    form.line(document, head.line("session_count", blanks))
    parts = [part for part in whole.parts if part.coverage.barriers[barrier]]
    if len(parts) > 1 or whole.level == PROVINCE:
        form.table(document, words, _where(words, parts, barrier))
    for line in _asked(head, blanks, planned):
        form.line(document, line)
    form.line(document, head.line("session_thanks", blanks), stays=True)
    form.signature(document, head, blanks, team=team)
    document.core_properties.title, document.core_properties.author = head.line("session_about", blanks), whole.place_name
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def _asked(head: Letterhead, blanks: Mapping[str, object], planned: Meeting | None) -> list[str]:
    when = ("session_planned",) if planned else ("session_open", "session_where")
    return [head.line(each, blanks) for each in ("session_please", *when, "session_ready", "session_private")]


def _blanks(words: Words, whole: Overview, barrier: Barrier, commune: str, planned: Meeting | None) -> dict[str, object]:
    above = commune or whole.place_name
    return {
        "PLACE": whole.place_name.upper(), "COMMUNE": commune.upper(), "of_place": _inside(whole.place_name),
        "of_commune": _inside(above), "seat": above.split(" ", 1)[-1], "campaign": whole.campaign.name,
        "day": f"{whole.on.day:02}", "month": f"{whole.on.month:02}", "year": whole.on.year,
        "today": f"{whole.on.day}/{whole.on.month}/{whole.on.year}",
        "count": words.number(whole.total.barriers[barrier]), "barrier": _inside(words.say(f"visit.barrier.{barrier}")),
        "on": words.day(planned.on) if planned else "", "at": f"{planned.starts:%H:%M}" if planned else "",
        "venue": planned.venue if planned else "",
    }  # fmt: skip


def _inside(name: str) -> str:
    """A name in the middle of a sentence; "SIM" stays as it is."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _where(words: Words, parts: list[Part], barrier: Barrier) -> Sheet:
    """The places, most households first; of very few households nothing is said."""
    ordered = sorted(parts, key=lambda part: (-part.coverage.barriers[barrier], part.code))
    silent = hidden(parts)
    rows = tuple((part.name, None if part.id in silent else part.coverage.barriers[barrier]) for part in ordered)
    return Sheet("session", "", (words.say("report.column.place"), words.say("report.column.households")), rows)
