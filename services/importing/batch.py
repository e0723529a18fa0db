"""A file as it is taken in: on record from its start, and ended in one state whatever happens."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from uuid import UUID

from data_access import import_batches
from data_access.studies import StudyRow
from domain.errors import ClearanceError, Refused
from domain.permissions import Actor
from services.importing.staging import ImportStopped, Tally
from services.installation import Installation

_WHOLE = "import.whole"


@dataclass
class Batch:
    """One file's way in. ``added`` and ``skipped`` are what came of it once it was kept."""

    installation: Installation
    actor: Actor
    study: StudyRow
    path: Path
    tally: Tally
    added: int = 0
    skipped: int = 0
    state: str = "interrupted"
    begun: UUID | None = None

    @property
    def id(self) -> UUID:
        """The batch's id, from its start on."""
        if self.begun is None:
            raise ClearanceError("The import did not start.")
        return self.begun

    @property
    def kept(self) -> bool:
        """Whether the file was taken in."""
        return self.state == "imported"

    def start(self) -> None:
        """Put it on record, in a transaction of its own that outlives the import's."""
        with self.installation.database.transaction(self.actor.staff_id) as connection:
            self.begun = import_batches.start(
                connection,
                study_id=self.study.id,
                file_name=self.path.name,
                by=self.actor.staff_id,
                now=self.installation.now(),
            )

    def finish(self) -> None:
        """Put on record how it ended, with the rows that were refused."""
        with self.installation.database.transaction(self.actor.staff_id) as connection:
            import_batches.finish(
                connection,
                self.id,
                state=self.state,
                rows_read=self.tally.rows_read,
                imported=self.added if self.kept else 0,
                skipped=self.skipped if self.kept else 0,
                refused=self.tally.refused,
                file_digest=_digest(self.path),
                now=self.installation.now(),
            )
            import_batches.refuse_rows(connection, self.id, self.tally.refusals)


@contextmanager
def whole_file(
    installation: Installation, actor: Actor, study: StudyRow, path: Path, tally: Tally
) -> Iterator[Batch]:
    """A file that goes in whole, or is refused; the act that takes it in stands inside.

    :func:`refuse_whole` inside ends it as refused, and goes no further: its report says why.
    """
    batch = Batch(installation, actor, study, path, tally)
    try:
        yield batch
        batch.state = "imported"
    except Refused as refused:
        if refused.rule != _WHOLE:
            raise
        batch.state = "refused"
    except ImportStopped:
        batch.state = "stopped"
        raise
    finally:
        if batch.begun is not None:
            batch.finish()


def refuse_whole(tally: Tally, what: str, remedy: str) -> NoReturn:
    """Refuse the whole file for the rows that cannot be taken.

    Raises
    ------
    Refused
        Always; it undoes the act it is raised in.
    """
    raise Refused(
        f"{tally.refused} of {tally.rows_read} rows cannot be {what}, so nothing was.",
        rule=_WHOLE,
        remedy=remedy,
    )


def _digest(path: Path) -> bytes | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
