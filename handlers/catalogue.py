"""Every dialogue and every action by name: the one place to look for what can be asked of the bot."""

from collections.abc import Callable

from handlers import guide, invite, join, privacy, reminder, searching, summary, visit, welcome
from handlers.desk import Desk
from handlers.dialogue import Dialogue

DIALOGUES: dict[str, Dialogue] = {d.name: d for d in (guide.GUIDE, visit.VISIT, join.JOIN, invite.INVITE)}

ACTIONS: dict[str, Callable[[Desk, str], None]] = {
    "menu": welcome.menu,
    "leave": welcome.leave,
    "about": welcome.about,
    "language": welcome.language,
    "guides": searching.guides,
    "none": searching.none_of_these,
    "undo": visit.undo,
    "summary": summary.summary,
    "remind": reminder.remind_me,
    "quiet": reminder.stop,
    "privacy": privacy.privacy,
}
