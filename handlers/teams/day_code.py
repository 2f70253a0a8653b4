"""Trust at the door: a member shows today's four digits, and anybody may ask whether they are right."""

from __future__ import annotations

import re
import secrets

from content.fold import fold, folded
from handlers.access import Action
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.home import home
from handlers.look import Look
from handlers.questions import Question
from handlers.talk import Choice, Refused
from storage.areas import residence
from storage.teams import day_codes
from storage.teams.people import Guess, guesses_left

WHAT = "day_code"
LONGEST = 100
_FOUR = re.compile(r"[0-9]{4}")
# what stands behind a name: a hamlet, a telephone number
_ASIDE = re.compile(r"\s*[(\[,;:/|]|\s+[–-]|(?:\s+(?:xóm|thôn|tổ|ấp|bản|khu|đội))?\s+\S*\d", re.IGNORECASE)
_WITH = (r"(?:giup|gium|cho|voi|toi|em|con|chau|bac|anh|chi|minh|ma|so|code|nguoi|to vien|can bo|nay|hom nay|la|co|phai|"
         r"dung|khong|ko|k|a|nhe|nha|oi|cua to|the|please|this|for me)")
_SAID = re.compile(rf"(?:xin |nho |{_WITH} )*(?:kiem tra|ktra|check|verify)(?: {_WITH})* "
                   rf"([0-9]{{4}}|[0-9]{{2}} [0-9]{{2}}|[0-9](?: [0-9]){{3}})(?: {_WITH})*")
_ASKED = re.compile(rf"(?:(?:nguoi ta|nguoi nay|ho|ong|ba|dua|bao|doc|noi|cho xem|xem|co|is|{_WITH}) )*"
                    r"(?:ma|ma so|code)(?: (?:nay|la|so|cua ho|cua to))* ([0-9]{4}) (?:(?:co|la|nay|is|it|cua|this) )*"
                    r"(?:dung|that|gia|right|real|valid|correct)"
                    rf"(?: (?:hay|gia|that|to|cong nghe|so|thon|cua|nguoi|ha|vay|member|{_WITH}))*")
"""“Mã 4821 có đúng không?”: the same question in other words."""


def heard(_desk: Desk, text: str) -> str | None:
    """ "Kiểm tra 4821", by anybody."""
    if len(text) > LONGEST:
        return None
    found = _SAID.fullmatch(folded(text)) or _ASKED.fullmatch(folded(text))
    return f"/daycode:{found[1].replace(' ', '')}" if found else None


def show(desk: Desk, _subject: str) -> None:
    """A member's own code for today; drawn when it is first asked for."""
    look = desk.look
    look.require(Action.SHOW_DAY_CODE)
    hamlets = look.hamlets(Action.SHOW_DAY_CODE)
    if look.person is None or not hamlets:
        raise Refused("visit.no_hamlet")
    code = day_codes.own(look.rows, look.person.id, look.today)
    if code is None:
        ids = tuple(hamlet.id for hamlet in hamlets)
        code = _draw(day_codes.taken_today(look.rows, ids, look.today), day_codes.taken_lately(look.rows, ids, look.today))
        desk.answer.records.append(day_codes.TakeCode(code, ids))
    desk.say("daycode.yours", desk.choice("way.menu", "/menu", quiet=True), code=code, day=look.words.day(look.today))


def _draw(today: frozenset[str], lately: frozenset[str]) -> str:
    """Four digits nobody of the commune has today, and if it can be none that was right in these weeks."""
    free = [code for code in (f"{number:04d}" for number in range(10_000)) if code not in today]
    return secrets.choice([code for code in free if code not in lately] or free)


def check(ask: Ask, look: Look) -> Done:
    """The subject is the code, where it was typed together with the question."""
    if guesses_left(look.rows, look.chat_id, look.now, WHAT) <= 0:
        return Done(say="daycode.too_many", choices=_ways(look))
    code = look.subject if _FOUR.fullmatch(look.subject) else ask(_code())
    hamlet, kept = home(ask, look)
    if _is_stranger(look) and day_codes.under_attack(look.rows, hamlet.id, look.now):
        return Done(kept, "daycode.paused", blanks={"hamlet": hamlet.name}, choices=_ways(look))
    found = day_codes.holder(look.rows, hamlet.id, code, look.today)
    records = (*kept, Guess(WHAT))
    if found is None:
        records = (*records, Guess(day_codes.wrong_name(hamlet.id)))
        return Done(records, "daycode.wrong", blanks={"code": code, "hamlet": hamlet.name}, choices=_ways(look))
    label, day = found
    if day != look.today:
        return Done(records, "daycode.old", blanks={"code": code, "day": look.words.day(day), "hamlet": hamlet.name},
                    choices=_ways(look))
    return Done(records, "daycode.right", blanks={"name": first_name(label), "hamlet": hamlet.name},
                choices=(Choice(look.words.say("way.menu"), "/menu", quiet=True),))


def _is_stranger(look: Look) -> bool:
    """Neither a member nor somebody who lives here since yesterday at least: whoever tries codes makes new chats."""
    since = residence.told_at(look.rows, look.chat_id)
    return look.person is None and (since is None or since > look.now - day_codes.A_DAY)


def _ways(look: Look) -> tuple[Choice, ...]:
    guides = (look.library.guide(id_, look.words.language) for id_ in ("scam-urgent", "who-to-call"))
    return (*(Choice(guide.title, f"/guide:{guide.id}") for guide in guides if guide),
            Choice(look.words.say("way.menu"), "/menu", quiet=True))


def _code() -> Question[str]:
    def read(raw: str) -> str:
        digits = re.sub(r"\D", "", fold(raw))
        if not _FOUR.fullmatch(digits):
            raise Refused("daycode.not_a_code")
        return digits

    return Question("code", read, free=True)


def first_name(label: str) -> str:
    """How somebody may be called before strangers: the given name, with the form of address they chose ("Chị Lan")."""
    words = _ASIDE.split(label)[0].split() or label.split()
    address = words[:1] if len(words) > 1 and fold(words[0]) in ("anh", "chi", "co", "chu", "bac", "ong", "ba", "em") else []
    return " ".join([*address, *words[-1:]])


CHECK = Dialogue("daycode", check, Action.CHECK_MEMBER)
