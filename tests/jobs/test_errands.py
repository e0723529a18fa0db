"""What a worker does beside sessions: heartbeats, and errands in a process that ends."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from data_access.studies import StudyRow
from domain.permissions import Actor
from domain.publications.lifecycle import PublicationState
from jobs import errands, worker
from services import access, operations
from services import installation as installations
from services.installation import Installation
from services.publications import proposing
from tests.conftest import Hire
from tests.services.publications.worlds import make_world


@pytest.fixture(autouse=True)
def _here(installation: Installation) -> Iterator[None]:
    installations.use(installation)
    yield
    installations.use(None)


def test_a_worker_is_seen_while_it_works_and_leaves_when_told_to_stop(
    installation: Installation, administrator: Actor
) -> None:
    engine = access.service_actor(installation, "deidentification")
    stop = threading.Event()
    heart = threading.Thread(target=worker._beat, args=(stop, engine, installation.now()))
    heart.start()
    for _ in range(100):
        seen = operations.report(installation, administrator).alive
        if seen:
            break
        stop.wait(0.05)
    assert [each.name for each in seen] == [worker.worker_name()]
    stop.set()
    heart.join(timeout=10)
    assert not heart.is_alive()
    assert operations.report(installation, administrator).workers == ()


def test_an_errand_prepares_what_was_proposed_and_walks_the_chain_and_ends(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
) -> None:
    world = make_world(installation, administrator, study, hire, tmp_path)
    engine = access.service_actor(installation, "deidentification")
    assert not operations.errand_waits(installation, engine)
    publication_id, _ = proposing.propose(installation, world.leo, world.proposal())
    operations.ask_verification(installation, administrator)
    assert operations.errand_waits(installation, engine)
    errands.main()
    assert not operations.errand_waits(installation, engine)
    assert world.state(publication_id) is PublicationState.PROPOSED
    assert operations.report(installation, administrator).trail.whole is True


def test_a_process_that_was_started_ends_when_the_worker_is_told_to_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def start(*_: object, **__: object) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]))
        return started[-1]

    monkeypatch.setattr("jobs.children.start", start)
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    worker._run("jobs.errands", stop)
    assert started[0].returncode is not None
    assert started[0].returncode != 0
