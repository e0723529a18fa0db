"""Rows of a file of transcripts, checked and made into work for de-identification."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from deidentification.known import KnownIdentifiers
from domain.errors import BadInput
from domain.transcripts import Turn
from services.importing.readers import BadRow, RawRow, read_rows
from services.importing.records import account_record, session_record

#: Refused rows that a message lists; beyond that it counts them.
_LISTED = 10
_ACCOUNT = ("transcript_id", "full_name", "email")
_READ = ("transcript_id", "text", "turns")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][\w-]+)?$")
#: The columns read hold no times, so it does not matter when the file is read.
_NO_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Task:
    """One transcript to de-identify, and what its account says."""

    transcript_id: str
    turns: tuple[Turn, ...]
    language: str | None
    known: KnownIdentifiers


def _rows(path: Path) -> Iterator[RawRow]:
    """Sound rows; stops at rows that cannot be read, which :func:`checked_ids` reports."""
    for row in read_rows(path):
        if isinstance(row, BadRow):
            raise BadInput(f"{path.name}, row {row.number}: {row.reason}")
        yield row


def checked_ids(source: Path) -> frozenset[str]:
    """The transcript ids of a file whose every row can be used; BadInput names the others."""
    ids: set[str] = set()
    problems: list[str] = []
    refused = 0
    for row in read_rows(source):
        reason = None
        if isinstance(row, BadRow):
            reason = row.reason
        else:
            try:
                transcript_id = _transcript(row).transcript_id
            except BadInput as error:
                reason = str(error)
            else:
                if transcript_id in ids:
                    reason = "repeats a transcript_id of a row before. Keep one of them."
                ids.add(transcript_id)
        if reason is not None:
            refused += 1
            if len(problems) < _LISTED:
                problems.append(f"{source.name}, row {row.number}: {reason}")
    if refused:
        more = f"\n... and {refused - len(problems):,} more rows." if refused > _LISTED else ""
        raise BadInput("Nothing was written.\n" + "\n".join(problems) + more)
    if not ids:
        raise BadInput(f"{source.name} holds no transcripts. Export it again.")
    return frozenset(ids)


def known_accounts(accounts: Path) -> dict[str, KnownIdentifiers]:
    """An accounts file by transcript id; BadInput names its first bad row."""
    known: dict[str, KnownIdentifiers] = {}
    for row in _rows(accounts):
        try:
            record = account_record({name: row.values.get(name) for name in _ACCOUNT})
        except BadInput as error:
            raise BadInput(f"{accounts.name}, row {row.number}: {error}") from error
        if record.transcript_id in known:
            raise BadInput(
                f"{accounts.name}, row {row.number}: gives a second account for one transcript. "
                "Keep one of them."
            )
        known[record.transcript_id] = KnownIdentifiers(record.full_name, record.email)
    return known


def tasks_of(source: Path, known: dict[str, KnownIdentifiers]) -> Iterator[Task]:
    """A checked file's transcripts, one by one, each with its account."""
    nobody = KnownIdentifiers.none()
    for row in _rows(source):
        task = _transcript(row)
        yield replace(task, known=known.get(task.transcript_id, nobody))


def _transcript(row: RawRow) -> Task:
    """The columns that matter here; a file may hold more than the import's form."""
    language = row.values.get("language") or None
    if language is not None and not (
        isinstance(language, str) and _LANGUAGE.match(language.strip())
    ):
        raise BadInput("has a language that is not a code such as en, de or pt-BR.")
    session = session_record(
        {name: row.values[name] for name in _READ if name in row.values}, _NO_TIME
    )
    return Task(session.transcript_id, session.turns, language, KnownIdentifiers.none())
