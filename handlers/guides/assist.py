"""Hand in hand: a member walks a household through a guide, sees what to look at, and the household's progress is kept."""

from __future__ import annotations

import re
from dataclasses import replace

from content.fold import folded
from content.guide import CITIZEN
from content.library import Guide, Step
from handlers.access import Action
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done, Standing
from handlers.guides import guide as guides
from handlers.guides import speech, subjects
from handlers.look import Look
from handlers.questions import Question, pick
from handlers.talk import Choice, Kept, Message, NotAllowed, Refused
from storage.guiding import assisted
from storage.guiding.assisted import Assisted
from storage.households import house_numbers

FIRST = ("vneid-level2", "vneid-install", "portal-account", "submit-dossier")
MOST, ALL = 8, "all"
_SAID = re.compile(r"(?:huong dan|cam tay(?: chi viec)?|lam cung|giup|walk)(?: cho)? (?:ho|nha|household)(?: so)? (\d{1,5})")


def heard(desk: Desk, text: str) -> str | None:
    """ "Hướng dẫn hộ 12", by a member."""
    found = _SAID.fullmatch(folded(text))
    return f"/together:.{found[1]}" if found and desk.look.services(Action.LOG_VISIT) else None


def together(desk: Desk, subject: str) -> None:
    """Open a guide for a household: `.12` is its number, `77` or `77.fees` it and a subject, `77~guide` both chosen."""
    look = desk.look
    look.require(Action.LOG_VISIT)
    if not subject:
        desk.say("assist.how", desk.choice("way.menu", "/menu", quiet=True))
        return
    id_, _, chosen = subject.partition("~")
    if chosen:
        _begin(desk, _number(id_), chosen)
    elif subject.startswith("."):
        _by_number(desk, subject.removeprefix("."))
    else:
        id_, _, about = subject.partition(".")
        _which_guide(desk, _home(look, _number(id_)), about)


def _number(text: str) -> int:
    """What a button carries, however it came to be; 0 is nobody's."""
    return int(text) if text.isdecimal() and len(text) <= 9 else 0


def _by_number(desk: Desk, number: str) -> None:
    look = desk.look
    here = {hamlet.id: hamlet.name for hamlet in look.hamlets(Action.LOG_VISIT)}
    homes = [home for id_ in here if (home := house_numbers.home(look.rows, id_, _number(number)))]
    if not homes:
        raise Refused("visit.household.unknown", number=number, hamlet=", ".join(here.values()))
    if len(homes) == 1:
        _which_guide(desk, homes[0], "")
        return
    desk.say("assist.which_hamlet", *(Choice(here[home.hamlet_id], f"/together:{home.id}") for home in homes), number=number)


def _home(look: Look, household_id: int) -> house_numbers.Home:
    home = house_numbers.home_by_id(look.rows, household_id)
    if home is None or home.hamlet_id not in {hamlet.id for hamlet in look.hamlets(Action.LOG_VISIT)}:
        raise NotAllowed("assist")
    return home


def _which_guide(desk: Desk, home: house_numbers.Home, subject: str) -> None:
    """What was begun comes first, then the way the whole work goes; every other guide is found by its subject."""
    words, menu = desk.look.words, desk.choice("way.menu", "/menu", quiet=True)
    back = desk.choice("way.back", f"/together:{home.id}", quiet=True)
    desk.leave()
    if listed := subjects.of(desk.look, subject, CITIZEN):
        back = desk.choice("way.back", f"/together:{home.id}.{ALL}", quiet=True)
        named = [Choice(guide.title, f"/together:{home.id}~{guide.id}") for guide in listed]
        desk.say("assist.of_subject", *named, back, menu, number=home.number, subject=words.say(f"subject.{subject}"))
    elif subject:
        desk.say("assist.which_subject", *subjects.subjects(desk, CITIZEN, f"/together:{home.id}.{{}}"), back, menu,
                 number=home.number)
    else:
        desk.say("assist.which_guide", *_first(desk.look, home), desk.choice("menu.guides", f"/together:{home.id}.{ALL}"), menu,
                 number=home.number)


def _first(look: Look, home: house_numbers.Home) -> list[Choice]:
    words = look.words
    library = {guide.id: guide for guide in look.library.guides(words.language)}
    begun = [each.guide for each in assisted.of(look.rows, home.id) if each.state == assisted.ACTIVE and each.guide in library]
    shown = list(dict.fromkeys([*begun, *(id_ for id_ in FIRST if id_ in library)]))[:MOST]
    return [Choice(words.say("assist.go_on", title=library[id_].title) if id_ in begun else library[id_].title,
                   f"/together:{home.id}~{id_}") for id_ in shown]


def _begin(desk: Desk, household_id: int, guide_id: str) -> None:
    """Begin where the household stopped, whoever helped it then."""
    home = _home(desk.look, household_id)
    guide = desk.look.library.guide(guide_id, desk.look.words.language)
    if guide is None:
        raise Refused("guide.gone")
    kept = desk.begin(ASSIST, f"{home.id}~{guide.id}")
    before = next((each for each in assisted.of(desk.look.rows, home.id) if each.guide == guide.id), None)
    steps = [step.id for step in guide.steps]
    if before is not None and before.state == assisted.ACTIVE and before.step in steps:
        kept.answers.update(dict.fromkeys(steps[:steps.index(before.step)], "done"))
    desk.enter(kept)
    desk.ask(ASSIST, kept, desk.stand(ASSIST, kept))


def walk(ask: Ask, look: Look) -> Done:
    id_, _, guide_id = look.subject.partition("~")
    home = _home(look, _number(id_))
    guide = look.library.guide(guide_id, look.words.language)
    if guide is None:
        raise Refused("guide.gone")
    case = ask(guides.case(guide)) if guide.cases else None
    steps = guide.steps_for(case)
    for number, step in enumerate(steps, start=1):
        question, later = _step(look, home, step, f"{number}/{len(steps)}"), guides.after(step, guide.steps)
        if ask(replace(question, beside=speech.button(look, guide, (step,)), passed_by=later)) == "stuck":
            guides.stuck(ask, look, guide, step)
    log = Choice(look.words.say("assist.log"), f"/visit:{home.hamlet_id}.={home.number}")
    return Done((_done(home, guide),), "assist.finished", blanks={"number": home.number, "title": guide.title},
                choices=(log, Choice(look.words.say("way.menu"), "/menu", quiet=True)))


def _done(home: house_numbers.Home, guide: Guide) -> Assisted:
    return Assisted(home.id, guide.id, guide.revision, "", stuck=False, state=assisted.FINISHED)


def _step(look: Look, home: house_numbers.Home, step: Step, where: str) -> Question[str]:
    """The household's step, and under it what the helper looks at."""
    words = look.words
    question = pick(step.id, "done", "stuck")
    usual = ", ".join(trouble.title for trouble in step.troubles)
    notes = [words.say("assist.look_at", what=step.helper) if step.helper else "",
             words.say("assist.usual", what=usual) if usual else ""]
    screen = Message(title=words.say("assist.step", number=home.number, where=where, title=step.title), text=step.text,
                     note="\n".join(filter(None, notes)))
    return Question(step.id, question.read, offer=question.offer, words="assist.at_step", screen=screen, passed_as="done")


def _progress(kept: Kept, here: Standing, look: Look, key: str) -> tuple[object, ...]:
    id_, _, guide_id = kept.subject.partition("~")
    guide = look.library.guide(guide_id, look.words.language)
    if guide is None or here.question is None:
        return ()
    at, _, stuck = here.question.key.partition(".")
    if at not in {step.id for step in guide.steps}:
        return ()
    return (Assisted(int(id_), guide.id, guide.revision, at, stuck=bool(stuck)),)


def _lost(here: Standing, look: Look, key: str) -> Refused | None:
    guide = look.library.guide(look.subject.partition("~")[2], look.words.language)
    return guides.lost(here, look, key, guide) if guide else None


ASSIST = Dialogue("assist", walk, Action.LOG_VISIT, _progress, _lost)
