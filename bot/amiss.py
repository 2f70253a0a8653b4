"""What may be said of trouble: words for whoever can mend it, a place in the code for the log."""

from __future__ import annotations


class Amiss(Exception):
    """Something around the program is not as it must be. `phrase` names the words that say what to do."""

    def __init__(self, phrase: str, **values: object) -> None:
        super().__init__(phrase, values)
        self.phrase, self.values = phrase, values


def where(error: BaseException) -> str:
    """Where an error came about. Its message is never logged: it may quote what somebody wrote."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else "?"
