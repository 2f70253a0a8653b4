"""work"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "barrier_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("hamlet_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("barrier", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("announced_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("announced_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["announced_by"], ["person.id"], name=op.f("fk_barrier_session_announced_by_person")),
        sa.ForeignKeyConstraint(["hamlet_id"], ["place.id"], name=op.f("fk_barrier_session_hamlet_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barrier_session")),
    )
    with op.batch_alter_table("barrier_session", schema=None) as batch_op:
        batch_op.create_index("ix_barrier_session_hamlet", ["hamlet_id", "on_day"], unique=False)

    op.create_table(
        "working_hamlet",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hamlet_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("said_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["hamlet_id"], ["place.id"], name=op.f("fk_working_hamlet_hamlet_id_place")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_working_hamlet_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_hamlet")),
    )
    with op.batch_alter_table("working_hamlet", schema=None) as batch_op:
        batch_op.create_index("ix_working_hamlet_person", ["person_id", "said_at"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("assigned_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("assigned_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ended_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("ended_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["assigned_by"], ["person.id"], name=op.f("fk_assignment_assigned_by_person")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_assignment_household_id_household")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assignment_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_assignment_alone",
            ["household_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL AND NOT shared"),
            postgresql_where=sa.text("ended_at IS NULL AND NOT shared"),
        )
        batch_op.create_index("ix_assignment_household", ["household_id"], unique=False)
        batch_op.create_index(
            "ix_assignment_person",
            ["person_id", "household_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "companion",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_companion_person_id_person")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_companion_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companion")),
        sa.UniqueConstraint("visit_id", "person_id", name=op.f("uq_companion_visit_id_person_id")),
    )
    with op.batch_alter_table("companion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_companion_person_id"), ["person_id"], unique=False)

    op.create_table(
        "follow_up_task",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("barrier", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("for_leader", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("opened_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["closed_by_id"], ["visit.id"], name=op.f("fk_follow_up_task_closed_by_id_visit")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_follow_up_task_household_id_household")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_follow_up_task_person_id_person")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_follow_up_task_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_task")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_follow_up_task_visit_id")),
    )
    with op.batch_alter_table("follow_up_task", schema=None) as batch_op:
        batch_op.create_index(
            "ix_follow_up_task_due",
            ["due_on"],
            unique=False,
            sqlite_where=sa.text("state IN ('draft', 'ready')"),
            postgresql_where=sa.text("state IN ('draft', 'ready')"),
        )
        batch_op.create_index("ix_follow_up_task_household", ["household_id", "due_on"], unique=False)
        batch_op.create_index(
            "ix_follow_up_task_open",
            ["household_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('draft', 'ready')"),
            postgresql_where=sa.text("state IN ('draft', 'ready')"),
        )


def downgrade() -> None:
    with op.batch_alter_table("follow_up_task", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_follow_up_task_open",
            sqlite_where=sa.text("state IN ('draft', 'ready')"),
            postgresql_where=sa.text("state IN ('draft', 'ready')"),
        )
        batch_op.drop_index("ix_follow_up_task_household")
        batch_op.drop_index(
            "ix_follow_up_task_due",
            sqlite_where=sa.text("state IN ('draft', 'ready')"),
            postgresql_where=sa.text("state IN ('draft', 'ready')"),
        )

    op.drop_table("follow_up_task")
    with op.batch_alter_table("companion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_companion_person_id"))

    op.drop_table("companion")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_assignment_person", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index("ix_assignment_household")
        batch_op.drop_index(
            "ix_assignment_alone",
            sqlite_where=sa.text("ended_at IS NULL AND NOT shared"),
            postgresql_where=sa.text("ended_at IS NULL AND NOT shared"),
        )

    op.drop_table("assignment")
    with op.batch_alter_table("working_hamlet", schema=None) as batch_op:
        batch_op.drop_index("ix_working_hamlet_person")

    op.drop_table("working_hamlet")
    with op.batch_alter_table("barrier_session", schema=None) as batch_op:
        batch_op.drop_index("ix_barrier_session_hamlet")

    op.drop_table("barrier_session")
