"""The day on which each member last entered a visit is kept: a province asks it of fifteen thousand members at once."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

DAY = {"sqlite": "date(max(recorded_at), '+7 hours')", "postgresql": "(max(recorded_at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"}


def upgrade() -> None:
    op.add_column("person", sa.Column("entered_on", sa.Date(), nullable=True))
    day = DAY[op.get_bind().dialect.name]
    op.execute(f"UPDATE person SET entered_on = (SELECT {day} FROM visit WHERE visit.person_id = person.id)")  # noqa: S608


def downgrade() -> None:
    op.drop_column("person", "entered_on")
