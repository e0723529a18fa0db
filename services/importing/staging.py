"""Reading files, checking each row, and streaming what is sound into the staging tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from data_access import import_batches, importing
from data_access.import_batches import RefusalRow
from data_access.studies import StudyRow
from domain.digests import turns_digest
from domain.errors import BadInput, ClearanceError, Refused
from domain.permissions import Actor
from domain.policy import governing_version
from domain.transcripts import Speaker
from domain.vocabulary import Plan, PolicyVersion
from services.importing.readers import BadRow, RawRow, read_rows
from services.importing.records import (
    SessionRecord,
    account_record,
    choice_record,
    session_record,
)
from services.installation import Installation

_CHUNK = 250
_LONGEST_NAME = 200
#: ISO 639-2's code for a language that was not determined.
UNDETERMINED = "und"
#: Refused rows that a report lists one by one; beyond that it counts them.
LONGEST_REPORT = 1_000
_SHAPE = "import.shape"


class ImportStopped(ClearanceError):
    """Somebody stopped the import; nothing of the file was kept."""


@dataclass
class Tally:
    """What was read and what was refused so far."""

    rows_read: int = 0
    refused: int = 0
    refusals: list[RefusalRow] = field(default_factory=list)
    #: Rows of the transcripts file that clash with others, for leaving them out.
    left_out: list[int] = field(default_factory=list)

    def refuse(self, file: str, row: int, who: str | None, rule: str, reason: str) -> None:
        """Count a refused row, and name it while the report has room."""
        self.refused += 1
        if len(self.refusals) < LONGEST_REPORT:
            self.refusals.append(RefusalRow(file, row, who, rule, reason))

    def refuse_row(self, path: Path, row: RawRow | BadRow, error: Exception) -> None:
        """Count a row that is refused by itself, by the error that says why."""
        held = row.values.get("transcript_id") if isinstance(row, RawRow) else None
        who = held if isinstance(held, str) and len(held) <= _LONGEST_NAME else None
        if isinstance(error, Refused):
            self.refuse(path.name, row.number, who, error.rule, f"{error.message} {error.remedy}")
        else:
            self.refuse(path.name, row.number, who, _SHAPE, str(error))


@dataclass
class Staging:
    """Reads files, checks each row, and streams what is sound into the staging tables."""

    installation: Installation
    actor: Actor
    study: StudyRow
    batch_id: UUID
    detect_language: Callable[[str], str] | None
    tally: Tally

    def sessions(
        self,
        connection: Connection,
        path: Path,
        progress: Callable[[int, int], None],
        stop: Callable[[], bool],
    ) -> None:
        """Stage the transcripts; ImportStopped when ``stop`` says so."""
        now = self.installation.now()
        file = read_rows(path)
        rows = iter(file)
        while chunk := list(islice(rows, _CHUNK)):
            sound: list[tuple[int, SessionRecord, tuple[object, ...]]] = []
            for row in chunk:
                self.tally.rows_read += 1
                try:
                    values = values_of(row)
                    record = session_record(values, now)
                    sound.append((row.number, record, self._facts(record, now)))
                except (BadInput, Refused) as error:
                    self.tally.refuse_row(path, row, error)
            importing.stage(
                connection, "staged_session", ((number, *facts) for number, _, facts in sound)
            )
            importing.stage(
                connection,
                "staged_turn",
                (
                    (number, turn.index, turn.speaker.value, turn.label, turn.text)
                    for number, record, _ in sound
                    for turn in record.turns
                ),
            )
            read = self.tally.rows_read
            progress(read, max(read, round(read / file.share) if file.share else read))
            self._beat()
            if stop():
                raise ImportStopped("The import was stopped; nothing of the file was kept.")

    def accounts(self, connection: Connection, path: Path | None) -> None:
        """Stage the accounts, encrypted here already."""
        if path is None:
            return
        cipher = self.installation.cipher

        def rows() -> Iterator[tuple[object, ...]]:
            for row in read_rows(path):
                try:
                    account = account_record(values_of(row))
                except BadInput as error:
                    self.tally.refuse_row(path, row, error)
                    continue
                who = account.account_id
                yield (
                    row.number,
                    account.transcript_id,
                    None if who is None else cipher.account_digest(who),
                    None if who is None else cipher.encrypt(who),
                    None if account.full_name is None else cipher.encrypt(account.full_name),
                    None if account.email is None else cipher.encrypt(account.email),
                    account.plan,
                    account.country,
                )

        importing.stage(connection, "staged_account", rows())

    def choices(self, connection: Connection, path: Path | None) -> None:
        """Stage the consent events."""
        if path is None:
            return
        now = self.installation.now()

        def rows() -> Iterator[tuple[object, ...]]:
            for row in read_rows(path):
                try:
                    choice = choice_record(values_of(row), now)
                except BadInput as error:
                    self.tally.refuse_row(path, row, error)
                    continue
                yield (
                    row.number,
                    choice.transcript_id,
                    choice.scope.value,
                    choice.choice.value,
                    choice.at,
                )

        importing.stage(connection, "staged_choice", rows())

    def _facts(self, record: SessionRecord, now: datetime) -> tuple[object, ...]:
        """The session's columns, in the order of the staging table."""
        completed_at, plan = record.completed_at, record.plan
        if not record.states_metadata:
            completed_at, plan = _from_study(self.study), Plan.CONSUMER
        words = " ".join(turn.text for turn in record.turns)
        who = record.participant_ref
        return (
            record.transcript_id,
            record.content_digest(),
            turns_digest(record.turns),
            record.started_at,
            completed_at,
            completed_at or record.started_at or now,
            record.states_metadata,
            record.language or self._language(record),
            record.status.value,
            (plan or Plan.UNKNOWN).value,
            record.memory_on,
            record.questions_asked,
            record.flag.value,
            governing_version(completed_at).value,
            None if who is None else self.installation.cipher.account_digest(who),
            len(record.turns),
            len(words.split()),
        )

    def _language(self, record: SessionRecord) -> str:
        if self.detect_language is None:
            return UNDETERMINED
        return self.detect_language(
            " ".join(turn.text for turn in record.turns if turn.speaker is Speaker.PARTICIPANT)
        )

    def _beat(self) -> None:
        with self.installation.database.transaction(self.actor.staff_id) as connection:
            import_batches.beat(
                connection, self.batch_id, self.tally.rows_read, self.installation.now()
            )


def values_of(row: RawRow | BadRow) -> Mapping[str, Any]:
    """A row's cells; BadInput when it could not be read."""
    if isinstance(row, BadRow):
        raise BadInput(row.reason)
    return row.values


def _from_study(study: StudyRow) -> datetime:
    """The instant that stands in for a completion a file does not state.

    The public form holds words alone. A study whose whole window lies under one policy
    version says which policy governs; the start of the window is the stricter stand-in,
    since retention counts from it.

    Raises
    ------
    BadInput
        When the window spans policy versions, or lies in none.
    """
    opens = datetime.combine(study.opens_on, time(12), UTC)
    closes = datetime.combine(study.closes_on, time(12), UTC)
    version = governing_version(opens)
    if version is PolicyVersion.NONE or version != governing_version(closes):
        raise BadInput(
            "does not say when it was completed, and the study's dates do not lie under one "
            "policy. State completed_at, plan and status for every session."
        )
    return opens
