"""Files of texts whose identifiers somebody has labelled.

The form is that of presidio-research: a JSON array, or one JSON object a line, each with
``full_text`` (or ``text``) and ``spans``, of which each has ``entity_type``,
``start_position`` and ``end_position`` (or ``start`` and ``end``) in code points.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.errors import BadInput


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text, and the stretches of it that identify somebody, as (start, end, type)."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


def labelled_texts(path: Path) -> tuple[LabelledText, ...]:
    """Every text of a labelled file.

    Raises
    ------
    BadInput
        Naming the file and the record that cannot be used, and what is wrong with it.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{path.name} cannot be read as UTF-8 text. Check its name and export it again."
        ) from error
    texts = tuple(
        _labelled(path, number, record)
        for number, record in enumerate(_records(path, content), start=1)
    )
    if not texts:
        raise BadInput(f"{path.name} holds no texts. Export it again.")
    return texts


def _records(path: Path, content: str) -> Iterator[Any]:
    if content.lstrip().startswith("["):
        try:
            yield from json.loads(content)
        except ValueError as error:
            raise BadInput(f"{path.name} is no whole JSON array. Export it again.") from error
        return
    for number, line in enumerate(content.splitlines(), start=1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise BadInput(
                    f"{path.name}, line {number}: is no JSON object. Write one a line, or an array."
                ) from error


def _labelled(path: Path, number: int, record: Any) -> LabelledText:
    where = f"{path.name}, record {number}"
    if not isinstance(record, Mapping):
        raise BadInput(f"{where}: is no object with full_text and spans. Export it again.")
    text = record.get("full_text", record.get("text"))
    spans = record.get("spans")
    if not isinstance(text, str) or not isinstance(spans, list):
        raise BadInput(f"{where}: lacks full_text or spans. Give both; spans may be empty.")
    return LabelledText(text, tuple(_span(where, text, span) for span in spans))


def _span(where: str, text: str, span: Any) -> tuple[int, int, str]:
    held = span if isinstance(span, Mapping) else {}
    start = held.get("start_position", held.get("start"))
    end = held.get("end_position", held.get("end"))
    kind = held.get("entity_type")
    if not isinstance(start, int) or not isinstance(end, int) or not isinstance(kind, str):
        raise BadInput(
            f"{where}: a span needs entity_type, start_position and end_position as whole numbers."
        )
    if not 0 <= start < end <= len(text):
        raise BadInput(
            f"{where}: a span from {start} to {end} does not lie in its {len(text)} characters. "
            "Count code points, from 0."
        )
    return start, end, kind
