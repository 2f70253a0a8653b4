"""The platform's "no": an error answer with its code, sentence and parameters."""

import json
from typing import Any

Json = dict[str, Any]


class Refusal(Exception):
    """A call the platform refuses; becomes `{"ok": false, ...}`."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> bytes:
        answer: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return json.dumps(answer).encode()


def bad(description: str) -> Refusal:
    """A 400 in the platform's usual wording."""
    return Refusal(400, f"Bad Request: {description}")
