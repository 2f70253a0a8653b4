"""Telling many: a text is written, looked at, tried on oneself, approved by a second person where there are many, and sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import ceil

from content.vietnam_time import instant
from handlers.access import Action, Scope
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.help.help_notice import notice, spoken
from handlers.help.reaching import open_to
from handlers.look import Look
from handlers.questions import Option, Question, one_of, pick
from handlers.screens import numbered, short
from handlers.talk import Choice, Message, NotAllowed, Notice, Policy, Refused, said
from storage.announcing import broadcasts
from storage.announcing.audience import Audience, counted, within
from storage.announcing.broadcasts import ALONE, Becomes, Figures, Kind, Sending, State
from storage.areas import places
from storage.helping import duty
from storage.helping.duty import Address
from storage.teams.people import Refusal

LONGEST = 1500
KIND = one_of("kind", Kind)
AUDIENCE = one_of("audience", Audience)
LIVES = pick("lives", "1", "3", "7")
URGENT = pick("urgent", "no", "yes")
OFFERED = 12


def write(ask: Ask, look: Look) -> Done:
    """The text and whom it is for; nothing is sent before it has been looked at."""
    kind = ask(KIND)
    place_id, name = _where(ask, look)
    audience = ask(AUDIENCE)
    text = ask(_text())
    days = int(ask(LIVES))
    urgent = kind is Kind.SCAM and ask(URGENT) == "yes"
    found = counted(look.rows, within(look.rows, place_id), audience, look.today, look.accounts)
    total = sum(found.values())
    expires = instant(look.today + timedelta(days=days), 20)
    draft = broadcasts.Draft(look.conversation, kind, text, place_id, audience, urgent, expires, total)
    return Done((draft,), message=_preview(look, draft, name, minutes(look, found)))


def minutes(look: Look, found: dict[str, int]) -> int:
    """How long it takes at each account's own pace; accounts send side by side."""
    seconds = [count / look.accounts[account].per_second for account, count in found.items() if account in look.accounts]
    return max(1, ceil(max(seconds, default=0) / 60))


def _where(ask: Ask, look: Look) -> tuple[int, str]:
    """The place whose people are told: one's own, or a hamlet of one's commune."""
    own = {service.place_id: service.place_name for service in look.services(Action.BROADCAST)}
    own |= {hamlet.id: hamlet.name for hamlet in look.hamlets(Action.BROADCAST)}
    if not own:
        raise Refused("broadcast.no_place")
    if len(own) == 1:
        return next(iter(own.items()))

    def read(raw: str) -> tuple[int, str]:
        if not raw.isdecimal() or int(raw) not in own:
            raise Refused("refused.choice")
        return int(raw), own[int(raw)]

    return ask(Question("where", read, offer=lambda: [Option(str(id_), label=name) for id_, name in list(own.items())[:OFFERED]]))


def _text() -> Question[str]:
    def read(raw: str) -> str:
        text = raw.strip()
        if not text:
            raise Refused("refused.empty")
        if len(text) > LONGEST:
            raise Refused("refused.too_long", most=LONGEST)
        return text

    return Question("text", read, free=True)


def _preview(look: Look, draft: broadcasts.Draft, place: str, takes: int) -> Message:
    words, number = look.words, short(draft.id)
    shown = as_received(look, draft.kind, draft.words, place)
    until = words.moment(draft.expires_at)
    lines = [words.say("broadcast.preview", count=words.number(draft.total), minutes=takes, until=until), "",
             shown.title, shown.text]
    if draft.total > ALONE or draft.urgent:
        lines.append("\n" + words.say("broadcast.needs_second"))
    choices = [Choice(words.say("broadcast.trial"), f"/trial:{number}"), Choice(words.say("broadcast.send"), f"/send:{number}"),
               Choice(words.say("broadcast.drop"), f"/unsend:{number}", quiet=True)]
    title, _, rest = "\n".join(lines).partition("\n")
    return Message(title=title, text=rest, choices=tuple(choices))


def as_received(look: Look, kind: str, text: str, place: str) -> Message:
    """The message as people get it, in the language of `look`."""
    title = look.words.say("news.scam" if kind == Kind.SCAM else "news.notice", place=place)
    return Message(title=title, text=text, note=look.words.say("news.why"), policy=Policy.DROP,
                   choices=(Choice(look.words.say("news.enough"), "/nonews", quiet=True),))


# --- what may be pressed under it ---------------------------------------------------------------------------------------------


def _asked_about(desk: Desk, subject: str, action: Action = Action.BROADCAST) -> Sending | None:
    """A broadcast of somebody's own scope; otherwise they are told, and None."""
    desk.look.require(action)
    number = numbered(subject)
    found = broadcasts.by_id(desk.look.rows, number) if number else None
    if found is not None and not covers(desk.look, action, found.place_id):
        desk.answer.records.append(Refusal(action.value))
        found = None  # somebody else's is as unknown as one that never was
    if found is None:
        desk.say("broadcast.gone", desk.choice("way.menu", "/menu"))
    return found


def covers(look: Look, action: Action, place_id: int) -> bool:
    """Whether somebody may do this for a place."""
    if look.may(action) is Scope.EVERYWHERE:
        return True
    own = {service.place_id for service in look.services(action)} | {hamlet.id for hamlet in look.hamlets(action)}
    return place_id in own


def trial(desk: Desk, subject: str) -> None:
    """The message to oneself, exactly as the others would get it."""
    found = _asked_about(desk, subject)
    if found is None:
        return
    desk.incoming = replace(desk.incoming, message="")  # the preview stays where it is
    desk.send(as_received(desk.look, found.kind, found.words, found.place))
    number = short(found.id)
    if found.state is State.DRAFT:
        desk.say("broadcast.tried", desk.choice("broadcast.send", f"/send:{number}"),
                 desk.choice("broadcast.drop", f"/unsend:{number}", quiet=True))


def send(desk: Desk, subject: str) -> None:
    """Off it goes; where there are many people (or it is urgent) a second person looks first."""
    found = _asked_about(desk, subject)
    if found is None or not _is(desk, found, State.DRAFT):
        return
    if found.total == 0:
        desk.say("broadcast.nobody", desk.choice("way.menu", "/menu"))
    elif found.expires_at <= desk.look.now:
        desk.say("broadcast.expired", desk.choice("way.menu", "/menu"))
    elif found.total <= ALONE and not found.urgent:
        _go(desk, found)
    else:
        _ask_second(desk, found)


def _is(desk: Desk, found: Sending, *states: State) -> bool:
    if found.state in states:
        return True
    desk.say(f"broadcast.is.{found.state}", desk.choice("way.menu", "/menu"))
    return False


def _go(desk: Desk, found: Sending) -> None:
    desk.answer.records.append(Becomes(found.id, found.state, State.APPROVED))
    desk.say("broadcast.going", desk.choice("broadcast.stop", f"/stopsend:{short(found.id)}"))


def _ask_second(desk: Desk, found: Sending) -> None:
    look = desk.look
    able = [each for each in open_to(look, approvers(look, found)) if each.person_id != found.person_id]
    if not able:
        desk.say("broadcast.nobody_approves", desk.choice("way.menu", "/menu"))
        return
    desk.answer.records.append(Becomes(found.id, found.state, State.WAITING))
    desk.answer.notices += [_to_approve(look, each, found) for each in able]
    desk.say("broadcast.waits", desk.choice("broadcast.drop", f"/unsend:{short(found.id)}"))


def approvers(look: Look, found: Sending) -> list[Address]:
    """Who may look at it as the second person: leaders and officers of the place, for the urgent officers alone."""
    above = places.parents(look.rows, found.place_id)
    leaders = () if found.urgent else (duty.LEADER,)
    roles = (*leaders, duty.OFFICER, "admin")
    found_by_place = [duty.members(look.rows, place_id, look.today, look.accounts, roles) for place_id in above]
    return list({each.person_id: each for group in found_by_place for each in group}.values())


def _to_approve(look: Look, to: Address, found: Sending) -> Notice:
    number, phrases = short(found.id), spoken(to, look)
    author = look.person.label if look.person else ""
    return notice(to, look, "broadcast.approve_this", ("broadcast.approve", f"/approve:{number}"),
                  ("broadcast.refuse", f"/refuse:{number}"), author=author, place=found.place, count=phrases.number(found.total),
                  text=found.words)


def approve(desk: Desk, subject: str) -> None:
    """The second person says yes: never whoever wrote it."""
    found = _to_judge(desk, subject)
    if found is None:
        return
    desk.answer.records.append(Becomes(found.id, State.WAITING, State.APPROVED))
    desk.say("broadcast.approved", desk.choice("broadcast.stop", f"/stopsend:{short(found.id)}"))
    _tell_author(desk, found, "broadcast.was_approved", ("broadcast.stop", f"/stopsend:{short(found.id)}"))


def refuse(desk: Desk, subject: str) -> None:
    found = _to_judge(desk, subject)
    if found is None:
        return
    desk.answer.records.append(Becomes(found.id, State.WAITING, State.REFUSED))
    desk.say("broadcast.refused", desk.choice("way.menu", "/menu"))
    _tell_author(desk, found, "broadcast.was_refused", ("broadcast.again", "/broadcast"))


def _to_judge(desk: Desk, subject: str) -> Sending | None:
    found = _asked_about(desk, subject, Action.APPROVE_BROADCAST)
    if found is None:
        return None
    person = desk.look.person
    action = Action.APPROVE_URGENT if found.urgent else Action.APPROVE_BROADCAST
    if person is None or person.id == found.person_id or not covers(desk.look, action, found.place_id):
        raise NotAllowed(Action.APPROVE_BROADCAST.value)
    return found if _is(desk, found, State.WAITING) else None


def _tell_author(desk: Desk, found: Sending, key: str, choice: tuple[str, str]) -> None:
    author = duty.address(desk.look.rows, found.chat_id)
    if author is not None and author.state == "active":
        desk.answer.notices.append(notice(author, desk.look, key, choice))


def drop(desk: Desk, subject: str) -> None:
    """Not sent after all."""
    found = _asked_about(desk, subject)
    if found is not None and _is(desk, found, State.DRAFT, State.WAITING):
        desk.answer.records.append(Becomes(found.id, found.state, State.DROPPED))
        desk.say("broadcast.dropped", desk.choice("way.menu", "/menu"))


def stop(desk: Desk, subject: str) -> None:
    """Stop in the middle: nobody else gets it."""
    found = _asked_about(desk, subject)
    if found is not None and _is(desk, found, State.APPROVED, State.SENDING):
        desk.answer.records.append(Becomes(found.id, found.state, State.STOPPED))
        desk.say("broadcast.stopping", desk.choice("way.menu", "/menu"))


# --- how it goes ----------------------------------------------------------------------------------------------------------------


def progress(look: Look, found: Sending, figures: Figures) -> Message:
    """How far it is, in one message that is edited."""
    words = look.words
    lines = [words.say(f"broadcast.progress.{found.state}", sent=words.number(figures.sent), total=words.number(found.total))]
    lines += [words.say(f"broadcast.count.{name}", count=words.number(count)) for name, count in (
        ("waiting", figures.waiting), ("failed", figures.failed), ("unknown", figures.unknown)) if count]
    held, left_out = sorted((figures.held or {}).items()), sorted((figures.skipped or {}).items())
    lines += [words.say(f"broadcast.held.{why}", count=words.number(count)) for why, count in held]
    lines += [words.say(f"broadcast.skipped.{why}", count=words.number(count)) for why, count in left_out]
    stop_ = (Choice(words.say("broadcast.stop"), f"/stopsend:{short(found.id)}"),) if not found.state.over else ()
    return said("\n".join(lines), choices=stop_)


BROADCAST = Dialogue("broadcast", write, Action.BROADCAST)
