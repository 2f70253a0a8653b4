"""The library of guides: finds a guide by id or topic, in the reader's language."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from content.facts import Fact, Facts
from content.guide import Case, Guide, GuideError, Source, Step, Trouble
from content.leaflet import read_leaflet
from content.pictures import drawing
from content.sketch import Drawing

__all__ = ["Case", "Fact", "Facts", "Guide", "GuideError", "Library", "Source", "Step", "Trouble"]

MAIN = "vi"  # the language every guide has; the others fall back to it


class Library:
    """Guides and facts under one folder: `facts.yaml`, `guides/<locale>/<id>.md`, `pictures/<name>.yaml`."""

    def __init__(self, root: Traversable) -> None:
        self.root = root
        self._drawings: dict[tuple[str, str], Drawing | None] = {}

    @classmethod
    def load(cls) -> "Library":
        """The library that ships with the package, read once."""
        return _packaged()

    @classmethod
    def read(cls, path: Path) -> "Library":
        """A library from a folder, read anew."""
        return cls(path)

    @cached_property
    def facts(self) -> Facts:
        """Every dated fact."""
        return Facts.read((self.root / "facts.yaml").read_text("utf-8"))

    @cached_property
    def _shelves(self) -> dict[str, dict[str, Guide]]:
        """Guides by language and id, unpublished ones too, in the order readers see."""
        shelves: dict[str, dict[str, Guide]] = {}
        for folder in sorted((self.root / "guides").iterdir(), key=lambda entry: entry.name):
            if folder.is_dir():
                guides = [self._guide(entry, folder.name) for entry in folder.iterdir() if entry.name.endswith(".md")]
                shelves[folder.name] = {guide.id: guide for guide in sorted(guides, key=lambda g: (g.order, g.id))}
        return shelves

    def _guide(self, entry: Traversable, locale: str) -> Guide:
        name = entry.name.removesuffix(".md")
        path = f"guides/{locale}/{entry.name}"
        return read_leaflet(entry.read_text("utf-8"), id=name, locale=locale, path=path, facts=self.facts)

    @property
    def locales(self) -> tuple[str, ...]:
        """The languages that have a folder."""
        return tuple(self._shelves)

    def every(self, locale: str) -> tuple[Guide, ...]:
        """All guides written in exactly that language, unpublished ones too: for checking, not for readers."""
        return tuple(self._shelves.get(locale, {}).values())

    def guides(self, locale: str) -> tuple[Guide, ...]:
        """The published guides in order; one that lacks the language comes in Vietnamese."""
        own = self._shelves.get(locale, {})
        main = self._shelves.get(MAIN, {})
        return tuple(own.get(guide.id, guide) for guide in main.values() if guide.published)

    def guide(self, id: str, locale: str) -> Guide | None:
        """One published guide, in Vietnamese where the language is missing."""
        main = self._shelves.get(MAIN, {}).get(id)
        if main is None or not main.published:
            return None
        return self._shelves.get(locale, {}).get(id, main)

    def drawing(self, guide: Guide) -> Drawing | None:
        """The guide's picture: the one it names, or the one that bears its own name. Raises SketchError if it is of no use."""
        key = (guide.picture or guide.id, guide.locale)
        if key not in self._drawings:
            self._drawings[key] = drawing(self.root / "pictures", *key, self.facts)
        return self._drawings[key]

    @cached_property
    def _by_topic(self) -> dict[str, str]:
        by_topic: dict[str, str] = {}
        for guide in self.guides(MAIN):
            for topic in guide.topics:
                by_topic.setdefault(topic, guide.id)
        return by_topic

    def for_topic(self, topic: str, locale: str) -> Guide | None:
        """The guide that answers a topic; where several do, the first in reading order."""
        id = self._by_topic.get(topic)
        return self.guide(id, locale) if id else None

    def asks(self) -> Iterable[tuple[str, str]]:
        """Every (topic, phrasing) that the Vietnamese guides say people use."""
        return (ask for guide in self.guides(MAIN) for ask in guide.asks)

    def overdue(self, guide: Guide, on: date) -> bool:
        """Whether the day to review the guide again has passed."""
        return on > guide.review_again_on


@lru_cache(maxsize=1)
def _packaged() -> Library:
    return Library(files("content"))
