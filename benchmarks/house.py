"""An installation of a given size, as the benchmarks use it: database, provider, web process."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.seeding import seed
from data_access.migrate import migrate
from jobs import children, demonstration_staff
from jobs.ports import wait_for
from services import access, metrics, studies
from services.installation import Installation, open_installation
from services.metrics_snapshots import take_due
from settings import Settings
from tests.live.processes import Web, free_port, start_web


@dataclass(frozen=True)
class House:
    """One installation under measurement."""

    installation: Installation
    web: Web
    sessions: int


@contextmanager
def house(directory: Path, sessions: int, **environment: str) -> Iterator[House]:
    """Open the installation of that directory, seeding it the first time.

    ``environment`` goes to the web process, for measuring with and without a remedy.
    """
    issuer_port = _issuer_port(directory)
    issuer = f"http://127.0.0.1:{issuer_port}"
    installation = open_installation(Settings(data_dir=directory, oidc_issuer=issuer))
    started: list[subprocess.Popen[bytes]] = []
    try:
        migrate(installation.database)
        administrator = demonstration_staff.first_administrator(installation)
        demonstration_staff.invite_everybody(installation, administrator)
        if not studies.visible(installation, administrator):
            seed(installation.database, sessions)
        demonstration_staff.grant_everybody(installation, administrator)
        take_due(installation, access.service_actor(installation, metrics.SERVICE))
        started.append(
            children.start(
                "jobs.development_provider",
                str(issuer_port),
                environment={"CLEARANCE_DATA_DIR": str(directory)},
            )
        )
        wait_for(f"{issuer}/.well-known/openid-configuration", started[0], "The provider")
        web = start_web(directory, issuer, free_port(), environment)
        started.append(web.process)
        yield House(installation, web, sessions)
    finally:
        children.stop_all(started)
        installation.database.close()


def _issuer_port(directory: Path) -> int:
    """The provider's port, the same each time: people are bound to the issuer's address."""
    kept = directory / "issuer-port"
    directory.mkdir(parents=True, exist_ok=True)
    if not kept.exists():
        kept.write_text(str(free_port()))
    return int(kept.read_text())
