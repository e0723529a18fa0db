"""Importing transcripts: whole or not at all, idempotent, every refusal by row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from data_access.studies import StudyRow
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.vocabulary import Role
from services.importing.load import (
    ImportFiles,
    ImportReport,
    ImportStopped,
    import_transcripts,
)
from services.installation import Installation
from tests.conftest import Hire

_LABELLED = (
    "Assistant: Hello, shall we begin?\n\nUser: Yes.\n\nAI: What do you make?\n\nUser: Music."
)


def full(transcript_id: str = "t1", **changes: Any) -> dict[str, Any]:
    return {
        "transcript_id": transcript_id,
        "turns": [
            {"speaker": "interviewer", "text": "What do you make?"},
            {"speaker": "participant", "text": "Chairs, mostly."},
        ],
        "started_at": "2026-04-02T09:00:00Z",
        "completed_at": "2026-04-02T09:20:00Z",
        "status": "completed",
        "language": "en",
        "plan": "pro",
        "memory_on": False,
        "participant_ref": "acc-1",
        "flag": "none",
    } | changes


def write_jsonl(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def take_in(installation: Installation, administrator: Actor, study: StudyRow) -> Any:
    def run(path: Path, **more: Any) -> ImportReport:
        files = ImportFiles(path, more.pop("accounts", None), more.pop("choices", None))
        return import_transcripts(installation, administrator, study, files, **more)

    return run


def count(installation: Installation, table: str) -> int:
    from sqlalchemy import create_engine

    engine = create_engine(installation.database.addresses.owner or "")
    with engine.connect() as connection:
        found: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    engine.dispose()
    return found


def test_the_public_form_is_taken_in(
    take_in: Any, installation: Installation, tmp_path: Path
) -> None:
    path = tmp_path / "public.csv"
    path.write_text(f'transcript_id,text\na,"{_LABELLED}"\nb,"{_LABELLED}"\n')
    report = take_in(path, detect_language=lambda _words: "en")
    assert (report.imported, report.skipped, report.refused) == (2, 0, 0)
    assert count(installation, "turn") == 8


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_every_format_takes_in_the_full_form(
    form: str, take_in: Any, installation: Installation, tmp_path: Path
) -> None:
    rows = [full("a"), full("b", language="de")]
    path = tmp_path / f"sessions.{form}"
    if form == "jsonl":
        write_jsonl(path, *rows)
    elif form == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        import csv

        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(row | {"turns": json.dumps(row["turns"])} for row in rows)
    assert take_in(path).imported == 2
    assert count(installation, "turn") == 4


def test_the_same_file_twice_adds_nothing(
    take_in: Any, installation: Installation, tmp_path: Path
) -> None:
    path = write_jsonl(tmp_path / "s.jsonl", full("a"), full("b"))
    take_in(path)
    again = take_in(path)
    assert (again.imported, again.skipped, again.refused) == (0, 2, 0)
    assert count(installation, "session") == 2


def test_a_changed_transcript_under_a_known_id_is_refused_by_name(
    take_in: Any, installation: Installation, tmp_path: Path
) -> None:
    take_in(write_jsonl(tmp_path / "s.jsonl", full("a")))
    changed = full("a", turns=[{"speaker": "participant", "text": "Tables."}])
    report = take_in(write_jsonl(tmp_path / "t.jsonl", full("b"), changed))
    assert not report.kept
    assert [(row.transcript_id, row.row) for row in report.refusals] == [("a", 2)]
    assert count(installation, "session") == 1


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (full(plan="team"), "commercial plan"),
        (full(plan="enterprise"), "commercial plan"),
        (full(plan=None), "does not name a plan"),
        (full(transcript_id=""), "no transcript_id"),
        (full(turns=[]), "no words"),
        (full(turns=[{"speaker": "robot", "text": "x"}]), "turn 0"),
        (full(completed_at="2026-04-02T09:20:00"), "offset"),
        (full(completed_at="yesterday"), "not a date"),
        (full(completed_at="1970-01-01T00:00:00Z"), "cannot be"),
        (full(completed_at="2999-01-01T00:00:00Z"), "cannot be"),
        (full(completed_at="2026-04-02T08:00:00Z"), "before it started"),
        (full(started_at="2026-01-02T09:00:00Z"), "over 30 days"),
        (full(status="finished"), "status that is none of"),
        (full(status="abandoned"), "yet has a completion time"),
        (full(completed_at=None), "does not say when"),
        (full(language="english language"), "language"),
        (full(memory_on="perhaps"), "neither true nor false"),
        (full(flag="red"), "flag that is none of"),
        (full(surprise=1), "surprise"),
        (full(questions_asked=-1), "questions_asked"),
        (full(turns=[{"speaker": "participant", "text": "nul \x00 here"}]), "NUL"),
    ],
)
def test_one_bad_row_means_nothing_is_imported_and_is_named(
    row: dict[str, Any], says: str, take_in: Any, installation: Installation, tmp_path: Path
) -> None:
    report = take_in(write_jsonl(tmp_path / "s.jsonl", full("sound"), row))
    assert not report.kept
    assert report.refused == 1
    assert report.refusals[0].row == 2
    assert says in report.refusals[0].reason
    assert count(installation, "session") == 0


def test_undecodable_bytes_name_their_row(take_in: Any, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes(b'transcript_id,text\na,"User: fine"\nb,"User: caf\xe9"\n')
    report = take_in(path)
    assert [(row.row, "UTF-8" in row.reason) for row in report.refusals] == [(3, True)]


def test_a_duplicate_id_names_the_second_row(take_in: Any, tmp_path: Path) -> None:
    report = take_in(write_jsonl(tmp_path / "s.jsonl", full("a"), full("a")))
    assert [(row.row, row.rule) for row in report.refusals] == [(2, "import.duplicate")]


def test_sound_rows_come_in_when_leaving_out_the_others_is_asked_for(
    take_in: Any, installation: Installation, tmp_path: Path
) -> None:
    path = write_jsonl(tmp_path / "s.jsonl", full("a"), full("b", plan="api"), full("a"))
    report = take_in(path, leave_out_refused=True)
    assert (report.kept, report.imported, report.refused) == (True, 1, 2)
    assert count(installation, "session") == 1


def test_missing_consent_is_not_asked(
    take_in: Any, installation: Installation, tmp_path: Path
) -> None:
    take_in(write_jsonl(tmp_path / "s.jsonl", full("a")))
    assert count(installation, "session WHERE choice_share_researchers = 'not_asked'") == 1


def test_the_latest_choice_holds_and_of_two_at_once_the_stricter(
    take_in: Any, installation: Installation, tmp_path: Path
) -> None:
    choices = tmp_path / "choices.csv"
    choices.write_text(
        "transcript_id,scope,choice,at\n"
        "a,share_researchers,granted,2026-04-02T09:21:00Z\n"
        "a,share_researchers,withdrawn,2026-05-02T09:21:00Z\n"
        "a,share_journalists,granted,2026-04-02T09:21:00Z\n"
        "a,share_journalists,declined,2026-04-02T09:21:00Z\n"
        "a,contact,granted,2026-04-02T09:21:00Z\n"
    )
    report = take_in(write_jsonl(tmp_path / "s.jsonl", full("a")), choices=choices)
    assert report.choices == 5
    assert (
        count(
            installation,
            "session WHERE choice_share_researchers = 'withdrawn' AND choice_contact = 'granted'"
            " AND choice_share_journalists = 'declined' AND consent_version = 5",
        )
        == 1
    )


def test_a_later_choices_file_adds_a_withdrawal_to_a_known_session(
    take_in: Any, installation: Installation, tmp_path: Path
) -> None:
    path = write_jsonl(tmp_path / "s.jsonl", full("a"))
    granted = tmp_path / "granted.csv"
    granted.write_text(
        "transcript_id,scope,choice,at\na,publish_responses,granted,2026-04-02T09:21:00Z\n"
    )
    take_in(path, choices=granted)
    later = tmp_path / "later.csv"
    later.write_text(granted.read_text() + "a,publish_responses,withdrawn,2026-07-01T00:00:00Z\n")
    report = take_in(path, choices=later)
    assert (report.imported, report.skipped, report.choices) == (0, 1, 1)
    assert count(installation, "session WHERE choice_publish_responses = 'withdrawn'") == 1


def test_account_data_is_encrypted_and_the_app_role_cannot_read_it(
    take_in: Any, installation: Installation, administrator: Actor, tmp_path: Path
) -> None:
    accounts = tmp_path / "accounts.csv"
    accounts.write_text("transcript_id,full_name,email\na,Maria Lopez,maria@mail.example\n")
    take_in(write_jsonl(tmp_path / "s.jsonl", full("a")), accounts=accounts)
    with installation.database.identity_transaction() as connection:
        held = connection.execute(text("SELECT full_name FROM identity.account")).scalar_one()
    assert b"Maria" not in bytes(held)
    assert installation.cipher.decrypt(bytes(held)) == "Maria Lopez"
    with (
        pytest.raises(Exception, match="permission denied"),
        installation.database.transaction(administrator.staff_id) as connection,
    ):
        connection.execute(text("SELECT full_name FROM identity.account"))


def test_the_same_account_is_one_participant_across_sessions(
    take_in: Any, installation: Installation, tmp_path: Path
) -> None:
    take_in(
        write_jsonl(tmp_path / "s.jsonl", full("a"), full("b"), full("c", participant_ref=None))
    )
    assert count(installation, "participant") == 2


@pytest.mark.parametrize("kind", ["accounts", "choices"])
def test_a_row_for_no_transcript_of_the_file_is_refused(
    kind: str, take_in: Any, tmp_path: Path
) -> None:
    extra = tmp_path / "extra.csv"
    extra.write_text(
        "transcript_id,full_name,email\nzzz,No One,no@one.example\n"
        if kind == "accounts"
        else "transcript_id,scope,choice,at\nzzz,contact,granted,2026-04-02T09:21:00Z\n"
    )
    report = take_in(write_jsonl(tmp_path / "s.jsonl", full("a")), **{kind: extra})
    assert [(row.file_name, row.row, row.transcript_id) for row in report.refusals] == [
        ("extra.csv", 2, "zzz")
    ]


def test_an_import_that_is_stopped_leaves_nothing(
    take_in: Any, installation: Installation, tmp_path: Path
) -> None:
    with pytest.raises(ImportStopped):
        take_in(write_jsonl(tmp_path / "s.jsonl", full("a")), stop=lambda: True)
    assert count(installation, "session") == 0
    assert count(installation, "import_batch WHERE state = 'stopped'") == 1


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("s.xlsx", b"PK", "no known form"),
        ("s.csv", b"", "empty"),
        ("s.csv", b"a,a\n", "twice"),
        ("s.parquet", b"not parquet", "not a Parquet file"),
    ],
)
def test_a_file_that_cannot_be_read_says_so(
    name: str, content: bytes, says: str, take_in: Any, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput, match=says):
        take_in(path)


def test_only_administrators_import_and_the_attempt_is_audited(
    installation: Installation, study: StudyRow, hire: Hire, tmp_path: Path
) -> None:
    reviewer = hire("Rosa", Role.REVIEWER, study=study)
    path = write_jsonl(tmp_path / "s.jsonl", full("a"))
    with pytest.raises(Refused, match="administrator"):
        import_transcripts(installation, reviewer, study, ImportFiles(path))
    assert count(installation, "audit_event WHERE action = 'import' AND outcome = 'refused'") == 1


def test_a_public_file_needs_a_study_that_lies_under_one_policy(
    installation: Installation, administrator: Actor, tmp_path: Path
) -> None:
    from datetime import date

    from services import studies

    spanning = studies.add(
        installation,
        administrator,
        slug="spanning",
        title="Spanning",
        opens_on=date(2025, 12, 1),
        closes_on=date(2026, 5, 1),
    )
    path = tmp_path / "public.csv"
    path.write_text(f'transcript_id,text\na,"{_LABELLED}"\n')
    report = import_transcripts(installation, administrator, spanning, ImportFiles(path))
    assert not report.kept
    assert "under one policy" in report.refusals[0].reason
