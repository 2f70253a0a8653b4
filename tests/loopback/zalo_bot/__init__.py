"""A Zalo Bot Platform on this machine, as the public documents and captured payloads tell it, with switches where they differ."""

from tests.loopback.zalo_bot.platform import LoopbackZaloBot
from tests.loopback.zalo_bot.switches import Switches

__all__ = ["LoopbackZaloBot", "Switches"]
