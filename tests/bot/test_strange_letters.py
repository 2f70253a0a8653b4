"""Letters that no database or protocol likes: half a surrogate pair, NUL. Each is answered, none ends up as a letter given up."""

from datetime import UTC, datetime

import pytest

from bot.channels import Received
from handlers.talk import Incoming, Kind
from tests.bot.test_faults import VOLUNTEER, AtTheDoor
from tests.bot.test_poison import count
from tests.houses import furnish, living, quiet

STRANGE = ["\x00", "\ud800", "vneid \udfff \x00 là gì", "12 vắng (bà \x00 rất \ud800 vui)", "\ufffe"]


@pytest.mark.parametrize("strange", STRANGE, ids=["nul", "half", "question", "note", "none"])
async def test_it_is_answered_however_it_comes(url: str, strange: str) -> None:
    furnish(url)
    channel = AtTheDoor()
    now = datetime.now(UTC)
    async with living(url, [channel]) as house:
        for number, sent in enumerate((Incoming(Kind.TEXT, now, text=strange), Incoming(Kind.PRESS, now, data=strange),
                                       Incoming(Kind.START, now, data=strange), Incoming(Kind.START, now, data=f"h-{strange}"))):
            await house.reception.receive("terminal", [Received(str(number), VOLUNTEER, sent)])
            await quiet(house.store)
            assert len(channel.to(VOLUNTEER)) > number
    assert count(url, "dead") == 0
