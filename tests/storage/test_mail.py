"""Letters in and out, on SQLite and PostgreSQL: nothing twice, nothing lost, each chat in order."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from storage import leases, mail
from storage.database import Database
from storage.models import Inbox, Outbox, table
from storage.reading import Reading

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def letter(number: int, chat: str) -> mail.Letter:
    return mail.Letter(str(number), chat, {"k": "text", "at": 0, "text": f"n{number}"})


def take_in(database: Database, *letters: mail.Letter) -> int:
    with database.write() as tx:
        return mail.receive(tx, "test", letters, NOW, {})


def post(database: Database, chat_id: int, *keys: str, policy: str = mail.RESEND_ONCE) -> None:
    with database.write() as tx:
        mail.post(tx, [{"key": key, "account": "test", "chat_id": chat_id, "lane": mail.REPLY, "policy": policy,
                        "parcel": {"text": key}, "created_at": NOW} for key in keys])


def test_a_letter_that_comes_again_is_kept_once(database: Database) -> None:
    for _ in range(3):
        take_in(database, letter(1, "a"), letter(2, "b"))
    with database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(table(Inbox))) == 2


def test_the_first_letter_of_each_chat_is_claimed(database: Database) -> None:
    take_in(database, letter(1, "a"), letter(2, "a"), letter(3, "b"), letter(4, "a"))
    with database.write() as tx:
        claimed = mail.claim(tx, NOW, 10)
        assert [each.body["text"] for each in claimed] == ["n1", "n3"]
        mail.close(tx, [each.inbox_id for each in claimed])
    with database.write() as tx:
        assert [each.body["text"] for each in mail.claim(tx, NOW, 10)] == ["n2"]


def test_a_flood_from_one_chat_does_not_hide_the_others(database: Database) -> None:
    take_in(database, *(letter(number, "flood") for number in range(500)), letter(1000, "quiet"))
    with database.write() as tx:
        assert {each.chat_ref for each in mail.claim(tx, NOW, 5)} == {"flood", "quiet"}


def test_a_letter_that_fails_waits_and_then_is_dead(database: Database) -> None:
    take_in(database, letter(1, "a"), letter(2, "a"), letter(3, "b"))
    for tries in range(1, mail.TRIES + 1):
        with database.write() as tx:
            first = next(each for each in mail.claim(tx, NOW + timedelta(hours=tries), 10) if each.chat_ref == "a")
            assert first.body["text"] == "n1"
            mail.defer(tx, first.inbox_id, tries, NOW + timedelta(hours=tries, minutes=5), "Oops")
        with database.write() as tx:
            waiting = [each.chat_ref for each in mail.claim(tx, NOW + timedelta(hours=tries), 10)]
            assert waiting == (["b"] if tries < mail.TRIES else ["a", "b"])
    with database.write() as tx:
        assert [each.body["text"] for each in mail.claim(tx, NOW + timedelta(days=1), 10)] == ["n2", "n3"]


def test_a_message_in_mid_send_follows_its_policy(database: Database) -> None:
    take_in(database, letter(1, "a"))
    with database.write() as tx:
        chat_id = mail.claim(tx, NOW, 1)[0].chat_id
    post(database, chat_id, "again")
    post(database, chat_id, "edit", policy=mail.EDIT)
    post(database, chat_id, "drop", policy=mail.DROP)
    for fate in ("new", "unknown"):
        with database.write() as tx:
            ids = [parcel.id for parcel in mail.waiting(Reading(tx), "test", 0, 10)]
            mail.advance(tx, [], ids, NOW)
            mail.recover(tx, "test", NOW)
            states = dict(tx.execute(select(table(Outbox).c.key, table(Outbox).c.state)).all())
        assert states == {"again": fate, "edit": "new", "drop": "unknown"}


def test_what_is_posted_is_sent_in_order_and_a_secret_is_forgotten(database: Database) -> None:
    take_in(database, letter(1, "a"))
    with database.write() as tx:
        chat_id = mail.claim(tx, NOW, 1)[0].chat_id
    post(database, chat_id, "one", "two")
    with database.write() as tx:
        first, second = mail.waiting(Reading(tx), "test", 0, 10)
        assert [first.body["text"], second.body["text"]] == ["one", "two"]
        mail.advance(tx, [], [first.id], NOW)
        mail.advance(tx, [mail.Settled(first.id, "sent", NOW, external_id="77", forget=True)], [second.id], NOW)
    with database.read() as tx:
        rows = tx.execute(select(table(Outbox)).order_by(table(Outbox).c.id)).all()
        assert [(row.state, row.external_id, row.parcel) for row in rows] == [
            ("sent", "77", None), ("sending", None, {"text": "two"})]


def test_a_blocked_chat_is_sent_nothing_more(database: Database) -> None:
    take_in(database, letter(1, "a"))
    with database.write() as tx:
        chat_id = mail.claim(tx, NOW, 1)[0].chat_id
    post(database, chat_id, "one")
    with database.write() as tx:
        mail.block(tx, [chat_id], NOW)
        assert mail.waiting(Reading(tx), "test", 0, 10) == []


def test_one_process_holds_a_lease(database: Database) -> None:
    lasts = timedelta(seconds=10)
    with database.write() as tx:
        assert leases.lease(tx, "poll", "one", NOW, lasts)
        assert not leases.lease(tx, "poll", "two", NOW, lasts)
        assert leases.lease(tx, "poll", "one", NOW + lasts / 2, lasts)
        assert not leases.lease(tx, "poll", "two", NOW + lasts, lasts)
        assert leases.lease(tx, "poll", "two", NOW + 2 * lasts, lasts)


def test_old_letters_are_emptied_but_still_known(database: Database) -> None:
    take_in(database, letter(1, "a"))
    with database.write() as tx:
        mail.close(tx, [mail.claim(tx, NOW, 1)[0].inbox_id])
        mail.forget_old_letters(tx, NOW + timedelta(days=8))
    take_in(database, letter(1, "a"))
    with database.read() as tx:
        assert tx.execute(select(table(Inbox).c.letter)).scalars().all() == [None]
