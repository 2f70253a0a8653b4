"""Every table: what the bot remembers, in the words of the field. One file a subject."""

from storage.models.base import METADATA, table
from storage.models.guiding import GuideRun, Reminder
from storage.models.helping import (
    Broadcast,
    BroadcastLetter,
    Duty,
    Feedback,
    HelpOffer,
    HelpRequest,
    HouseholdChat,
    HouseholdCode,
    HouseholdWord,
    Residence,
    Subscription,
)
from storage.models.households import Attainment, Campaign, Household, RegisterEntry, Visit
from storage.models.mail import Chat, Conversation, Inbox, Lease, Outbox
from storage.models.people import Attempt, AuditEvent, Consent, Invitation, Membership, Person, Place, Team

__all__ = [
    "METADATA",
    "Attainment",
    "Attempt",
    "AuditEvent",
    "Broadcast",
    "BroadcastLetter",
    "Campaign",
    "Chat",
    "Consent",
    "Conversation",
    "Duty",
    "Feedback",
    "GuideRun",
    "HelpOffer",
    "HelpRequest",
    "Household",
    "HouseholdChat",
    "HouseholdCode",
    "HouseholdWord",
    "Inbox",
    "Invitation",
    "Lease",
    "Membership",
    "Outbox",
    "Person",
    "Place",
    "RegisterEntry",
    "Reminder",
    "Residence",
    "Subscription",
    "Team",
    "Visit",
    "table",
]
