"""What is kept about somebody, in plain words."""

from handlers.desk import Desk


def privacy(desk: Desk, _subject: str) -> None:
    """What the bot keeps, what it never asks for, and how to see it, take it along, erase it, and how to stop."""
    desk.say("privacy.what", desk.choice("mydata.look", "/mydata"), desk.choice("mydata.take", "/takedata"),
             desk.choice("mydata.erase", "/erase"), desk.choice("privacy.stop", "/quiet"),
             desk.choice("way.menu", "/menu", quiet=True))
