"""Every table: what the bot remembers, in the words of the field. One file a subject."""

from storage.models.base import METADATA, table
from storage.models.guiding import GuideRun, Reminder
from storage.models.households import Attainment, Campaign, Household, RegisterEntry, Visit
from storage.models.mail import Chat, Conversation, Inbox, Lease, Outbox
from storage.models.people import Attempt, AuditEvent, Consent, Invitation, Membership, Person, Place, Team
from storage.models.work import Assignment, BarrierSession, Companion, FollowUpTask, WorkingHamlet

__all__ = [
    "METADATA",
    "Assignment",
    "Attainment",
    "Attempt",
    "AuditEvent",
    "BarrierSession",
    "Campaign",
    "Chat",
    "Companion",
    "Consent",
    "Conversation",
    "FollowUpTask",
    "GuideRun",
    "Household",
    "Inbox",
    "Invitation",
    "Lease",
    "Membership",
    "Outbox",
    "Person",
    "Place",
    "RegisterEntry",
    "Reminder",
    "Team",
    "Visit",
    "WorkingHamlet",
    "table",
]
