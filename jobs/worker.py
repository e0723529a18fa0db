"""A worker process: releases, erasures, publications, imports, letters, then sessions to read.

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
from functools import cache
from types import FrameType
from uuid import UUID

from deidentification.engine import Engine
from jobs import children
from jobs.children import end_with_parent
from jobs.languages import detect_language
from services import (
    access,
    deidentification,
    import_jobs,
    installation,
    mail,
    metrics,
    notifications,
    policy_standings,
    retention,
)
from services.deidentification import SERVICE
from services.publications import releasing as publications
from services.publications import waiting
from services.shares import assembling, recalling, releasing, working
from services.smtp import check_settings

#: Small enough that a stop is quick and a killed worker holds little.
CHUNK = 8
_PAUSE_SECONDS = 1.0
#: How often approvals that lapsed, recalls that are overdue and letters to write are looked for,
#: and the counts of what the policy answers alike are put together.
_CLOCKS_SECONDS = 30.0
#: How often what is due, what ends soon and what was left behind is looked for.
_RARELY_SECONDS = 300.0


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
    """What was asked for, then sessions to de-identify, then a pause; until told to stop."""
    here = installation.current()
    service = access.service_actor(here, SERVICE)
    release = access.service_actor(here, assembling.SERVICE)
    keeper = access.service_actor(here, retention.SERVICE)
    postman = access.service_actor(here, notifications.SERVICE)
    publisher = access.service_actor(here, metrics.SERVICE)
    check_settings(here.settings)
    looked = rarely = -_RARELY_SECONDS
    while not stop.is_set():
        if time.monotonic() - looked >= _CLOCKS_SECONDS:
            looked = time.monotonic()
            releasing.expire_lapsed(here, release)
            recalling.block_overdue(here, release)
            publications.expire_lapsed(here, publisher)
            policy_standings.add_up(here, service)
            _snapshots()
            mail.gather(here, postman)
        if time.monotonic() - rarely >= _RARELY_SECONDS:
            rarely = time.monotonic()
            notifications.note_time_passing(here, postman)
            retention.look(here, keeper)
            import_jobs.discard_leftovers(here, service)
        if working.work_one(here, release, worker_name()):
            continue
        if retention.work_one(here, keeper, worker_name()):
            continue
        if waiting.any_waits(here, publisher):
            _publications()
            continue
        # One letter a round, so that a slow mail server keeps nobody waiting for long.
        mail.send_one(here, postman)
        if import_jobs.work_one(here, service, worker_name(), detect_language):
            continue
        claimed = deidentification.process_some(
            here, service, _engine(), worker=worker_name(), study_id=None, at_most=CHUNK
        )
        if not claimed:
            stop.wait(_PAUSE_SECONDS)


def _snapshots() -> None:
    """Take the snapshots that are due, in a process of their own: the solver stays out of here."""
    here = installation.current()
    service = access.service_actor(here, metrics.SERVICE)
    if metrics.any_due(here, service):
        children.start("jobs.snapshots", environment={}).wait()


def _publications() -> None:
    """Freeze and publish what waits, in a process of its own: it needs a solver, and draws."""
    children.start("jobs.publications", environment={}).wait()


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
