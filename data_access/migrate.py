"""Bring the schema up to date, as the owner role. Two processes at once take turns."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from data_access import policy_documents
from data_access.database import Database
from domain.errors import ClearanceError
from domain.policy import current_table, edition_document

_DIRECTORY = Path(__file__).parent / "migrations"
#: Any fixed number, the same for everyone who migrates this product.
_LOCK = 4_611_902


def migrate(database: Database) -> None:
    """Run every migration that has not run yet, and keep the policy table in force.

    Raises
    ------
    ClearanceError
        When no owner address is configured.
    """
    if database.addresses.owner is None:
        raise ClearanceError(
            "Migrations run as the owner role. Set CLEARANCE_OWNER_DATABASE_URL for this command."
        )
    engine = create_engine(database.addresses.owner)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        connection.commit()
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        # Decisions name the policy table they were made under; so it is kept by its digest.
        policy_documents.record_first(connection, current_table().digest, edition_document())
        connection.commit()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
        connection.commit()
    engine.dispose()


def alembic_config() -> Config:
    """Alembic's configuration, without a file of its own.

    ``%`` is doubled because the parser under it interpolates, and a path may hold one.
    """
    config = Config()
    config.set_main_option("script_location", str(_DIRECTORY).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def newest_revision() -> str | None:
    """The revision that the code in this checkout expects."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()
