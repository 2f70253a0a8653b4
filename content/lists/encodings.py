"""Bytes of a text file into Vietnamese text, whichever of the usual encodings they are in; what is not understood is refused."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Sequence

from content.lists.trouble import Trouble, Unreadable

SURE = 0.85
"""Share of the words with marks that must be Vietnamese syllables before an old encoding is believed."""
_HIGH = (
    "ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịò"
    "ỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)
TCVN3 = {0xA1 + place: letter for place, letter in enumerate(_HIGH)}
"""The letters of TCVN 5712 (the fonts .VnTime and the like) from 0xA1 on."""
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx])?[aăâeêioôơuưy]{1,3}(?:ng|nh|ch|[cmnptiyou])?")
_WORD = re.compile(r"[^\W\d_]+")


def decode(data: bytes) -> str:
    """The text in NFC. Raises Unreadable where no encoding gives Vietnamese."""
    for mark, name in ((codecs.BOM_UTF32_LE, ""), (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
                       (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return _strict(data, name)
    if b"\0" in data:
        if wide := _wide(data[:4_000]):
            return _strict(data, wide)
        data = data.replace(b"\0", b"")
    try:
        return mended(_nfc(data.decode("utf-8")))
    except UnicodeDecodeError:
        return _old(data)


def _wide(head: bytes) -> str:
    """UTF-16 without its mark: every other byte of plain letters is a zero. A few zeros in other text mean nothing."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 8 < len(head):
        return ""
    return "utf-16-le" if odd >= even else "utf-16-be"


def mended(text: str) -> str:
    """Text whose letters are those of an old font ("Hä vµ tªn"): as it was meant. Other text stays as it is."""
    if text.isascii() or vietnamese(text) >= SURE:
        return text
    try:
        meant = _tcvn3(text.encode("cp1252"))
    except UnicodeEncodeError:
        return text
    return meant if vietnamese(meant) >= SURE else text


def vietnamese(text: str) -> float:
    """The share of the words with marks that may be Vietnamese syllables; 1 where there are none."""
    marked = [word for word in _WORD.findall(text) if not word.isascii()]
    return sum(map(_plausible, marked)) / len(marked) if marked else 1.0


def _plausible(word: str) -> bool:
    if not (word.islower() or word.isupper() or (word[0].isupper() and word[1:].islower())):
        return False
    letters = unicodedata.normalize("NFD", word.lower())
    tones = [letter for letter in letters if letter in _TONES]
    bare = unicodedata.normalize("NFC", "".join(letter for letter in letters if letter not in _TONES))
    return len(tones) <= 1 and _SYLLABLE.fullmatch(bare) is not None


def _old(data: bytes) -> str:
    readers: Sequence[Callable[[bytes], str]] = (_cp1258, _tcvn3)
    read = [_nfc(reader(data)) for reader in readers]
    best = max(read, key=vietnamese)
    if vietnamese(best) < SURE:
        raise Unreadable(Trouble.ENCODING)
    return best


def _cp1258(data: bytes) -> str:
    return data.decode("cp1258", "replace")


def _tcvn3(data: bytes) -> str:
    return _nfc("".join(TCVN3.get(byte, chr(byte)) for byte in data))


def _strict(data: bytes, name: str) -> str:
    if not name:
        raise Unreadable(Trouble.ENCODING)
    try:
        return _nfc(data.decode(name))
    except UnicodeDecodeError:
        raise Unreadable(Trouble.ENCODING) from None


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text.removeprefix("\ufeff").replace("\0", ""))
