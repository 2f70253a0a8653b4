"""Where a promised visit goes to, as far as the person agreed to have it noted; why an announcement waits for somebody."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString()
    op.add_column("appointment", sa.Column("whereabouts", text, server_default="", nullable=False))
    op.add_column("broadcast_letter", sa.Column("held", text, nullable=True))


def downgrade() -> None:
    op.drop_column("broadcast_letter", "held")
    op.drop_column("appointment", "whereabouts")
