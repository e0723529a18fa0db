"""The schema: what migrations make is what the models say; twice or at once does no harm."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from data_access import embedded
from data_access.database import Database, connect_embedded
from data_access.migrate import migrate, newest_revision
from data_access.tables import Base


@pytest.fixture
def empty(server: embedded.EmbeddedServer) -> Iterator[Database]:
    database = replace(connect_embedded(server, "test_schema_empty"), server=None)
    yield database
    database.close()
    superuser = create_engine(
        server.url(database="postgres", user="postgres"), isolation_level="AUTOCOMMIT"
    )
    with superuser.connect() as connection:
        connection.execute(text("DROP DATABASE test_schema_empty WITH (FORCE)"))
    superuser.dispose()


def revisions(database: Database) -> list[str | None]:
    engine = create_engine(database.addresses.owner or "")
    with engine.connect() as connection:
        found = list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())
    engine.dispose()
    return [*found]


def test_the_migrated_schema_is_what_the_models_say(database: Database) -> None:
    engine = create_engine(database.addresses.owner or "")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_schemas": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_every_table_with_rows_of_people_is_under_row_level_security(database: Database) -> None:
    engine = create_engine(database.addresses.owner or "")
    with engine.connect() as connection:
        open_to_all = set(
            connection.execute(
                text(
                    "SELECT relname FROM pg_class WHERE relkind = 'r' AND NOT relrowsecurity"
                    " AND relnamespace IN ('public'::regnamespace, 'identity'::regnamespace)"
                )
            ).scalars()
        )
    engine.dispose()
    # Sign-ins are found before anybody is known, by the digest of a secret.
    assert open_to_all == {"alembic_version", "policy_document", "web_session"}


def test_migrating_again_changes_nothing(database: Database) -> None:
    before = revisions(database)
    migrate(database)
    assert revisions(database) == before == [newest_revision()]


def test_two_who_migrate_at_once_take_turns(empty: Database) -> None:
    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(migrate, empty) for _ in range(2)]:
            done.result()
    assert revisions(empty) == [newest_revision()]
