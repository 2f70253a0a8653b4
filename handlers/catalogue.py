"""Every dialogue, action, paper and kind of typed words by name: the one place to look for what can be asked of the bot."""

from collections.abc import Callable

from handlers import guide, invite, join, privacy, quick_log, reminder, searching, summary, visit, welcome
from handlers.desk import Desk
from handlers.dialogue import Dialogue
from handlers.papers import Make

DIALOGUES: dict[str, Dialogue] = {d.name: d for d in (guide.GUIDE, visit.VISIT, join.JOIN, invite.INVITE, quick_log.QUICK)}

ACTIONS: dict[str, Callable[[Desk, str], None]] = {
    "menu": welcome.menu,
    "leave": welcome.leave,
    "about": welcome.about,
    "language": welcome.language,
    "guides": searching.guides,
    "none": searching.none_of_these,
    "undo": visit.undo,
    "log": quick_log.quick,
    "summary": summary.summary,
    "remind": reminder.remind_me,
    "quiet": reminder.stop,
    "privacy": privacy.privacy,
}

EARS: tuple[Callable[[Desk, str], str | None], ...] = (quick_log.ear,)
"""Typed words that mean something by their form ("12 xong", "kiểm tra 4821"): each gives what they ask for, as a button
would carry it, or None. Asked in this order, after labels and commands, before an open question and the search."""

PAPERS: dict[str, Make] = {}
"""Pictures and documents by the kind their name begins with ("report:vi:..."): made when they are sent, not before."""
