"""Campaigns at the command line: beginning and closing them, their reports, and a simulated one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.ground import fail, language, settings_from
from bot.commands.places import day_typed
from content.vietnam_time import local_day
from content.words import words
from storage.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from handlers.look import Look
    from handlers.reports.report_export import Export
    from storage.counting.campaigns import Aim, Running
    from storage.counting.credit import Progress
    from storage.counting.overview import Overview

app = typer.Typer()
campaign = typer.Typer(help="Campaigns: begin, show, close; figures from elsewhere.")
report = typer.Typer(help="Reports.")
app.add_typer(campaign, name="campaign")
app.add_typer(report, name="report")
FORMATS = ("table", "json", "csv", "members", "codebook", "xlsx", "docx")
Code = Annotated[str, typer.Option(help="Code of a hamlet, commune or province.")]
On = Annotated[str, typer.Option(help="A day, YYYY-MM-DD; by default today.")]
Number = Annotated[int, typer.Option("--campaign", help="Number of a campaign; by default the one that runs there.")]


@contextmanager
def _database() -> Iterator[Database]:
    database = Database(settings_from().database_url)
    try:
        database.inspect()
        yield database
    finally:
        database.close()


def _say(key: str, **values: object) -> str:
    return words(language()).say(key, **values)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else local_day(datetime.now(UTC))
    except ValueError:
        fail(_say("campaign.no_day", day=text))


def _place(tx: Connection, code: str) -> int:
    from sqlalchemy import select

    from storage.models import Place, table

    place = table(Place)
    found = tx.scalar(select(place.c.id).where(place.c.code == code, place.c.valid_to.is_(None)).order_by(place.c.level).limit(1))
    if found is None:
        fail(_say("campaign.no_place", code=code))
    return int(found)


@campaign.command("create")
def create(name: Annotated[str, typer.Option(help="What it is called.")], place: Code,
           starts: Annotated[str, typer.Option(help="First day, YYYY-MM-DD.")],
           ends: Annotated[str, typer.Option(help="Last day, YYYY-MM-DD.")],
           goal: Annotated[str, typer.Option(help="The service that somebody in every household is to reach.")] = "vneid_level2",
           target: Annotated[int, typer.Option(min=1, max=100, help="Per cent of the households to reach it.")] = 100,
           document: Annotated[str, typer.Option(help="Number of the plan or decision behind it.")] = "",
           aim: Annotated[list[str] | None, typer.Option(
               help="A further target, service:denominator:percent; households, adults or farm_households.")] = None) -> None:
    """Begin a campaign. Its register is frozen as the households stand now; later ones are marked as additions."""
    from handlers.visits.visit import SERVICES
    from storage.counting import campaigns

    first, last = _day(starts), _day(ends)
    if last < first:
        fail(_say("campaign.ends_first", starts=first, ends=last))
    if goal not in SERVICES:
        fail(_say("campaign.no_service", service=goal, known=", ".join(SERVICES)))
    aims = tuple(_aim(each, SERVICES) for each in aim or ())
    with _database() as database, database.write() as tx:
        plan = campaigns.Plan(name, _place(tx, place), first, last, goal, target, document, aims)
        id_ = campaigns.create(tx, plan, local_day(datetime.now(UTC)))
    typer.echo(_say("campaign.created", id=id_, name=name))


def _aim(text: str, services: tuple[str, ...]) -> Aim:
    from storage.counting.campaigns import Aim
    from storage.counting.course import Denominator

    service, _, rest = text.partition(":")
    denominator, _, percent = rest.partition(":")
    known = {each.value for each in Denominator}
    if service not in services or denominator not in known or not percent.isdigit() or not 1 <= int(percent) <= 100:
        fail(_say("campaign.no_aim", aim=text, services=", ".join(services), denominators=", ".join(sorted(known))))
    return Aim(service, Denominator(denominator), int(percent))


@campaign.command("show")
def show(id_: Annotated[int, typer.Argument(metavar="[CAMPAIGN]")] = 0) -> None:
    """List the campaigns, or show where one stands."""
    from handlers.reports.report_files import table
    from storage.counting import campaigns
    from storage.reading import Reading

    with _database() as database, database.read() as tx:
        rows = Reading(tx)
        if not id_:
            for each in campaigns.everything(rows):
                ended = each.closed_on.isoformat() if each.closed_on else ""
                typer.echo(f"{each.id}\t{each.starts_on}\t{each.ends_on}\t{ended}\t{each.name}\t{each.document}")
            return
        running = _running(campaigns.find(rows, id_))
        whole = _whole(_look(tx), running, running.place_id, local_day(datetime.now(UTC)))
        typer.echo(table(words(language()), whole), nl=False)


def _running(found: Running | None) -> Running:
    if found is None:
        fail(_say("campaign.none"))
    return found


@campaign.command("close")
def close(id_: Annotated[int, typer.Argument(metavar="CAMPAIGN")], on: On = "") -> None:
    """End a campaign: its numbers stay as they are."""
    from storage.counting import campaigns
    from storage.reading import Reading

    with _database() as database, database.write() as tx:
        running, day = _running(campaigns.find(Reading(tx), id_)), day_typed(on)
        if on and day < running.starts_on:
            fail(_say("campaign.not_begun", day=day, starts=running.starts_on))
        if running.closed_on is None:
            campaigns.close(tx, id_, day)
    typer.echo(_say("campaign.closed", id=id_, name=running.name))


@campaign.command("figure")
def figure(id_: Annotated[int, typer.Argument(metavar="CAMPAIGN")], place: Code,
           name: Annotated[str, typer.Option(help="What the figure counts.")],
           number: Annotated[int, typer.Option(min=0)],
           source: Annotated[str, typer.Option(help="Where it stood.")],
           of: Annotated[int | None, typer.Option(min=0, help="Of how many, where it is a share.")] = None,
           on: On = "") -> None:
    """Type in a figure from elsewhere. It is shown apart from what is computed here, with its source and day."""
    from storage.counting import campaigns
    from storage.reading import Reading

    stated = campaigns.Figure(name, number, of, source, _day(on))
    with _database() as database, database.write() as tx:
        _running(campaigns.find(Reading(tx), id_))
        campaigns.state(tx, campaigns.StateFigure(id_, _place(tx, place), stated), None, datetime.now(UTC))
    typer.echo(_say("campaign.stated", name=name))


@report.command("coverage")
def coverage(place: Code, number: Number = 0, on: On = "",
             format_: Annotated[str, typer.Option("--format", help=", ".join(FORMATS))] = "table",
             kind: Annotated[str, typer.Option("--period", help="week or month, for the letter")] = "week",
             out: Annotated[Path | None, typer.Option(help="Write to this file.")] = None,
             shared: Annotated[bool, typer.Option(help="Leave out places with very few households.")] = False,
             each: Annotated[bool, typer.Option("--households", help="csv and xlsx: a line a household.")] = False) -> None:
    """Coverage of a place: the same numbers as in the chat, in the form you need. How far it is stands on stderr."""
    if format_ not in FORMATS:
        fail(_say("campaign.no_format", format=format_, known=", ".join(FORMATS)))
    if kind not in ("week", "month"):
        fail(_say("campaign.no_period", period=kind))
    if each and (shared or format_ not in ("csv", "xlsx")):
        fail(_say("campaign.no_households"))
    if out is None and format_ in ("xlsx", "docx") and sys.stdout.isatty():
        fail(_say("campaign.needs_out", format=format_))
    with _database() as database, database.read() as tx:
        from handlers.reports.report import period
        from handlers.reports.report_export import Export
        from storage.counting import campaigns

        look, day = _look(tx), period(kind, day_typed(on)).last if format_ == "docx" and not on else day_typed(on)
        place_id = _place(tx, place)
        running = _running(campaigns.find(look.rows, number) if number else campaigns.of_place(look.rows, place_id, day))
        _exported(look, _whole(look, running, place_id, day), Export(format_, kind, shared, each), out)


def _look(tx: Connection) -> Look:
    from content.library import Library
    from handlers.look import Look
    from storage.reading import Reading

    now = datetime.now(UTC)
    return Look(Reading(tx), words(language()), Library.load(), now, local_day(now), now, 0)


def _whole(look: Look, running: Running, place_id: int, day: date) -> Overview:
    from handlers.calendar import calendar
    from storage.counting.overview import overview

    whole = overview(look.rows, running, place_id, day, calendar(look.rows))
    if whole is None:
        fail(_say("campaign.none"))
    return whole


def _exported(look: Look, whole: Overview, wanted: Export, out: Path | None) -> None:
    """Into a file that bears its name once it is whole, else to stdout piece by piece."""
    from handlers.reports.report_export import export

    told = _progress()
    if out is None:
        stream = typer.get_binary_stream("stdout")
        export(look, whole, wanted, stream, told)
        stream.flush()
        return
    unfinished = out.with_name(out.name + ".part")
    with unfinished.open("wb") as file:
        export(look, whole, wanted, file, told)
    unfinished.replace(out)
    typer.echo(str(out), err=True)


def _progress() -> Progress:
    """Says on stderr how many hamlets are done, a few times at most."""
    last = 0

    def heard(done: int, of: int) -> None:
        nonlocal last
        if of > 10 and (done * 10 // of > last or done == of):
            last = done * 10 // of
            typer.echo(_say("campaign.counting", done=done, all=of), err=True)
            if done == of:
                last = 0

    return heard


@app.command()
def simulate(communes: Annotated[int, typer.Option(min=1)] = 1, households: Annotated[int, typer.Option(min=1)] = 1000,
             days: Annotated[int, typer.Option(min=1, max=400)] = 100, seed: int = 1,
             visits: Annotated[float, typer.Option(min=1, help="About how many visits a household takes.")] = 5.0) -> None:
    """Play a made-up campaign through the real rules, into an empty database of its own: for trials and measurements."""
    from storage import simulation

    with _database() as database:
        with database.read() as tx:
            if not simulation.may_play(tx):
                fail(_say("campaign.not_empty"))
        scale = simulation.Scale(communes, households, days, local_day(datetime.now(UTC)), seed, visits)
        played = simulation.play(database, scale, lambda done, made: typer.echo(
            _say("campaign.playing", done=done, all=households, visits=made), err=True))
    typer.echo(_say("campaign.played", households=played.households, visits=played.visits, hamlets=played.hamlets,
                    campaign=played.campaign_id))
