"""Consent events by a file alone, about sessions that were imported before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from data_access import consent_events, import_batches, importing
from data_access.consent_events import MovedEvents
from data_access.consent_events import TouchedByFile as TouchedByFile
from data_access.import_batches import RefusalRow
from data_access.studies import StudyRow
from domain.errors import BadInput
from domain.permissions import Act, Actor, check
from services.acts import act
from services.importing.batch import refuse_whole, whole_file
from services.importing.readers import read_rows
from services.importing.records import choice_record
from services.importing.staging import ImportStopped, Tally, values_of
from services.installation import Installation

#: Rows between two signs of life.
_CHUNK = 1_000
_PROBLEMS = {
    "unknown": "belongs to no session of the study. Check the id, or import the transcript first.",
    "erased": "belongs to a session that was erased. Take the row out of the file.",
}


@dataclass(frozen=True, slots=True)
class ChoicesReport:
    """What became of a file of choices.

    ``choices`` were new, about ``sessions``; rows that were known already change nothing.
    ``touched`` are the requests, approvals and releases that hold one of those sessions.
    """

    batch_id: UUID
    kept: bool
    rows_read: int
    choices: int
    sessions: int
    refused: int
    refusals: tuple[RefusalRow, ...]
    touched: tuple[TouchedByFile, ...]


def import_choices(
    installation: Installation,
    actor: Actor,
    study: StudyRow,
    path: Path,
    *,
    progress: Callable[[int, int], None] = lambda _rows, _total: None,
    stop: Callable[[], bool] = lambda: False,
) -> ChoicesReport:
    """Add the consent events of a file, all or none; in force from the commit on.

    One refused row means that nothing is recorded. The same file again adds nothing. What the
    events make stale is stale in the same transaction.

    Raises
    ------
    BadInput
        When the file cannot be read at all.
    Refused
        When the actor may not import; audited.
    ImportStopped
        When ``stop`` said so.
    """
    tally = Tally()
    moved = MovedEvents(0, 0)
    touched: tuple[TouchedByFile, ...] = ()
    with (
        whole_file(installation, actor, study, path, tally) as batch,
        act(
            installation,
            actor,
            "import.choices",
            "study",
            object_id=study.slug,
            study_id=study.id,
            long=True,
        ) as done,
    ):
        check(actor, Act.IMPORT)
        batch.start()
        done.detail.update(file=path.name, batch=str(batch.id))
        reading = _Reading(installation, actor, batch.id, path, tally, progress, stop)
        consent_events.stage(done.connection, reading.rows(installation.now()))
        importing.take_turns(done.connection)
        for problem in consent_events.problems(done.connection, study.id):
            tally.refuse(
                path.name,
                problem.row,
                problem.transcript_id,
                f"import.choice-{problem.kind}",
                _PROBLEMS[problem.kind],
            )
        if tally.refused:
            refuse_whole(tally, "recorded", "Mend the rows and offer the file again.")
        moved = consent_events.move_in(
            done.connection, study.id, actor.staff_id, installation.now()
        )
        batch.added, batch.skipped = moved.events, tally.rows_read - moved.events
        touched = tuple(consent_events.touched(done.connection))
        done.detail.update(
            choices=moved.events,
            sessions=moved.sessions,
            shares=[each.share_number for each in touched],
        )
    return ChoicesReport(
        batch.id,
        batch.kept,
        tally.rows_read,
        moved.events,
        moved.sessions,
        tally.refused,
        tuple(tally.refusals),
        touched,
    )


def summary(report: ChoicesReport) -> str:
    """What became of a file of choices, in a sentence or two."""
    if not report.kept:
        return (
            f"Nothing was recorded: {report.refused:,} of {report.rows_read:,} rows were refused."
        )
    left = [str(each.share_number) for each in report.touched if each.released_at is not None]
    held = [str(each.share_number) for each in report.touched if each.released_at is None]
    return " ".join(
        (
            f"{report.choices:,} new choices about {report.sessions:,} sessions hold from now on.",
            *([f"Requests that hold one of them: {', '.join(held)}."] if held else []),
            *([f"Released before, to recall if need be: {', '.join(left)}."] if left else []),
        )
    )


@dataclass
class _Reading:
    """Reads the file row by row, refusing what is not sound, with a sign of life now and then."""

    installation: Installation
    actor: Actor
    batch_id: UUID
    path: Path
    tally: Tally
    progress: Callable[[int, int], None]
    stop: Callable[[], bool]

    def rows(self, now: datetime) -> Iterator[tuple[object, ...]]:
        """The sound rows as the staging table takes them."""
        file = read_rows(self.path)
        for row in file:
            self.tally.rows_read += 1
            if self.tally.rows_read % _CHUNK == 0:
                self._beat(file.share)
            try:
                choice = choice_record(values_of(row), now)
            except BadInput as error:
                self.tally.refuse_row(self.path, row, error)
                continue
            yield (
                row.number,
                choice.transcript_id,
                choice.scope.value,
                choice.choice.value,
                choice.at,
            )

    def _beat(self, share: float) -> None:
        read = self.tally.rows_read
        self.progress(read, max(read, round(read / share) if share else read))
        with self.installation.database.transaction(self.actor.staff_id) as connection:
            import_batches.beat(connection, self.batch_id, read, self.installation.now())
        if self.stop():
            raise ImportStopped("The import was stopped; nothing of the file was kept.")
