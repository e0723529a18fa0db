"""Alembic's environment: migrations run as the owner role, given by data_access.migrate."""

from __future__ import annotations

from alembic import context

from data_access.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_schemas=True,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
