"""Who may do what, where: one table, asked by every handler and every route."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from functools import cache


class Role(StrEnum):
    CITIZEN = "citizen"
    VOLUNTEER = "volunteer"
    LEADER = "leader"
    OFFICER = "commune_officer"
    ADMIN = "admin"


class Scope(IntEnum):
    """How far a permission reaches, narrowest first."""

    NOWHERE = 0
    OWN = 1
    """What the person themselves did or owns."""
    HAMLET = 2
    """The hamlets of the person's teams."""
    COMMUNE = 3
    EVERYWHERE = 4


class Action(StrEnum):
    READ_GUIDES = "read_guides"
    JOIN = "join"
    LOG_VISIT = "log_visit"
    CHECK_MEMBER = "check_member"
    SHOW_DAY_CODE = "show_day_code"
    SEE_USAGE = "see_usage"
    UNDO_VISIT = "undo_visit"
    SEE_SUMMARY = "see_summary"
    SEE_HOUSEHOLDS = "see_households"
    CORRECT_VISIT = "correct_visit"
    LOG_AT_COUNTER = "log_at_counter"
    HAND_OUT = "hand_out"
    CONFIRM_EXCLUSION = "confirm_exclusion"
    EXPORT_COVERAGE = "export_coverage"
    INVITE_VOLUNTEER = "invite_volunteer"
    INVITE_LEADER = "invite_leader"
    LINK = "link"
    MANAGE_MEMBERS = "manage_members"
    RESIGN = "resign"
    IMPORT_LIST = "import_list"
    ASK_PERSON = "ask_person"
    ANSWER_HELP = "answer_help"
    ASSIGN_HELP = "assign_help"
    SET_DUTY = "set_duty"
    GIVE_FEEDBACK = "give_feedback"
    READ_FEEDBACK = "read_feedback"
    SHOW_CODE = "show_code"
    CONFIRM_HOUSEHOLD = "confirm_household"
    CHOOSE_NEWS = "choose_news"
    BROADCAST = "broadcast"
    APPROVE_BROADCAST = "approve_broadcast"
    APPROVE_URGENT = "approve_urgent"
    SETTINGS = "settings"
    WATCH_DOSSIER = "watch_dossier"
    MY_DATA = "my_data"
    SEE_REMINDERS = "see_reminders"
    SET_RHYTHM = "set_rhythm"
    SET_CALENDAR = "set_calendar"
    SET_DESK = "set_desk"
    PLAN_GATHERING = "plan_gathering"
    ATTEND = "attend"
    EXPORT_WORKDAYS = "export_workdays"
    MAKE_POSTER = "make_poster"
    STATE_FIGURE = "state_figure"


_N, _O, _H, _C, _E = Scope.NOWHERE, Scope.OWN, Scope.HAMLET, Scope.COMMUNE, Scope.EVERYWHERE
TABLE: dict[Action, dict[Role, Scope]] = {
    action: dict(zip(Role, scopes, strict=True))
    for action, scopes in {
        #                        citizen volunteer leader officer admin
        Action.READ_GUIDES:      (_E, _E, _E, _E, _E),
        Action.JOIN:             (_O, _O, _O, _O, _O),
        Action.CHECK_MEMBER:     (_E, _E, _E, _E, _E),
        Action.SHOW_DAY_CODE:    (_N, _H, _H, _N, _N),
        Action.SEE_USAGE:        (_N, _N, _E, _E, _E),
        Action.LOG_VISIT:        (_N, _H, _H, _N, _N),
        Action.UNDO_VISIT:       (_N, _O, _O, _N, _N),
        Action.SEE_SUMMARY:      (_N, _H, _H, _C, _E),
        Action.SEE_HOUSEHOLDS:   (_N, _H, _H, _N, _N),
        Action.CORRECT_VISIT:    (_N, _O, _H, _N, _N),
        Action.LOG_AT_COUNTER:   (_N, _H, _H, _C, _N),
        Action.HAND_OUT:         (_N, _N, _H, _N, _N),
        Action.CONFIRM_EXCLUSION: (_N, _N, _H, _C, _N),
        Action.EXPORT_COVERAGE:  (_N, _N, _H, _C, _E),
        Action.INVITE_VOLUNTEER: (_N, _N, _H, _C, _E),
        Action.INVITE_LEADER:    (_N, _N, _N, _C, _E),
        Action.LINK:             (_O, _O, _O, _O, _O),
        Action.MANAGE_MEMBERS:   (_N, _N, _H, _C, _E),
        Action.RESIGN:           (_N, _O, _O, _O, _O),
        Action.IMPORT_LIST:      (_N, _N, _H, _N, _N),
        Action.ASK_PERSON:       (_O, _O, _O, _O, _O),
        Action.ANSWER_HELP:      (_N, _H, _H, _C, _N),
        Action.ASSIGN_HELP:      (_N, _N, _H, _C, _E),
        Action.SET_DUTY:         (_N, _N, _H, _C, _N),
        Action.GIVE_FEEDBACK:    (_O, _O, _O, _O, _O),
        Action.READ_FEEDBACK:    (_N, _N, _H, _C, _E),
        Action.SHOW_CODE:        (_N, _H, _H, _N, _N),
        Action.CONFIRM_HOUSEHOLD: (_O, _O, _O, _O, _O),
        Action.CHOOSE_NEWS:      (_O, _O, _O, _O, _O),
        Action.BROADCAST:        (_N, _N, _H, _C, _E),
        Action.APPROVE_BROADCAST: (_N, _N, _H, _C, _E),
        Action.APPROVE_URGENT:   (_N, _N, _N, _C, _E),
        Action.SETTINGS:         (_O, _O, _O, _O, _O),
        Action.WATCH_DOSSIER:    (_O, _O, _O, _O, _O),
        Action.MY_DATA:          (_O, _O, _O, _O, _O),
        Action.SEE_REMINDERS:    (_O, _O, _H, _C, _E),
        Action.SET_RHYTHM:       (_N, _N, _H, _C, _E),
        Action.SET_CALENDAR:     (_N, _N, _N, _N, _E),
        Action.SET_DESK:         (_N, _N, _N, _C, _E),
        Action.PLAN_GATHERING:   (_N, _N, _H, _C, _E),
        Action.ATTEND:           (_N, _H, _H, _C, _E),
        Action.EXPORT_WORKDAYS:  (_N, _N, _H, _C, _E),
        Action.MAKE_POSTER:      (_N, _N, _H, _C, _E),
        Action.STATE_FIGURE:     (_N, _N, _H, _C, _E),
    }.items()
}  # fmt: skip


@cache
def reach(roles: frozenset[Role], action: Action) -> Scope:
    """The widest scope that any of somebody's roles gives them. Everybody is a citizen too."""
    return max(TABLE[action][role] for role in roles | {Role.CITIZEN})
