"""Importing one file of transcripts, with its accounts and choices, into a study."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from data_access import importing
from data_access.import_batches import RefusalRow
from data_access.studies import StudyRow
from domain.permissions import Act, Actor, check
from services.acts import act
from services.importing.batch import refuse_whole, whole_file
from services.importing.staging import ImportStopped as ImportStopped
from services.importing.staging import Staging, Tally
from services.installation import Installation

_PROBLEMS = {
    "duplicate": "stands in the file twice. Keep one of them.",
    "changed": "was imported before with other words or facts. A transcript never changes under "
    "its id: give the new one an id of its own, or leave it out.",
    "erased": "was erased here and is not taken in again. Take it out of the file, and out of "
    "where the file comes from.",
    "account without session": "belongs to no transcript of the file. Leave the row out.",
    "account twice": "gives a second account for one transcript. Keep one of them.",
    "choice without session": "belongs to no transcript of the file. Leave the row out.",
}


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """What is offered: transcripts, and optionally accounts and choices beside them."""

    transcripts: Path
    accounts: Path | None = None
    choices: Path | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file.

    ``refusals`` names the first thousand refused rows; ``refused`` counts all. ``kept`` is
    False when rows were refused and leaving them out was not asked for: nothing was imported.
    """

    batch_id: UUID
    kept: bool
    rows_read: int
    imported: int
    skipped: int
    refused: int
    choices: int
    refusals: tuple[RefusalRow, ...]


def import_transcripts(
    installation: Installation,
    actor: Actor,
    study: StudyRow,
    files: ImportFiles,
    *,
    leave_out_refused: bool = False,
    detect_language: Callable[[str], str] | None = None,
    progress: Callable[[int, int], None] = lambda _rows, _total: None,
    stop: Callable[[], bool] = lambda: False,
) -> ImportReport:
    """Import a file whole, or not at all.

    Idempotent: sessions that are known with the same content are skipped, and only their
    new consent events are added. All of it is one transaction, so a process killed half-way
    leaves nothing.

    Parameters
    ----------
    leave_out_refused
        Import the sound rows of a file that has refused ones. Otherwise one refused row
        means that nothing is imported.
    detect_language
        Guesses the language of participants' words where the file does not state it.
    progress
        Called with the number of rows read so far, and how many there seem to be in all.
    stop
        Asked now and then whether to give up.

    Raises
    ------
    BadInput
        When a file cannot be read at all.
    Refused
        When the actor may not import.
    ImportStopped
        When ``stop`` said so.
    """
    tally = Tally()
    moved = importing.Moved(0, 0, 0)
    with (
        whole_file(installation, actor, study, files.transcripts, tally) as batch,
        act(
            installation,
            actor,
            "import",
            "study",
            object_id=study.slug,
            study_id=study.id,
            long=True,
        ) as done,
    ):
        check(actor, Act.IMPORT)
        batch.start()
        done.detail.update(file=files.transcripts.name, batch=str(batch.id))
        importing.prepare(done.connection)
        staging = Staging(installation, actor, study, batch.id, detect_language, tally)
        staging.sessions(done.connection, files.transcripts, progress, stop)
        staging.accounts(done.connection, files.accounts)
        staging.choices(done.connection, files.choices)
        importing.take_turns(done.connection)
        _refuse_clashes(done.connection, study, files, tally)
        if tally.refused and not leave_out_refused:
            refuse_whole(tally, "imported", "Mend the rows, or import the file without them.")
        importing.drop_rows(done.connection, tally.left_out)
        moved = importing.move_in(
            done.connection,
            study_id=study.id,
            batch_id=batch.id,
            actor_id=actor.staff_id,
            now=installation.now(),
        )
        batch.added, batch.skipped = moved.sessions, moved.skipped
        done.detail.update(
            imported=moved.sessions,
            skipped=moved.skipped,
            refused=tally.refused,
            choices=moved.choices,
        )
    return ImportReport(
        batch_id=batch.id,
        kept=batch.kept,
        rows_read=tally.rows_read,
        imported=moved.sessions,
        skipped=moved.skipped,
        refused=tally.refused,
        choices=moved.choices,
        refusals=tuple(tally.refusals),
    )


def _refuse_clashes(
    connection: Connection, study: StudyRow, files: ImportFiles, tally: Tally
) -> None:
    for problem in importing.problems(connection, study.id):
        path = files.transcripts
        if problem.kind.startswith("account") and files.accounts is not None:
            path = files.accounts
        elif problem.kind.startswith("choice") and files.choices is not None:
            path = files.choices
        else:
            tally.left_out.append(problem.row)
        rule = f"import.{problem.kind.replace(' ', '-')}"
        tally.refuse(path.name, problem.row, problem.transcript_id, rule, _PROBLEMS[problem.kind])
