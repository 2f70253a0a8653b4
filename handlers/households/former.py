"""A household by the number it had before its hamlet became part of another: "hộ 12 thôn cũ Nà Đon"."""

from __future__ import annotations

import re

from content.fold import folded
from handlers.access import Action, Scope
from handlers.desk import Desk
from handlers.households.household_list import place_name
from handlers.talk import Choice
from storage.moves import hamlets

_KIND = "thon|ban|xom|lang|ap|to|to dan pho|khu|khom|buon"
_ASKED = re.compile(rf"(?:tim )?(ho )?(?:so )?(\d{{1,5}}) (?:(?:o|cua|thuoc) )?((?:{_KIND}) )?cu (.+)")


def ear(desk: Desk, text: str) -> str | None:
    """What somebody asks for with an old number, where they may."""
    if "c" not in text.lower() or len(text) > 80 or desk.look.may(Action.LOG_VISIT) is Scope.NOWHERE:
        return None
    found = _ASKED.fullmatch(folded(text))
    if found is None or not (found[1] or found[3]):  # "2 cụ già" is a note about two old people
        return None
    return f"/formerly:{found[2]}.{found[4]}"


def formerly(desk: Desk, subject: str) -> None:
    """The number such a household has today, and the way to a visit there."""
    look = desk.look
    look.require(Action.LOG_VISIT)
    number, _, name = subject.partition(".")
    here = [hamlet.id for hamlet in look.hamlets(Action.LOG_VISIT)]
    found = hamlets.formerly(look.rows, here, int(number)) if number.isdecimal() and len(number) < 6 else []
    found = [each for each in found if place_name(each.old_hamlet) == place_name(name)]
    if not found:
        desk.say("former.none", desk.choice("way.menu", "/menu"), number=number, hamlet=name)
        return
    each = found[0]
    log = Choice(look.words.say("former.log", number=each.home.number), f"/visit:{each.home.hamlet_id}.={each.home.number}")
    desk.say("former.found", log, desk.choice("way.menu", "/menu", quiet=True), old=each.old_number, hamlet=each.old_hamlet,
             number=each.home.number, label=each.home.label)
