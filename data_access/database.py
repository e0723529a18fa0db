"""The database behind one door: engines for the three roles, and transactions with an actor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text

from data_access import embedded
from domain.errors import ClearanceError
from settings import Settings

#: Plans are made for the values asked about. The driver prepares what it is asked often, and
#: PostgreSQL's plan for any value at all counts a filtered list five times as slowly.
_PLANS = "-c plan_cache_mode=force_custom_plan"

OWNER_ROLE = "clearance_owner"
APP_ROLE = "clearance_app"
IDENTITY_ROLE = "clearance_identity"
DATABASE = "clearance"

#: Statements longer than this are a defect of ours, not patience asked of a person.
_STATEMENT_TIMEOUT = "30s"

_IN_THE_NAME_OF = text(
    "SELECT set_config('clearance.actor', :actor, true),"
    " set_config('statement_timeout', :timeout, true)"
)


@dataclass(frozen=True)
class Addresses:
    """Where the database is, for each role."""

    app: URL
    identity: URL
    owner: URL | None


@dataclass(frozen=True)
class Database:
    """Engines of the app role and the identity role, and the addresses they came from."""

    addresses: Addresses
    app: Engine
    identity: Engine
    server: embedded.EmbeddedServer | None = None

    @contextmanager
    def transaction(self, actor_id: UUID | None, *, long: bool = False) -> Iterator[Connection]:
        """One transaction of the app role, under row-level security for one actor.

        Parameters
        ----------
        actor_id
            The member of staff or service for whom the work is done. ``None`` is nobody:
            row-level security then shows no session, turn or study.
        long
            Lift the limit on a statement's time, for imports and other long work.
        """
        with self.app.begin() as connection:
            connection.execute(
                _IN_THE_NAME_OF,
                {
                    "actor": "" if actor_id is None else str(actor_id),
                    "timeout": "0" if long else _STATEMENT_TIMEOUT,
                },
            )
            yield connection

    @contextmanager
    def lookup(self) -> Iterator[Connection]:
        """A connection for a single statement in nobody's name, a transaction by itself.

        For what is asked at every message of every screen: three round trips less.
        """
        with self.app.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection

    @contextmanager
    def identity_transaction(self) -> Iterator[Connection]:
        """One transaction of the identity role: account data and nothing else."""
        with self.identity.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection and let go of the embedded server."""
        self.app.dispose()
        self.identity.dispose()
        if self.server is not None:
            self.server.release()


def connect(settings: Settings) -> Database:
    """Open the database the settings name; start the embedded one when they name none.

    Raises
    ------
    ClearanceError
        When only some of the addresses are set, or production has none.
    """
    named = (settings.database_url, settings.identity_database_url)
    if any(named) and not all(named):
        raise ClearanceError(
            "Set both CLEARANCE_DATABASE_URL and CLEARANCE_IDENTITY_DATABASE_URL, or neither."
        )
    if settings.database_url and settings.identity_database_url:
        owner = settings.owner_database_url
        return _open(
            Addresses(
                app=make_url(settings.database_url.get_secret_value()),
                identity=make_url(settings.identity_database_url.get_secret_value()),
                owner=make_url(owner.get_secret_value()) if owner else None,
            )
        )
    if settings.environment == "production":
        raise ClearanceError(
            "Production needs CLEARANCE_DATABASE_URL and CLEARANCE_IDENTITY_DATABASE_URL; "
            "the embedded database is for development and small installations."
        )
    return connect_embedded(embedded.start(settings.data_dir / "postgres"), DATABASE)


def connect_embedded(server: embedded.EmbeddedServer, name: str) -> Database:
    """Open one database of an embedded server, making it and the three roles when missing."""
    superuser = create_engine(
        server.url(database="postgres", user="postgres"), isolation_level="AUTOCOMMIT"
    )
    with superuser.connect() as connection:
        for role in (OWNER_ROLE, APP_ROLE, IDENTITY_ROLE):
            if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = :name", role):
                connection.execute(text(f'CREATE ROLE "{role}" LOGIN NOSUPERUSER NOBYPASSRLS'))
        if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = :name", name):
            connection.execute(text(f'CREATE DATABASE "{name}" OWNER "{OWNER_ROLE}"'))
            connection.execute(text(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC'))
            connection.execute(
                text(f'GRANT CONNECT, TEMPORARY ON DATABASE "{name}" TO "{APP_ROLE}"')
            )
            connection.execute(text(f'GRANT CONNECT ON DATABASE "{name}" TO "{IDENTITY_ROLE}"'))
    superuser.dispose()
    return _open(
        Addresses(
            app=server.url(database=name, user=APP_ROLE),
            identity=server.url(database=name, user=IDENTITY_ROLE),
            owner=server.url(database=name, user=OWNER_ROLE),
        ),
        server,
    )


def _exists(connection: Connection, statement: str, name: str) -> bool:
    return connection.execute(text(statement), {"name": name}).first() is not None


def _open(addresses: Addresses, server: embedded.EmbeddedServer | None = None) -> Database:
    return Database(
        addresses=addresses,
        app=create_engine(
            addresses.app,
            isolation_level="READ COMMITTED",
            pool_size=10,
            max_overflow=20,
            # The one given back last, whose plans and caches are warm; the others are for rushes.
            pool_use_lifo=True,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"options": _PLANS},
        ),
        identity=create_engine(
            addresses.identity,
            pool_size=1,
            max_overflow=2,
            pool_pre_ping=True,
            hide_parameters=True,
        ),
        server=server,
    )
