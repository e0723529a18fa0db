"""A real PostgreSQL for the whole run, and a fresh database for each test that asks for one.

Making the schema takes a sixth of a second; copying it from a template, a twentieth.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine, text

from data_access import embedded
from data_access.database import Database, connect_embedded
from data_access.encryption import IdentityCipher
from data_access.migrate import migrate
from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.vocabulary import Role
from services import access, studies
from services.checkpoints import Checkpoints
from services.installation import Installation
from settings import Settings
from tests.live.fixtures import live as live

_TEMPLATE = "clearance_template"
_numbers = itertools.count()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, a browser test that is skipped has failed: nobody would notice it otherwise."""
    report = yield
    if report.skipped and item.get_closest_marker("browser") and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and in CI every browser test must run."
    return report


@dataclass
class Clock:
    """A clock that tests move by hand."""

    at: datetime = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by


@pytest.fixture(autouse=True)
def _the_main_module_stays() -> Iterator[None]:
    """Streamlit's AppTest leaves its script as the main module, which new processes would run."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture
def server_directory() -> Iterator[Path]:
    """Where a test may keep a database server's files.

    Not in pytest's own temporary directory: another run of pytest closes that to the user
    whom the server runs as when the tests run as root.
    """
    directory = Path(tempfile.mkdtemp(prefix="clearance-tests-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def server() -> Iterator[embedded.EmbeddedServer]:
    directory = Path(tempfile.mkdtemp(prefix="clearance-tests-"))
    server = embedded.start(directory / "postgres", disposable=True)
    template = connect_embedded(server, _TEMPLATE)
    migrate(template)
    template.app.dispose()
    template.identity.dispose()
    yield server
    server.release()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def database(server: embedded.EmbeddedServer) -> Iterator[Database]:
    name = f"test_{next(_numbers)}"
    superuser = create_engine(
        server.url(database="postgres", user="postgres"), isolation_level="AUTOCOMMIT"
    )
    with superuser.connect() as connection:
        connection.execute(
            text(f'CREATE DATABASE "{name}" TEMPLATE "{_TEMPLATE}" OWNER clearance_owner')
        )
        connection.execute(text(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC'))
        connection.execute(text(f'GRANT CONNECT, TEMPORARY ON DATABASE "{name}" TO clearance_app'))
        connection.execute(text(f'GRANT CONNECT ON DATABASE "{name}" TO clearance_identity'))
    database = replace(connect_embedded(server, name), server=None)
    yield database
    database.close()
    with superuser.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    superuser.dispose()


@pytest.fixture
def clock() -> Clock:
    """Starts at the real time, because the database's own clock decides on grants."""
    return Clock(datetime.now(UTC))


@pytest.fixture
def installation(database: Database, clock: Clock, tmp_path: Path) -> Installation:
    return Installation(
        settings=Settings(data_dir=tmp_path, oidc_issuer="http://127.0.0.1:9400"),
        database=database,
        cipher=IdentityCipher([Fernet.generate_key().decode()]),
        checkpoints=Checkpoints(tmp_path / "checkpoints", Ed25519PrivateKey.generate()),
        now=clock,
    )


@pytest.fixture
def administrator(installation: Installation) -> Actor:
    return access.first_administrator(installation, "ada@clearance.example", "Ada Osei")


Hire = Callable[..., Actor]


@pytest.fixture
def hire(installation: Installation, administrator: Actor) -> Hire:
    """Invite somebody with roles and, for a study, a grant; the actor as of then."""

    def hired(name: str, *roles: Role, study: StudyRow | None = None, days: int = 30) -> Actor:
        email = f"{name.lower()}@clearance.example"
        staff_id = access.invite(installation, administrator, email, name)
        for role in roles:
            access.give_role(installation, administrator, staff_id, role)
            if study is not None and role in access.GRANTABLE:
                access.grant(
                    installation,
                    administrator,
                    staff_id=staff_id,
                    study_id=study.id,
                    role=role,
                    purpose="Review this study before anything leaves",
                    starts_at=installation.now() - timedelta(minutes=1),
                    expires_at=installation.now() + timedelta(days=days),
                )
        return access.actor_by_email(installation, email)

    return hired


@pytest.fixture
def study(installation: Installation, administrator: Actor) -> StudyRow:
    return studies.add(
        installation,
        administrator,
        slug="making-things",
        title="Making things with AI",
        opens_on=date(2026, 4, 1),
        closes_on=date(2026, 6, 30),
    )


@pytest.fixture
def other_study(installation: Installation, administrator: Actor) -> StudyRow:
    return studies.add(
        installation,
        administrator,
        slug="teaching",
        title="Teaching with AI",
        opens_on=date(2026, 4, 1),
        closes_on=date(2026, 6, 30),
    )
