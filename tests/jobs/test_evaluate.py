"""Quality on labelled files, and the leak check of a de-identified file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import app
from deidentification.engine import Engine
from domain.errors import BadInput
from jobs.evaluate import evaluate
from jobs.labelled_rows import labelled_texts

_TEXT = "My name is Anna Kowalska and I restore lutes."
_SPAN = {"entity_type": "PERSON", "start_position": 11, "end_position": 24}


def written(path: Path, *records: Any, lines: bool = False) -> Path:
    said = "\n".join(json.dumps(each) for each in records) if lines else json.dumps(list(records))
    path.write_text(said, encoding="utf-8")
    return path


@pytest.mark.parametrize("lines", [False, True])
def test_what_is_labelled_is_counted_per_character(tmp_path: Path, *, lines: bool) -> None:
    unfound = {"entity_type": "TRADE", "start": 39, "end": 44}
    source = written(
        tmp_path / "labelled.json", {"full_text": _TEXT, "spans": [_SPAN, unfound]}, lines=lines
    )

    held = evaluate(Engine.load(), source, progress=lambda _done, _total: None)

    assert held.texts == 1
    assert (held.by_type["PERSON"].right, held.by_type["PERSON"].missed) == (12, 0)
    assert held.by_type["TRADE"].missed == 5
    assert held.overall.recall == 12 / 17
    assert held.overall.precision == 1


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (7, "record 1: is no object"),
        ({"spans": []}, "record 1: lacks full_text or spans"),
        ({"text": _TEXT}, "record 1: lacks full_text or spans"),
        ({"text": _TEXT, "spans": [{"start": 1, "end": 2}]}, "a span needs entity_type"),
        ({"text": _TEXT, "spans": [3]}, "a span needs entity_type"),
        (
            {"text": _TEXT, "spans": [{"entity_type": "PERSON", "start": 40, "end": 99}]},
            "does not lie in its 45 characters",
        ),
    ],
)
def test_a_record_that_cannot_be_used_is_named(tmp_path: Path, record: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        labelled_texts(written(tmp_path / "labelled.json", record))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[1, ", "no whole JSON array"),
        (b"{}\nnothing", "line 2: is no JSON object|record 1"),
        (b"", "holds no texts"),
        (b"\xff\xfe", "cannot be read as UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "labelled.json"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=said):
        labelled_texts(path)


def test_the_command_prints_recall_and_precision_and_names_bad_input(tmp_path: Path) -> None:
    good = written(tmp_path / "good.json", {"full_text": _TEXT, "spans": [_SPAN]})
    answer = CliRunner().invoke(app, ["evaluate", str(good)])
    assert answer.exit_code == 0
    assert "Recall 1.000, precision 1.000 over 1 texts" in answer.output.replace("\n", " ")
    bad = written(tmp_path / "bad.json", 7)
    assert CliRunner().invoke(app, ["evaluate", str(bad)]).exit_code == 2


def test_checking_names_every_place_that_would_leak_and_quotes_none(tmp_path: Path) -> None:
    source = tmp_path / "said.jsonl"
    # The number is long, and no pattern of the engine's knows what it counts.
    leaking = {"transcript_id": "t1", "text": "User: The hull is 4929104837261940 of them."}
    clean = {"transcript_id": "t2", "text": "User: The hull is oak."}
    source.write_text(f"{json.dumps(leaking)}\n{json.dumps(clean)}\n", encoding="utf-8")
    output = tmp_path / "out.jsonl"

    unchecked = CliRunner().invoke(app, ["deidentify", str(source), "--output", str(output)])
    checked = CliRunner().invoke(
        app, ["deidentify", str(source), "--output", str(output), "--check"]
    )

    assert unchecked.exit_code == 0
    stands = "4929104837261940" in output.read_text(encoding="utf-8")
    assert checked.exit_code == (1 if stands else 0)
    assert ("t1, turn 0, characters 12 to 28" in checked.output) is stands
    assert "4929104837261940" not in checked.output
    assert "t2" not in checked.output
