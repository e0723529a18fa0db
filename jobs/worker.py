"""A worker process: releases and imports that were asked for, then sessions to de-identify.

Any number may run; work is claimed from the database. What a worker that is killed held comes
back when its lease ends, or at once where the command that started it sees it go.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import cache
from types import FrameType
from uuid import UUID

from deidentification.engine import Engine
from domain.permissions import Actor
from jobs import children
from jobs.children import end_with_parent
from jobs.languages import detect_language
from services import access, deidentification, import_jobs, installation, metrics, operations
from services.deidentification import SERVICE
from services.publications import releasing as publications
from services.shares import assembling, recalling, releasing, working

#: Small enough that a stop is quick and a killed worker holds little.
CHUNK = 8
_PAUSE_SECONDS = 1.0
#: How often a process that was started is looked at.
_LOOK_SECONDS = 0.1
#: How often approvals that lapsed and recalls that are overdue are looked for.
_CLOCKS_SECONDS = 30.0
#: How often a worker says that it is there, whatever else it does.
_BEAT_SECONDS = 15.0


def worker_name() -> str:
    """A name for this process in claims: machine and process number."""
    return name_of(socket.gethostname(), os.getpid())


def name_of(machine: str, process: int) -> str:
    """The name in claims of a process on a machine."""
    return f"{machine}:{process}"


@cache
def _engine() -> Engine:
    """This process's engine, loaded once, however many studies it reads."""
    return Engine.load()


def work_until_done(study_id: UUID, stop: Callable[[], bool]) -> int:
    """De-identify a study until nothing waits or a stop is asked for; how many sessions it did.

    The same wherever it runs: in a process of this machine or on a worker of a cluster.
    """
    here = installation.current()
    service = access.service_actor(here, SERVICE)
    done = 0
    while not stop():
        claimed = deidentification.process_some(
            here, service, _engine(), worker=worker_name(), study_id=study_id, at_most=CHUNK
        )
        if not claimed:
            break
        done += claimed
    return done


def work_for_ever(stop: threading.Event) -> None:
    """Releases, imports, then sessions to de-identify, then a pause; until told to stop."""
    here = installation.current()
    service = access.service_actor(here, SERVICE)
    release = access.service_actor(here, assembling.SERVICE)
    publisher = access.service_actor(here, metrics.SERVICE)
    heart = threading.Thread(target=_beat, args=(stop, service, here.now()), daemon=True)
    heart.start()
    looked = 0.0
    while not stop.is_set():
        if time.monotonic() - looked >= _CLOCKS_SECONDS:
            looked = time.monotonic()
            releasing.expire_lapsed(here, release)
            recalling.block_overdue(here, release)
            publications.expire_lapsed(here, publisher)
            _snapshots(stop)
        if working.work_one(here, release, worker_name()):
            continue
        if operations.errand_waits(here, service):
            _run("jobs.errands", stop)
            continue
        if import_jobs.work_one(here, service, worker_name(), detect_language):
            continue
        claimed = deidentification.process_some(
            here, service, _engine(), worker=worker_name(), study_id=None, at_most=CHUNK
        )
        if not claimed:
            stop.wait(_PAUSE_SECONDS)
    heart.join(timeout=2)


def _beat(stop: threading.Event, service: Actor, started_at: datetime) -> None:
    """Say that this worker is there until it is told to stop, and then that it left."""
    here = installation.current()
    while True:
        operations.beat(here, service, worker_name(), started_at)
        if stop.wait(_BEAT_SECONDS):
            break
    operations.leave(here, service, worker_name())


def _snapshots(stop: threading.Event) -> None:
    """Take the snapshots that are due, in a process of their own: the solver stays out of here."""
    here = installation.current()
    service = access.service_actor(here, metrics.SERVICE)
    if metrics.any_due(here, service):
        _run("jobs.snapshots", stop)


def _run(module: str, stop: threading.Event) -> None:
    """Let a process of its own do something, and end it when this one is told to stop."""
    child = children.start(module, environment={})
    while child.poll() is None:
        if stop.wait(_LOOK_SECONDS):
            children.stop_all([child])


def main() -> None:
    """Run until the launcher says so."""
    end_with_parent()
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    work_for_ever(stop)


if __name__ == "__main__":
    main()
