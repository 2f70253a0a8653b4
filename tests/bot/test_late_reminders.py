"""What nobody asked for and did not leave in time is not sent: a channel that was down must not ring at night."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from handlers.talk import Message, Policy
from storage import mail
from storage.database import Database
from storage.models import Chat, Outbox, table
from storage.reminding import reminders
from tests.bot.test_poison import Recorder
from tests.houses import living, quiet

outbox = table(Outbox)


async def test_a_reminder_past_its_hour_is_refused_and_the_next_one_goes(url: str) -> None:
    now = datetime.now(UTC)
    database = Database(url)
    with database.write() as tx:
        tx.execute(
            insert(table(Chat)),
            {
                "id": 1,
                "account": "test",
                "ref": "1",
                "state": "active",
                "shown": [],
                "created_at": now,
                "heard_at": now - timedelta(days=1),
            },
        )
        hour = timedelta(hours=1)
        for key, since, until in (
            ("re:d:1", now - hour, now - hour / 60),
            ("re:d:2", now - hour, now + hour),
            ("re:d:3", now + hour, now + 2 * hour),
        ):  # the clock was set back
            message = Message(text=key, policy=Policy.DROP, since=since.timestamp(), until=until.timestamp())
            mail.post(
                tx,
                [
                    {
                        "key": key,
                        "account": "test",
                        "chat_id": 1,
                        "lane": mail.REMINDER,
                        "policy": "drop",
                        "parcel": message.pack(),
                        "created_at": now,
                    }
                ],
            )
    channel = Recorder()
    async with living(url, [channel]) as house:
        await quiet(house.store)
    assert channel.to("1") == ["re:d:2"]
    with database.read() as tx:
        fates = {row.key: (row.state, row.problem) for row in tx.execute(select(outbox.c.key, outbox.c.state, outbox.c.problem))}
    late = ("failed", reminders.TOO_LATE)
    assert fates == {"re:d:1": late, "re:d:2": ("sent", None), "re:d:3": late}
    database.close()


def test_the_hour_goes_along_in_the_parcel_and_is_no_part_of_other_messages() -> None:
    assert Message.unpack(Message(text="x", until=5.0).pack()).until == 5.0
    assert "until" not in Message(text="x").pack()
