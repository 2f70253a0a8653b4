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
from storage.models.knowing import DayCode, GuideTrouble, HouseholdGuide, MissedQuestion
from storage.models.links import LinkCode
from storage.models.mail import Chat, Conversation, Inbox, Lease, Outbox
from storage.models.moves import FormerNumber, HouseholdMerge, PlaceChange
from storage.models.people import Attempt, AuditEvent, Consent, Invitation, Membership, Person, Place, Team
from storage.models.proposals import Proposal
from storage.models.reminding import (
    Appointment,
    Attendance,
    DayOverride,
    DossierWatch,
    Gathering,
    OneStopDesk,
    Preference,
    Rhythm,
)
from storage.models.zalo import ZaloMonth, ZaloStanding, ZaloToken

__all__ = [
    "COUNTS",
    "METADATA",
    "TALLY",
    "Appointment",
    "Attainment",
    "Attempt",
    "Attendance",
    "AuditEvent",
    "Broadcast",
    "BroadcastLetter",
    "Campaign",
    "CampaignDay",
    "CampaignTarget",
    "Chat",
    "Consent",
    "Conversation",
    "CoverageSnapshot",
    "DayCode",
    "DayOverride",
    "DossierWatch",
    "Duty",
    "ExternalFigure",
    "Feedback",
    "FormerNumber",
    "Gathering",
    "GuideRun",
    "GuideTrouble",
    "HelpOffer",
    "HelpRequest",
    "Household",
    "HouseholdChat",
    "HouseholdCode",
    "HouseholdGuide",
    "HouseholdMerge",
    "HouseholdWord",
    "Inbox",
    "Invitation",
    "Lease",
    "LinkCode",
    "Membership",
    "MissedQuestion",
    "OneStopDesk",
    "Outbox",
    "Person",
    "Place",
    "PlaceChange",
    "Preference",
    "Proposal",
    "RegisterEntry",
    "Reminder",
    "Residence",
    "Rhythm",
    "Standing",
    "Subscription",
    "TargetTally",
    "Team",
    "Visit",
    "ZaloMonth",
    "ZaloStanding",
    "ZaloToken",
    "table",
]
