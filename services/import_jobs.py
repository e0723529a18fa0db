"""Imports as jobs: offered on the administrator's page, done by a worker, watched by both."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from data_access import import_batches, jobs
from data_access import staff as staff_rows
from data_access import studies as study_rows
from data_access.import_batches import BatchRow as BatchRow
from data_access.import_batches import RefusalRow as RefusalRow
from data_access.jobs import JobRow as JobRow
from domain.errors import BadInput, ClearanceError
from domain.permissions import Act, Actor, check
from services.acts import act, reading
from services.importing.choices import import_choices
from services.importing.choices import summary as choices_summary
from services.importing.load import (
    ImportFiles,
    ImportReport,
    ImportStopped,
    import_transcripts,
)
from services.importing.readers import SUFFIXES
from services.installation import Installation

KIND = "import"
#: A worker that was killed gives its import up after this long; another starts it anew.
LEASE = timedelta(minutes=2)
_CHUNK = 1 << 20
_LEFT_BEHIND_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Offered:
    """A file as it was uploaded: its name and its bytes."""

    name: str
    content: BinaryIO


def offer(
    installation: Installation,
    actor: Actor,
    *,
    study_id: UUID,
    transcripts: Offered,
    accounts: Offered | None = None,
    choices: Offered | None = None,
    leave_out_refused: bool = False,
) -> UUID:
    """Keep the uploaded files and queue their import; the job's id.

    Raises
    ------
    Refused
        When the actor may not import.
    BadInput
        When a file's name says no known form.
    """
    offered = {
        name: held
        for name, held in (
            ("transcripts", transcripts),
            ("accounts", accounts),
            ("choices", choices),
        )
        if held is not None
    }
    kept: dict[str, str] = {}
    try:
        with act(installation, actor, "import.queue", "job", study_id=study_id) as done:
            check(actor, Act.IMPORT)
            if study_rows.by_id(done.connection, study_id) is None:
                raise BadInput("There is no such study. Reload the page and choose another.")
            for name, held in offered.items():
                kept[name] = _keep(installation, held)
            done.detail.update(file=Path(transcripts.name).name)
            job_id = jobs.add(
                done.connection,
                kind=KIND,
                study_id=study_id,
                payload={"files": kept, "leave_out_refused": leave_out_refused},
                by=actor.staff_id,
                now=installation.now(),
            )
            done.object_id = str(job_id)
    except BaseException:
        _discard(kept)
        raise
    return job_id


def offer_choices(
    installation: Installation, actor: Actor, *, study_id: UUID, choices: Offered
) -> UUID:
    """Keep an uploaded file of choices about known sessions and queue it; the job's id.

    Raises as :func:`offer`.
    """
    kept: dict[str, str] = {}
    try:
        with act(installation, actor, "import.queue", "job", study_id=study_id) as done:
            check(actor, Act.IMPORT)
            if study_rows.by_id(done.connection, study_id) is None:
                raise BadInput("There is no such study. Reload the page and choose another.")
            kept["choices"] = _keep(installation, choices)
            done.detail.update(file=Path(choices.name).name)
            job_id = jobs.add(
                done.connection,
                kind=KIND,
                study_id=study_id,
                payload={"files": kept},
                by=actor.staff_id,
                now=installation.now(),
            )
            done.object_id = str(job_id)
    except BaseException:
        _discard(kept)
        raise
    return job_id


def discard_leftovers(installation: Installation, service: Actor) -> int:
    """Delete uploaded files that no open import will read any more; how many directories.

    A process that was killed between an import's end and its tidying up leaves them behind.
    """
    uploads = installation.settings.data_dir / "uploads"
    if not uploads.is_dir():
        return 0
    with installation.database.transaction(service.staff_id) as connection:
        needed = {
            Path(path).parent.name
            for job in jobs.open_of(connection, KIND)
            for path in job.payload["files"].values()
        }
    silent_since = (installation.now() - _LEFT_BEHIND_AFTER).timestamp()
    left = [
        each
        for each in uploads.iterdir()
        # One that is just being written belongs to a job that is not committed yet.
        if each.name not in needed and each.stat().st_mtime < silent_since
    ]
    for each in left:
        shutil.rmtree(each, ignore_errors=True)
    return len(left)


def work_one(
    installation: Installation,
    service: Actor,
    worker: str,
    detect_language: Callable[[str], str],
) -> bool:
    """Do the oldest waiting import, in the name of who asked for it; False when none waits."""
    with installation.database.transaction(service.staff_id) as connection:
        job = jobs.claim(
            connection, kinds=(KIND,), worker=worker, lease=LEASE, now=installation.now()
        )
    if job is None:
        return False
    state, message = _run(installation, job, detect_language)
    with installation.database.transaction(service.staff_id) as connection:
        jobs.finish(connection, job.id, state, message, installation.now())
    # Last: whoever takes over from a worker that was killed before needs the files again.
    _discard(job.payload["files"])
    return True


def recent_jobs(installation: Installation, actor: Actor) -> list[JobRow]:
    """The newest imports that were asked for on the page; a refusal is audited."""
    with reading(installation, actor, Act.IMPORT, "import.list", "job") as connection:
        return jobs.recent(connection, KIND, 5)


def recent_batches(installation: Installation, actor: Actor) -> list[BatchRow]:
    """The newest imports, from the page and the command line alike.

    Imports whose process went silent are marked as interrupted on the way. A refusal is
    audited.
    """
    with reading(installation, actor, Act.IMPORT, "import.list", "import") as connection:
        import_batches.mark_interrupted(connection, installation.now() - LEASE)
        return import_batches.recent(connection, 20)


def refusals(installation: Installation, actor: Actor, batch_id: UUID) -> list[RefusalRow]:
    """The refused rows of one import; a refusal of the reader is audited."""
    with reading(installation, actor, Act.IMPORT, "import.list", "import") as connection:
        return import_batches.refusals(connection, batch_id)


def stop(installation: Installation, actor: Actor, job_id: UUID) -> bool:
    """Ask an import to stop; False, and nothing on record, when it is over already."""
    with act(installation, actor, "import.stop", "job", object_id=str(job_id)) as done:
        check(actor, Act.IMPORT)
        asked = jobs.request_stop(done.connection, job_id)
        done.changed_nothing = not asked
    return asked


def summary(report: ImportReport) -> str:
    """What became of a file, in one sentence."""
    if not report.kept:
        return (
            f"Nothing was imported: {report.refused:,} of {report.rows_read:,} rows were refused."
        )
    left_out = f", {report.refused:,} refused and left out" if report.refused else ""
    return (
        f"Imported {report.imported:,} sessions, skipped {report.skipped:,} that were known"
        f"{left_out}; {report.choices:,} consent choices added."
    )


def _run(
    installation: Installation,
    job: JobRow,
    detect_language: Callable[[str], str],
) -> tuple[str, str]:
    if job.stop_requested:
        return "stopped", "The import was stopped before it began."
    files = {name: Path(path) for name, path in job.payload["files"].items()}
    actor = _asker(installation, job)
    if actor is None:
        return "failed", "Who asked for the import is switched off."
    with installation.database.transaction(actor.staff_id) as connection:
        study = study_rows.by_id(connection, job.study_id)
    if study is None:
        return "failed", "The study is not there any more."
    stop_asked = False

    def progress(rows: int, total: int) -> None:
        nonlocal stop_asked
        with installation.database.transaction(actor.staff_id) as connection:
            stop_asked = jobs.beat(connection, job.id, rows, total, installation.now() + LEASE)

    try:
        if "transcripts" not in files:
            told = import_choices(
                installation,
                actor,
                study,
                files["choices"],
                progress=progress,
                stop=lambda: stop_asked,
            )
            return ("done" if told.kept else "failed"), choices_summary(told)
        report = import_transcripts(
            installation,
            actor,
            study,
            ImportFiles(files["transcripts"], files.get("accounts"), files.get("choices")),
            leave_out_refused=bool(job.payload["leave_out_refused"]),
            detect_language=detect_language,
            progress=progress,
            stop=lambda: stop_asked,
        )
    except ImportStopped as stopped:
        return "stopped", str(stopped)
    except ClearanceError as error:
        return "failed", str(error)
    except Exception as error:  # noqa: BLE001 - one bad file must not end the worker for ever
        return "failed", (
            f"The import ended unexpectedly ({type(error).__name__}); nothing of it was kept. "
            "Offer the file again."
        )
    return ("done" if report.kept else "failed"), summary(report)


def _asker(installation: Installation, job: JobRow) -> Actor | None:
    """Who asked, with the roles they hold now: a job gives nobody more than they have."""
    with installation.database.transaction(job.requested_by) as connection:
        return staff_rows.load_actor(connection, job.requested_by)


def _discard(files: Mapping[str, str]) -> None:
    for path in files.values():
        shutil.rmtree(Path(path).parent, ignore_errors=True)


def _keep(installation: Installation, held: Offered) -> str:
    suffix = Path(held.name).suffix.lower()
    if suffix not in SUFFIXES:
        raise BadInput(f"{held.name} is of no known form. Use a .csv, .jsonl or .parquet file.")
    directory = installation.settings.data_dir / "uploads" / secrets.token_hex(8)
    directory.mkdir(mode=0o700, parents=True)
    path = directory / Path(held.name).name
    with path.open("wb") as file:
        while chunk := held.content.read(_CHUNK):
            file.write(chunk)
    return str(path)
