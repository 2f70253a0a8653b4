"""Events of an Official Account's webhook, and how they are signed."""

import hashlib
import itertools
import json
import time
from typing import Any

_numbers = itertools.count(1)


def event(app_id: str, oa: str, user: str, name: str, message: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """An event as captured ones look."""
    made: dict[str, Any] = {"app_id": app_id, "event_name": name, "sender": {"id": user}, "recipient": {"id": oa},
                            "timestamp": str(int(time.time() * 1000)), "user_id_by_app": f"by-app-{user}"}
    if message is not None:
        made["message"] = {"msg_id": f"z{next(_numbers):08x}", **message}
    return made | more


def follow(app_id: str, oa: str, user: str, name: str = "follow") -> dict[str, Any]:
    return {"app_id": app_id, "oa_id": oa, "event_name": name, "follower": {"id": user}, "source": "qr",
            "timestamp": str(int(time.time() * 1000))}


def written(made: dict[str, Any]) -> bytes:
    """The bytes that are posted: Vietnamese as it is, keys in no order of ours."""
    return json.dumps(made, ensure_ascii=False, separators=(", ", ":")).encode()


def signed(app_id: str, body: bytes, timestamp: str, secret: str) -> str:
    return hashlib.sha256(app_id.encode() + body + timestamp.encode() + secret.encode()).hexdigest()
