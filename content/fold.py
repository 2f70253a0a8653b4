"""Fold Vietnamese text so that the same words typed in different ways become equal."""

import re
import unicodedata
from functools import lru_cache

# Zero-width and direction marks, soft hyphen, variation selectors: pasted along from Zalo, Word and web pages.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_BARRED_D = str.maketrans({"đ": "d", "ð": "d", "ɖ": "d", "Đ": "D", "Ð": "D", "Ɖ": "D"})
_ICELANDIC_D = str.maketrans({"ð": "đ", "ɖ": "đ", "Ð": "Đ", "Ɖ": "Đ"})
_NOT_WORD = re.compile(r"[\W_]+")
# ký/kí, lý/lí, mỹ/mĩ, quý/quí are one word in two spellings; máy/mái or tay/tai are not, so only after a consonant.
_FINAL_Y = re.compile(r"(?<=[bcdghklmnpqrstvx])y\b|(?<=\bqu)y\b")
_SHAPES = {"\u0306": "w", "\u031b": "w"}
_TONES = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}


def fold(text: str) -> str:
    """Lower-case words without tone marks, đ as d, final y as i, one space between words, nothing else.

    "Ký  SỐ!", "kí số" and "ki so" give the same result, in NFC or NFD.
    """
    if text.isascii():
        bare = text.lower()
    else:
        letters = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text).translate(_BARRED_D))
        bare = "".join([c for c in letters if not unicodedata.combining(c)]).lower().translate(_BARRED_D)
    return _FINAL_Y.sub("i", _NOT_WORD.sub(" ", bare).strip())


@lru_cache(8)
def folded(text: str) -> str:
    """The same for what somebody typed: it is looked at from many sides before it is known what it is."""
    return fold(text)


def plain(text: str) -> str:
    """Lower-case words with their marks kept (NFC), one space between words, no punctuation."""
    if text.isascii():
        return _NOT_WORD.sub(" ", text.lower()).strip()
    seen = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_ICELANDIC_D).lower()
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFC", seen)).strip()


def toned(word: str) -> str:
    """The word with its tone written behind it, so that hòa and hoà are the same: both "hoaf"."""
    letters = unicodedata.normalize("NFD", word)
    tone = "".join(_TONES.get(c, "") for c in letters)
    return unicodedata.normalize("NFC", "".join(c for c in letters if c not in _TONES)) + tone


def keys(word: str) -> str:
    """The keys of Telex that write a word: "vắng" is "vawngs"."""
    letters = unicodedata.normalize("NFD", toned(word))
    typed = (_SHAPES.get(c) or (letters[at - 1] if c == "\u0302" else c) for at, c in enumerate(letters))
    return "".join(typed).replace("đ", "dd").replace("uwow", "uow")


def has_marks(text: str) -> bool:
    """Whether the writer typed any Vietnamese mark at all."""
    return not text.isascii() and any(map(_is_marked, unicodedata.normalize("NFC", text).lower()))


@lru_cache(1_000)
def _is_marked(letter: str) -> bool:
    return letter in "đð" or (letter.isalpha() and len(unicodedata.normalize("NFD", letter)) > 1)
