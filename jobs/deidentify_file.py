"""De-identifying a file of transcripts into JSON lines, without any database.

The one job that uses :mod:`deidentification` directly: no session is stored, nobody's grant is
asked for, and the person who runs it holds the file already.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from deidentification.engine import Engine, Result
from deidentification.leak_check import Survivor
from deidentification.models import require_models
from domain.errors import BadInput
from domain.findings import apply_findings
from domain.transcripts import format_labelled
from domain.vocabulary import Coverage
from jobs.ordered_work import in_order
from jobs.transcript_rows import Task, checked_ids, known_accounts, tasks_of

#: Fewer are done sooner in this process than other processes start.
_FEW = 8


@dataclass(frozen=True, slots=True)
class FileSurvivor:
    """One place in the text of one transcript that must not stay; see the leak check."""

    transcript_id: str
    survivor: Survivor


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of a file.

    Attributes
    ----------
    transcripts, findings
        How many were written.
    patterns_only
        Transcripts in languages without a model, which need closer review.
    accounts_unused
        Rows of the accounts file that name no transcript of the file.
    survivors
        What the leak check found in the texts written; empty when it was not asked for.
    """

    transcripts: int
    findings: int
    patterns_only: int
    accounts_unused: int
    survivors: tuple[FileSurvivor, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    findings: int
    coverage: Coverage
    survivors: tuple[FileSurvivor, ...]


def deidentify_file(
    source: Path,
    output: Path,
    accounts: Path | None,
    *,
    progress: Callable[[int, int | None], None],
    check: bool = False,
) -> FileReport:
    """Write one JSON line for each transcript, in the file's order.

    The whole file is checked first. What is written goes to a file beside ``output`` that
    takes its name only when it is complete, so a stop or a crash leaves no half of it.

    Parameters
    ----------
    source
        CSV, JSONL or Parquet with ``transcript_id`` and ``text`` (or ``turns``); a
        ``language`` is used where it is given.
    output
        Where the lines go; replaced when it exists.
    accounts
        ``transcript_id``, ``full_name``, ``email``; other columns are passed over.
    progress
        Called with how many transcripts are done, and of how many.
    check
        Whether to run the leak check on every text that is written.

    Raises
    ------
    BadInput
        When a file or a row cannot be used, naming file, row and remedy; or when a language
        model is not installed.
    """
    _check_paths(source, output, accounts)
    known = {} if accounts is None else known_accounts(accounts)
    ids = checked_ids(source)
    total = len(ids)
    unused = sum(transcript_id not in ids for transcript_id in known)
    if known and unused == len(known):
        raise BadInput(
            f"No transcript of {source.name} stands in {accounts.name if accounts else ''}. Give "
            "the accounts file that belongs to it, or none."
        )
    require_models()
    counts: Counter[str] = Counter()
    survivors: list[FileSurvivor] = []
    progress(0, total)
    with _complete_or_not_at_all(output) as file:
        tasks = tasks_of(source, known)
        work = _checked_line if check else _line
        lines = map(work, tasks) if total <= _FEW else in_order(work, tasks, prepare=_engine)
        for done, line in enumerate(lines, start=1):
            file.write(line.text + "\n")
            counts["findings"] += line.findings
            counts["patterns only"] += line.coverage is Coverage.PATTERNS_ONLY
            survivors.extend(line.survivors)
            progress(done, total)
    return FileReport(total, counts["findings"], counts["patterns only"], unused, tuple(survivors))


def _check_paths(source: Path, output: Path, accounts: Path | None) -> None:
    if not output.resolve().parent.is_dir():
        raise BadInput(f"There is no folder {output.resolve().parent}. Make it first.")
    if output.is_dir():
        raise BadInput(f"{output} is a folder. Name a file in it.")
    for given in (source, accounts):
        if given is not None and given.exists() and output.exists() and given.samefile(output):
            raise BadInput(f"{output} is also what is read. Name another output.")


_loaded: list[Engine] = []


def _engine() -> Engine:
    """This process's engine, loaded once."""
    if not _loaded:
        _loaded.append(Engine.load())
    return _loaded[0]


def _line(task: Task, *, check: bool = False) -> _Line:
    result = _engine().deidentify(task.turns, language=task.language, known=task.known)
    survivors = _engine().survivors(task.turns, result.findings, task.known) if check else ()
    return _Line(
        _json(task, result),
        len(result.findings),
        result.coverage,
        tuple(FileSurvivor(task.transcript_id, each) for each in survivors),
    )


def _checked_line(task: Task) -> _Line:
    return _line(task, check=True)


def _json(task: Task, result: Result) -> str:
    turns = [
        replace(turn, text=apply_findings(turn.text, turn.index, result.findings))
        for turn in task.turns
    ]
    return json.dumps(
        {
            "transcript_id": task.transcript_id,
            "text": format_labelled(turns),
            "findings": [
                {
                    "turn": finding.span.turn,
                    "start": finding.span.start,
                    "end": finding.span.end,
                    "entity_type": finding.entity_type,
                    "score": finding.score,
                    "source": finding.source,
                    "why": finding.why,
                }
                for finding in result.findings
            ],
            "language": result.language,
            "coverage": result.coverage.value,
        },
        ensure_ascii=False,
    )


@contextmanager
def _complete_or_not_at_all(output: Path) -> Iterator[IO[str]]:
    """A file beside ``output`` that takes its name at the end, or goes."""
    descriptor, name = tempfile.mkstemp(dir=output.resolve().parent, prefix=f".{output.name}.")
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)
