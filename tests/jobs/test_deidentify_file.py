"""A file of transcripts becomes JSON lines, complete or not at all."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from domain.errors import BadInput
from domain.transcripts import parse_labelled
from jobs.deidentify_file import deidentify_file
from jobs.ordered_work import in_order

_TEXT = (
    "Assistant: Hi! What is your name?\n\n"
    "User: 👍 I'm Anna Kowalska, anna.k@mail.com.\n\n"
    "AI: Thanks, Anna."
)
_CLEAN = (
    "Assistant: Hi! What is your name?\n\n"
    "User: 👍 I'm [PERSON_1], [EMAIL_ADDRESS_1].\n\n"
    "AI: Thanks, [PERSON_1]."
)
_KEYS = ["turn", "start", "end", "entity_type", "score", "source", "why"]


def _quiet(_done: int, _total: int | None) -> None:
    return None


def _csv(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _jsonl(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def _parquet(path: Path, rows: list[dict[str, str]]) -> Path:
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("name", "write"), [("in.csv", _csv), ("in.jsonl", _jsonl), ("in.parquet", _parquet)]
)
def test_each_form_of_file_gives_the_same_lines(
    tmp_path: Path, name: str, write: Callable[[Path, list[dict[str, str]]], Path]
) -> None:
    source = write(tmp_path / name, [{"transcript_id": "t1", "text": _TEXT, "extra": "x"}])
    report = deidentify_file(source, tmp_path / "out.jsonl", None, progress=_quiet)
    (line,) = _lines(tmp_path / "out.jsonl")
    assert (report.transcripts, report.findings, report.patterns_only) == (1, 3, 0)
    assert list(line) == ["transcript_id", "text", "findings", "language", "coverage"]
    assert (line["transcript_id"], line["text"], line["coverage"]) == ("t1", _CLEAN, "full")
    turns = parse_labelled(_TEXT)
    covered = []
    for finding in line["findings"]:
        assert list(finding) == _KEYS
        covered.append(turns[finding["turn"]].text[finding["start"] : finding["end"]])
    assert covered == ["Anna Kowalska", "anna.k@mail.com", "Anna"]


def test_accounts_are_matched_by_transcript_and_other_columns_passed_over(tmp_path: Path) -> None:
    said = "User: the cover is by harvest"
    source = _csv(
        tmp_path / "in.csv",
        [{"transcript_id": "a", "text": said}, {"transcript_id": "b", "text": said}],
    )
    accounts = _csv(
        tmp_path / "accounts.csv",
        [
            {"transcript_id": "b", "full_name": "Zubeyda Harvest", "email": "", "plan": "pro"},
            {"transcript_id": "z", "full_name": "Nobody Here", "email": "", "plan": "pro"},
        ],
    )
    report = deidentify_file(source, tmp_path / "out.jsonl", accounts, progress=_quiet)
    assert [line["text"] for line in _lines(tmp_path / "out.jsonl")] == [
        said,
        "User: the cover is by [PERSON_1]",
    ]
    assert report.accounts_unused == 1


def test_an_accounts_file_of_another_study_is_refused(tmp_path: Path) -> None:
    source = _csv(tmp_path / "in.csv", [{"transcript_id": "a", "text": "User: hi"}])
    accounts = _csv(
        tmp_path / "accounts.csv", [{"transcript_id": "q", "full_name": "A B", "email": ""}]
    )
    with pytest.raises(BadInput, match="belongs to it"):
        deidentify_file(source, tmp_path / "out.jsonl", accounts, progress=_quiet)


def test_many_transcripts_come_out_in_the_files_order(tmp_path: Path) -> None:
    rows = [
        {"transcript_id": f"t{n}", "text": f"User: I draw.\n\nAI: Session {n} of many."}
        for n in range(24)
    ]
    told: list[tuple[int, int | None]] = []
    deidentify_file(
        _csv(tmp_path / "in.csv", rows),
        tmp_path / "out.jsonl",
        None,
        progress=lambda done, total: told.append((done, total)),
    )
    assert [line["transcript_id"] for line in _lines(tmp_path / "out.jsonl")] == [
        row["transcript_id"] for row in rows
    ]
    assert told == [(done, 24) for done in range(25)]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"transcript_id": "", "text": _TEXT}], r"in\.csv, row 2"),
        ([{"transcript_id": "a", "text": _TEXT}] * 2, r"row 3: repeats a transcript_id"),
        ([{"transcript_id": "a", "text": "no label"}], r"row 2: .*speaker's label"),
        ([{"transcript_id": "a", "text": ""}], "row 2: has no words"),
        ([{"transcript_id": "a", "words": "User: hi"}], "row 2: has no words"),
        ([{"transcript_id": "a", "text": _TEXT, "language": "English!"}], "row 2: .*language"),
    ],
)
def test_a_bad_row_is_refused_by_file_and_row_and_nothing_is_written(
    tmp_path: Path, rows: list[dict[str, str]], said: str
) -> None:
    source = _csv(tmp_path / "in.csv", rows)
    with pytest.raises(BadInput, match=said):
        deidentify_file(source, tmp_path / "out.jsonl", None, progress=_quiet)
    assert os.listdir(tmp_path) == ["in.csv"]


def test_bytes_that_are_no_text_are_refused_by_row(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(b"transcript_id,text\na,User: caf\xe9\n")
    with pytest.raises(BadInput, match="row 2: holds bytes that are not UTF-8"):
        deidentify_file(source, tmp_path / "out.jsonl", None, progress=_quiet)


def test_a_failure_half_way_leaves_the_old_output_as_it_was(tmp_path: Path) -> None:
    source = _csv(
        tmp_path / "in.csv",
        [{"transcript_id": f"t{n}", "text": "User: I draw."} for n in range(3)],
    )
    output = tmp_path / "out.jsonl"
    output.write_text("old", encoding="utf-8")

    def stop(done: int, _total: int | None) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deidentify_file(source, output, None, progress=stop)
    assert output.read_text(encoding="utf-8") == "old"
    assert sorted(os.listdir(tmp_path)) == ["in.csv", "out.jsonl"]


def test_the_output_may_not_be_what_is_read(tmp_path: Path) -> None:
    source = _jsonl(tmp_path / "in.jsonl", [{"transcript_id": "a", "text": _TEXT}])
    with pytest.raises(BadInput, match="also what is read"):
        deidentify_file(source, source, None, progress=_quiet)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    source = _jsonl(tmp_path / "in.jsonl", [{"transcript_id": "a", "text": _TEXT}])
    with pytest.raises(BadInput, match="There is no folder"):
        deidentify_file(source, tmp_path / "no" / "out.jsonl", None, progress=_quiet)


def test_work_in_processes_reads_only_a_little_ahead() -> None:
    read: list[int] = []

    def numbers() -> Any:
        for number in range(200):
            read.append(number)
            yield number

    made = in_order(abs, numbers(), prepare=os.getpid, processes=1)
    assert next(made) == 0
    assert len(read) < 30
    assert list(made) == list(range(1, 200))
