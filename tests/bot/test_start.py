"""What a start loads: a small server has little memory, and what is not used is not loaded."""

import subprocess
import sys

UNUSED = ("aiohttp", "telegram", "psycopg", "sqlalchemy.dialects.postgresql", "alembic", "av", "PIL", "docx", "openpyxl", "numpy")


def test_a_bot_that_only_polls_on_sqlite_loads_nothing_it_does_not_use() -> None:
    look = ("import sys, bot.cli, bot.build, bot.clock, bot.channels.telegram, handlers.catalogue; "
            f"print(*(name for name in {UNUSED} if name in sys.modules))")
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.split() == []


def test_what_answers_is_loaded_once_the_first_letters_are_asked_for() -> None:
    look = ("import sys, bot.cli, bot.build, bot.channels.telegram; "
            "print('handlers.answering' in sys.modules, 'content.redact' in sys.modules)")
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.split() == ["False", "False"]
