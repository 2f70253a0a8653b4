"""What whoever runs the program can mend: it ends with words that say how, and without a traceback."""

from __future__ import annotations


class Amiss(Exception):
    """Something around the program is not as it must be. `phrase` names the words that say what to do."""

    def __init__(self, phrase: str, **values: object) -> None:
        super().__init__(phrase, values)
        self.phrase, self.values = phrase, values
