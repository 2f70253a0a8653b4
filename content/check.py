"""Checks that every guide can be shown on a given day: sources, review, both languages, plain and safe words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from content.guide import CITIZEN, GUIDES_A_SUBJECT, MEMBER, SUBJECTS, Guide
from content.library import MAIN, Library
from content.plain_words import (
    Allowed,
    asks_for_secret,
    has_id_number,
    has_markup,
    links,
    sentences,
    sounds_certain,
    utf16_units,
    word_count,
)
from content.sketch import svg

LANGUAGES = (MAIN, "en")  # the languages a guide must have
STEP_CHARACTERS = 500
SCREEN_UNITS = 1900  # UTF-16 units that fit the strictest channel with its buttons' words
SENTENCE_WORDS = 20
REVIEW_DAYS = 90
ASKS_PER_TOPIC = 12
AUDIENCES = {CITIZEN, MEMBER}
STATES = {"draft", "reviewed"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to put right; `problem` is the key of its words."""

    guide: str
    locale: str
    problem: str
    detail: str


def check(library: Library, on: date) -> list[Finding]:
    """Everything that keeps the library from being shown on that day; empty when all is well."""
    allowed = Allowed.read(library.root)
    locales = (*LANGUAGES, *(locale for locale in library.locales if locale not in LANGUAGES))
    guides = [guide for locale in locales for guide in library.every(locale)]
    findings = [finding for guide in guides for finding in check_guide(library, guide, allowed, on)]
    return [*findings, *_full(library), *_languages(library)]


def check_guide(library: Library, guide: Guide, allowed: Allowed, on: date) -> Iterator[Finding]:
    """The findings of one guide in one language."""
    parts = (
        _review(guide, on),
        _sources(guide, allowed, on),
        _facts(library, guide, on),
        _screens(guide),
        _words(guide, allowed),
        _subject(guide),
        _links(library, guide, allowed),
        _asks(guide),
        _picture(library, guide, on),
    )
    for part in parts:
        for problem, detail in part:
            yield Finding(guide.id, guide.locale, problem, detail)


Found = Iterable[tuple[str, str]]


def _review(guide: Guide, on: date) -> Found:
    if guide.reviewed not in STATES:
        yield "review-state", guide.reviewed
    if not guide.reviewed_by:
        yield "reviewer-missing", guide.reviewed
    if guide.reviewed == "draft" and guide.published and not guide.needs_person_check:
        yield "draft-without-warning", guide.id
    if guide.reviewed_on > on:
        yield "reviewed-in-future", guide.reviewed_on.isoformat()
    if guide.review_again_on < on:
        yield "review-overdue", guide.review_again_on.isoformat()
    if guide.review_again_on > guide.reviewed_on + timedelta(days=REVIEW_DAYS):
        yield "review-too-far", guide.review_again_on.isoformat()


def _sources(guide: Guide, allowed: Allowed, on: date) -> Found:
    for source in guide.sources:
        if source.checked_on > on:
            yield "source-checked-in-future", source.name
        if not allowed.for_source(source.url):
            yield "source-link-not-allowed", source.url


def _facts(library: Library, guide: Guide, on: date) -> Found:
    told = "\n".join(text for _, text in texts(guide) if text != guide.needs_person_check)
    for name in guide.facts:
        fact = library.facts[name]
        if not fact.holds(on):
            yield "fact-not-in-force", name
        if fact.confidence != "C":
            continue
        if not guide.needs_person_check:
            yield "unconfirmed-fact-without-warning", name
        if sounds_certain(told, fact.text(guide.locale)):
            yield "unconfirmed-fact-sounds-certain", name


def texts(guide: Guide) -> Iterator[tuple[str, str]]:
    """Every text of a guide with a name for its place."""
    yield from (("title", guide.title), ("summary", guide.summary), ("cost", guide.cost), ("time", guide.time))
    yield from (("help", guide.where), ("needs_person_check", guide.needs_person_check or ""))
    yield from (("bring", line) for line in guide.bring)
    yield from (("cases", label) for label in (guide.case_question or "", *(case.label for case in guide.cases)))
    for step in guide.steps:
        yield from ((step.id, step.title), (step.id, step.text), (step.id, step.helper or ""))
        for trouble in step.troubles:
            yield from ((trouble.id, trouble.title), (trouble.id, trouble.text))


def _screens(guide: Guide) -> Found:
    for place, text in texts(guide):
        if len(text) > STEP_CHARACTERS:
            yield "text-too-long", f"{place}: {len(text)}"
    opening = (guide.title, guide.summary, *guide.bring, guide.cost, guide.time, guide.needs_person_check or "")
    screens = {"opening": opening, "sources": tuple(f"{source.name} ({source.dated})" for source in guide.sources)}
    for step in guide.steps:
        troubles = (trouble.title for trouble in step.troubles)
        screens[step.id] = (step.title, step.text, step.helper or "", *troubles)
    for place, lines in screens.items():
        if (units := utf16_units("\n".join(lines))) > SCREEN_UNITS:
            yield "screen-too-long", f"{place}: {units}"


def _words(guide: Guide, allowed: Allowed) -> Found:
    for place, text in texts(guide):
        if has_markup(text):
            yield "markup", place
        if has_id_number(text):
            yield "id-number", place
        for sentence in sentences(text):
            if asks_for_secret(sentence):
                yield "asks-for-secret", f"{place}: {sentence}"
            if word_count(sentence) > SENTENCE_WORDS and not allowed.long(f"{guide.locale}/{guide.id}", sentence):
                yield "long-sentence", f"{place}: {sentence}"


def _subject(guide: Guide) -> Found:
    if not guide.subject:
        yield "subject-missing", ", ".join(SUBJECTS)
    elif guide.subject not in SUBJECTS:
        yield "subject-unknown", guide.subject


def _full(library: Library) -> Iterator[Finding]:
    """A subject that no longer fits one screen is to be divided."""
    shown: dict[str, list[Guide]] = {}
    for guide in library.guides(MAIN):
        shown.setdefault(guide.subject, []).append(guide)
    for subject, guides in shown.items():
        if len(guides) > GUIDES_A_SUBJECT:
            yield Finding(guides[-1].id, MAIN, "subject-too-full", f"{subject}: {len(guides)}")


def _links(library: Library, guide: Guide, allowed: Allowed) -> Found:
    for place, text in texts(guide):
        for link in links(text):
            if not allowed.for_reader(link):
                yield "link-not-allowed", f"{place}: {link}"
    known = {entry.id for entry in library.every(MAIN)}
    for id in guide.related:
        if id not in known or id == guide.id:
            yield "related-unknown", id


def _asks(guide: Guide) -> Found:
    if not guide.topics:
        yield "no-topic", guide.id
    if not guide.audience or set(guide.audience) - AUDIENCES:
        yield "audience", ", ".join(guide.audience)
    if guide.locale == MAIN:
        for topic in guide.topics:
            count = len({phrasing.casefold() for asked, phrasing in guide.asks if asked == topic})
            if count < ASKS_PER_TOPIC:
                yield "few-asks", f"{topic}: {count}"


def _picture(library: Library, guide: Guide, on: date) -> Found:
    try:
        drawing = library.drawing(guide)
        if drawing is not None:
            svg(drawing)  # measures every word of it
    except ValueError as error:  # a drawing, its YAML or a fact that it names
        yield "picture-unusable", str(error)
        return
    if drawing is None and guide.picture is not None:
        yield "picture-missing", guide.picture
    for name in drawing.facts if drawing else ():
        if not library.facts[name].holds(on):
            yield "fact-not-in-force", name


def _languages(library: Library) -> Iterator[Finding]:
    """Both languages there, with the same revision, order, steps, troubles and cases."""
    shelves = {locale: {guide.id: guide for guide in library.every(locale)} for locale in LANGUAGES}
    for id in sorted(set().union(*shelves.values())):
        there = [shelves[locale][id] for locale in LANGUAGES if id in shelves[locale]]
        for locale in LANGUAGES:
            if id not in shelves[locale]:
                yield Finding(id, locale, "language-missing", id)
        for other in there[1:]:
            for problem, ours, theirs in _pairs(there[0], other):
                if ours != theirs:
                    yield Finding(id, other.locale, problem, f"{ours} / {theirs}")


def _pairs(one: Guide, other: Guide) -> Iterator[tuple[str, object, object]]:
    yield "revision-differs", one.revision, other.revision
    yield "subject-differs", one.subject, other.subject
    yield "order-differs", one.order, other.order
    yield "topics-differ", one.topics, other.topics
    yield "related-differs", one.related, other.related
    yield "published-differs", one.published, other.published
    yield "review-differs", _state(one), _state(other)
    yield "steps-differ", _ids(one), _ids(other)
    yield "cases-differ", [case.id for case in one.cases], [case.id for case in other.cases]
    yield "facts-differ", set(one.facts), set(other.facts)
    yield "sources-differ", [source.url for source in one.sources], [source.url for source in other.sources]


def _state(guide: Guide) -> tuple[str, date, date, bool]:
    return guide.reviewed, guide.reviewed_on, guide.review_again_on, guide.needs_person_check is None


def _ids(guide: Guide) -> list[tuple[str, str | None, tuple[str, ...]]]:
    return [(step.id, step.case, tuple(trouble.id for trouble in step.troubles)) for step in guide.steps]
