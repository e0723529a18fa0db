"""A study is read to its end on processes and on a cluster, whoever is killed meanwhile."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from data_access.migrate import migrate
from data_access.studies import StudyRow
from demonstration.files import write_study
from demonstration.studies import FINDING_OUT
from domain.errors import BadInput, ClearanceError
from domain.permissions import Actor
from jobs import children, demonstration_staff
from jobs.deidentify_cluster import deidentify_on_cluster
from jobs.deidentify_study import deidentify_study
from services import studies
from services.deidentification_progress import Progress
from services.importing.load import ImportFiles, import_transcripts
from services.installation import Installation, open_installation
from settings import Settings
from tests.live.processes import free_port

_SESSIONS = 40
_ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Waiting:
    """An installation of its own, which other processes can open, and a study that waits."""

    here: Installation
    administrator: Actor
    study: StudyRow

    def doubled(self) -> int:
        """How many findings stand twice at one place of one session's result, or tasks are open."""
        engine = create_engine(self.here.database.addresses.owner or "")
        try:
            with engine.connect() as connection:
                return int(
                    connection.execute(
                        text(
                            "SELECT (SELECT count(*) FROM (SELECT 1 FROM finding"
                            ' GROUP BY session_id, turn, start, "end" HAVING count(*) > 1) AS two)'
                            " + (SELECT count(*) FROM deidentification_task WHERE state <> 'done')"
                        )
                    ).scalar_one()
                )
        finally:
            engine.dispose()

    def results(self) -> list[int]:
        """How many results each session has."""
        engine = create_engine(self.here.database.addresses.owner or "")
        try:
            with engine.connect() as connection:
                rows = connection.execute(
                    text(
                        "SELECT count(run.id) FROM session"
                        " LEFT JOIN deidentification_run AS run ON run.session_id = session.id"
                        " GROUP BY session.id"
                    )
                )
                return [row[0] for row in rows]
        finally:
            engine.dispose()


@pytest.fixture
def waiting(server_directory: Path) -> Iterator[Waiting]:
    here = open_installation(Settings(data_dir=server_directory / "data"))
    migrate(here.database)
    administrator = demonstration_staff.first_administrator(here)
    study = studies.add(
        here,
        administrator,
        slug=FINDING_OUT.slug,
        title=FINDING_OUT.title,
        opens_on=FINDING_OUT.opens_on,
        closes_on=FINDING_OUT.closes_on,
    )
    files = write_study(server_directory, FINDING_OUT, _SESSIONS, 7)
    taken = ImportFiles(files.sessions, files.accounts, files.choices)
    import_transcripts(here, administrator, study, taken)
    yield Waiting(here, administrator, study)
    here.database.close()


@contextmanager
def dask(*arguments: str, data_dir: Path) -> Iterator[subprocess.Popen[bytes]]:
    kind, *rest = arguments
    process = subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.dask_{kind}", *rest, "--no-dashboard"],
        cwd=_ROOT,
        env={**os.environ, "CLEARANCE_DATA_DIR": str(data_dir), "PYTHONPATH": str(_ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        children.stop_all([process])


@contextmanager
def cluster(
    data_dirs: list[Path],
) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and a worker for each directory, on this machine."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    with ExitStack() as stack:
        at = ("--host", "127.0.0.1")
        stack.enter_context(dask("scheduler", *at, "--port", str(port), data_dir=_ROOT / "nowhere"))
        workers = [
            stack.enter_context(
                dask("worker", address, *at, "--nthreads", "1", "--no-nanny", data_dir=each)
            )
            for each in data_dirs
        ]
        yield address, workers


class Killing:
    """Looks on, and kills once some sessions are done and others are not."""

    def __init__(self, kill: Callable[[], None]) -> None:
        self._kill = kill
        self.at: Progress | None = None

    def __call__(self, held: Progress) -> None:
        if self.at is None and held.done and held.waiting:
            self.at = held
            self._kill()


def test_a_process_that_is_killed_costs_no_session_and_doubles_none(waiting: Waiting) -> None:
    before = set(multiprocessing.active_children())

    def kill() -> None:
        worker = next(each for each in multiprocessing.active_children() if each not in before)
        worker.kill()

    looking = Killing(kill)
    held = deidentify_study(
        waiting.here,
        waiting.administrator,
        waiting.study.id,
        processes=2,
        progress=looking,
    )

    assert looking.at is not None, "nobody was killed in the middle, so nothing was tried"
    assert (held.done, held.waiting, held.failed) == (_SESSIONS, 0, 0)
    assert waiting.results() == [1] * _SESSIONS
    assert waiting.doubled() == 0


def test_a_cluster_reads_a_study_to_its_end_though_a_worker_is_killed(waiting: Waiting) -> None:
    data = waiting.here.settings.data_dir
    with cluster([data, data]) as (address, workers):
        looking = Killing(workers[0].kill)
        held = deidentify_on_cluster(
            waiting.here,
            waiting.administrator,
            waiting.study.id,
            scheduler=address,
            progress=looking,
        )

    assert looking.at is not None, "nobody was killed in the middle, so nothing was tried"
    assert workers[0].returncode == -signal.SIGKILL
    assert (held.done, held.waiting, held.failed) == (_SESSIONS, 0, 0)
    assert waiting.results() == [1] * _SESSIONS
    assert waiting.doubled() == 0


def test_a_worker_of_another_installation_is_refused(
    waiting: Waiting, server_directory: Path
) -> None:
    other = open_installation(Settings(data_dir=server_directory / "other"))
    migrate(other.database)
    demonstration_staff.first_administrator(other)
    with (
        cluster([server_directory / "other"]) as (address, _workers),
        pytest.raises(ClearanceError, match="does not hold the study"),
    ):
        deidentify_on_cluster(
            waiting.here,
            waiting.administrator,
            waiting.study.id,
            scheduler=address,
            progress=lambda _held: None,
        )
    other.database.close()
    assert waiting.results() == [0] * _SESSIONS


def test_a_scheduler_that_does_not_answer_is_named(waiting: Waiting) -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    with pytest.raises(BadInput, match=address):
        deidentify_on_cluster(
            waiting.here,
            waiting.administrator,
            waiting.study.id,
            scheduler=address,
            progress=lambda _held: None,
        )
