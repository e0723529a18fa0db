"""What a worker does beside sessions: heartbeats, rounds, and errands in a process that ends."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data_access import review
from data_access.studies import StudyRow
from domain.operations.catalogue import READING, ROUNDS
from domain.operations.finding import Weight
from domain.operations.findings import findings
from domain.permissions import Actor
from jobs import errands, heart, rounds, worker
from jobs.heart import Heart, name_of
from jobs.rounds import ProcessFailed, Rounds, work_of_rounds
from services import access, metrics, operations
from services import installation as installations
from services.installation import Installation
from services.metrics_snapshots import take_due
from services.operations import reading, tending, walking
from tests.conftest import Clock
from tests.services.rights_worlds import as_owner
from tests.services.worlds import full, read_by_the_machine, take_in


@pytest.fixture(autouse=True)
def _here(installation: Installation) -> Iterator[None]:
    installations.use(installation)
    yield
    installations.use(None)


@pytest.fixture
def engine(installation: Installation, administrator: Actor) -> Actor:
    return access.service_actor(installation, "deidentification")


def _until(seen: Callable[[], bool], waits: int = 200) -> bool:
    pause = threading.Event()
    return any(seen() or pause.wait(0.05) for _ in range(waits))


def test_a_worker_is_seen_with_what_it_is_at_and_leaves_when_told_to_stop(
    installation: Installation,
    administrator: Actor,
    engine: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heart, "BEAT_SECONDS", 0.02)
    beating = Heart(installation, engine, "vm:1")

    def at() -> list[str]:
        return [each.doing for each in reading.report(installation, administrator).alive]

    beating.start()
    assert _until(lambda: at() == [""])
    with beating.at("import"):
        assert _until(lambda: at() == ["import"])
    assert _until(lambda: at() == [""])
    beating.stop()
    assert reading.report(installation, administrator).workers == ()


def _work_until_killed(
    installation: Installation, engine: Actor, study_id: UUID, pipe: Pipe
) -> None:
    """In a process of its own: claim a session, beat, and stay there."""
    installation.database.app.dispose(close=False)
    name = name_of(os.getpid())
    with installation.database.transaction(engine.staff_id) as connection:
        review.claim(
            connection,
            study_id=study_id,
            worker=name,
            at_most=1,
            lease=timedelta(hours=1),
            now=installation.now(),
        )
    beating = Heart(installation, engine, name)
    beating.start()
    with beating.at(READING):
        while True:
            with installation.database.transaction(engine.staff_id) as connection:
                seen = connection.execute(text("SELECT doing FROM worker_heartbeat")).scalar()
            if seen == READING:
                pipe.send(name)
                signal.pause()


def test_a_worker_that_is_killed_goes_silent_and_what_it_held_is_given_back(
    installation: Installation,
    administrator: Actor,
    engine: Actor,
    study: StudyRow,
    tmp_path: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heart, "BEAT_SECONDS", 0.05)
    take_in(installation, administrator, study, tmp_path, full("a"))
    here, there = multiprocessing.Pipe()
    doomed = multiprocessing.get_context("fork").Process(
        target=_work_until_killed, args=(installation, engine, study.id, there)
    )
    doomed.start()
    assert here.poll(60)
    name = here.recv()
    assert doomed.pid is not None
    os.kill(doomed.pid, signal.SIGKILL)
    doomed.join()
    (worker_row,) = reading.report(installation, administrator).alive
    assert (worker_row.name, worker_row.sessions) == (name, 1)
    clock.advance(timedelta(minutes=2))
    report = reading.report(installation, administrator)
    assert [each.name for each in report.silent] == [name]
    assert any(
        f"Worker {name} has not answered for 2 minutes with 1 session in hand." in each.what
        and each.weight is Weight.PROBLEM
        for each in findings(report)
    )
    assert tending.let_go(installation, administrator, name) == 1
    report = reading.report(installation, administrator)
    assert (report.workers, report.reading.waiting, report.reading.running) == ((), 1, 0)


def test_every_round_of_the_catalogue_is_gone_and_told_and_not_before_it_is_due_again(
    installation: Installation, administrator: Actor, engine: Actor
) -> None:
    beating = Heart(installation, engine, "vm:1")
    work = work_of_rounds(installation, engine, threading.Event())
    assert list(work) == [each.name for each in ROUNDS]
    going = Rounds(installation, engine, "vm:1", beating, work)
    going.go()
    report = reading.report(installation, administrator)
    assert {each.name for each in report.rounds} == set(work)
    assert all(each.done_at is not None and not each.failures for each in report.rounds)
    # The daily walk was asked for by one of them, and only once.
    assert walking.errand_waits(installation, engine)
    counted: list[str] = []
    again = Rounds(
        installation,
        engine,
        "vm:1",
        beating,
        {name: lambda name=name: counted.append(name) for name in work},
    )
    again.go()
    again.go()
    assert counted == list(work)


def test_a_round_that_fails_is_told_by_its_class_alone_and_keeps_no_other_from_going(
    installation: Installation,
    administrator: Actor,
    engine: Actor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails() -> None:
        raise KeyError("what Grete Winkelbauer said")

    def fine() -> None:
        pass

    work = {each.name: fails if each.name == "share.expire" else fine for each in ROUNDS}
    with caplog.at_level(logging.ERROR):
        Rounds(installation, engine, "vm:1", Heart(installation, engine, "vm:1"), work).go()
    report = reading.report(installation, administrator)
    held = report.round("share.expire")
    assert (held.failures, held.problem) == (1, "KeyError")
    assert all(each.done_at for each in report.rounds if each.name != "share.expire")
    assert "round share.expire: KeyError" in caplog.text
    assert "test_rounds.py" in caplog.text
    assert "Winkelbauer" not in caplog.text


def test_a_round_whose_failure_cannot_be_told_ends_the_worker(
    installation: Installation, engine: Actor
) -> None:
    def fails() -> None:
        raise KeyError

    as_owner(installation, "REVOKE INSERT ON worker_round FROM clearance_app")
    going = Rounds(
        installation,
        engine,
        "vm:1",
        Heart(installation, engine, "vm:1"),
        {each.name: fails for each in ROUNDS},
    )
    with pytest.raises(DBAPIError):
        going.go()


def test_an_errand_walks_the_chain_and_ends(
    installation: Installation, administrator: Actor, engine: Actor
) -> None:
    walking.ask(installation, administrator)
    errands.main()
    assert not walking.errand_waits(installation, engine)
    assert reading.report(installation, administrator).trail.whole is True


def _starts(monkeypatch: pytest.MonkeyPatch, code: str) -> list[subprocess.Popen[bytes]]:
    started: list[subprocess.Popen[bytes]] = []

    def start(*_: object, **__: object) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, "-c", code]))
        return started[-1]

    monkeypatch.setattr("jobs.children.start", start)
    return started


def test_a_process_that_was_started_ends_when_the_worker_is_told_to_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started = _starts(monkeypatch, "import time; time.sleep(60)")
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    rounds.run("jobs.errands", stop)
    assert started[0].returncode == -signal.SIGTERM


def test_a_process_that_fails_is_told_and_one_that_does_its_work_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _starts(monkeypatch, "raise SystemExit(3)")
    with pytest.raises(ProcessFailed):
        rounds.run("jobs.snapshots", threading.Event())
    _starts(monkeypatch, "")
    rounds.run("jobs.snapshots", threading.Event())


def test_a_worker_goes_its_rounds_does_its_errands_and_says_that_it_leaves(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The whole loop; what it would start as processes is done here, on this database."""
    take_in(installation, administrator, study, tmp_path, full("a"))
    read_by_the_machine(installation, [])
    monitor = access.service_actor(installation, operations.SERVICE)
    counter = access.service_actor(installation, metrics.SERVICE)

    def start(module: str, **_: object) -> subprocess.Popen[bytes]:
        if module == "jobs.errands":
            walking.walk_one(installation, monitor, "vm:2")
        else:
            take_due(installation, counter)
        return subprocess.Popen([sys.executable, "-c", ""])

    monkeypatch.setattr("jobs.children.start", start)
    # It is asked for before anything is claimed, and nothing waits to be read.
    monkeypatch.setattr(worker, "_engine", lambda: None)
    stop = threading.Event()
    working = threading.Thread(target=worker.work_for_ever, args=(stop,))
    working.start()

    def settled() -> bool:
        report = reading.report(installation, administrator)
        gone = len(report.rounds) == len(ROUNDS)
        return gone and report.snapshots_at is not None and report.trail.whole is True

    try:
        assert _until(settled, 1_200)
        report = reading.report(installation, administrator)
        assert [each.name for each in report.alive] == [worker.worker_name()]
        assert not any(each.failures for each in report.rounds)
    finally:
        stop.set()
        working.join(timeout=60)
    assert not working.is_alive()
    assert reading.report(installation, administrator).workers == ()
