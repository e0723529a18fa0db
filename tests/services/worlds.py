"""Sessions for tests, taken in through the importer and read by a stand-in for the machine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data_access import review, sessions
from data_access.review import ClaimedTask
from data_access.studies import StudyRow
from domain.findings import Finding, apply_findings
from domain.permissions import Actor
from domain.spans import Span
from domain.vocabulary import Coverage
from services import access
from services.deidentification import LEASE
from services.importing.load import ImportFiles, import_transcripts
from services.installation import Installation


def full(transcript_id: str = "t1", *said: str, **changes: Any) -> dict[str, Any]:
    """One row of the full form; ``said`` alternates, the interviewer first."""
    words = said or ("What do you make?", "Chairs, mostly.")
    return {
        "transcript_id": transcript_id,
        "turns": [
            {"speaker": "participant" if place % 2 else "interviewer", "text": text}
            for place, text in enumerate(words)
        ],
        "started_at": "2026-04-02T09:00:00Z",
        "completed_at": "2026-04-02T09:20:00Z",
        "status": "completed",
        "language": "en",
        "plan": "pro",
        "memory_on": False,
        "participant_ref": f"account-{transcript_id}",
        "flag": "none",
    } | changes


def take_in(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    directory: Path,
    *rows: dict[str, Any],
    choices: str | None = None,
) -> None:
    """Import rows, and choices written as lines of a choices file without its header."""
    path = directory / f"{study.slug}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    chosen = None
    if choices is not None:
        chosen = directory / f"{study.slug}.choices.csv"
        chosen.write_text("transcript_id,scope,choice,at\n" + choices)
    report = import_transcripts(
        installation, administrator, study, ImportFiles(path, choices=chosen)
    )
    assert report.kept, report.refusals


def read_by_the_machine(
    installation: Installation,
    secrets: Sequence[str],
    study: StudyRow | None = None,
    *,
    engine: str = "test",
) -> None:
    """Give every waiting session a result that covers these words wherever they stand."""
    service = access.service_actor(installation, "deidentification")
    now = datetime.now(UTC)
    while True:
        with installation.database.transaction(service.staff_id) as connection:
            tasks = review.claim(
                connection,
                study_id=None if study is None else study.id,
                worker="test",
                at_most=100,
                lease=LEASE,
                now=now,
            )
            for task in tasks:
                _keep(connection, task, secrets, engine, now)
        if not tasks:
            return


def _keep(
    connection: Any, task: ClaimedTask, secrets: Sequence[str], engine: str, now: datetime
) -> None:
    turns = sessions.turns(connection, task.session_id)
    findings = tuple(
        Finding(
            Span(turn.index, turn.text.index(secret), turn.text.index(secret) + len(secret)),
            "PERSON",
            0.85,
            "test",
            "A test says so.",
            "[PERSON_1]",
        )
        for turn in turns
        for secret in secrets
        if secret in turn.text
    )
    review.keep_result(
        connection,
        task,
        engine_digest=engine,
        language="en",
        coverage=Coverage.FULL,
        findings=findings,
        search_text=" ".join(apply_findings(t.text, t.index, findings) for t in turns),
        now=now,
    )
