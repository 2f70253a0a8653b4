"""An old number still leads to the household, after its hamlet became part of another in mid-campaign."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from content.vietnam_time import local_day
from storage.database import Database
from storage.models import Place, table
from storage.moves import hamlets
from tests.handlers.test_invitations import hold
from tests.houses import furnish

place = table(Place)


@pytest.fixture
def merged(url: str) -> str:
    """The second hamlet has become part of the first, in which the volunteer serves."""
    furnish(url)
    database = Database(url)
    with database.write() as tx:
        first, second, _ = tx.scalars(select(place.c.id).where(place.c.level == "hamlet").order_by(place.c.code))
        hamlets.merge(tx, second, first, local_day(datetime.now(UTC)), None, datetime.now(UTC))
    database.close()
    return url


@pytest.mark.parametrize("typed", [
    "hộ 12 thôn cũ Mẫu Hai", "12 thon cu mau hai", "tìm hộ số 12 (thôn cũ Mẫu Hai)", "HỘ 12 CŨ MẪU HAI"])
async def test_an_old_number_is_found_and_logged_to(merged: str, typed: str) -> None:
    told = await hold(merged, "volunteer", typed, "Ghi lượt đến hộ 112", "vắng")
    assert "Hộ 12 (Thôn Mẫu Hai trước đây) nay là hộ 112" in told and "Hộ 112" in told.partition("nay là hộ 112")[2]
    assert "Đã lưu: hộ 112" in told


@pytest.mark.parametrize("typed", ["hộ 12 thôn cũ Mẫu Ba", "hộ 999 thôn cũ Mẫu Hai"])
async def test_what_never_was_is_not_found(merged: str, typed: str) -> None:
    assert "không thấy hộ" in await hold(merged, "volunteer", typed)


async def test_a_citizen_learns_nothing(merged: str) -> None:
    assert "nay là hộ" not in await hold(merged, "citizen", "hộ 12 thôn cũ Mẫu Hai")


async def test_a_note_about_old_people_is_no_old_hamlet(merged: str) -> None:
    assert "không thấy hộ" not in await hold(merged, "volunteer", "2 cụ già")
