"""Reads one Markdown leaflet into a guide: front matter, title, summary, steps with their troubles."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NoReturn

from content.facts import Facts
from content.guide import Case, Guide, GuideError, Source, Step, Trouble
from content.strict_yaml import YamlError, read_mapping

HELP = "help"  # the id of the last section: where to go when the steps do not work
_HEADING = re.compile(r"^(#{1,3})\s+(.+?)(?:\s*<!--\s*([a-z0-9-]+)(?:\s+case=([a-z0-9-]+))?\s*-->)?\s*$")
_ITEM = re.compile(r"^(?:[-*]|\d+[.)])\s+")
_HELPER = "helper:"
_KEYS = {
    *("revision", "subject", "order", "audience", "topics", "related", "bring", "cost", "time", "sources", "reviewed"),
    *("reviewed_by", "reviewed_on", "review_again_on", "needs_person_check", "published", "asks"),
    *("picture", "cases"),
}


@dataclass(slots=True)
class _Section:
    level: int
    title: str
    id: str | None
    case: str | None
    line: int
    lines: list[str] = field(default_factory=list)
    helper: list[str] = field(default_factory=list)


def read_leaflet(text: str, *, id: str, locale: str, path: str, facts: Facts) -> Guide:
    """The guide that `text` holds; anything unusable raises GuideError with its line."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    names = facts.names_in(text, path)
    head, body, offset = _split(text, path)
    front = _Front(head, path, lambda words: facts.fill(words, locale))
    question, cases = front.cases()
    sections = _sections(facts.fill(body, locale), offset, path)
    _same_cases(sections, cases, path)
    title, summary, steps, where = _body(sections, path)
    return Guide(
        id=id, locale=locale, title=title, summary=summary, steps=steps, where=where,
        revision=front.number("revision"), subject=front.word("subject"), order=front.number("order"),
        audience=front.words("audience"), topics=front.words("topics"), related=front.words("related"),
        bring=front.words("bring"), cost=front.word("cost"), time=front.word("time"), case_question=question, cases=cases,
        sources=front.sources(), reviewed=front.word("reviewed"), reviewed_by=front.word("reviewed_by"),
        reviewed_on=front.day("reviewed_on"), review_again_on=front.day("review_again_on"),
        needs_person_check=front.word("needs_person_check") or None, picture=front.word("picture") or None,
        asks=front.asks(), published=front.flag("published"), facts=names,
    )  # fmt: skip


def _split(text: str, path: str) -> tuple[str, str, int]:
    """Front matter, body, and the number of lines before the body."""
    end = text.find("\n---\n", 3)
    if not text.startswith("---\n") or end < 0:
        raise GuideError(path, 1, "the front matter between two lines of --- is missing")
    head, body = text[4 : end + 1], text[end + 5 :]
    return head, body, text.count("\n", 0, end + 5)


class _Front:
    """The front matter's values by kind; facts are filled in, a wrong kind raises with its line."""

    def __init__(self, head: str, path: str, fill: Callable[[str], str]) -> None:
        self._head, self._path, self._fill = head, path, fill
        try:
            self._values = read_mapping(head)
        except YamlError as error:
            raise GuideError(path, error.line + 1, str(error)) from error
        for key in self._values:
            if key not in _KEYS:
                self._fail(key, f"unknown key '{key}'")

    def _fail(self, key: str, message: str) -> NoReturn:
        start = re.search(rf"^{re.escape(str(key))}\s*:", self._head, re.MULTILINE)
        line = self._head.count("\n", 0, start.start()) + 2 if start else 1
        raise GuideError(self._path, line, message)

    def word(self, key: str) -> str:
        value = self._values.get(key)
        if value is not None and not isinstance(value, str | int | float):
            self._fail(key, f"'{key}' must be one line of text")
        return self._fill(str(value)) if value is not None else ""

    def words(self, key: str) -> tuple[str, ...]:
        value = self._values.get(key) or []
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            self._fail(key, f"'{key}' must be a list of short lines")
        return tuple(self._fill(entry) for entry in value)

    def number(self, key: str) -> int:
        value = self._values.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            self._fail(key, f"'{key}' must be a whole number")
        return value

    def flag(self, key: str) -> bool:
        value = self._values.get(key)
        if not isinstance(value, bool):
            self._fail(key, f"'{key}' must be true or false")
        return value

    def day(self, key: str) -> date:
        return self._day(key, self._values.get(key))

    def _day(self, key: str, value: object) -> date:
        if type(value) is not date:
            self._fail(key, f"'{key}' must be a day such as 2026-11-23")
        return value

    def _entries(self, key: str, value: object, keys: set[str]) -> list[dict[str, Any]]:
        if not isinstance(value, list) or not value:
            self._fail(key, f"'{key}' must list at least one entry")
        for entry in value:
            if not isinstance(entry, dict) or set(entry) != keys or not all(entry.values()):
                self._fail(key, f"each entry of '{key}' needs {', '.join(sorted(keys))}")
        return value

    def sources(self) -> tuple[Source, ...]:
        entries = self._entries("sources", self._values.get("sources"), {"name", "url", "dated", "checked_on"})
        return tuple(
            Source(str(e["name"]), str(e["url"]), str(e["dated"]), self._day("sources", e["checked_on"]))
            for e in entries
        )

    def cases(self) -> tuple[str | None, tuple[Case, ...]]:
        value = self._values.get("cases")
        if value is None:
            return None, ()
        if not isinstance(value, dict) or set(value) != {"question", "choices"}:
            self._fail("cases", "'cases' needs a question and choices")
        choices = self._entries("cases", value["choices"], {"id", "label"})
        return str(value["question"]), tuple(Case(str(entry["id"]), str(entry["label"])) for entry in choices)

    def asks(self) -> tuple[tuple[str, str], ...]:
        value = self._values.get("asks") or {}
        if not isinstance(value, dict) or not all(isinstance(lines, list) for lines in value.values()):
            self._fail("asks", "'asks' must list phrasings under each topic")
        topics = self.words("topics")
        for topic in value:
            if topic not in topics:
                self._fail("asks", f"'asks' speaks of the topic '{topic}', which 'topics' does not name")
        return tuple((topic, str(phrasing)) for topic, lines in value.items() for phrasing in lines)


def _sections(body: str, offset: int, path: str) -> list[_Section]:
    sections: list[_Section] = []
    for number, line in enumerate(body.split("\n"), start=offset + 1):
        heading = _HEADING.match(line)
        if heading and "<!--" not in heading[2]:
            sections.append(_Section(len(heading[1]), heading[2], heading[3], heading[4], number))
        elif line.startswith("#") or "<!--" in line:
            raise GuideError(path, number, "a heading with a readable id was expected, such as '## Title <!-- id -->'")
        elif not sections and line.strip():
            raise GuideError(path, number, "the title '# ...' must come first")
        elif line.startswith(">"):
            _note(sections[-1], line, number, path)
        elif sections:
            sections[-1].lines.append(line)
    return sections


def _note(section: _Section, line: str, number: int, path: str) -> None:
    """Adds one line of the helper's view to its step."""
    words = line[1:].strip()
    if section.level != 2 or (not section.helper and not words.startswith(_HELPER)):
        raise GuideError(path, number, "'> helper:' belongs under a step, before its troubles")
    section.helper.append(words.removeprefix(_HELPER).strip())


def _body(sections: list[_Section], path: str) -> tuple[str, str, tuple[Step, ...], str]:
    if not sections or sections[0].level != 1 or [s.level for s in sections].count(1) != 1:
        raise GuideError(path, 1, "exactly one title '# ...' was expected, before the steps")
    top, rest = sections[0], sections[1:]
    if not rest or rest[-1].id != HELP or rest[-1].level != 2:
        raise GuideError(path, sections[-1].line, "the last section must be '## ... <!-- help -->'")
    seen: set[str] = set()
    steps: list[Step] = []
    for section in rest[:-1]:
        _identify(section, seen, path)
        if section.level == 2:
            helper = _flow(section.helper) or None
            steps.append(Step(section.id or "", section.title, _text(section, path), helper, (), section.case))
        elif not steps:
            raise GuideError(path, section.line, "a trouble must stand under its step")
        else:
            trouble = Trouble(section.id or "", section.title, _text(section, path))
            steps[-1] = replace(steps[-1], troubles=(*steps[-1].troubles, trouble))
    if not steps:
        raise GuideError(path, top.line, "a guide needs at least one step")
    return top.title, _text(top, path), tuple(steps), _text(rest[-1], path)


def _identify(section: _Section, seen: set[str], path: str) -> None:
    if section.id is None:
        raise GuideError(path, section.line, f"'{section.title}' needs an id, such as <!-- go-there -->")
    if section.id in seen or section.id == HELP:
        raise GuideError(path, section.line, f"the id '{section.id}' is used twice")
    if section.level == 3 and section.case:
        raise GuideError(path, section.line, "a trouble belongs to its step's case and names none itself")
    seen.add(section.id)


def _same_cases(sections: list[_Section], cases: tuple[Case, ...], path: str) -> None:
    known = {case.id for case in cases}
    for section in sections:
        if section.case is not None and section.case not in known:
            raise GuideError(path, section.line, f"the case '{section.case}' is not among 'cases'")


def _text(section: _Section, path: str) -> str:
    text = _flow(section.lines)
    if not text:
        raise GuideError(path, section.line, f"'{section.title}' has no text")
    return text


def _flow(lines: list[str]) -> str:
    """Paragraphs unwrapped to one line each, list items one a line, paragraphs a blank line apart."""
    out: list[str] = []
    fresh = True
    for line in lines:
        words = line.strip()
        if not words:
            fresh = True
            continue
        if _ITEM.match(words):
            out.append("- " + words[2:].strip() if words[0] in "-*" else words)
        elif fresh:
            out.append(("\n" if out else "") + words)
        else:
            out[-1] += " " + words
        fresh = False
    return "\n".join(out)
