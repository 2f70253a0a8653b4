"""Every dialogue, action, paper and kind of typed words by name: the one place to look for what can be asked of the bot."""

from collections.abc import Callable

from handlers import my_data, privacy, welcome
from handlers.announcements import announced, broadcast, news
from handlers.desk import Desk
from handlers.dialogue import Dialogue
from handlers.gatherings import gathering, gathering_move, gathering_off, gathering_papers, sessions
from handlers.guides import assist, guide, listen, pictures, poster, searching, speech, subjects, usage
from handlers.help import feedback, help_answer, help_list, help_request
from handlers.households import duplicates, exclusion, former, household_list, spot_check
from handlers.papers import Make
from handlers.places import arrive, desk_hours, rhythm
from handlers.reminders import dossier, opting, reminder, settings, upcoming, why
from handlers.reports import behind, chart, credit, figure, reporting, session_letter, summary
from handlers.rounds import assigning, list_paper, promised, today
from handlers.teams import day_code, invite, join, link, members
from handlers.visits import card, confirm, counter, drill, meeting, quick_log, visit

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
        dossier.DOSSIER_WATCH,
        dossier.REDATE,
        desk_hours.DESK_SET,
        settings.SETTINGS,
        my_data.ERASE,
        gathering.GATHERING,
        gathering_move.MOVE,
        gathering.ATTENDANCE,
        gathering.WORKDAYS,
        rhythm.RHYTHM,
        rhythm.HOLIDAY,
        reminder.POSTPONE,
        upcoming.LATER,
        exclusion.EXCLUDE,
        figure.FIGURE,
        day_code.CHECK,
        assist.ASSIST,
        arrive.ARRIVE,
        quick_log.UNCLEAR,
        drill.DRILL,
        today.ANNOUNCE,
        assigning.ALLOT,
        meeting.MEETING,
        counter.COUNTER,
        promised.PROMISED,
        card.CORRECT,
        card.ALONG,
    )
}

ACTIONS: dict[str, Callable[[Desk, str], None]] = {
    "menu": welcome.menu,
    "more": welcome.more,
    "leave": welcome.leave,
    "about": welcome.about,
    "language": welcome.language,
    "guides": subjects.guides,
    "none": searching.none_of_these,
    "undo": visit.undo,
    "summary": summary.summary,
    "numbers": behind.numbers,
    "behind": behind.households,
    "parts": behind.parts,
    "gone": exclusion.gone,
    "report": reporting.report,
    "credit": credit.by_member,
    "session_letter": session_letter.session,
    "spot": spot_check.spot_check,
    "remind": reminder.remind_me,
    "quiet": reminder.stop,
    "passto": reminder.pass_to,
    "privacy": privacy.privacy,
    "mydata": my_data.shown,
    "takedata": my_data.take_along,
    "list": household_list.bring,
    "list-refused": household_list.refused,
    "keep-list": household_list.keep,
    "drop-list": household_list.drop,
    "duplicates": duplicates.duplicates,
    "part": duplicates.part,
    "formerly": former.formerly,
    "quick": quick_log.quick,
    "today": today.today,
    "paper": today.paper,
    "held": assigning.held,
    "card": card.card,
    "accept": help_answer.accept,
    "passon": help_answer.pass_on,
    "talkon": help_answer.talk_on,
    "closehelp": help_answer.close,
    "requests": help_list.requests,
    "request": help_list.one_request,
    "takeover": help_list.take_over,
    "announced": announced.listed,
    "announcement": announced.one,
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
    "mycode": day_code.show,
    "together": assist.together,
    "usage": usage.usage,
    "unquiet": reminder.start_again,
    "why": why.why,
    "reminders": upcoming.listed,
    "reminder": upcoming.one,
    "dossiers": dossier.listed,
    "dossier_one": dossier.one,
    "dossier_is": dossier.answered,
    "hours": desk_hours.hours,
    "desk_notes": desk_hours.notes,
    "sessions": sessions.listed,
    "session": sessions.remind,
    "gatherings": gathering.listed,
    "gathering_one": gathering.one,
    "present": gathering.present,
    "off_sure": gathering_off.sure,
    "call_off": gathering_off.call_off,
    "attendance_file": gathering.sheet,
    "poster": poster.ask_for_poster,
    "listen": listen.listen,
}

EARS: tuple[Callable[[Desk, str], str | None], ...] = (
    household_list.ear,
    card.ear,
    quick_log.ear,
    confirm.ear,
    day_code.heard,
    assist.heard,
    opting.ear,
    gathering.ear,
    former.ear,
    welcome.ear,
)
"""Typed words that mean something by their form ("12 xong", "kiểm tra 4821"): each gives what they ask for, as a button
would carry it, or None. Asked in this order, after labels and commands, before an open question and the search."""

PAPERS: dict[str, Make] = {
    pictures.KIND: pictures.guide_picture,
    "ics": gathering_papers.ics,
    "attendance": gathering_papers.attendance,
    "workdays": gathering_papers.workdays,
    "chart": chart.chart,
    "report": reporting.paper,
    session_letter.KIND: session_letter.paper,
    "list": list_paper.make,
    "mydata": my_data.paper,
    poster.KIND: poster.paper,
    speech.KIND: speech.paper,
}
"""Pictures and documents by the kind their name begins with ("report:vi:..."): made when they are sent, not before."""
