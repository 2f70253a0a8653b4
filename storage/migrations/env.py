"""Runs the migrations on the connection that it is given."""

from alembic import context

from storage.models import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=METADATA, render_as_batch=True, compare_type=False, transaction_per_migration=False
)
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        # two processes may be asked to upgrade at once: the second waits and then finds nothing to do
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7071)")
    context.run_migrations()
