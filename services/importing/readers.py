"""Reading CSV, JSONL and Parquet row by row, without holding a file in memory.

A row that cannot be read is yielded as a :class:`BadRow` so that the report can name every
one of them; a file that cannot be read at all raises :class:`~domain.errors.BadInput`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from domain.errors import BadInput

#: One transcript with its labels; the longest real one seen has 60,000 characters.
LONGEST_ROW = 20_000_000
_PARQUET_BATCH = 64
#: What the names of files that can be read end with.
SUFFIXES = (".csv", ".jsonl", ".ndjson", ".parquet")


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as the file holds it. ``number`` is what an editor or a spreadsheet shows."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read, and what to do about it."""

    number: int
    reason: str


class FileRows:
    """The rows of a file, read one by one; :attr:`share` says how much of it was read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        #: From 0 to 1, by bytes (by rows for Parquet).
        self.share = 0.0

    def __iter__(self) -> Iterator[RawRow | BadRow]:
        suffix = self.path.suffix.lower()
        if suffix == ".csv":
            yield from _csv(self)
        elif suffix == ".parquet":
            yield from _parquet(self)
        else:
            yield from _jsonl(self)
        self.share = 1.0


def read_rows(path: Path) -> FileRows:
    """Rows of a file, by the format its name says.

    Raises
    ------
    BadInput
        When the file is missing, empty or of an unknown format; while reading, when it is
        not what its name says.
    """
    if not path.is_file():
        raise BadInput(f"There is no file {path}. Check the path.")
    if path.stat().st_size == 0:
        raise BadInput(f"{path.name} is empty. Export it again.")
    if path.suffix.lower() not in SUFFIXES:
        raise BadInput(f"{path.name} is of no known form. Use a .csv, .jsonl or .parquet file.")
    return FileRows(path)


def _csv(rows: FileRows) -> Iterator[RawRow | BadRow]:
    csv.field_size_limit(LONGEST_ROW)
    path, size = rows.path, rows.path.stat().st_size
    # Bytes that are not UTF-8 come through as lone surrogates, so that their row is named.
    with (
        path.open("rb") as raw,
        io.TextIOWrapper(raw, "utf-8-sig", errors="surrogateescape", newline="") as file,
    ):
        reader = csv.reader(file, strict=True)
        header = _header(path, reader)
        number = 1
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                # What follows a broken quote cannot be told apart into rows.
                yield BadRow(
                    number,
                    f"is not well-formed CSV ({error}), so nothing after it can be read. "
                    "Close the quotes of that row.",
                )
                return
            rows.share = raw.tell() / size
            if not cells:
                continue
            if len(cells) != len(header):
                yield BadRow(
                    number,
                    f"has {len(cells)} cells where the header names {len(header)}. "
                    "Quote cells that hold commas or line breaks.",
                )
                continue
            yield _checked(number, dict(zip(header, cells, strict=True)))


def _header(path: Path, reader: Iterator[list[str]]) -> list[str]:
    try:
        header = [name.strip() for name in next(reader)]
    except (csv.Error, StopIteration) as error:
        raise BadInput(f"{path.name} has no readable header in row 1.") from error
    if len(set(header)) != len(header) or not all(header):
        raise BadInput(f"{path.name} names a column twice, or not at all, in its header (row 1).")
    return header


def _jsonl(rows: FileRows) -> Iterator[RawRow | BadRow]:
    size = rows.path.stat().st_size
    with rows.path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_ROW), b""), start=1):
            rows.share = file.tell() / size
            if not line.strip():
                continue
            try:
                values = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
            except UnicodeDecodeError:
                yield BadRow(number, "holds bytes that are not UTF-8. Save the file as UTF-8.")
                continue
            except (ValueError, RecursionError):
                yield BadRow(number, "is not a JSON object on one line. Export it again.")
                continue
            if not isinstance(values, dict):
                yield BadRow(number, "is JSON, but not an object with named fields.")
                continue
            yield _checked(number, values)


def _parquet(rows: FileRows) -> Iterator[RawRow | BadRow]:
    path = rows.path
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"{path.name} is not a Parquet file. Export it again.") from error
    number = 0
    with file:
        for batch in file.iter_batches(batch_size=_PARQUET_BATCH):
            for values in batch.to_pylist():
                number += 1
                rows.share = number / file.metadata.num_rows
                yield _checked(number, values)


def _checked(number: int, values: dict[str, Any]) -> RawRow | BadRow:
    """Refuse what PostgreSQL or a screen cannot hold, wherever in the row it stands."""
    for text in _texts(values):
        if "\x00" in text:
            return BadRow(number, "holds a NUL character. Remove it.")
        if not text.isascii() and any("\ud800" <= mark <= "\udfff" for mark in text):
            return BadRow(number, "holds bytes that are not UTF-8. Save the file as UTF-8.")
    return RawRow(number, values)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
