"""A worker process: imports that were asked for on the page, then sessions to de-identify.

Any number may run; work is claimed from the database. A worker that is killed gives up what
it held when its lease ends, and another does it again.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from types import FrameType
from uuid import UUID

from deidentification.engine import Engine
from jobs.children import end_with_parent
from jobs.languages import detect_language
from services import access, deidentification, import_jobs, installation
from services.deidentification import SERVICE

#: Small enough that a stop is quick and a killed worker holds little.
CHUNK = 8
_PAUSE_SECONDS = 1.0


def worker_name() -> str:
    """A name for this process in claims: machine and process number."""
    return f"{socket.gethostname()}:{os.getpid()}"


def work_until_done(study_id: UUID | None, stop: threading.Event) -> int:
    """De-identify until nothing waits or a stop is asked for; how many sessions it did."""
    here = installation.current()
    service = access.service_actor(here, SERVICE)
    engine, done = Engine.load(), 0
    while not stop.is_set():
        claimed = deidentification.process_some(
            here, service, engine, worker=worker_name(), study_id=study_id, at_most=CHUNK
        )
        if not claimed:
            break
        done += claimed
    return done


def work_for_ever(stop: threading.Event) -> None:
    """Imports first, then sessions to de-identify, then a pause; until told to stop."""
    here = installation.current()
    service = access.service_actor(here, SERVICE)
    engine: Engine | None = None
    while not stop.is_set():
        if import_jobs.work_one(here, service, worker_name(), detect_language):
            continue
        engine = engine or Engine.load()
        claimed = deidentification.process_some(
            here, service, engine, worker=worker_name(), study_id=None, at_most=CHUNK
        )
        if not claimed:
            stop.wait(_PAUSE_SECONDS)


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
