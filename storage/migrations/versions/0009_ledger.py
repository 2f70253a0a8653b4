"""ledger"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("campaign_day", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("on_time", sa.Integer(), server_default="0", nullable=False))
    # What was kept before knows of no returns: the clock settles it again, and until then reading does.
    op.execute(
        "UPDATE standing SET changes_on = settled_on"
        " WHERE campaign_id IN (SELECT id FROM campaign WHERE kept AND closed_on IS NULL)"
    )
    _out("campaign_id", "commune_id", "hamlet_id")
    op.drop_index("ix_visit_person_id", table_name="visit")
    op.create_index("ix_visit_person", "visit", ["person_id", "recorded_at"], unique=False)
    op.create_index(op.f("ix_membership_place_id"), "membership", ["place_id"], unique=False)


def _out(*columns: str) -> None:
    """The households somebody said are gone: with the hamlet they are counted from the index alone."""
    where = sa.text("reported_out")
    op.drop_index("ix_standing_out", table_name="standing")
    op.create_index("ix_standing_out", "standing", list(columns), unique=False, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    _out("campaign_id", "commune_id")
    op.drop_index(op.f("ix_membership_place_id"), table_name="membership")
    op.drop_index("ix_visit_person", table_name="visit")
    op.create_index("ix_visit_person_id", "visit", ["person_id"], unique=False)
    with op.batch_alter_table("campaign_day", schema=None) as batch_op:
        batch_op.drop_column("on_time")
        batch_op.drop_column("due")
