"""The files are what the importer reads."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from demonstration.files import Form, write_study
from demonstration.studies import EVERYDAY_WORK, MAKING_THINGS, TOPICS
from demonstration.wording_files import LANGUAGES, wording
from services.importing.records import account_record, choice_record, session_record

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize("form", list(Form))
def test_every_row_passes_the_importers_own_checks(tmp_path: Path, form: Form) -> None:
    files = write_study(tmp_path, MAKING_THINGS, 120, 7, form)

    with files.sessions.open(encoding="utf-8", newline="") as held:
        csv.field_size_limit(10_000_000)
        rows = (
            [json.loads(line) for line in held]
            if form is Form.JSONL
            else list(csv.DictReader(held))
        )
    records = [session_record(row, NOW) for row in rows]
    with files.accounts.open(encoding="utf-8", newline="") as held:
        accounts = [account_record(row) for row in csv.DictReader(held)]
    with files.choices.open(encoding="utf-8", newline="") as held:
        choices = [choice_record(row, NOW) for row in csv.DictReader(held)]

    ids = {record.transcript_id for record in records}
    assert len(ids) == files.count == 120
    assert {account.transcript_id for account in accounts} < ids
    assert {choice.transcript_id for choice in choices} < ids
    assert all(record.turns and record.states_metadata for record in records)


def test_both_forms_hold_the_same_turns(tmp_path: Path) -> None:
    lines = write_study(tmp_path / "jsonl", EVERYDAY_WORK, 40, 7).sessions.read_text("utf-8")
    table = write_study(tmp_path / "csv", EVERYDAY_WORK, 40, 7, "csv").sessions

    with table.open(encoding="utf-8", newline="") as held:
        csv.field_size_limit(10_000_000)
        from_table = [json.loads(row["turns"]) for row in csv.DictReader(held)]

    # Not splitlines(): a turn may hold a line separator of its own.
    assert from_table == [json.loads(line)["turns"] for line in lines.split("\n") if line]


def test_the_truth_has_one_line_for_each_session(tmp_path: Path) -> None:
    files = write_study(tmp_path, EVERYDAY_WORK, 30, 7)

    sessions = [json.loads(line) for line in files.sessions.open(encoding="utf-8")]
    truth = [json.loads(line) for line in files.planted.open(encoding="utf-8")]

    assert [line["transcript_id"] for line in truth] == [row["transcript_id"] for row in sessions]
    for line, row in zip(truth, sessions, strict=True):
        for found in line["planted"]:
            assert row["turns"][found["turn"]]["text"][found["start"] : found["end"]]


def test_an_unknown_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="xml"):
        write_study(tmp_path, EVERYDAY_WORK, 1, 7, "xml")


def test_the_command_shares_the_sessions_out_among_the_studies(tmp_path: Path) -> None:
    import typer

    from demonstration.__main__ import write

    app = typer.Typer()
    app.command()(write)
    said = CliRunner().invoke(app, [str(tmp_path), "--sessions", "10", "--size", "short"])

    assert said.exit_code == 0, said.output
    lines = [len(path.read_text("utf-8").split("\n")) - 1 for path in tmp_path.rglob("*.jsonl")]
    assert sum(lines) == 20  # ten sessions and ten lines of truth


def test_every_wording_asks_all_questions_and_the_english_ones_are_the_studies() -> None:
    for language in LANGUAGES:
        for asked in wording(language).questions.values():
            assert len(asked) == len(TOPICS)
    for study in (EVERYDAY_WORK, MAKING_THINGS):
        assert wording("en").questions[study.subject] == study.questions
