"""Whether somebody can be told something now, and in which of their chats: a channel may close a while after their last word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from handlers.look import Look
from handlers.talk import Answer, Notice, said
from storage.helping import duty
from storage.helping.duty import Address
from storage.helping.help_requests import TalkMoves
from storage.reading import Reading
from storage.reminding.doors import doors_of
from storage.reminding.ways import Allows, way_for_answer

Accounts = Mapping[str, Allows]


def open_to(look: Look, whom: Sequence[Address]) -> list[Address]:
    """Those of them who can be told something, each in the chat that is open."""
    chats = ways(look.rows, look.accounts, [(each.chat_id, each.account) for each in whom], look.now)
    return [_in(look.rows, each, chats[each.chat_id]) for each in whom if chats[each.chat_id]]


def ways(rows: Reading, accounts: Accounts, chats: Sequence[tuple[int, str]], now: datetime) -> dict[int, int]:
    """For each chat (with its account) the chat to write to: itself wherever it is open, 0 where all of theirs are closed."""
    found = {chat_id: chat_id for chat_id, _ in chats}
    doubtful = [chat_id for chat_id, account in chats if may_close(accounts, account)]
    for chat_id, doors in doors_of(rows, doubtful).items():
        door = way_for_answer(rows, accounts, doors, now, chat_id)
        found[chat_id] = door.chat_id if door else 0
    return found


def may_close(accounts: Accounts, account: str) -> bool:
    """Whether an account can be closed to somebody at all: everywhere else nothing need be looked up."""
    return account.startswith("zalo-") or (account in accounts and accounts[account].proactive is not None)


def _in(rows: Reading, to: Address, chat_id: int) -> Address:
    if chat_id == to.chat_id:
        return to
    other = duty.address(rows, chat_id)
    return replace(to, chat_id=chat_id, account=other.account, ref=other.ref) if other else to


def redirected(rows: Reading, accounts: Accounts, notices: Sequence[Notice], now: datetime
               ) -> tuple[list[Notice], list[TalkMoves]]:
    """Notices in the chats that are open, without those that reach nobody; and which talks go on in another chat with them."""
    chats = ways(rows, accounts, [(each.chat_id, each.account) for each in notices], now)
    reached, moves = [], []
    for each in notices:
        chat_id = chats[each.chat_id]
        if chat_id not in (0, each.chat_id) and (other := duty.address(rows, chat_id)):
            moves.append(TalkMoves(each.chat_id, chat_id))
            reached.append(replace(each, chat_id=chat_id, account=other.account, ref=other.ref))
        elif chat_id:
            reached.append(each)
    return reached, list(dict.fromkeys(moves))


def see_to(look: Look, answer: Answer) -> None:
    """What a letter has to say to others takes the way that is open; whoever wrote hears where there is none."""
    kept, moves = redirected(look.rows, look.accounts, answer.notices, look.now)
    lost = bool(answer.notices) and not kept
    answer.notices = kept
    answer.records += moves
    if lost and answer.messages:
        word, last = look.words.say("help.not_told"), answer.messages[-1]
        answer.messages[-1] = replace(last, text=f"{last.text}\n\n{word}" if last.text else word)
    elif lost:
        answer.messages.append(said(look.words.say("help.not_told")))
