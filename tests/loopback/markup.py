"""What a message may hold: HTML text, its length, and the keyboards under it."""

import html
import re

from tests.loopback.body import structure
from tests.loopback.refusal import Json, bad

_TAG = re.compile(r"<(/?)([a-zA-Z0-9-]*)((?:\s[^<>]*)?)>?")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#[xX][0-9a-fA-F]+);")
_KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "a": "text_link", "span": "spoiler", "tg-spoiler": "spoiler", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}  # fmt: skip
_ACTIONS = (
    "callback_data", "url", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
)  # fmt: skip


def utf16(text: str) -> int:
    """Length as the platform counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def readable(text: str, mode: str) -> tuple[str, list[Json]]:
    """The text people see and its entities."""
    if not mode:
        return text.strip(), []
    if mode.lower() != "html":
        raise bad("unsupported parse_mode")
    if "<" not in text and "&" not in text:
        return text.strip(), []
    return _html(text)


def _byte(text: str, at: int) -> int:
    return len(text[:at].encode())


def _html(text: str) -> tuple[str, list[Json]]:
    plain = ""
    entities: list[Json] = []
    opened: list[tuple[str, int, str]] = []
    at = 0
    while True:
        start = text.find("<", at)
        plain += _ENTITY.sub(lambda m: html.unescape(m[0]), text[at : start if start >= 0 else len(text)])
        if start < 0:
            break
        tag = _TAG.match(text, start)
        assert tag is not None
        name, where = tag[2].lower(), _byte(text, start)
        if not tag[1]:
            _check_opening(name, tag[3], where)
        if not tag[0].endswith(">"):
            raise bad(f"can't parse entities: Unclosed {'end' if tag[1] else 'start'} tag at byte offset {where}")
        if tag[1]:
            entities += _closed(name, opened, plain, where)
        else:
            opened.append((name, utf16(plain), tag[3]))
        at = tag.end()
    if opened:
        raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1][0]}\"")
    return _trimmed(plain, entities)


def _check_opening(name: str, attributes: str, where: int) -> None:
    if name not in _KINDS:
        raise bad(f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {where}')
    if name == "span" and "tg-spoiler" not in attributes:
        raise bad(f'can\'t parse entities: Tag "span" must have class "tg-spoiler" at byte offset {where}')


def _closed(name: str, opened: list[tuple[str, int, str]], plain: str, where: int) -> list[Json]:
    if not opened:
        raise bad(f"can't parse entities: Unexpected end tag at byte offset {where}")
    expected, offset, attributes = opened.pop()
    if name and name != expected:
        raise bad(
            f"can't parse entities: Unmatched end tag at byte offset {where}, "
            f'expected "</{expected}>", found "</{name}>"'
        )
    entity: Json = {"type": _KINDS[expected], "offset": offset, "length": utf16(plain) - offset}
    if expected == "a":
        link = re.search(r"href\s*=\s*[\"']?([^\"'\s>]+)", attributes)
        if link is None:
            return []
        entity["url"] = html.unescape(link[1])
    return [entity] if entity["length"] else []


def _trimmed(plain: str, entities: list[Json]) -> tuple[str, list[Json]]:
    text = plain.strip()
    cut = utf16(plain) - utf16(plain.lstrip())
    end = utf16(text)
    for entity in entities:
        last = min(entity["offset"] - cut + entity["length"], end)
        entity["offset"] = max(entity["offset"] - cut, 0)
        entity["length"] = last - entity["offset"]
    return text, sorted((e for e in entities if e["length"] > 0), key=lambda e: (e["offset"], -e["length"]))


def keyboard(params: Json) -> Json | None:
    """The checked reply_markup of a call."""
    markup = structure(params, "reply_markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = _rows(markup["inline_keyboard"], "inline keyboard")
        return {"inline_keyboard": [row for row in ([_inline(button) for button in row] for row in rows) if row]}
    if "keyboard" in markup:
        for row in _rows(markup["keyboard"], "keyboard"):
            if any(not (b if isinstance(b, str) else b.get("text", "")) for b in row):
                raise bad("can't parse keyboard button: text is empty")
    return markup


def _rows(rows: object, what: str) -> list[list[Json]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad(f"field of the {what} must be an Array of Arrays")
    return rows


def _inline(button: Json) -> Json:
    if not isinstance(button, dict) or not button.get("text"):
        raise bad("can't parse inline keyboard button: text is empty")
    actions = [name for name in _ACTIONS if button.get(name) is not None]
    if len(actions) != 1:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= 64:
        raise bad("BUTTON_DATA_INVALID")
    if actions[0] == "web_app" and not str(button["web_app"].get("url", "")).startswith("https://"):
        raise bad("inline keyboard button Web App URL is invalid: Only HTTPS links are allowed")
    if actions[0] == "url" and not re.match(r"(https?|tg|tel|mailto):", str(button["url"])):
        raise bad("BUTTON_URL_INVALID")
    return button
