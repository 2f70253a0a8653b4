"""The demonstration's people on Telegram and Zalo too."""

from sqlalchemy import insert, select

from storage.database import Database
from storage.models import Chat, table
from tests.journeys.drivers import CHATS

ELSEWHERE = (("telegram:main", ""), ("zalo-bot:main", "z"), ("zalo-oa:main", "z"))
"""Accounts and how a chat's number is written there."""


def bind_chats(url: str) -> None:
    """Give each of them the chats they have elsewhere."""
    database = Database(url)
    chat = table(Chat)
    with database.write() as tx:
        for part, number in CHATS.items():
            row = tx.execute(select(chat).where(chat.c.account == "terminal", chat.c.ref == part)).first()
            if row is not None:
                copied = {name: value for name, value in row._mapping.items() if name != "id"}
                tx.execute(insert(chat), [{**copied, "account": account, "ref": f"{sign}{number}"}
                                          for account, sign in ELSEWHERE])
    database.close()
