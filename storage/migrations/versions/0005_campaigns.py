"""campaigns"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign_day",
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("excluded", sa.Integer(), nullable=False),
        sa.Column("achieved", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("contacted", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_day_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_campaign_day_place_id_place")),
        sa.PrimaryKeyConstraint("campaign_id", "place_id", "day", name=op.f("pk_campaign_day")),
    )
    op.create_table(
        "campaign_target",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("denominator", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_target_campaign_id_campaign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_target")),
    )
    with op.batch_alter_table("campaign_target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_target_campaign_id"), ["campaign_id"], unique=False)

    op.create_table(
        "coverage_snapshot",
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("taken_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("excluded", sa.Integer(), nullable=False),
        sa.Column("achieved", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("contacted", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_coverage_snapshot_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_coverage_snapshot_place_id_place")),
        sa.PrimaryKeyConstraint("campaign_id", "day", "place_id", name=op.f("pk_coverage_snapshot")),
    )
    op.create_table(
        "external_figure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=True),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_external_figure_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_external_figure_place_id_place")),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_external_figure_recorded_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_figure")),
    )
    with op.batch_alter_table("external_figure", schema=None) as batch_op:
        batch_op.create_index("ix_external_figure_place", ["place_id", "campaign_id"], unique=False)

    op.create_table(
        "standing",
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hamlet_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("commune_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=False),
        sa.Column("changes_on", sa.Date(), nullable=True),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("disposition", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("contacted", sa.Boolean(), nullable=False),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("barrier", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("adults", sa.Integer(), nullable=True),
        sa.Column("adults_achieved", sa.Integer(), nullable=False),
        sa.Column("reported_out", sa.Boolean(), nullable=False),
        sa.Column("course", sa.JSON(), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_standing_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["commune_id"], ["place.id"], name=op.f("fk_standing_commune_id_place")),
        sa.ForeignKeyConstraint(["hamlet_id"], ["place.id"], name=op.f("fk_standing_hamlet_id_place")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_standing_household_id_household")),
        sa.PrimaryKeyConstraint("campaign_id", "household_id", name=op.f("pk_standing")),
    )
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.create_index(
            "ix_standing_changes",
            ["campaign_id", "changes_on"],
            unique=False,
            sqlite_where=sa.text("changes_on IS NOT NULL"),
            postgresql_where=sa.text("changes_on IS NOT NULL"),
        )
        batch_op.create_index("ix_standing_household", ["household_id"], unique=False)
        batch_op.create_index(
            "ix_standing_out",
            ["campaign_id", "commune_id"],
            unique=False,
            sqlite_where=sa.text("reported_out"),
            postgresql_where=sa.text("reported_out"),
        )
        batch_op.create_index("ix_standing_place", ["campaign_id", "hamlet_id", "status"], unique=False)

    op.create_table(
        "tally",
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=False),
        sa.Column("status_excluded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status_achieved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status_refused", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status_in_progress", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status_away", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status_pending", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status_no_contact_exhausted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status_attempted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status_exclusion_to_confirm", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status_unlocatable", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status_untouched", sa.Integer(), server_default="0", nullable=False),
        sa.Column("group_i", sa.Integer(), server_default="0", nullable=False),
        sa.Column("group_p", sa.Integer(), server_default="0", nullable=False),
        sa.Column("group_r", sa.Integer(), server_default="0", nullable=False),
        sa.Column("group_nc", sa.Integer(), server_default="0", nullable=False),
        sa.Column("group_o", sa.Integer(), server_default="0", nullable=False),
        sa.Column("group_uh", sa.Integer(), server_default="0", nullable=False),
        sa.Column("group_uo", sa.Integer(), server_default="0", nullable=False),
        sa.Column("group_ne", sa.Integer(), server_default="0", nullable=False),
        sa.Column("barrier_no_smartphone", sa.Integer(), server_default="0", nullable=False),
        sa.Column("barrier_no_network", sa.Integer(), server_default="0", nullable=False),
        sa.Column("barrier_sim_not_own_name", sa.Integer(), server_default="0", nullable=False),
        sa.Column("barrier_no_chip_id", sa.Integer(), server_default="0", nullable=False),
        sa.Column("barrier_needs_police_station", sa.Integer(), server_default="0", nullable=False),
        sa.Column("barrier_activation_failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("barrier_otp_not_received", sa.Integer(), server_default="0", nullable=False),
        sa.Column("barrier_forgot_password", sa.Integer(), server_default="0", nullable=False),
        sa.Column("barrier_portal_error", sa.Integer(), server_default="0", nullable=False),
        sa.Column("barrier_scan_photo", sa.Integer(), server_default="0", nullable=False),
        sa.Column("barrier_payment", sa.Integer(), server_default="0", nullable=False),
        sa.Column("barrier_too_old_or_ill", sa.Integer(), server_default="0", nullable=False),
        sa.Column("barrier_language", sa.Integer(), server_default="0", nullable=False),
        sa.Column("barrier_fear_of_scam", sa.Integer(), server_default="0", nullable=False),
        sa.Column("barrier_no_need", sa.Integer(), server_default="0", nullable=False),
        sa.Column("barrier_other", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stuck_no_smartphone", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stuck_no_network", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stuck_sim_not_own_name", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stuck_no_chip_id", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stuck_needs_police_station", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stuck_activation_failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stuck_otp_not_received", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stuck_forgot_password", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stuck_portal_error", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stuck_scan_photo", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stuck_payment", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stuck_too_old_or_ill", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stuck_language", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stuck_fear_of_scam", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stuck_no_need", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stuck_other", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reached", sa.Integer(), server_default="0", nullable=False),
        sa.Column("contacted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("baseline", sa.Integer(), server_default="0", nullable=False),
        sa.Column("achieved_contacted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("verified", sa.Integer(), server_default="0", nullable=False),
        sa.Column("adults_known", sa.Integer(), server_default="0", nullable=False),
        sa.Column("adults", sa.Integer(), server_default="0", nullable=False),
        sa.Column("adults_achieved", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_tally_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_tally_place_id_place")),
        sa.PrimaryKeyConstraint("campaign_id", "place_id", name=op.f("pk_tally")),
    )
    op.create_table(
        "target_tally",
        sa.Column("target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("achieved", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_target_tally_place_id_place")),
        sa.ForeignKeyConstraint(["target_id"], ["campaign_target.id"], name=op.f("fk_target_tally_target_id_campaign_target")),
        sa.PrimaryKeyConstraint("target_id", "place_id", name=op.f("pk_target_tally")),
    )
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.add_column(sa.Column("register_frozen_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("kept", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("household", schema=None) as batch_op:
        batch_op.add_column(sa.Column("farm", sa.Boolean(), nullable=True))
        batch_op.create_index(
            "ix_household_merged",
            ["merged_into_id"],
            unique=False,
            sqlite_where=sa.text("merged_into_id IS NOT NULL"),
            postgresql_where=sa.text("merged_into_id IS NOT NULL"),
        )

    with op.batch_alter_table("register_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kept_on", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("register_entry", schema=None) as batch_op:
        batch_op.drop_column("kept_on")

    with op.batch_alter_table("household", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_household_merged",
            sqlite_where=sa.text("merged_into_id IS NOT NULL"),
            postgresql_where=sa.text("merged_into_id IS NOT NULL"),
        )
        batch_op.drop_column("farm")

    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_column("kept")
        batch_op.drop_column("closed_on")
        batch_op.drop_column("register_frozen_on")

    op.drop_table("target_tally")
    op.drop_table("tally")
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.drop_index("ix_standing_place")
        batch_op.drop_index("ix_standing_out", sqlite_where=sa.text("reported_out"), postgresql_where=sa.text("reported_out"))
        batch_op.drop_index("ix_standing_household")
        batch_op.drop_index(
            "ix_standing_changes",
            sqlite_where=sa.text("changes_on IS NOT NULL"),
            postgresql_where=sa.text("changes_on IS NOT NULL"),
        )

    op.drop_table("standing")
    with op.batch_alter_table("external_figure", schema=None) as batch_op:
        batch_op.drop_index("ix_external_figure_place")

    op.drop_table("external_figure")
    op.drop_table("coverage_snapshot")
    with op.batch_alter_table("campaign_target", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_target_campaign_id"))

    op.drop_table("campaign_target")
    op.drop_table("campaign_day")
