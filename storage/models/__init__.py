"""Every table: what the bot remembers, in the words of the field. One file a subject."""

from storage.models.base import METADATA, table
from storage.models.guiding import GuideRun, Reminder
from storage.models.households import Attainment, Campaign, Household, RegisterEntry, Visit
from storage.models.links import LinkCode
from storage.models.mail import Chat, Conversation, Inbox, Lease, Outbox
from storage.models.moves import FormerNumber, HouseholdMerge, PlaceChange
from storage.models.people import Attempt, AuditEvent, Consent, Invitation, Membership, Person, Place, Team
from storage.models.proposals import Proposal
from storage.models.zalo import ZaloMonth, ZaloStanding, ZaloToken

__all__ = [
    "METADATA",
    "Attainment",
    "Attempt",
    "AuditEvent",
    "Campaign",
    "Chat",
    "Consent",
    "Conversation",
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
    "Team",
    "Visit",
    "ZaloMonth",
    "ZaloStanding",
    "ZaloToken",
    "table",
]
