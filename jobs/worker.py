"""A worker process: releases, erasures, publications, imports, letters, then sessions to read.

Any number may run; work is claimed from the database. What a worker that is killed held comes
back when its lease ends, or at once where the command that started it sees it go.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from functools import cache
from types import FrameType
from uuid import UUID

from deidentification.engine import Engine
from domain.operations.catalogue import LETTERS, MAIL, PUBLICATIONS, READING, SHARES, VERIFY
from jobs.children import end_with_parent
from jobs.heart import Heart, name_of
from jobs.languages import detect_language
from jobs.rounds import ProcessFailed, Rounds, run, work_of_rounds
from services import (
    access,
    deidentification,
    import_jobs,
    installation,
    mail,
    metrics,
    notifications,
    retention,
    sending_letters,
)
from services.deidentification import SERVICE
from services.operations import walking
from services.publications import waiting
from services.shares import assembling, working
from services.smtp import check_settings

#: Small enough that a stop is quick and a killed worker holds little.
CHUNK = 8
_PAUSE_SECONDS = 1.0


def worker_name() -> str:
    """A name for this process in claims: machine and process number."""
    return name_of(os.getpid())


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
    mailer = access.service_actor(here, sending_letters.SERVICE)
    publisher = access.service_actor(here, metrics.SERVICE)
    check_settings(here.settings)
    name = worker_name()
    heart = Heart(here, service, name)
    rounds = Rounds(here, service, name, heart, work_of_rounds(here, service, stop))
    heart.start()
    while not stop.is_set():
        rounds.go()
        with heart.at(SHARES):
            if working.work_one(here, release, name):
                continue
        with heart.at("retention.erase"):
            if retention.work_one(here, keeper, name):
                continue
        if walking.errand_waits(here, service):
            with heart.at(VERIFY):
                _in_a_process("jobs.errands", stop)
            continue
        if waiting.any_waits(here, publisher):
            with heart.at(PUBLICATIONS):
                _in_a_process("jobs.publications", stop)
            continue
        # One letter a round, so that a slow mail server keeps nobody waiting for long.
        with heart.at(MAIL):
            mail.send_one(here, postman)
        with heart.at(LETTERS):
            sending_letters.work_one(here, mailer)
        with heart.at("import"):
            if import_jobs.work_one(here, service, name, detect_language):
                continue
        with heart.at(READING):
            claimed = deidentification.process_some(
                here,
                service,
                _engine(),
                worker=name,
                study_id=None,
                at_most=CHUNK,
                stop=stop.is_set,
            )
        if not claimed:
            stop.wait(_PAUSE_SECONDS)
    heart.stop()


def _in_a_process(module: str, stop: threading.Event) -> None:
    try:
        run(module, stop)
    except ProcessFailed:
        # What it had taken on comes back when its lease ends, and is told of until then.
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
