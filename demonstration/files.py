"""Files: a study's sessions, accounts, choices and truth, in the full import form."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from demonstration.generate import Size, generate_sessions
from demonstration.records import DemonstrationSession
from demonstration.studies import DemonstrationStudy

_ACCOUNT_COLUMNS = ("transcript_id", "full_name", "email", "account_id", "plan", "country")
_CHOICE_COLUMNS = ("transcript_id", "scope", "choice", "at")


class Form(StrEnum):
    """How the sessions file is written."""

    JSONL = "jsonl"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class StudyFiles:
    """Where the files of one study were written, and how many sessions they hold."""

    sessions: Path
    accounts: Path
    choices: Path
    planted: Path
    count: int


def write_study(
    directory: Path,
    study: DemonstrationStudy,
    count: int,
    seed: int,
    form: Form | str = Form.JSONL,
    *,
    size: Size = Size.FULL,
    first: int = 0,
) -> StudyFiles:
    """Write one study's files into a directory, made if need be; what is there is replaced.

    ``sessions.jsonl`` (or ``.csv``), ``accounts.csv`` and ``choices.csv`` are what the
    importer reads. ``planted.jsonl`` is the truth, one line for each session:
    ``{"transcript_id", "planted": [{"turn", "start", "end", "entity_type", "manner",
    "value_digest"}]}``, offsets in code points of the turn's text. Memory does not grow
    with the count.

    Raises
    ------
    ValueError
        When the form is none of ``Form``, or a number is negative.
    OSError
        When the directory cannot be written to.
    """
    form = Form(form)
    directory.mkdir(parents=True, exist_ok=True)
    files = StudyFiles(
        sessions=directory / f"sessions.{form.value}",
        accounts=directory / "accounts.csv",
        choices=directory / "choices.csv",
        planted=directory / "planted.jsonl",
        count=count,
    )
    _write(files, form, generate_sessions(seed, study, count, size=size, first=first))
    return files


def _write(files: StudyFiles, form: Form, sessions: Iterable[DemonstrationSession]) -> None:
    with (
        files.sessions.open("w", encoding="utf-8", newline="") as records,
        files.accounts.open("w", encoding="utf-8", newline="") as accounts,
        files.choices.open("w", encoding="utf-8", newline="") as choices,
        files.planted.open("w", encoding="utf-8", newline="") as planted,
    ):
        account_rows, choice_rows = csv.writer(accounts), csv.writer(choices)
        record_rows = csv.writer(records)
        account_rows.writerow(_ACCOUNT_COLUMNS)
        choice_rows.writerow(_CHOICE_COLUMNS)
        for number, session in enumerate(sessions):
            row = session.record.as_row()
            if form is Form.JSONL:
                records.write(_json(row) + "\n")
            else:
                if number == 0:
                    record_rows.writerow(row)
                row["turns"] = _json(row["turns"])
                record_rows.writerow(row.values())
            transcript_id = session.record.transcript_id
            held = session.account
            if held is not None:
                account_rows.writerow(
                    (transcript_id, held.full_name, held.email, held.account_id,
                     held.plan.value, held.country)
                )  # fmt: skip
            choice_rows.writerows(
                (transcript_id, event.scope.value, event.choice.value, event.at.isoformat())
                for event in session.choices
            )
            planted.write(_json(planted_line(session)) + "\n")


def planted_line(session: DemonstrationSession) -> dict[str, object]:
    """The truth about one session, as its line in ``planted.jsonl``."""
    return {
        "transcript_id": session.record.transcript_id,
        "planted": [
            {
                "turn": found.span.turn,
                "start": found.span.start,
                "end": found.span.end,
                "entity_type": found.entity_type.value,
                "manner": found.manner.value,
                "value_digest": found.value_digest,
            }
            for found in session.planted
        ],
    }


#: Made once: ``json.dumps`` with options makes an encoder for every call.
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
