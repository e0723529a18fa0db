"""``make run``: a whole development installation, from nothing to an open door.

Starts the embedded database, migrates it, makes the demonstration's people and studies once,
and keeps three kinds of children running: the sign-in provider, the web process and the
de-identification workers. Ctrl-C ends all of it.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

from data_access.migrate import migrate
from domain.errors import ClearanceError
from jobs import children, demonstration, demonstration_staff
from services import installation as installations
from services.installation import Installation
from settings import Settings, settings

_PROVIDER_PORT = 9400
_READY_SECONDS = 60.0
_TRIES = 50


def main() -> int:
    """Run until Ctrl-C; the exit code."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        configuration = settings()
        with _only_one(configuration.data_dir):
            return _run(configuration)
    except ClearanceError as error:
        print(f"Clearance did not start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _run(configuration: Settings) -> int:
    _say("Starting the database …")
    installation = installations.open_installation(configuration)
    running: list[subprocess.Popen[bytes]] = []
    try:
        migrate(installation.database)
        _prepare(installation)
        port = _free_port(configuration.port, "the app")
        provider_port = _free_port(_PROVIDER_PORT, "the sign-in provider")
        environment = {
            "CLEARANCE_PORT": str(port),
            "CLEARANCE_DATA_DIR": str(configuration.data_dir),
        }
        if configuration.oidc_issuer is None:
            running.append(
                children.start(
                    "jobs.development_provider", str(provider_port), environment=environment
                )
            )
            environment["CLEARANCE_OIDC_ISSUER"] = f"http://127.0.0.1:{provider_port}"
            _wait_for(f"http://127.0.0.1:{provider_port}/.well-known/openid-configuration")
        for _ in range(configuration.deidentification_workers):
            running.append(children.start("jobs.worker", environment=environment))
        running.append(children.start("jobs.web", environment=environment))
        _wait_for(f"http://{configuration.host}:{port}/_stcore/health", running[-1])
        _announce(f"http://{configuration.host}:{port}", configuration)
        while all(child.poll() is None for child in running):
            time.sleep(0.5)
        print("A part of Clearance ended unexpectedly; stopping the rest.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        _say("\nStopping …")
        return 0
    finally:
        for child in reversed(running):
            children.stop(child)
        installation.database.close()


def _prepare(installation: Installation) -> None:
    administrator = demonstration_staff.first_administrator(installation)
    demonstration_staff.invite_everybody(installation, administrator)
    for title in demonstration.load_once(installation, administrator):
        _say(f"Loaded the demonstration study “{title}”.")
    demonstration_staff.grant_everybody(installation, administrator)


def _announce(address: str, configuration: Settings) -> None:
    _say(f"\nClearance is open at {address}\n")
    if configuration.oidc_issuer is None:
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
                f"it is running already with the data in {directory}. Stop that one first."
            ) from error
        yield


def _free_port(wanted: int, what: str) -> int:
    for port in range(wanted, wanted + _TRIES):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port != wanted:
            _say(f"Port {wanted} is in use, so {what} takes {port}.")
        return port
    raise ClearanceError(f"ports {wanted} to {wanted + _TRIES - 1} are all in use.")


def _wait_for(address: str, child: subprocess.Popen[bytes] | None = None) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if child is not None and child.poll() is not None:
            raise ClearanceError("the web process ended; its message is above.")
        try:
            with urlopen(address, timeout=2):  # noqa: S310 - an address of our own on loopback
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise ClearanceError(f"{address} did not answer in {_READY_SECONDS:.0f} seconds.")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent.parent)
    sys.exit(main())
