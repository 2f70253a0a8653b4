"""Inside what somebody may open: no button leads out of their place, a forged answer is as good as a made-up one, papers too."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import pytest

from bot.papers import Printer
from handlers.catalogue import PAPERS
from handlers.guides import pictures, poster, speech
from handlers.reports import session_letter
from handlers.talk import Kind, Message
from storage.database import Database
from tests.handlers.communes import BESIDE, HERE, MISSING, ROLES, THERE, WHEN, Communes, Said, hidden
from tests.handlers.test_access_matrix import asked, rows

SHUT = {"citizen": (HERE, BESIDE, THERE), "volunteer": (BESIDE, THERE), "leader": (BESIDE, THERE), "commune_officer": (THERE,),
        "admin": (THERE,)}
"""Of which hamlets somebody who serves here learns nothing private."""
HOUSEHOLDS = ("volunteer", "leader")
"""Who may know what households are called."""
DEEP, WIDE = 3, 9
FORGED = ("hamlet", "commune", "home", "volunteer", "service", "visit", "gathering")
OPEN_TO_ALL = {"arrive", "confirm", "join", "help", "feedback", "daycode", "hours", "news"}
"""In which anybody may name any hamlet: where they live, or whose poster they read."""
_ANSWER = re.compile(r"([0-9a-z]{1,12}):([^:]+):(.*)")


def words_of(content: bytes) -> str:
    """What a paper says, as far as it is text: also inside a Word or Excel file."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    return content.decode("utf-8", "replace")


EVERYBODYS = {"mydata", pictures.KIND}
TEAMS = {*EVERYBODYS, "ics", "chart"}
LEADS = {*TEAMS, "attendance", "report", "workdays", poster.KIND, session_letter.KIND}
HANDED_OUT = {"citizen": EVERYBODYS, "volunteer": {*TEAMS, "list"}, "leader": {*LEADS, "list"}, "commune_officer": LEADS,
              "admin": LEADS}
"""The kinds of papers a role comes to by pressing."""
ELSEWHERE = {speech.KIND: "needs a voice"}
DRAWN = {pictures.KIND, poster.KIND}
"""Of which the name says it all: a guide, a hamlet's code."""


@pytest.fixture
def communes(sqlite_url: str) -> Iterator[Communes]:
    database = Database(sqlite_url)
    yield Communes(database)
    database.close()


def private(role: str, said: Said) -> list[str]:
    """What is shown that is not theirs to know; everybody knows their own name, which is no household's."""
    told = "\n".join(_shown(message) for message in said.messages).casefold()
    found = [word for word in SHUT[role] if f"kín{word}" in told.replace(f"kín{word} citizen", "")]
    return found + ([] if role in HOUSEHOLDS else re.findall(r"nhà kín\w+", told.replace("nhà họp", "")))


def _shown(message: Message) -> str:
    return "\n".join((message.title, message.text, message.note, *(choice.label for choice in message.choices)))


class Walk:
    """Every button of every screen somebody comes to, a few screens deep; each thing once."""

    def __init__(self, communes: Communes, role: str) -> None:
        self.communes, self.role, self.who = communes, role, f"{role}@{HERE}"
        self.seen: set[tuple[str, str]] = set()
        self.forged: set[tuple[str, str]] = set()
        self.papers: set[str] = set()
        self.troubles: list[str] = []

    def everything(self) -> None:
        """All rows of the table: one's own things, and where they are not one's own anyway, those of another commune."""
        for name, subject, cells in rows():
            anywhere = cells[ROLES.index(self.role)] in "*!"
            for word in (HERE,) if anywhere or "{" not in subject else (HERE, THERE):
                self._go(name, asked(name, subject, self.communes.things[word]), DEEP)

    def _go(self, name: str, data: str, deep: int) -> None:
        found = _ANSWER.fullmatch(data)
        here = (name, f"{found[2]}:{found[3]}") if found and not data.startswith("/") else ("", data)
        if here in self.seen:
            return
        self.seen.add(here)
        with self.communes.branch():
            said = self.communes.go_on(self.who, data)
            self.papers.update(said.papers)
            self.troubles += [f"{self.who} {name} {data}: {word}" for word in private(self.role, said)]
            if not said.messages:
                self.troubles.append(f"{self.who} {name} {data}: silence")
            buttons = [choice.data for message in said.messages for choice in message.choices][:WIDE]
            self._forge(name, buttons)
            for each in buttons if deep else ():
                self._go(name if not each.startswith("/") else each.removeprefix("/").partition(":")[0], each, deep - 1)

    def _forge(self, name: str, buttons: list[str]) -> None:
        """Answers that no button carries: what is somebody else's, against what is nobody's."""
        found = [_ANSWER.fullmatch(each) for each in buttons if not each.startswith("/") and name not in OPEN_TO_ALL]
        asks = dict.fromkeys((each[1], each[2]) for each in found if each)
        for talk, key in asks:
            if (name, key) in self.forged:
                continue
            self.forged.add((name, key))
            tick = "+" if any(f":{key}:+" in each for each in buttons) else ""
            for what in FORGED:
                self._compare(name, f"{talk}:{key}:{tick}", what)

    def _compare(self, name: str, before: str, what: str) -> None:
        there, missing = (self.communes.things[word] for word in (THERE, MISSING))
        one, other = (self.communes.ask(self.who, f"{before}{getattr(things, what)}") for things in (there, missing))
        told = [(hidden(each.told, there, missing), each.effects) for each in (one, other)]
        if told[0] != told[1] and not self._said_back(told[0][0], told[1][0]):
            self.troubles.append(f"{self.who} {name} {before} {what}: {told[0]} / {told[1]}")

    @staticmethod
    def _said_back(one: str, other: str) -> bool:
        """What was typed is shown again (a note, a place's address): digits are all that differs."""
        return re.sub(r"\d+|#", "#", one) == re.sub(r"\d+|#", "#", other)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("role", ROLES)
def test_no_button_or_paper_leads_out_and_a_forged_answer_is_a_made_up_one(communes: Communes, role: str) -> None:
    walk = Walk(communes, role)
    with communes.open():
        walk.everything()
        assert len(walk.seen) > 100 and (role == "citizen" or walk.forged)
        assert walk.troubles == []
        printer = Printer(communes.database, lambda: communes.mind)
        made: dict[str, str] = {}
        for name in walk.papers:
            kind = name.partition(":")[0]
            paper = None if kind in DRAWN else printer._make(name)  # as it is made when it is sent
            assert paper or kind in DRAWN, name
            made[kind] = made.get(kind, "") + (words_of(paper.content) if paper else "")
    assert set(made) == HANDED_OUT[role]
    for word in SHUT[role]:
        assert f"kín{word}" not in "".join(made.values()).casefold().replace(f"kín{word} citizen", "")


def test_whoever_serves_no_more_or_not_yet_is_a_citizen(communes: Communes) -> None:
    """Word for word, but for their own name: until yesterday, or from tomorrow on, is not today."""
    different = []
    with communes.open():
        for name, subject, _ in rows():
            data = asked(name, subject, communes.things[HERE])
            citizen = communes.ask(f"citizen@{HERE}", data)
            for role in ROLES[1:]:
                for when in WHEN:
                    said = communes.ask(f"{role}@{HERE}:{when}", data)
                    if (_nameless(said), said.effects) != (_nameless(citizen), citizen.effects):
                        different.append((name, subject, role, when, _nameless(said)[:200]))
    assert [each for each in different if each[0] not in ("mydata", "takedata", "erase")] == []


def _nameless(said: Said) -> str:
    """Without one's own name and number; how much is kept of somebody is their own to know."""
    return re.sub(rf"kín{HERE} \w+|mydata:\w+:\d+:\d+", "#", said.told)


# --- papers ---------------------------------------------------------------------------------------------------------------


def test_every_kind_of_paper_is_somebodys() -> None:
    assert set().union(*HANDED_OUT.values(), ELSEWHERE) == set(PAPERS)


@pytest.mark.parametrize("name", [
    "report:vi:1.{hamlet}.2026-11-25.week.docx", "chart:vi:1.{hamlet}.2026-11-25", "list:vi:{hamlet}:{volunteer}:2026-11-25",
    "attendance:vi:{gathering}", "ics:vi:{gathering}", "workdays:vi:csv:{hamlet}:2026-01-01:2026-12-31", "mydata:vi:1:1:json"])
def test_the_name_of_a_paper_is_worth_nothing_to_whoever_types_it(communes: Communes, name: str) -> None:
    with communes.open():
        for role in ROLES:
            for before in ("", "/", "/paper:", "/report:", "/takedata:", "/attendance_file:", "/poster:", "/listen:"):
                data = before + asked("", name, communes.things[THERE]).removeprefix("/:")
                for kind in (Kind.PRESS, Kind.TEXT, Kind.START):
                    said = communes.ask(f"{role}@{HERE}", data[:64], kind)
                    own = [paper for paper in said.papers if not paper.startswith(("mydata:", "chart:"))]
                    assert own == [] and not private(role, said), (data, kind)
