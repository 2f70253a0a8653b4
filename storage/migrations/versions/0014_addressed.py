"""An invitation may be addressed to a telephone number: a keyed digest and three digits, for as long as it can be used."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString()
    op.add_column("invitation", sa.Column("number_digest", text, nullable=True))
    op.add_column("invitation", sa.Column("number_ends", text, nullable=True))
    op.create_index("ix_invitation_number_digest", "invitation", ["number_digest"])


def downgrade() -> None:
    op.drop_index("ix_invitation_number_digest", "invitation")
    op.drop_column("invitation", "number_ends")
    op.drop_column("invitation", "number_digest")
