"""What a guide is: steps, troubles, sources and the days it was checked."""

from dataclasses import dataclass
from datetime import date

CITIZEN, MEMBER = "citizen", "member"
"""Whom a guide is for."""
SUBJECTS = ("vneid", "vneid-trouble", "portal", "procedures", "fees", "signature", "health", "scams", "team")
"""What guides are about, in the order in which readers see it. Their names are the phrases `subject.…`."""
GUIDES_A_SUBJECT = 9
"""The most of one subject, and the most subjects: one figure chooses, and a screen is taken in at a glance."""


class GuideError(ValueError):
    """A content file that cannot be used, with the file and the line to look at."""

    def __init__(self, path: str, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.path = path
        self.line = line


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that goes wrong in a step, and its remedy."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """One action on one screen; `case` names the only case in which it is shown."""

    id: str
    title: str
    text: str
    helper: str | None = None
    troubles: tuple[Trouble, ...] = ()
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a guide was read; `dated` is the source's own date in words, for some give only a year."""

    name: str
    url: str
    dated: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class Case:
    """One answer to the question a guide asks before it lists papers."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide in one language, facts already filled in."""

    id: str
    locale: str
    revision: int
    subject: str
    order: int
    audience: tuple[str, ...]
    topics: tuple[str, ...]
    related: tuple[str, ...]
    title: str
    summary: str
    bring: tuple[str, ...]
    cost: str
    time: str
    where: str
    steps: tuple[Step, ...]
    case_question: str | None
    cases: tuple[Case, ...]
    sources: tuple[Source, ...]
    reviewed: str
    reviewed_by: str
    reviewed_on: date
    review_again_on: date
    needs_person_check: str | None
    picture: str | None
    """The drawing it names; without one, the drawing that bears its own id."""
    asks: tuple[tuple[str, str], ...]
    published: bool
    facts: tuple[str, ...]

    def steps_for(self, case: str | None) -> tuple[Step, ...]:
        """The steps of one case in order; with no case chosen, only those that hold for everyone."""
        return tuple(step for step in self.steps if step.case is None or step.case == case)
