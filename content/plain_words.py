"""Looks at the words of a guide: sentence length, links, and requests nobody may make."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from urllib.parse import urlsplit

from content.strict_yaml import read_mapping

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”’)]*\s+|\n+")
_LINK = re.compile(
    r"https?://[^\s<>)\"”]+|(?<![\w@.-])(?:[a-z0-9-]+\.)+"
    r"(?:vn|com|net|org|info|app|me|ly|io|xyz|top|site|online|shop|link|click|cc|vip|club)\b(?:/[^\s<>)\"”]*)?",
    re.IGNORECASE,
)
_SOFT = re.compile(
    r"thường|theo (một |các )?nguồn|nguồn|có thể|khoảng|chưa chính thức|hỏi lại|từng|có nơi"
    r"|usually|often|according to|source|\bmay\b|might|about|unofficial|used to",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"\*\*|__|`|\]\(|^#|\{fact:", re.MULTILINE)
_ID_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")

_PRIVATE = (
    r"(otp|mật khẩu|passcode|mã xác (thực|nhận)|mã bí mật|mã pin|số (định danh|căn cước|cccd)|ảnh (thẻ )?căn cước"
    r"|password|one-time code|pin code|verification code|id number|photo of (your|the) (id|card))"
)
_GIVE = r"(gửi|nhắn|đọc|nói|đưa|báo|cung cấp|chia sẻ|trả lời|send|tell|read|give|share|reply with|message|show)"
_REQUEST = re.compile(rf"\b{_GIVE}\b.*\b{_PRIVATE}", re.IGNORECASE)
_REFUSAL = re.compile(
    r"\b(không|đừng|chưa|chẳng|cấm|never|not|no one|nobody|don't|no|without|neither|nor|refuse|scam|lừa|giả)\b",
    re.IGNORECASE,
)
# The app or the system sends a code to the reader's own phone; that is not a request.
_MACHINE = re.compile(r"\b(ứng dụng|hệ thống|vneid|tổng đài|máy|cổng|app|system|phone|portal)\b", re.IGNORECASE)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text; every list item is one of its own."""
    for part in _SENTENCE_END.split(text):
        words = part.removeprefix("- ").strip()
        if words:
            yield words


def word_count(sentence: str) -> int:
    """Words parted by spaces (in Vietnamese: syllables), dashes and other lone signs left out."""
    return sum(1 for word in sentence.split() if any(letter.isalnum() for letter in word))


def utf16_units(text: str) -> int:
    """Length as the strictest channel counts it."""
    return len(text.encode("utf-16-le")) // 2


def links(text: str) -> list[str]:
    """Every address in a text, with or without https://."""
    return [match[0].rstrip(".,;:!?") for match in _LINK.finditer(text)]


def has_markup(text: str) -> bool:
    """Whether signs of bold, code, links or headings are left that a plain chat would show as they are."""
    return bool(_MARKUP.search(text))


def has_id_number(text: str) -> bool:
    """Whether something that looks like a citizen's number stands in the text."""
    return bool(_ID_NUMBER.search(text.replace(" ", "")))


def asks_for_secret(sentence: str) -> bool:
    """Whether a sentence invites the reader to hand over a code, a password or their number."""
    request = _REQUEST.search(sentence)
    if not request or _REFUSAL.search(sentence):
        return False
    return not _MACHINE.search(sentence[: request.start()])


def sounds_certain(text: str, value: str) -> bool:
    """Whether some sentence states `value` without a word that says it may be otherwise."""
    stated = re.compile(rf"(?<!\w){re.escape(value)}(?!\w)", re.IGNORECASE)
    return any(stated.search(sentence) and not _SOFT.search(sentence) for sentence in sentences(text))


@dataclass(frozen=True, slots=True)
class Allowed:
    """Addresses a reader may be sent to, addresses a source may have, and sentences allowed to be long."""

    reader_hosts: tuple[str, ...]
    reader_pages: tuple[str, ...]
    source_hosts: tuple[str, ...]
    long_sentences: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, root: Traversable) -> "Allowed":
        """From `allowed_links.yaml` and `long_sentences.yaml` beside the guides."""
        hosts = read_mapping((root / "allowed_links.yaml").read_text("utf-8"))
        long = read_mapping((root / "long_sentences.yaml").read_text("utf-8"))
        return cls(
            tuple(hosts["reader_hosts"]),
            tuple(hosts["reader_pages"]),
            tuple(hosts["source_hosts"]),
            {guide: tuple(starts) for guide, starts in long.items()},
        )

    def for_reader(self, link: str) -> bool:
        """Whether a guide may show this address."""
        return link in self.reader_pages or _under(link, self.reader_hosts)

    def for_source(self, link: str) -> bool:
        """Whether a guide may name this address as what it was read from."""
        return link.startswith(("http://", "https://")) and _under(link, (*self.reader_hosts, *self.source_hosts))

    def long(self, guide: str, sentence: str) -> bool:
        """Whether this sentence of `locale/id` is on the list of exceptions."""
        return any(sentence.startswith(start) for start in self.long_sentences.get(guide, ()))


def _under(link: str, hosts: tuple[str, ...]) -> bool:
    address = urlsplit(link if "//" in link else f"//{link}")
    if address.username is not None or address.scheme not in ("", "http", "https"):
        return False
    host = (address.hostname or "").rstrip(".")
    return any(host == allowed or host.endswith(f".{allowed}") for allowed in hosts)
