"""A whole Clearance in child processes, on free ports, with data of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from data_access import embedded
from data_access.migrate import migrate
from jobs import children, demonstration_staff
from jobs.ports import wait_for
from services import studies
from services.importing.load import ImportFiles, import_transcripts
from services.installation import Installation, open_installation
from settings import Settings

_SESSIONS = 30
UPLOAD_LIMIT_MB = 1


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Web:
    """One web process and where it answers."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        return f"http://{self.netloc}"


@dataclass
class Live:
    """The data and the provider that the web processes of a test run share."""

    installation: Installation
    data_dir: Path
    issuer: str
    web: Web

    @contextmanager
    def another_web(self, port: int | None = None, **environment: str) -> Iterator[Web]:
        """One more web process, fresh, on a port of its own."""
        web = start_web(self.data_dir, self.issuer, port or free_port(), environment)
        try:
            yield web
        finally:
            children.stop_all([web.process])

    def audit(self, action: str, **where: str) -> list[dict[str, Any]]:
        """Rows of the trail, newest first, read as the owner and not through the product."""
        engine = create_engine(self.installation.database.addresses.owner)
        try:
            with engine.connect() as connection:
                rows = connection.execute(
                    text(
                        "SELECT actor_label, object_id, outcome, detail FROM audit_event"
                        " WHERE action = :action ORDER BY seq DESC"
                    ),
                    {"action": action},
                ).mappings()
                found = [{**row, **json.loads(row["detail"])} for row in rows]
        finally:
            engine.dispose()
        return [row for row in found if all(row.get(key) == it for key, it in where.items())]

    def count(self, action: str, **where: str) -> int:
        """How many rows of the trail there are."""
        return len(self.audit(action, **where))


def start_web(data_dir: Path, issuer: str, port: int, environment: dict[str, str]) -> Web:
    """Start ``jobs.web`` and wait until it answers."""
    process = children.start(
        "jobs.web",
        environment={
            **_environment(data_dir),
            "CLEARANCE_PORT": str(port),
            "CLEARANCE_OIDC_ISSUER": issuer,
            "CLEARANCE_UPLOAD_LIMIT_MB": str(UPLOAD_LIMIT_MB),
            **environment,
        },
    )
    web = Web(port, process)
    wait_for(f"{web.origin}/_stcore/health", process, "The web process")
    return web


@contextmanager
def running(directory: Path) -> Iterator[Live]:
    """Database, provider and web process, with the demonstration's people and one study."""
    server = embedded.start(directory / "postgres", disposable=True)
    issuer_port = free_port()
    issuer = f"http://127.0.0.1:{issuer_port}"
    started: list[subprocess.Popen[bytes]] = []
    installation = open_installation(Settings(data_dir=directory, oidc_issuer=issuer))
    try:
        started.append(
            children.start(
                "jobs.development_provider", str(issuer_port), environment=_environment(directory)
            )
        )
        migrate(installation.database)
        _people_and_a_study(installation)
        wait_for(f"{issuer}/.well-known/openid-configuration", started[0], "The provider")
        web = start_web(directory, issuer, free_port(), {})
        started.append(web.process)
        yield Live(installation, directory, issuer, web)
    finally:
        children.stop_all(started)
        installation.database.close()
        server.release()


def _environment(data_dir: Path) -> dict[str, str]:
    known = {name: "" for name in os.environ if name.startswith("CLEARANCE_")}
    assert not known, f"unset {', '.join(known)}: these tests bring their own settings"
    return {"CLEARANCE_DATA_DIR": str(data_dir), "NO_PROXY": "127.0.0.1"}


def _people_and_a_study(installation: Installation) -> None:
    administrator = demonstration_staff.first_administrator(installation)
    demonstration_staff.invite_everybody(installation, administrator)
    study = studies.add(
        installation,
        administrator,
        slug="making-things",
        title="Making things with AI",
        opens_on=date(2026, 4, 1),
        closes_on=date(2026, 6, 30),
    )
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "sessions.jsonl"
        file.write_text("".join(f"{json.dumps(_session(n))}\n" for n in range(_SESSIONS)))
        report = import_transcripts(installation, administrator, study, ImportFiles(file))
    assert report.kept, report.refusals
    demonstration_staff.grant_everybody(installation, administrator)


def _session(number: int) -> dict[str, Any]:
    return {
        "transcript_id": f"live-{number:03}",
        "turns": [
            {"speaker": "interviewer", "text": "What did you make last week?"},
            {"speaker": "participant", "text": f"A shelf with {number + 2} boards, and a plan."},
        ],
        "started_at": f"2026-05-{number % 28 + 1:02}T09:00:00+00:00",
        "completed_at": f"2026-05-{number % 28 + 1:02}T09:20:00+00:00",
        "status": "completed",
        "language": "en",
        "plan": "pro",
        "memory_on": False,
        "participant_ref": f"participant-{number}",
        "flag": "open" if number % 10 == 0 else "none",
        "questions_asked": 1,
    }
