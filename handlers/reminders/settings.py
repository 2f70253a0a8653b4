"""“Cài đặt”: which reminders, at which hours, a pause, language, larger steps."""

from __future__ import annotations

from enum import StrEnum

from content.words import LANGUAGES
from handlers.access import Action
from handlers.days import ask_day, both
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import Option, Question, many_of, one_of, pick
from handlers.talk import Choice
from storage.reminding import preferences
from storage.reminding import reminder_kinds as kinds
from storage.reminding.preferences import Prefer, Settings
from storage.reminding.reminder_plans import WEEKS
from storage.reminding.reminders import StartReminding, StopReminding

FOR_CITIZENS = (kinds.UNFINISHED_GUIDE, kinds.DOSSIER, kinds.APPOINTMENT, kinds.DESK_OPEN, kinds.SESSION)
FOR_MEMBERS = (kinds.FOLLOW_UP, kinds.VISIT_SOON, kinds.GATHERING, kinds.SESSION, kinds.DEADLINE, kinds.NUDGE)
FOR_LEADERS = (kinds.WEEKLY, kinds.EXCLUSION, kinds.HELP_UNANSWERED, kinds.OVERDUE)
HOURS = ("any", "morning", "afternoon", "evening")
LONGEST_PAUSE = 180


class Setting(StrEnum):
    KINDS = "kinds"
    HOURS = "hours"
    PAUSE = "pause"
    STEPS = "steps"
    LANGUAGE = "language"
    WEEKLY = "weekly"
    STOP = "stop"
    START = "start"


def settings(ask: Ask, look: Look) -> Done:
    own = preferences.own(look.rows, look.chat_id)
    off = own.wishes.stopped or (own.wishes.paused_until or look.today) > look.today
    hidden = {*((Setting.STOP, Setting.PAUSE) if off else (Setting.START,)),
              *(() if kinds.WEEKLY in mine(look) else (Setting.WEEKLY,))}
    offered = [each for each in Setting if each not in hidden]
    first = one_of("what", Setting, offered)
    what = ask(first, state=state(look, own))
    return _CHANGED[what](ask, look, own)


def state(look: Look, own: Settings) -> str:
    """How somebody's settings stand, a line each."""
    words, wishes = look.words, own.wishes
    if wishes.stopped:
        lines = [words.say("settings.now_stopped")]
    elif wishes.paused_until and wishes.paused_until > look.today:
        lines = [words.say("settings.now_paused", day=both(words, wishes.paused_until, look.today))]
    else:
        lines = [words.say("settings.now_on")]
    lines.append(words.say("settings.now_hours", hours=words.say(f"settings.hours.{wishes.hours or 'any'}")))
    if wishes.muted:
        lines.append(words.say("settings.now_muted", kinds=", ".join(words.say(f"reminder.kind.{kind}")
                                                                     for kind in sorted(wishes.muted & kinds.KINDS.keys()))))
    if kinds.WEEKLY in mine(look):
        lines.append(words.say("settings.now_weekly", on=words.say(f"settings.weekly.{own.weekly_on}")))
    if own.larger_steps:
        lines.append(words.say("settings.now_larger"))
    return "\n".join(lines)


def mine(look: Look) -> tuple[str, ...]:
    """The kinds of reminders that may come to somebody."""
    if look.person is None or not look.person.serves:
        return FOR_CITIZENS
    roles = {service.role for service in look.person.serves}
    return FOR_MEMBERS if roles == {"volunteer"} else (*FOR_MEMBERS, *FOR_LEADERS)


def _kinds(ask: Ask, look: Look, own: Settings) -> Done:
    may = mine(look)
    question = many_of("kinds", *may, ticked=tuple(kind for kind in may if kind not in own.wishes.muted))
    wanted = ask(Question(question.key, question.read, many=True, ticked=question.ticked,
                          offer=lambda: [Option(kind, say=f"reminder.kind.{kind}") for kind in may]))
    return _saved(look, Prefer(muted=tuple(kind for kind in may if kind not in wanted)))


def _hours(ask: Ask, look: Look, _own: Settings) -> Done:
    chosen = ask(pick("hours", *HOURS))
    return _saved(look, Prefer(hours="" if chosen == "any" else chosen))


def _pause(ask: Ask, look: Look, _own: Settings) -> Done:
    until = ask_day(ask, look, "until", "settings.until", least=1, most=LONGEST_PAUSE)
    return _saved(look, Prefer(paused_until=until.on))


def _steps(ask: Ask, look: Look, _own: Settings) -> Done:
    return _saved(look, Prefer(larger_steps=ask(pick("steps", "normal", "larger")) == "larger"))


def _weekly(ask: Ask, look: Look, _own: Settings) -> Done:
    """Many commune reports go up on Friday."""
    return _saved(look, Prefer(weekly_on=int(ask(pick("weekly", *map(str, WEEKS))))))


def _language(ask: Ask, look: Look, _own: Settings) -> Done:
    question = pick("language", *LANGUAGES)
    chosen = ask(Question("language", question.read, offer=lambda: [Option(each, say=f"language.{each}") for each in LANGUAGES]))
    return Done(then=f"/language:{chosen}")


def _stop(_ask: Ask, look: Look, _own: Settings) -> Done:
    return Done((StopReminding(),), "reminder.stopped", choices=(Choice(look.words.say("way.menu"), "/menu"),))


def _start(_ask: Ask, look: Look, _own: Settings) -> Done:
    return Done((StartReminding(),), "reminder.started", choices=(Choice(look.words.say("way.menu"), "/menu"),))


def _saved(look: Look, change: Prefer) -> Done:
    words = look.words
    return Done((change,), "settings.saved", choices=(Choice(words.say("settings.more"), "/settings"),
                                                      Choice(words.say("way.menu"), "/menu", quiet=True)))


_CHANGED = {Setting.KINDS: _kinds, Setting.HOURS: _hours, Setting.PAUSE: _pause, Setting.STEPS: _steps,
            Setting.LANGUAGE: _language, Setting.WEEKLY: _weekly, Setting.STOP: _stop, Setting.START: _start}
SETTINGS = Dialogue("settings", settings, Action.SETTINGS)
