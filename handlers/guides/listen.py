"""Listening to a step: an aside. The step stays where it is, and whoever has listened goes on from under the sound."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.access import Action
from handlers.desk import Desk
from handlers.guides.assist import ASSIST
from handlers.guides.guide import GUIDE
from handlers.guides.speech import LISTEN, document, steps_named
from handlers.screens import short, show
from handlers.talk import Choice, Message, said

WALKS = {walk.name: walk for walk in (GUIDE, ASSIST)}


def listen(desk: Desk, name: str) -> None:
    """Read the steps of that name aloud."""
    look = desk.look
    look.require(Action.READ_GUIDES)
    found = steps_named(look, name)
    if found is None or not look.sounds:
        desk.say("listen.none", *_on(desk, ""))
        return
    guide, steps = found
    told = said(look.words.say("listen.hear", title=" · ".join(step.title for step in steps)))
    desk.send(Message(title=told.title, text=told.text, document=document(look, guide, steps), below=True,
                      choices=tuple(_on(desk, steps[-1].id))))


def _on(desk: Desk, step: str) -> Sequence[Choice]:
    """What the step itself offers where it is the open one; otherwise the way back to what is open."""
    menu = desk.choice("way.menu", "/menu", quiet=True)
    if desk.talk is None:
        return (menu,)
    walk = WALKS.get(desk.talk.dialogue)
    here = desk.stand(walk, desk.talk) if walk else None
    if walk and here and here.question and here.question.key == step:
        screen = show(walk, desk.talk, here, desk.look.words)
        return [choice for choice in screen.choices if not choice.data.startswith(LISTEN)]
    return (desk.choice("way.resume", f"/resume:{short(desk.talk.id)}"), menu)
