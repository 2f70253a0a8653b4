"""Vietnam's clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

TIMEZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def local_day(at: datetime) -> date:
    """The day in Vietnam at an instant."""
    return at.astimezone(TIMEZONE).date()


def instant(on: date, hour: int, minute: int = 0) -> datetime:
    """The instant of an hour in Vietnam, in UTC."""
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=TIMEZONE).astimezone(UTC)
