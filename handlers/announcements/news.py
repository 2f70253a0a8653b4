"""Whether somebody wants to be told what their hamlet and commune announce: only who said so, until they say stop."""

from __future__ import annotations

from handlers.access import Action
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.home import WORDING, home
from handlers.look import Look
from handlers.questions import pick
from handlers.talk import Choice
from storage.announcing import broadcasts
from storage.areas import residence


def subscribe(ask: Ask, look: Look) -> Done:
    hamlet, kept = home(ask, look)
    if ask(pick("agree", "yes", "no"), hamlet=hamlet.name) == "no":
        return Done(say="news.declined", then="/menu")
    lives_here = kept or (residence.LiveIn(hamlet.id, WORDING),)  # announcements need the place: saying yes keeps it
    return Done((*lives_here, broadcasts.Wants(True)), "news.subscribed", blanks={"hamlet": hamlet.name},
                choices=(Choice(look.words.say("way.menu"), "/menu"),))


def unsubscribe(desk: Desk, _subject: str) -> None:
    desk.answer.records.append(broadcasts.Wants(False))
    desk.say("news.stopped", desk.choice("way.menu", "/menu"))


NEWS = Dialogue("news", subscribe, Action.CHOOSE_NEWS)
