"""A guide's step as it is read aloud: the button under it, and the sound, made when it is sent."""

from __future__ import annotations

from collections.abc import Sequence

from content.guide import Guide, Step
from handlers.look import Look
from handlers.papers import SOUND, SOUND_ENDING, Paper
from handlers.talk import DATA_BYTES, Choice

KIND = "speech"
LISTEN = "/listen:"
AND = "+"


def button(look: Look, guide: Guide, steps: Sequence[Step]) -> tuple[Choice, ...]:
    """Where there is a voice and a way to hear it; two steps on one screen are read together."""
    if not look.sounds:
        return ()
    data = f"{LISTEN}{named(guide, steps)}"
    if len(data.encode()) > DATA_BYTES:
        data = f"{LISTEN}{named(guide, steps[-1:])}"
    return (Choice(look.words.say("listen.button"), data),)


def named(guide: Guide, steps: Sequence[Step]) -> str:
    """Steps of a guide in a name: `guide.step` or `guide.step+step`."""
    return f"{guide.id}.{AND.join(step.id for step in steps)}"


def steps_named(look: Look, name: str) -> tuple[Guide, list[Step]] | None:
    """The steps of that name, as far as there are any; None where the guide or all of them are gone."""
    id_, _, wanted = name.partition(".")
    guide = look.library.guide(id_, look.words.language)
    found = [step for step in guide.steps if step.id in wanted.split(AND)] if guide else []
    return (guide, found) if guide and found else None


def document(look: Look, guide: Guide, steps: Sequence[Step]) -> str:
    """What a message carries to have them read aloud."""
    return f"{KIND}:{look.words.language}:{named(guide, steps)}{SOUND_ENDING}"


def paper(look: Look, rest: str) -> Paper | None:
    """The sound of the steps named `guide.step.ogg`, in the language they are written in. Raises Mute where there is no voice."""
    found = steps_named(look, rest.removesuffix(SOUND_ENDING))
    if found is None:
        return None
    guide, steps = found
    return Paper(f"{guide.id}-{steps[-1].id}{SOUND_ENDING}", SOUND, sound(guide, steps), lasts=True)


def sound(guide: Guide, steps: Sequence[Step]) -> bytes:
    """These steps as they are read aloud. Raises Mute."""
    from content.speech import ogg

    return ogg("\n".join(f"{step.title}\n{step.text}" for step in steps), guide.locale)
