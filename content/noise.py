"""Ways real typing differs from a clean phrasing; training shows the model some of each."""

import random
import unicodedata
from collections.abc import Callable, Mapping, Sequence

_KEYS = "qwertyuiop asdfghjkl zxcvbnm"
_NEAR = {c: row[max(0, i - 1) : i] + row[i + 1 : i + 2] for row in _KEYS.split() for i, c in enumerate(row)}
_TELEX = {
    "\u0300": "f",
    "\u0301": "s",
    "\u0309": "r",
    "\u0303": "x",
    "\u0323": "j",
    "\u0302": "^",
    "\u031b": "w",
    "\u0306": "w",
}

Noise = Callable[[str, random.Random], str]


def bare(text: str, _: random.Random) -> str:
    """Without any mark, as on a phone with no Vietnamese keyboard."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in letters if not unicodedata.combining(c))


def telex(text: str, _: random.Random) -> str:
    """The keys themselves, as when the input method is off: ddawng kys."""
    return " ".join(_keys(word) for word in text.split())


def _keys(word: str) -> str:
    keys, tone = "", ""
    for c in unicodedata.normalize("NFD", word.replace("đ", "dd").replace("Đ", "Dd")):
        key = _TELEX.get(c)
        if key is None:
            keys += c
        elif key == "^":
            keys += keys[-1]
        elif key == "w":
            keys += "w"
        else:
            tone = key
    return keys + tone


def slip(text: str, chance: random.Random) -> str:
    """One wrong key in one longer word: left out, doubled, swapped or its neighbour."""
    words = text.split()
    longer = [i for i, w in enumerate(words) if len(w) > 2]
    if not longer:
        return text
    at = chance.choice(longer)
    words[at] = _slipped(words[at], chance)
    return " ".join(words)


def _slipped(word: str, chance: random.Random) -> str:
    i = chance.randrange(len(word) - 1)
    kinds = (
        word[:i] + word[i + 1 :],
        word[: i + 1] + word[i:],
        word[:i] + word[i + 1] + word[i] + word[i + 2 :],
        word[:i] + (chance.choice(_NEAR.get(word[i].lower()) or word[i])) + word[i + 1 :],
    )
    return chance.choice(kinds)


def shorter(text: str, chance: random.Random) -> str:
    """Some words left out, as in a hurried or keyword question."""
    words = text.split()
    if len(words) < 4:
        return text
    kept = [w for w in words if chance.random() > 0.2]
    return " ".join(kept) or text


def chatter(lead: Sequence[str], tail: Sequence[str]) -> Noise:
    def wrap(text: str, chance: random.Random) -> str:
        front = chance.choice(lead) if chance.random() < 0.6 else ""
        back = chance.choice(tail) if chance.random() < 0.6 else ""
        return f"{front} {text} {back}".strip()

    return wrap


def short_forms(anyhow: Mapping[str, str]) -> Noise:
    """Teen-code: the word lists read backwards."""
    backwards: dict[str, list[str]] = {}
    for written, standard in anyhow.items():
        if " " not in standard:
            backwards.setdefault(standard, []).append(written)

    def abbreviate(text: str, chance: random.Random) -> str:
        words = bare(text.lower(), chance).split()
        return " ".join(chance.choice(backwards[w]) if w in backwards and chance.random() < 0.7 else w for w in words)

    return abbreviate
