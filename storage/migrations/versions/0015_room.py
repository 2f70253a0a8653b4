"""On PostgreSQL what is kept of a campaign has room to be changed where it lies; an index nobody asks is gone."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ROOM = {"standing": 80, "campaign_day": 80, "target_tally": 80, "tally": 60}
"""How full a page is made, in percent: a row that changes moves within its page then, and its indexes stay as they are."""


def upgrade() -> None:
    op.drop_index("ix_standing_household", table_name="standing")
    if op.get_bind().dialect.name == "postgresql":
        for table, percent in ROOM.items():
            op.execute(f"ALTER TABLE {table} SET (fillfactor = {percent})")


def downgrade() -> None:
    op.create_index("ix_standing_household", "standing", ["household_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table in ROOM:
            op.execute(f"ALTER TABLE {table} RESET (fillfactor)")
