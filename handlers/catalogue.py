"""Every dialogue, action, paper and kind of typed words by name: the one place to look for what can be asked of the bot."""

from collections.abc import Callable

from handlers import (
    broadcast,
    confirm,
    duplicates,
    feedback,
    former,
    guide,
    help_answer,
    help_list,
    help_request,
    household_list,
    invite,
    join,
    link,
    members,
    news,
    privacy,
    reminder,
    searching,
    summary,
    visit,
    welcome,
)
from handlers.desk import Desk
from handlers.dialogue import Dialogue
from handlers.papers import Make

DIALOGUES: dict[str, Dialogue] = {
    dialogue.name: dialogue
    for dialogue in (
        guide.GUIDE,
        visit.VISIT,
        join.JOIN,
        invite.INVITE,
        link.LINK,
        members.MEMBERS,
        members.RESIGN,
        duplicates.MERGE,
        help_request.HELP,
        help_answer.MEET,
        help_list.ASSIGN,
        help_list.DUTY,
        broadcast.BROADCAST,
        news.NEWS,
        feedback.FEEDBACK,
        confirm.CONFIRM,
    )
}

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
    "quiet": news.quiet,
    "privacy": privacy.privacy,
    "list": household_list.bring,
    "list-refused": household_list.refused,
    "keep-list": household_list.keep,
    "drop-list": household_list.drop,
    "duplicates": duplicates.duplicates,
    "part": duplicates.part,
    "formerly": former.formerly,
    "accept": help_answer.accept,
    "passon": help_answer.pass_on,
    "talkon": help_answer.talk_on,
    "closehelp": help_answer.close,
    "requests": help_list.requests,
    "request": help_list.one_request,
    "takeover": help_list.take_over,
    "trial": broadcast.trial,
    "send": broadcast.send,
    "approve": broadcast.approve,
    "refuse": broadcast.refuse,
    "unsend": broadcast.drop,
    "stopsend": broadcast.stop,
    "nonews": news.unsubscribe,
    "thanks": feedback.thanks,
    "mailbag": feedback.mailbag,
    "handled": feedback.handled,
    "showcode": confirm.show_code,
    "wrongcode": confirm.wrong_code,
    "guided": confirm.guided,
    "unlink": confirm.unlink,
}

EARS: tuple[Callable[[Desk, str], str | None], ...] = (
    confirm.ear,
    household_list.ear,
    former.ear,
)
"""Typed words that mean something by their form ("12 xong", "kiểm tra 4821"): each gives what they ask for, as a button
would carry it, or None. Asked in this order, after labels and commands, before an open question and the search."""

PAPERS: dict[str, Make] = {}
"""Pictures and documents by the kind their name begins with ("report:vi:..."): made when they are sent, not before."""
