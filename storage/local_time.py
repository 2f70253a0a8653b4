"""Vietnam's clock: rules speak of its days and hours, rows hold instants in UTC."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


def local_day(at: datetime) -> date:
    """The day in Vietnam at an instant."""
    return at.astimezone(LOCAL).date()


def instant(on: date, at: time) -> datetime:
    """The UTC instant of an hour in Vietnam."""
    return datetime.combine(on, at, LOCAL).astimezone(UTC)
