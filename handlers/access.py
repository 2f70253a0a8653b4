"""Who may do what, where: one table, asked by every handler and every route."""

from __future__ import annotations

from enum import IntEnum, StrEnum


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
    UNDO_VISIT = "undo_visit"
    SEE_SUMMARY = "see_summary"
    SEE_HOUSEHOLDS = "see_households"
    CONFIRM_EXCLUSION = "confirm_exclusion"
    EXPORT_COVERAGE = "export_coverage"
    INVITE_VOLUNTEER = "invite_volunteer"
    INVITE_LEADER = "invite_leader"
    LINK = "link"
    MANAGE_MEMBERS = "manage_members"
    RESIGN = "resign"
    IMPORT_LIST = "import_list"


_N, _O, _H, _C, _E = Scope.NOWHERE, Scope.OWN, Scope.HAMLET, Scope.COMMUNE, Scope.EVERYWHERE
TABLE: dict[Action, dict[Role, Scope]] = {
    action: dict(zip(Role, scopes, strict=True))
    for action, scopes in {
        #                        citizen volunteer leader officer admin
        Action.READ_GUIDES:      (_E, _E, _E, _E, _E),
        Action.JOIN:             (_O, _O, _O, _O, _O),
        Action.LOG_VISIT:        (_N, _H, _H, _N, _N),
        Action.UNDO_VISIT:       (_N, _O, _O, _N, _N),
        Action.SEE_SUMMARY:      (_N, _H, _H, _C, _E),
        Action.SEE_HOUSEHOLDS:   (_N, _H, _H, _N, _N),
        Action.CONFIRM_EXCLUSION: (_N, _N, _H, _C, _N),
        Action.EXPORT_COVERAGE:  (_N, _N, _H, _C, _E),
        Action.INVITE_VOLUNTEER: (_N, _N, _H, _C, _E),
        Action.INVITE_LEADER:    (_N, _N, _N, _C, _E),
        Action.LINK:             (_O, _O, _O, _O, _O),
        Action.MANAGE_MEMBERS:   (_N, _N, _H, _C, _E),
        Action.RESIGN:           (_N, _O, _O, _O, _O),
        Action.IMPORT_LIST:      (_N, _N, _H, _N, _N),
    }.items()
}  # fmt: skip


def reach(roles: frozenset[Role], action: Action) -> Scope:
    """The widest scope that any of somebody's roles gives them. Everybody is a citizen too."""
    return max(TABLE[action][role] for role in roles | {Role.CITIZEN})
