"""Looking after requests for help as time passes: who is asked next, when the leader is told, when it has died of age."""

from __future__ import annotations

from datetime import datetime

from handlers.help.help_answer import given_back, next_in_line
from handlers.help.help_notice import Case, notice, told
from handlers.help.help_request import awake, offer
from handlers.help.office_hours import due
from handlers.help.reaching import open_to
from handlers.look import Look
from handlers.screens import short
from handlers.talk import Answer
from storage.helping import duty, help_requests
from storage.helping.help_requests import Asked, Happened, Request
from storage.helping.help_rules import ASK_ANOTHER_AFTER, Event, State, is_late, is_over


def care(look: Look, request: Request) -> Answer:
    """What the passing of time does to a request now; an empty answer where nothing is to be done."""
    answer = Answer()
    for happens in (_citizen_gone, _helper_gone, _over, _late, _ask_somebody):
        if happens(look, request, answer):
            break
    return answer


def _citizen_gone(look: Look, request: Request, answer: Answer) -> bool:
    if request.citizen.state == "active":
        return False
    answer.records.append(_end(look, request, Event.CLOSE, "unreachable"))
    _tell_helper(look, request, answer, key="helper.citizen_gone")
    return True


def _helper_gone(look: Look, request: Request, answer: Answer) -> bool:
    """A helper who blocked us or left the team: the request goes back to the queue, and the next one is asked."""
    helper = request.helper
    if helper is None or not request.state.has_helper:
        return False
    serves = duty.still_serves(look.rows, helper.person_id or 0, (request.hamlet_id, request.commune_id), look.today)
    if helper.state == "active" and serves and not _is_closed(look, request):
        return False
    answer.records.append(Happened(request.id, request.state, Event.BLOCK, given_back(look, request)))
    answer.notices.append(notice(request.citizen, look, "help.passed_on"))
    if awake(look):
        records, notices = next_in_line(look, request, {helper.person_id or 0})
        answer.records += records
        answer.notices += notices
    return True


def _is_closed(look: Look, request: Request) -> bool:
    """Whether the helper has been silent for so long that their channel lets nothing through; an agreed visit stands."""
    return request.state is not State.AGREED and request.helper is not None and not open_to(look, [request.helper])


def _over(look: Look, request: Request, answer: Answer) -> bool:
    """It ends at an hour at which both may be told: nobody finds it gone without a word."""
    over = is_over(request.state, request.opened_at, request.touched_at, request.visit_on, look.now, look.today)
    if not over or not awake(look):
        return False
    answer.records.append(_end(look, request, Event.EXPIRE, "time"))
    key = "help.nobody_came" if request.state.waits else "help.fell_silent"
    answer.notices.append(notice(request.citizen, look, key, ("help.ask", "/help"), hamlet=request.hamlet))
    _tell_helper(look, request, answer, key="helper.fell_silent")
    return True


def _end(look: Look, request: Request, event: Event, by: str) -> Happened:
    return Happened(request.id, request.state, event, {"closed_at": look.now, "closed_by": by, "chat_here": False,
                                                       "helper_here": False})


def _tell_helper(look: Look, request: Request, answer: Answer, key: str) -> None:
    if request.helper is not None and request.state.has_helper and request.helper.state == "active" and awake(look):
        answer.notices.append(notice(request.helper, look, key, hamlet=request.hamlet))


def _late(look: Look, request: Request, answer: Answer) -> bool:
    """The promised hour has passed: the leader is told, and so is whoever waits."""
    if not is_late(request.state, request.answer_by, request.answered_at, look.now) or not awake(look):
        return False
    chiefs = open_to(look, duty.leaders(look.rows, request.hamlet_id, request.commune_id, look.today, look.accounts))
    answer.records.append(Happened(request.id, request.state, Event.ESCALATE, given_back(look, request)))
    _tell_helper(look, request, answer, key="helper.taken_over")
    if chiefs:
        answer.notices += told(chiefs, look, Case.of(request), key="helper.unanswered_one")
        answer.notices.append(notice(request.citizen, look, "help.late", ("help.never_mind", f"/closehelp:{short(request.id)}")))
    return True


def _ask_somebody(look: Look, request: Request, answer: Answer) -> bool:
    """Open: ask whoever is on duty. Asked long ago: ask another one too; whoever accepts first has it."""
    if request.state not in (State.OPEN, State.OFFERED) or not awake(look):
        return False
    asked = help_requests.asked(look.rows, request.id)
    able = [each for each in open_to(look, duty.on_duty(look.rows, request.hamlet_id, look.today, look.accounts))
            if each.chat_id != request.citizen.chat_id]
    fresh = [each for each in able if each.person_id not in asked]
    pending = [asked[each.person_id].at for each in able if each.person_id in asked and _waits(asked[each.person_id])]
    if request.state is State.OFFERED and not pending and not fresh:
        answer.records.append(Happened(request.id, State.OFFERED, Event.BLOCK))
        return True
    if not fresh or (pending and not _long_ago(look, request, max(pending))):
        return False
    if request.state is State.OPEN:
        answer.records.append(Happened(request.id, State.OPEN, Event.OFFER))
    made, notices = offer(look, Case.of(request), fresh[0])
    answer.records += made
    answer.notices += notices
    return True


def _waits(asked: Asked) -> bool:
    return asked.state == "asked"


def _long_ago(look: Look, request: Request, at: datetime) -> bool:
    return due(look, request.commune_id, ASK_ANOTHER_AFTER, at) <= look.now
