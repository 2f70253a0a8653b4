"""An agreed visit is a reminder like any other, without a mark on the request; who asked to be forgotten, and when."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("help_request", "reminded_on")
    op.add_column("chat", sa.Column("left_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    left = sa.text("left_at IS NOT NULL")
    op.create_index("ix_chat_left", "chat", ["id"], unique=False, sqlite_where=left, postgresql_where=left)


def downgrade() -> None:
    op.drop_index("ix_chat_left", "chat")
    op.drop_column("chat", "left_at")
    op.add_column("help_request", sa.Column("reminded_on", sa.Date(), nullable=True))
