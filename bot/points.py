"""Named points at which a test may end the process, so that every promise about crashes can be tried."""

import os

CRASH_AT = os.environ.get("GOCUA_CRASH_AT", "")
"""`point` or `point:n`: die at that point, or the n-th time it is reached. For tests only."""
POINTS = ("after_inbox_commit", "before_ack", "mid_turn", "after_turn_commit", "before_send", "after_send", "before_mark_sent")
_left = int(CRASH_AT.partition(":")[2] or 1)


def reach(point: str) -> None:
    """Die here if this is the point that was asked for; otherwise nothing."""
    global _left
    if CRASH_AT and CRASH_AT.partition(":")[0] == point:
        _left -= 1
        if _left <= 0:
            os._exit(9)
