"""Whoever leads may have the week's summary on Friday afternoon instead of Monday morning."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("preference", sa.Column("weekly_on", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("preference", "weekly_on")
