"""The command line: `gocua` and its commands."""

from __future__ import annotations

import typer
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from bot.amiss import Amiss
from bot.commands import (
    campaigning,
    households,
    keeping,
    knowing,
    moving,
    people,
    places,
    running,
    showing,
    telegram,
    visit_logs,
    work,
    zalo,
)
from bot.commands.ground import fail, language
from bot.settings import variables
from content.words import words
from storage.database import Unusable, reason

app = typer.Typer(help="Gõ Cửa: a chatbot for Vietnam's community digital-technology teams.", no_args_is_help=False,
                  add_completion=False, pretty_exceptions_enable=False,
                  epilog="Settings (environment or .env): " + "; ".join(f"{name}: {what}" for name, what in variables().items()))
for part in (running, people, places, moving, households, visit_logs, knowing, showing, keeping, campaigning, work, telegram,
             zalo):
    app.add_typer(part.app)


@app.callback(invoke_without_command=True)
def _default(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        running.serve()


def main() -> None:
    """The console script. Whatever an operator can mend is said in words, without a traceback."""
    try:
        app()
    except (Unusable, Amiss) as trouble:
        fail(words(language()).say(trouble.phrase, **trouble.values))
    except OperationalError as error:  # locked, full, gone in the middle
        fail(words(language()).say("database.refused", reason=reason(error)))
    except OSError as error:
        if error.filename is None:
            raise
        fail(words(language()).say("file.trouble", file=error.filename, reason=error.strerror))
    except ValidationError as error:
        for each in error.errors():
            name = "GOCUA_" + "_".join(str(part) for part in each["loc"]).upper()
            typer.echo(f"{name}: {each['msg'].removeprefix('Value error, ')}", err=True)  # never the value: it may be a token
        raise SystemExit(2) from None
