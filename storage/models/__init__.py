"""Every table: what the bot remembers, in the words of the field. One file a subject."""

from storage.models.base import METADATA, table
from storage.models.campaigns import (
    COUNTS,
    TALLY,
    CampaignDay,
    CampaignTarget,
    CoverageSnapshot,
    ExternalFigure,
    Standing,
    TargetTally,
)
from storage.models.guiding import GuideRun, Reminder
from storage.models.households import Attainment, Campaign, Household, RegisterEntry, Visit
from storage.models.links import LinkCode
from storage.models.mail import Chat, Conversation, Inbox, Lease, Outbox
from storage.models.moves import FormerNumber, HouseholdMerge, PlaceChange
from storage.models.people import Attempt, AuditEvent, Consent, Invitation, Membership, Person, Place, Team
from storage.models.proposals import Proposal

__all__ = [
    "COUNTS",
    "METADATA",
    "TALLY",
    "Attainment",
    "Attempt",
    "AuditEvent",
    "Campaign",
    "CampaignDay",
    "CampaignTarget",
    "Chat",
    "Consent",
    "Conversation",
    "CoverageSnapshot",
    "ExternalFigure",
    "FormerNumber",
    "GuideRun",
    "Household",
    "HouseholdMerge",
    "Inbox",
    "Invitation",
    "Lease",
    "LinkCode",
    "Membership",
    "Outbox",
    "Person",
    "Place",
    "PlaceChange",
    "Proposal",
    "RegisterEntry",
    "Reminder",
    "Standing",
    "TargetTally",
    "Team",
    "Visit",
    "table",
]
