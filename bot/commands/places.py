"""Places: the official list, today's names for older ones, and the hamlets of a commune."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.commands.ground import fail, language, reading, writing
from bot.commands.listing import at_the_desk
from content.vietnam_time import local_day
from content.words import words
from storage.reading import Reading

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from content.places import Gazetteer, Unit
    from storage.areas.places import Standing

T = TypeVar("T")
app = typer.Typer()
place = typer.Typer(help="Provinces and communes: today's list, and what older names are today.")
hamlet = typer.Typer(help="Hamlets of a commune: add, rename, merge, split, move households, take back.")
app.add_typer(place, name="place")
app.add_typer(hamlet, name="hamlet")


def _say(key: str, **blanks: object) -> None:
    typer.echo(words(language()).say(key, **blanks))


@place.command("find")
def place_find(text: Annotated[str, typer.Argument(help="A name of today or before, or a code.")]) -> None:
    """Find a commune or province by a name of today or before: "x. bang phuc cu", "tp hcm", "huyện Chợ Đồn"."""
    from content.places import gazetteer

    known = gazetteer()
    found = known.find(text)
    for each in found:
        line = f"{each.unit.code}  {known.full_name(each.unit.code)}"
        if each.former:
            line += f"  ({words(language()).say('place.part_of' if each.divided else 'place.formerly', name=each.former)})"
        typer.echo(line)
    if not found:
        fail(words(language()).say("place.not_found", text=text))


@place.command("list")
def place_list(code: Annotated[str, typer.Argument(help="Of a province: its communes; of a commune: its hamlets.")] = "") -> None:
    """List the provinces, the communes of a province, or the hamlets of a commune that are in the database."""
    from content.places import COMMUNE, gazetteer

    known = gazetteer()
    unit = known.units.get(code)
    if unit is not None and unit.level == COMMUNE:
        for each in reading(lambda tx: _hamlets(Reading(tx), code)):
            typer.echo(f"{each.code}  {each.name}")
        return
    if code and unit is None:
        fail(words(language()).say("place.not_found", text=code))
    for listed in known.communes(code) if unit else known.provinces():
        typer.echo(f"{listed.code}  {listed.name}")


@place.command("import")
def place_import(codes: Annotated[list[str] | None, typer.Argument(help="Codes of communes, or of whole provinces.")] = None,
                 everything: Annotated[bool, typer.Option("--all", help="All 34 provinces and 3,321 communes.")] = False) -> None:
    """Put communes (with their province) into the database. Again, it only brings names up to date."""
    from content.places import gazetteer
    from storage.areas import places

    known = gazetteer()
    chosen = list(known.units.values()) if everything else _chosen(known, codes or [])
    listed = [places.Listed(unit.level, unit.code, unit.name, unit.parent, unit.since) for unit in chosen]
    new, changed = writing(lambda tx: places.keep(tx, listed))
    _say("place.imported", new=new, changed=changed, unchanged=len(listed) - new - changed)


def _hamlets(rows: Reading, commune: str) -> list[Standing]:
    from storage.areas import places

    known = places.with_code(rows, commune)
    return places.standing(rows, known.id) if known else []


def _chosen(known: Gazetteer, codes: list[str]) -> list[Unit]:
    chosen: dict[str, Unit] = {}
    for code in codes:
        unit = known.units.get(code)
        if unit is None:
            fail(words(language()).say("place.not_found", text=code))
        chosen |= {each.code: each for each in [unit, *known.communes(code)]}
        if unit.parent:
            chosen[unit.parent] = known.units[unit.parent]
    if not chosen:
        fail(words(language()).say("place.name_some"))
    return list(chosen.values())


@hamlet.command("add")
def hamlet_add(commune: Annotated[str, typer.Argument(help="Code of the commune.")],
               names: Annotated[list[str], typer.Argument(help="Names of hamlets, as people say them.")],
               team: Annotated[bool, typer.Option(help="With a team for each hamlet.")] = True) -> None:
    """Add hamlets to a commune, each with its team. A hamlet that is there already stays as it is."""
    from storage.areas import places
    from storage.moves import hamlets

    say, tidy = words(language()).say, [" ".join(name.split()) for name in names]

    def write(tx: Connection) -> list[tuple[int, str]]:
        known = places.with_code(Reading(tx), commune)
        if known is None or known.level != places.COMMUNE:
            fail(say("place.not_in_database", code=commune))
        return [hamlets.add(tx, known.id, name, say("place.team", hamlet=name) if team else "", _today()) for name in tidy]

    for (_, code), name in zip(writing(write), tidy, strict=True):
        typer.echo(f"{code}  {name}")


@hamlet.command("rename")
def hamlet_rename(code: Annotated[str, typer.Argument(help="Code of the hamlet.")],
                  name: Annotated[str, typer.Argument(help="Its new name.")],
                  on: Annotated[str, typer.Option(help="Since which day, YYYY-MM-DD; by default today.")] = "") -> None:
    """Give a hamlet another name from a day on; reports of earlier days keep the old one."""
    from storage.moves import hamlets
    from storage.teams.people import note

    def write(tx: Connection) -> None:
        made = hamlets.rename(tx, hamlet_of(tx, code).id, " ".join(name.split()), day_typed(on), None, datetime.now(UTC))
        note(tx, at_the_desk(), "hamlet.renamed", f"change:{made}")

    changing(write)
    _say("place.renamed", code=code, name=name)


@hamlet.command("merge")
def hamlet_merge(code: Annotated[str, typer.Argument(help="Code of the hamlet that ends.")],
                 into: Annotated[str, typer.Argument(help="Code of the hamlet it becomes part of.")],
                 on: Annotated[str, typer.Option(help="Since which day, YYYY-MM-DD; by default today.")] = "") -> None:
    """Merge a hamlet into its neighbour: households, teams and history go along; old numbers stay good."""
    from storage.moves import hamlets
    from storage.teams.people import note

    def write(tx: Connection) -> tuple[str, str]:
        gone, stays = hamlet_of(tx, code), hamlet_of(tx, into)
        made = hamlets.merge(tx, gone.id, stays.id, day_typed(on), None, datetime.now(UTC))
        note(tx, at_the_desk(), "hamlet.merged", f"place:{gone.id}", f"into:{stays.id} change:{made}")
        return gone.name, stays.name

    gone, stays = changing(write)
    _say("place.merged", gone=gone, into=stays)


@hamlet.command("undo")
def hamlet_undo(code: Annotated[str, typer.Argument(help="Code of the hamlet.")]) -> None:
    """Take back the newest change of a hamlet: renamed, merged, split, households moved."""
    from storage.moves import hamlets
    from storage.teams.people import note

    def write(tx: Connection) -> None:
        last = hamlets.last_change(Reading(tx), code)
        if last is None:
            raise hamlets.CannotChange("place.nothing_to_undo")
        hamlets.undo(tx, last, datetime.now(UTC))
        note(tx, at_the_desk(), "hamlet.undone", f"change:{last}")

    changing(write)
    _say("place.undone", code=code)


# --- what the commands stand on -------------------------------------------------------------------------------------------


def changing(write: Callable[[Connection], T]) -> T:
    """Change a hamlet, or say why that may not be."""
    from storage.moves.place_changes import CannotChange

    try:
        return writing(write)
    except CannotChange as trouble:
        fail(words(language()).say(trouble.phrase, **trouble.values))


def _today() -> date:
    return local_day(datetime.now(UTC))


def day_typed(on: str) -> date:
    """The day that was typed, today without one; a day to come is no day yet."""
    try:
        day = date.fromisoformat(on) if on else _today()
    except ValueError:
        day = date.max
    if day > _today():
        fail(words(language()).say("place.no_day", day=on))
    return day


def hamlet_of(tx: Connection, code: str) -> Standing:
    from storage.areas import places

    found = places.with_code(Reading(tx), code)
    if found is None or found.level != places.HAMLET:
        fail(words(language()).say("place.not_in_database", code=code))
    return found
