"""Who may do what: the whole table, written out a second time by hand."""

from itertools import product

import pytest

from handlers.access import TABLE, Action, Role, Scope, reach

EXPECTED = """
                  citizen    volunteer  leader     commune_officer admin
read_guides       EVERYWHERE EVERYWHERE EVERYWHERE EVERYWHERE      EVERYWHERE
join              OWN        OWN        OWN        OWN             OWN
log_visit         NOWHERE    HAMLET     HAMLET     NOWHERE         NOWHERE
check_member      EVERYWHERE EVERYWHERE EVERYWHERE EVERYWHERE      EVERYWHERE
show_day_code     NOWHERE    HAMLET     HAMLET     NOWHERE         NOWHERE
see_usage         NOWHERE    NOWHERE    EVERYWHERE EVERYWHERE      EVERYWHERE
undo_visit        NOWHERE    OWN        OWN        NOWHERE         NOWHERE
see_summary       NOWHERE    HAMLET     HAMLET     COMMUNE         EVERYWHERE
see_households    NOWHERE    HAMLET     HAMLET     NOWHERE         NOWHERE
correct_visit     NOWHERE    OWN        HAMLET     NOWHERE         NOWHERE
log_at_counter    NOWHERE    HAMLET     HAMLET     COMMUNE         NOWHERE
hand_out          NOWHERE    NOWHERE    HAMLET     NOWHERE         NOWHERE
confirm_exclusion NOWHERE    NOWHERE    HAMLET     COMMUNE         NOWHERE
export_coverage   NOWHERE    NOWHERE    HAMLET     COMMUNE         EVERYWHERE
invite_volunteer  NOWHERE    NOWHERE    HAMLET     COMMUNE         EVERYWHERE
invite_leader     NOWHERE    NOWHERE    NOWHERE    COMMUNE         EVERYWHERE
link              OWN        OWN        OWN        OWN             OWN
manage_members    NOWHERE    NOWHERE    HAMLET     COMMUNE         EVERYWHERE
resign            NOWHERE    OWN        OWN        OWN             OWN
import_list       NOWHERE    NOWHERE    HAMLET     NOWHERE         NOWHERE
ask_person        OWN        OWN        OWN        OWN             OWN
answer_help       NOWHERE    HAMLET     HAMLET     COMMUNE         NOWHERE
assign_help       NOWHERE    NOWHERE    HAMLET     COMMUNE         EVERYWHERE
set_duty          NOWHERE    NOWHERE    HAMLET     COMMUNE         NOWHERE
give_feedback     OWN        OWN        OWN        OWN             OWN
read_feedback     NOWHERE    NOWHERE    HAMLET     COMMUNE         EVERYWHERE
show_code         NOWHERE    HAMLET     HAMLET     NOWHERE         NOWHERE
confirm_household OWN        OWN        OWN        OWN             OWN
choose_news       OWN        OWN        OWN        OWN             OWN
broadcast         NOWHERE    NOWHERE    HAMLET     COMMUNE         EVERYWHERE
approve_broadcast NOWHERE    NOWHERE    HAMLET     COMMUNE         EVERYWHERE
approve_urgent    NOWHERE    NOWHERE    NOWHERE    COMMUNE         EVERYWHERE
settings          OWN        OWN        OWN        OWN             OWN
watch_dossier     OWN        OWN        OWN        OWN             OWN
my_data           OWN        OWN        OWN        OWN             OWN
see_reminders     OWN        OWN        HAMLET     COMMUNE         EVERYWHERE
set_rhythm        NOWHERE    NOWHERE    HAMLET     COMMUNE         EVERYWHERE
set_calendar      NOWHERE    NOWHERE    NOWHERE    NOWHERE         EVERYWHERE
set_desk          NOWHERE    NOWHERE    NOWHERE    COMMUNE         EVERYWHERE
plan_gathering    NOWHERE    NOWHERE    HAMLET     COMMUNE         EVERYWHERE
attend            NOWHERE    HAMLET     HAMLET     COMMUNE         EVERYWHERE
export_workdays   NOWHERE    NOWHERE    HAMLET     COMMUNE         EVERYWHERE
make_poster       NOWHERE    NOWHERE    HAMLET     COMMUNE         EVERYWHERE
state_figure      NOWHERE    NOWHERE    HAMLET     COMMUNE         EVERYWHERE
"""
HEAD, *ROWS = [line.split() for line in EXPECTED.strip().splitlines()]
CELLS = {(row[0], role): scope for row in ROWS for role, scope in zip(HEAD, row[1:], strict=True)}


def test_every_cell_is_decided() -> None:
    assert set(TABLE) == set(Action)
    assert all(set(cells) == set(Role) for cells in TABLE.values())
    assert set(CELLS) == set(product(Action, Role))


@pytest.mark.parametrize("action, role", list(product(Action, Role)))
def test_the_table(action: Action, role: Role) -> None:
    assert TABLE[action][role] is Scope[CELLS[action, role]]


@pytest.mark.parametrize("action", Action)
def test_everybody_is_a_citizen_too_and_roles_add_up(action: Action) -> None:
    assert reach(frozenset(), action) is TABLE[action][Role.CITIZEN]
    assert reach(frozenset(Role), action) is max(TABLE[action].values())
