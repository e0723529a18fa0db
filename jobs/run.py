"""``make run``: a whole development installation, from nothing to an open door.

Starts the embedded database, migrates it, makes the demonstration's people and studies once,
and keeps three kinds of children running: the sign-in provider, the web process and the
de-identification workers. Ctrl-C ends all of it.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from data_access.migrate import migrate
from domain.errors import ClearanceError
from jobs import children, demonstration_staff
from jobs.heart import name_of
from jobs.ports import free_port, wait_for
from jobs.worker_pool import WorkerPool
from services import installation as installations
from services.installation import Installation
from services.operations import telling
from settings import Settings, settings

_PROVIDER_PORT = 9400
_LOOPBACK = "127.0.0.1"
_LOOK_SECONDS = 0.5
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Run until Ctrl-C; the exit code."""
    # SIGINT too: a shell that starts us in the background has it ignored.
    for number in _ENDINGS:
        signal.signal(number, _interrupt)
    try:
        configuration = _checked(settings())
        with _only_one(configuration.data_dir):
            return _run(configuration)
    except ClearanceError as error:
        print(f"Clearance did not start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _checked(configuration: Settings) -> Settings:
    if configuration.environment == "production":
        raise ClearanceError(
            "make run makes a development installation with people whom anybody can be. "
            "In production start python -m gate and python -m jobs.worker; see the README."
        )
    return configuration


def _run(configuration: Settings) -> int:
    running: list[subprocess.Popen[bytes]] = []
    workers: WorkerPool | None = None
    installation: Installation | None = None
    try:
        _say("Starting the database …")
        installation = installations.open_installation(configuration)
        migrate(installation.database)
        if configuration.demonstration:
            _prepare(installation)
        environment = {
            "CLEARANCE_DATA_DIR": str(configuration.data_dir.resolve()),
            "NO_PROXY": ",".join(filter(None, (os.environ.get("NO_PROXY"), _LOOPBACK))),
        }
        if configuration.oidc_issuer is None:
            environment["CLEARANCE_OIDC_ISSUER"] = _start_provider(running, environment)
        address = _start_web(running, configuration, environment)
        workers = WorkerPool(configuration.deidentification_workers, environment, _say)
        _announce(address, configuration)
        while all(child.poll() is None for child in running):
            workers.look()
            time.sleep(_LOOK_SECONDS)
        print("A part of Clearance ended unexpectedly; stopping the rest.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        _say("\nStopping …")
        return 0
    finally:
        # An impatient second Ctrl-C must not leave half of it running.
        for number in _ENDINGS:
            signal.signal(number, signal.SIG_IGN)
        children.stop_all([*running, *(workers.running if workers else ())])
        if installation is not None and workers is not None:
            # One that was at something long did not come to say it itself.
            telling.left(installation, [name_of(worker.pid) for worker in workers.running])
        if installation is not None:
            installation.database.close()


def _start_provider(running: list[subprocess.Popen[bytes]], environment: dict[str, str]) -> str:
    port = free_port(_LOOPBACK, _PROVIDER_PORT, "the sign-in provider", _say)
    running.append(children.start("jobs.development_provider", str(port), environment=environment))
    issuer = f"http://{_LOOPBACK}:{port}"
    wait_for(f"{issuer}/.well-known/openid-configuration", running[-1], "The sign-in provider")
    return issuer


def _start_web(
    running: list[subprocess.Popen[bytes]],
    configuration: Settings,
    environment: dict[str, str],
) -> str:
    port = free_port(configuration.host, configuration.port, "the app", _say)
    if port != configuration.port and configuration.oidc_issuer is not None:
        _say(f"Your provider must know the redirect address with port {port} too.")
    environment["CLEARANCE_PORT"] = str(port)
    running.append(children.start("jobs.web", environment=environment))
    address = f"http://{configuration.host}:{port}"
    wait_for(f"{address}/_stcore/health", running[-1], "The web process")
    return configuration.public_url or address


def _prepare(installation: Installation) -> None:
    # The generator and its wording are needed at the first start alone.
    from jobs import demonstration, demonstration_shares

    administrator = demonstration_staff.first_administrator(installation)
    demonstration_staff.invite_everybody(installation, administrator)
    for title in demonstration.load_once(installation, administrator):
        _say(f"Loaded the demonstration study “{title}”.")
    demonstration_staff.grant_everybody(installation, administrator)
    second = demonstration_staff.second_administrator(installation)
    demonstration_shares.prepare_once(installation, administrator, second)


def _announce(address: str, configuration: Settings) -> None:
    _say(f"\nClearance is open at {address}\n")
    if not configuration.demonstration:
        _say("Make the first administrator with: cli.py staff first E-MAIL NAME")
    elif configuration.oidc_issuer is None:
        _say("Sign in as:")
        for person in demonstration_staff.PEOPLE:
            roles = ", ".join(role.value.replace("_", " & ") for role in person.roles)
            _say(f"  {person.email:28} {roles or 'not invited: sees how a refusal looks'}")
    _say("\nCtrl-C stops everything. Your data stays in " + str(configuration.data_dir))


@contextmanager
def _only_one(directory: Path) -> Iterator[None]:
    """One running installation per data directory; the lock goes with the process."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / ".run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ClearanceError(
                f"it is running already with the data in {directory}. Stop that one first, "
                "or set CLEARANCE_DATA_DIR to another directory."
            ) from error
        yield


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent.parent)
    sys.exit(main())
