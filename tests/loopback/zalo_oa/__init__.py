"""A Zalo Official Account's servers on this machine, as the public documents and captured payloads tell them."""

from tests.loopback.zalo_oa.platform import LoopbackZaloOa
from tests.loopback.zalo_oa.switches import Switches

__all__ = ["LoopbackZaloOa", "Switches"]
