"""Imports as jobs: asked for, stopped, taken over from the dead; the kill in the middle."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from data_access import jobs
from data_access.studies import StudyRow
from domain.errors import BadInput
from domain.permissions import Actor
from domain.vocabulary import Role
from services import access, import_jobs
from services.import_jobs import KIND, LEASE, Offered
from services.importing.load import ImportFiles, import_transcripts
from services.installation import Installation
from tests.conftest import Clock
from tests.services.worlds import full

ROOT = Path(__file__).resolve().parents[2]


def offered(name: str = "s.jsonl", count: int = 2) -> Offered:
    lines = "".join(json.dumps(full(f"t{number}")) + "\n" for number in range(count))
    return Offered(name, io.BytesIO(lines.encode()))


@pytest.fixture
def service(installation: Installation, administrator: Actor) -> Actor:
    return access.service_actor(installation, "deidentification")


@pytest.fixture
def work(installation: Installation, service: Actor) -> Callable[[], bool]:
    return lambda: import_jobs.work_one(installation, service, "worker", lambda _words: "en")


def _uploads(installation: Installation) -> list[Path]:
    return list((installation.settings.data_dir / "uploads").rglob("*.*"))


def _sessions(installation: Installation) -> int:
    engine = create_engine(installation.database.addresses.owner or "")
    with engine.connect() as connection:
        found: int = connection.execute(text("SELECT count(*) FROM session")).scalar_one()
    engine.dispose()
    return found


def test_what_was_asked_for_is_done_once_and_its_files_go(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    work: Callable[[], bool],
) -> None:
    import_jobs.offer(installation, administrator, study_id=study.id, transcripts=offered())
    assert len(_uploads(installation)) == 1
    assert (work(), work()) == (True, False)
    (job,) = import_jobs.recent_jobs(installation, administrator)
    assert (job.state, job.done, job.requested_by) == ("done", 2, administrator.staff_id)
    (batch,) = import_jobs.recent_batches(installation, administrator)
    assert (batch.state, batch.imported, batch.started_by) == ("imported", 2, "Ada Osei")
    assert _sessions(installation) == 2
    assert _uploads(installation) == []


def test_a_file_of_no_known_form_leaves_nothing_behind(
    installation: Installation, administrator: Actor, study: StudyRow
) -> None:
    with pytest.raises(BadInput, match="no known form"):
        import_jobs.offer(
            installation,
            administrator,
            study_id=study.id,
            transcripts=offered(),
            accounts=Offered("a.exe", io.BytesIO(b"x")),
        )
    assert _uploads(installation) == []
    assert import_jobs.recent_jobs(installation, administrator) == []


def test_a_file_whose_name_leads_elsewhere_is_kept_in_its_own_folder(
    installation: Installation, administrator: Actor, study: StudyRow
) -> None:
    import_jobs.offer(
        installation,
        administrator,
        study_id=study.id,
        transcripts=offered("../../../outside.jsonl"),
    )
    (kept,) = _uploads(installation)
    assert kept.parent.parent == installation.settings.data_dir / "uploads"


def test_a_job_that_was_stopped_before_it_began_imports_nothing(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    work: Callable[[], bool],
) -> None:
    job_id = import_jobs.offer(
        installation, administrator, study_id=study.id, transcripts=offered()
    )
    assert import_jobs.stop(installation, administrator, job_id)
    assert work()
    (job,) = import_jobs.recent_jobs(installation, administrator)
    assert job.state == "stopped"
    assert _sessions(installation) == 0
    assert not import_jobs.stop(installation, administrator, job_id)


def test_a_job_stopped_in_the_middle_keeps_nothing(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    service: Actor,
) -> None:
    job_id = import_jobs.offer(
        installation, administrator, study_id=study.id, transcripts=offered(count=300)
    )
    asked: list[bool] = []

    def while_reading(_words: str) -> str:
        if not asked:
            asked.append(import_jobs.stop(installation, administrator, job_id))
        return "en"

    installation_rows = [full(f"t{number}", language=None) for number in range(300)]
    (path,) = _uploads(installation)
    path.write_text("".join(json.dumps(row) + "\n" for row in installation_rows))
    assert import_jobs.work_one(installation, service, "worker", while_reading)
    (job,) = import_jobs.recent_jobs(installation, administrator)
    assert (asked, job.state) == ([True], "stopped")
    assert _sessions(installation) == 0
    (batch,) = import_jobs.recent_batches(installation, administrator)
    assert batch.state == "stopped"


def test_the_job_of_a_killed_worker_is_done_by_another_when_its_lease_ends(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    service: Actor,
    clock: Clock,
    work: Callable[[], bool],
) -> None:
    import_jobs.offer(installation, administrator, study_id=study.id, transcripts=offered())
    with installation.database.transaction(service.staff_id) as connection:
        claimed = jobs.claim(connection, kinds=(KIND,), worker="killed", lease=LEASE, now=clock())
    assert claimed is not None
    assert not work()
    clock.advance(LEASE + timedelta(microseconds=1))
    assert work()
    assert _sessions(installation) == 2


def test_who_lost_the_role_meanwhile_imports_nothing(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    work: Callable[[], bool],
    hire: Callable[..., Actor],
) -> None:
    ben = hire("Ben", Role.ADMINISTRATOR)
    import_jobs.offer(installation, ben, study_id=study.id, transcripts=offered())
    access.revoke_role(installation, administrator, ben.staff_id, Role.ADMINISTRATOR)
    assert work()
    (job,) = import_jobs.recent_jobs(installation, administrator)
    assert job.state == "failed"
    assert _sessions(installation) == 0


def test_a_file_that_breaks_the_reader_ends_its_job_and_not_the_worker(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    service: Actor,
) -> None:
    import_jobs.offer(installation, administrator, study_id=study.id, transcripts=offered())
    (path,) = _uploads(installation)
    path.write_text(json.dumps(full("t", language=None)) + "\n")

    def broken(_words: str) -> str:
        raise RuntimeError("Grete Winkelbauer")

    assert import_jobs.work_one(installation, service, "worker", broken)
    (job,) = import_jobs.recent_jobs(installation, administrator)
    assert job.state == "failed"
    assert "RuntimeError" in (job.message or "")
    assert "Grete" not in (job.message or "")


def test_four_workers_at_once_do_each_job_once(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    work: Callable[[], bool],
) -> None:
    for number in range(4):
        import_jobs.offer(
            installation, administrator, study_id=study.id, transcripts=offered(f"s{number}.jsonl")
        )
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [job.state for job in import_jobs.recent_jobs(installation, administrator)] == [
        "done"
    ] * 4
    assert _sessions(installation) == 2


_SLOW_IMPORT = """
import sys
from jobs import languages
def report_then_wait(_words):
    print("reading", flush=True)
    sys.stdin.readline()
    return "en"
languages.detect_language = report_then_wait
import cli
cli.app(["import", "transcripts", sys.argv[1], "--study", "making-things"])
"""


def test_an_import_killed_in_the_middle_leaves_nothing_and_the_next_one_works(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    clock: Clock,
    tmp_path: Path,
) -> None:
    """A real process of the command line, ended by SIGKILL while its transaction is open."""
    path = tmp_path / "s.jsonl"
    rows = [full(f"t{number}") for number in range(251)] + [full("last", language=None)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    addresses = installation.database.addresses
    environment = {
        **os.environ,
        "CLEARANCE_DATA_DIR": str(tmp_path),
        "CLEARANCE_DATABASE_URL": addresses.app.render_as_string(hide_password=False),
        "CLEARANCE_IDENTITY_DATABASE_URL": addresses.identity.render_as_string(hide_password=False),
    }
    child = subprocess.Popen(
        [sys.executable, "-c", _SLOW_IMPORT, str(path)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "reading\n"
        child.send_signal(signal.SIGKILL)
        assert child.wait(30) == -signal.SIGKILL
    finally:
        child.kill()
        child.communicate()
    assert _sessions(installation) == 0
    report = import_transcripts(
        installation,
        administrator,
        study,
        ImportFiles(path),
        detect_language=lambda _words: "en",
    )
    assert (report.imported, report.refused) == (252, 0)
    clock.advance(LEASE + timedelta(minutes=5))
    states = {b.state for b in import_jobs.recent_batches(installation, administrator)}
    assert states == {"imported", "interrupted"}
