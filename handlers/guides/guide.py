"""Walking somebody through a guide: one step a screen, Done, Stuck or Back, and help where a step does not work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from content.library import Guide, Step
from handlers.access import Action
from handlers.dialogue import Ask, Dialogue, Done, Standing
from handlers.guides import speech
from handlers.guides.pictures import pictured
from handlers.guides.poster import button
from handlers.look import Look
from handlers.places.desk_hours import help_text
from handlers.questions import Option, Question, pick
from handlers.screens import short
from handlers.talk import Choice, Kept, Message, Refused
from storage.guiding.guide_runs import FINISHED, Reached, Stuck
from storage.reminding import preferences

BEGIN, CASE = "begin", "case"


def walk(ask: Ask, look: Look) -> Done:
    guide = _guide(look)
    cover = _cover(guide, look)
    ask(cover)
    shows = bool(cover.screen and cover.screen.picture)  # it is still looked at while the first step is taken
    chosen = ask(case(guide, below=shows)) if guide.cases else None
    steps = _paced(look, guide.steps_for(chosen))
    for number, together in enumerate(steps, start=1):
        below, step = shows and number == 1 and not guide.cases, _joined(together)
        question = _step(look, step, f"{number}/{len(steps)}", below=below)
        if ask(replace(question, beside=speech.button(look, guide, together), passed_by=after(step, guide.steps))) == "stuck":
            stuck(ask, look, guide, step)
    return Done(message=_end(guide, look))


def _paced(look: Look, steps: Sequence[Step]) -> list[Sequence[Step]]:
    """The steps one by one, or two together where somebody wishes so."""
    size = 2 if preferences.own(look.rows, look.chat_id).larger_steps else 1
    return [steps[n:n + size] for n in range(0, len(steps), size)]


def _joined(steps: Sequence[Step]) -> Step:
    """Two steps bear the later one's name, so that whoever changes their mind in the middle never misses a step."""
    if len(steps) == 1:
        return steps[0]
    first, second = steps
    return replace(
        second, title=f"{first.title} · {second.title}", text=f"{first.text}\n\n{second.title}\n{second.text}",
        troubles=tuple({trouble.id: trouble for trouble in (*second.troubles, *first.troubles)}.values()))


def after(step: Step, steps: Sequence[Step]) -> tuple[str, ...]:
    """The steps behind this one: a step that is put into a guide holds up nobody who is past it. One of a single case does:
    whoever changes their case has not seen it."""
    ids = [each.id for each in steps]
    return () if step.case else tuple(ids[ids.index(step.id) + 1:])


def lost(here: Standing, look: Look, key: str, guide: Guide | None = None) -> Refused | None:
    """A button of a guide that was revised meanwhile: its step is gone, or the case is to be chosen again."""
    guide = guide or look.library.guide(look.subject, look.words.language)
    if guide is None or key in (BEGIN, CASE):
        return None
    if key.partition(".")[0] not in {step.id for step in guide.steps}:
        return Refused("guide.step_gone")
    return Refused("guide.case_again") if here.question is not None and here.question.key == CASE else None


def _guide(look: Look) -> Guide:
    guide = look.library.guide(look.subject, look.words.language)
    if guide is None:
        raise Refused("guide.gone")
    return guide


def _cover(guide: Guide, look: Look) -> Question[str]:
    """The first screen: what it is for, what to bring, what it costs and how long it takes."""
    words = look.words
    lines = [guide.summary]
    if guide.bring:
        lines.append("\n".join([words.say("guide.bring"), *(f"• {thing}" for thing in guide.bring)]))
    if guide.cost:
        lines.append(words.say("guide.cost", cost=guide.cost))
    if guide.time:
        lines.append(words.say("guide.time", time=guide.time))
    screen = Message(title=guide.title, text="\n\n".join(lines), note=_provenance(guide, look), choices=button(look, guide.id))
    question = pick(BEGIN, "go")
    return Question(BEGIN, question.read, offer=question.offer, screen=pictured(screen, guide, look))


def _provenance(guide: Guide, look: Look) -> str:
    """Where the guidance comes from, when it was last checked, and what nobody has been able to check."""
    words = look.words
    lines = [words.say("guide.checked", day=_numeric(guide.reviewed_on), sources=", ".join(s.name for s in guide.sources[:3]))]
    if look.library.overdue(guide, look.today):
        lines.append(words.say("guide.overdue"))
    if guide.needs_person_check:
        lines.append(f"{words.say('guide.unchecked')} {guide.needs_person_check}")
    return "\n".join(lines)


def _numeric(on: object) -> str:
    return f"{on:%d/%m/%Y}"


def case(guide: Guide, *, below: bool = False) -> Question[str]:
    allowed = {case.id for case in guide.cases}

    def read(raw: str) -> str:
        if raw not in allowed:
            raise Refused("refused.choice")
        return raw

    return Question(CASE, read, offer=lambda: [Option(case.id, label=case.label) for case in guide.cases],
                    screen=Message(title=guide.title, text=guide.case_question or "", below=below))


def _step(look: Look, step: Step, where: str, *, below: bool) -> Question[str]:
    question = pick(step.id, "done", "stuck")
    screen = Message(title=look.words.say("guide.step", where=where, title=step.title), text=step.text,
                     note=look.words.say("guide.wrong_press"), below=below)
    return Question(step.id, question.read, offer=question.offer, words="guide.at_step", screen=screen, passed_as="done")


def stuck(ask: Ask, look: Look, guide: Guide, step: Step) -> None:
    """What usually goes wrong at this step, its remedy, and where to go when even that does not help."""
    words = look.words
    troubles = {trouble.id: trouble for trouble in step.troubles}

    def read(raw: str) -> str:
        if raw not in troubles and raw != "other":
            raise Refused("refused.choice")
        return raw

    def offer() -> list[Option]:
        return [*(Option(trouble.id, label=trouble.title) for trouble in step.troubles), Option("other", say="guide.stuck.other")]

    person = Choice(words.say("guide.ask_person"), f"/help:{short(look.conversation)}")
    apart = replace(person, quiet=True)
    trouble = "other"
    if troubles:
        trouble = ask(Question(f"{step.id}.t", read, offer=offer,
                               screen=Message(title=step.title, text=words.say("guide.stuck"), choices=(apart,))))
    if trouble in troubles:
        remedy = Message(title=troubles[trouble].title, text=troubles[trouble].text)
        if ask(Question(f"{step.id}.r", pick("", "solved", "still").read, offer=pick("", "solved", "still").offer,
                        words="guide.remedy", screen=remedy)) == "solved":
            return
    later = Choice(words.say("guide.remind_me"), f"/remind:{short(look.conversation)}")
    ask(Question(f"{step.id}.h", pick("", "go").read, offer=pick("", "go").offer, words="guide.helped",
                 screen=Message(title=words.say("guide.where"), text=help_text(look, guide.where), choices=(person, later))))


def _end(guide: Guide, look: Look) -> Message:
    """The end, and what usually comes next."""
    words = look.words
    related = [look.library.guide(id_, words.language) for id_ in guide.related]
    choices = [Choice(each.title, f"/guide:{each.id}") for each in related[:3] if each is not None]
    choices.append(Choice(words.say("way.menu"), "/menu", quiet=True))
    title, _, text = words.say("guide.finished", title=guide.title).partition("\n")
    return Message(title=title, text=text, choices=tuple(choices))


def _progress(kept: Kept, here: Standing, look: Look, key: str) -> tuple[object, ...]:
    """How far they are now, kept after every step."""
    guide = look.library.guide(kept.subject, look.words.language)
    if guide is None:
        return ()
    if here.done is not None:
        return (Reached(kept.id, guide.id, guide.revision, "", stuck=False, state=FINISHED),)
    at, _, stuck = here.question.key.partition(".") if here.question else ("", "", "")
    reached = Reached(kept.id, guide.id, guide.revision, at, stuck=bool(stuck))
    step, why = key.removesuffix(".t"), kept.answers.get(key, "")
    if key.endswith(".t") and why:
        return (reached, Stuck(kept.id, guide.id, step, why))
    if key == at and stuck == "h":  # a step without known troubles
        return (reached, Stuck(kept.id, guide.id, at, "other"))
    return (reached,)


GUIDE = Dialogue("guide", walk, Action.READ_GUIDES, _progress, lost)
