"""The machine's work on sessions: tasks to claim, runs and findings to keep and read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, case, func, insert, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from data_access.tables import (
    DeidentificationProgress,
    DeidentificationRun,
    DeidentificationTask,
    FindingRow,
    InterviewSession,
    SessionSearch,
)
from domain.findings import Finding
from domain.pace import UNKNOWN, Pace
from domain.spans import Span
from domain.vocabulary import Coverage

#: After this many failures a session is set aside for a person to look at.
MOST_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class ClaimedTask:
    """A session whose de-identification one worker has taken on."""

    session_id: UUID
    study_id: UUID
    participant_id: UUID
    language: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far de-identification of a study has come."""

    waiting: int
    done: int
    failed: int
    pace: Pace = UNKNOWN

    @property
    def total(self) -> int:
        """All sessions that have a task."""
        return self.waiting + self.done + self.failed


def claim(
    connection: Connection,
    *,
    study_id: UUID | None,
    worker: str,
    at_most: int,
    lease: timedelta,
    now: datetime,
) -> list[ClaimedTask]:
    """Take on waiting tasks, and those whose worker let its lease run out.

    Two workers never get the same one: rows another transaction holds are skipped.
    """
    task = DeidentificationTask
    free = or_(
        task.state == "waiting",
        (task.state == "claimed") & (task.lease_until < now),
    )
    wanted = (
        select(task.session_id)
        .where(free, *(() if study_id is None else (task.study_id == study_id,)))
        .where(task.state.in_(("waiting", "claimed")))
        .order_by(task.study_id, task.session_id)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(task)
        .where(task.session_id.in_(wanted.scalar_subquery()))
        .values(state="claimed", worker=worker, lease_until=now + lease, attempts=task.attempts + 1)
        .returning(task.session_id, task.study_id, task.attempts)
        .cte("taken")
    )
    rows = connection.execute(
        select(
            taken.c.session_id,
            taken.c.study_id,
            InterviewSession.participant_id,
            InterviewSession.language,
            taken.c.attempts,
        ).join(InterviewSession, InterviewSession.id == taken.c.session_id)
    )
    return [ClaimedTask(*row) for row in rows]


def release(connection: Connection, worker: str) -> int:
    """Put back what a worker claimed and will not finish; how many sessions."""
    return connection.execute(
        update(DeidentificationTask)
        .where(DeidentificationTask.worker == worker, DeidentificationTask.state == "claimed")
        .values(state="waiting", worker=None, lease_until=None)
    ).rowcount


def still_holds(connection: Connection, session_id: UUID, worker: str) -> bool:
    """Whether a worker's claim stands; locks it, so that the result is written once."""
    held = connection.execute(
        select(DeidentificationTask.worker)
        .where(
            DeidentificationTask.session_id == session_id, DeidentificationTask.state == "claimed"
        )
        .with_for_update()
    ).scalar_one_or_none()
    return held == worker


def keep_result(
    connection: Connection,
    task: ClaimedTask,
    *,
    engine_digest: str,
    language: str,
    coverage: Coverage,
    findings: Sequence[Finding],
    search_text: str,
    now: datetime,
) -> None:
    """Write a run with its findings, index the de-identified words, and close the task."""
    run_id = connection.execute(
        upsert(DeidentificationRun)
        .values(
            session_id=task.session_id,
            study_id=task.study_id,
            engine_digest=engine_digest,
            language=language,
            coverage=coverage.value,
            finding_count=len(findings),
            finished_at=now,
        )
        .on_conflict_do_nothing()
        .returning(DeidentificationRun.id)
    ).scalar_one_or_none()
    if run_id is not None:
        if findings:
            connection.execute(
                insert(FindingRow),
                [
                    {
                        "run_id": run_id,
                        "session_id": task.session_id,
                        "study_id": task.study_id,
                        "turn": finding.span.turn,
                        "start": finding.span.start,
                        "end": finding.span.end,
                        "entity_type": finding.entity_type,
                        "score": finding.score,
                        "source": finding.source,
                        "why": finding.why,
                        "replacement": finding.replacement,
                    }
                    for finding in findings
                ],
            )
        index_words(connection, task.session_id, task.study_id, search_text)
        connection.execute(
            update(InterviewSession)
            .where(InterviewSession.id == task.session_id)
            .values(
                coverage=coverage.value,
                finding_count=len(findings),
                current_run_id=run_id,
                # What was confirmed was confirmed beside other findings: a person looks again.
                current_redaction_set_id=None,
                review_state=case(
                    (InterviewSession.review_state == "unprocessed", "unreviewed"),
                    (InterviewSession.review_state == "confirmed", "in_review"),
                    else_=InterviewSession.review_state,
                ),
            )
        )
    _close(connection, task.session_id, "done", None, now)


def index_words(connection: Connection, session_id: UUID, study_id: UUID, words: str) -> None:
    """Make a session's de-identified words searchable, in place of those before."""
    document = func.to_tsvector(text("'simple'"), literal(words))
    connection.execute(
        upsert(SessionSearch)
        .values(session_id=session_id, study_id=study_id, document=document)
        .on_conflict_do_update(
            index_elements=[SessionSearch.session_id], set_={"document": document}
        )
    )


def give_back(connection: Connection, task: ClaimedTask, error: str, now: datetime) -> None:
    """Return a task after a failure; after the third it is set aside and shows as failed."""
    if task.attempts < MOST_ATTEMPTS:
        connection.execute(
            update(DeidentificationTask)
            .where(DeidentificationTask.session_id == task.session_id)
            .values(state="waiting", worker=None, lease_until=None, last_error=error)
        )
        return
    _close(connection, task.session_id, "failed", error, now)
    connection.execute(
        update(InterviewSession)
        .where(InterviewSession.id == task.session_id)
        .values(coverage=Coverage.FAILED.value)
    )


def queue_again(connection: Connection, study_id: UUID, engine_digest: str) -> int:
    """Put back every session that this engine has not read, those that failed included."""
    # By a function: row-level security shows administrators no run.
    current = func.was_read_by(DeidentificationTask.session_id, engine_digest)
    return connection.execute(
        update(DeidentificationTask)
        .where(
            DeidentificationTask.study_id == study_id,
            DeidentificationTask.state.in_(("done", "failed")),
            ~current,
        )
        .values(state="waiting", worker=None, lease_until=None, attempts=0, queued_at=func.now())
    ).rowcount


def queue_failed(connection: Connection, study_id: UUID, now: datetime) -> int:
    """Put back every session of a study that the machine could not read; how many."""
    return connection.execute(
        update(DeidentificationTask)
        .where(DeidentificationTask.study_id == study_id, DeidentificationTask.state == "failed")
        .values(
            state="waiting",
            worker=None,
            lease_until=None,
            attempts=0,
            finished_at=None,
            queued_at=now,
        )
    ).rowcount


def progress(connection: Connection) -> dict[UUID, Progress]:
    """How far each study has come, from the counts that are kept."""
    rows = connection.execute(
        select(
            DeidentificationProgress.study_id,
            DeidentificationProgress.state,
            DeidentificationProgress.tasks,
        )
    )
    held: dict[UUID, dict[str, int]] = {}
    for row in rows:
        held.setdefault(row.study_id, {})[row.state] = row.tasks
    return {
        study: Progress(
            waiting=by_state.get("waiting", 0) + by_state.get("claimed", 0),
            done=by_state.get("done", 0),
            failed=by_state.get("failed", 0),
        )
        for study, by_state in held.items()
    }


def finished_lately(
    connection: Connection, since: datetime, at_most: int, study_id: UUID | None = None
) -> list[tuple[UUID, datetime]]:
    """Study and moment of the last tasks done since then, the latest first."""
    task = DeidentificationTask
    rows = connection.execute(
        select(task.study_id, task.finished_at)
        .where(
            task.state == "done",
            task.finished_at > since,
            *(() if study_id is None else (task.study_id == study_id,)),
        )
        .order_by(task.finished_at.desc())
        .limit(at_most)
    )
    return [(row.study_id, row.finished_at) for row in rows]


def run_before(
    connection: Connection, session_id: UUID, run_id: UUID
) -> tuple[UUID, datetime] | None:
    """The run that a session had before this one, and when it was made; None for its first."""
    run = DeidentificationRun
    this = select(run.finished_at).where(run.id == run_id).scalar_subquery()
    row = connection.execute(
        select(run.id, run.finished_at)
        .where(run.session_id == session_id, run.id != run_id, run.finished_at <= this)
        .order_by(run.finished_at.desc(), run.id.desc())
        .limit(1)
    ).first()
    return None if row is None else (row.id, row.finished_at)


def findings(connection: Connection, session_id: UUID, run_id: UUID) -> tuple[Finding, ...]:
    """What a run proposed, in reading order."""
    rows = connection.execute(
        select(
            FindingRow.turn,
            FindingRow.start,
            FindingRow.end,
            FindingRow.entity_type,
            FindingRow.score,
            FindingRow.source,
            FindingRow.why,
            FindingRow.replacement,
        )
        .where(FindingRow.session_id == session_id, FindingRow.run_id == run_id)
        .order_by(FindingRow.turn, FindingRow.start)
    )
    return tuple(Finding(Span(*row[:3]), *row[3:]) for row in rows)


def _close(
    connection: Connection, session_id: UUID, state: str, error: str | None, now: datetime
) -> None:
    connection.execute(
        update(DeidentificationTask)
        .where(DeidentificationTask.session_id == session_id)
        .values(state=state, worker=None, lease_until=None, last_error=error, finished_at=now)
    )
