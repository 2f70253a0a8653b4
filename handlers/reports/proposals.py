"""What to do tomorrow: at most three proposals, computed from the numbers, each one a button."""

from __future__ import annotations

from dataclasses import dataclass

from storage.counting.coverage_rules import Coverage
from storage.outcomes import Barrier, Status

MOST = 3
ENOUGH = 2
"""Households from which on something is worth proposing."""
HELP = {
    Barrier.NEEDS_POLICE_STATION: "police", Barrier.NO_CHIP_ID: "police", Barrier.ACTIVATION_FAILED: "police",
    Barrier.OTP_NOT_RECEIVED: "telecom", Barrier.SIM_NOT_OWN_NAME: "telecom", Barrier.NO_NETWORK: "telecom",
    Barrier.FORGOT_PASSWORD: "clinic", Barrier.PORTAL_ERROR: "clinic", Barrier.SCAN_PHOTO: "clinic", Barrier.PAYMENT: "clinic",
    Barrier.NO_SMARTPHONE: "family", Barrier.TOO_OLD_OR_ILL: "family", Barrier.LANGUAGE: "speaker",
    Barrier.FEAR_OF_SCAM: "trust", Barrier.NO_NEED: "trust", Barrier.OTHER: "clinic",
}  # fmt: skip
"""Who can solve a barrier: a mobile police session, a telecom desk, a help evening, relatives, a speaker, a trusted neighbour."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something to do about so many households: `kind` names its words, `behind` the households."""

    kind: str
    count: int
    behind: str
    barrier: Barrier | None = None


BY_STATUS = (("evening", Status.NO_CONTACT_EXHAUSTED), ("address", Status.UNLOCATABLE), ("untouched", Status.UNTOUCHED),
             ("return", Status.PENDING))


def proposals(coverage: Coverage, reported_out: int) -> list[Proposal]:
    """The most useful things to do: what only needs a decision first, then whatever moves most households."""
    found = [Proposal(kind, coverage.statuses[status], status.value) for kind, status in BY_STATUS]
    helped = set()
    for barrier, count in sorted(coverage.barriers.items(), key=lambda each: (-each[1], each[0])):
        if HELP[barrier] not in helped:  # one proposal for each who can help
            helped.add(HELP[barrier])
            found.append(Proposal(HELP[barrier], count, f"b.{barrier}", barrier))
    worth = sorted((each for each in found if each.count >= ENOUGH), key=lambda each: (-each.count, each.kind))
    decide = [Proposal("confirm", reported_out, "out")] if reported_out else []
    return (decide + worth)[:MOST]
