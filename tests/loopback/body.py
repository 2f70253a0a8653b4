"""Parameters of a call, whichever way the client wrote them: JSON, form, multipart or query."""

import json
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from tests.loopback.refusal import Json, bad
from tests.loopback.wire import Request


class Upload(bytes):
    """The bytes of an uploaded file, with its name."""

    name = ""


def parameters(request: Request) -> Json:
    """The call's parameters; files are `Upload`, everything else is text or JSON values."""
    found: Json = dict(parse_qsl(request.query, keep_blank_values=True)) if request.query else {}
    body = request.body
    if not body:
        return found
    kind = request.content_type
    if kind.startswith("application/json"):
        found.update(_json(body))
    elif kind.startswith("multipart/form-data"):
        found.update(_multipart(body, kind))
    elif kind.startswith("application/x-www-form-urlencoded"):
        found.update(parse_qsl(body.decode(), keep_blank_values=True))
    return found


def _json(body: bytes) -> Json:
    try:
        value = json.loads(body)
    except ValueError as error:
        raise bad("can't parse JSON object") from error
    if not isinstance(value, dict):
        raise bad("object expected")
    return value


def _options(header: str) -> Message:
    parsed = Message()
    parsed["content-disposition"] = header
    return parsed


def _multipart(body: bytes, content_type: str) -> Json:
    boundary = content_type.partition("boundary=")[2].partition(";")[0].strip().strip('"').encode()
    if not boundary:
        raise bad("multipart boundary is missing")
    found: Json = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        for line in head.decode("utf-8", "replace").split("\r\n"):
            name, _, value = line.partition(":")
            if name.lower() == "content-disposition":
                options = _options(value.strip())
                key = str(options.get_param("name", "", "content-disposition"))
                filename = options.get_param("filename", None, "content-disposition")
                found[key] = content.decode() if filename is None else _upload(content, str(filename))
    return found


def _upload(content: bytes, name: str) -> Upload:
    upload = Upload(content)
    upload.name = name
    return upload


def integer(params: Json, name: str, default: int | None = None) -> int:
    """An integer parameter; form bodies bring it as text."""
    value = params.get(name)
    if value is None or value == "":
        if default is None:
            raise bad(f"parameter {name} is empty")
        return default
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise bad(f"parameter {name} is not an integer") from error


def structure(params: Json, name: str) -> Any:
    """An object or array parameter; form bodies bring it as JSON text."""
    value = params.get(name)
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError as error:
        raise bad(f"can't parse {name} JSON object") from error


def flag(params: Json, name: str) -> bool:
    """A boolean parameter."""
    return str(params.get(name, "")).lower() in ("true", "1", "yes")
