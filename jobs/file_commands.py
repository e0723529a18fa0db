"""Commands that need no database: files in, files or tables out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from domain.errors import ClearanceError
from jobs.progress_bar import progress_bar

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)


def deidentify(
    source: Annotated[Path, typer.Argument(help="CSV, JSONL or Parquet with transcript_id, text.")],
    output: Annotated[Path, typer.Option(help="Where the JSON lines go.")],
    accounts: Annotated[
        Path | None, typer.Option(help="transcript_id, full_name, email of the participants.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Name every place where something still stands.")
    ] = False,
) -> None:
    """De-identify a file of transcripts without any database; with --check, 1 if any leaks."""
    from jobs.deidentify_file import deidentify_file

    try:
        with progress_bar(err, "De-identifying") as progress:
            report = deidentify_file(source, output, accounts, progress=progress, check=check)
    except ClearanceError as error:
        err.print(str(error), markup=False, highlight=False)
        raise typer.Exit(2) from error
    err.print(
        f"Wrote {report.transcripts:,} transcripts with {report.findings:,} redactions "
        f"to {output}.",
        markup=False,
    )
    for each in report.survivors:
        place = each.survivor
        out.print(
            f"{each.transcript_id}, turn {place.turn}, characters {place.start} to {place.end} "
            f"of its text: {place.kind.value}.",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    if report.survivors:
        err.print(
            f"{len(report.survivors):,} places must not stay. Redact them by hand before this "
            "leaves."
        )
        raise typer.Exit(1)


def evaluate(
    labelled: Annotated[
        Path, typer.Argument(help="JSON or JSON lines: full_text, spans with their positions.")
    ],
    engine: Annotated[
        Path | None, typer.Option(help="Another engine.yaml than the one in force.")
    ] = None,
) -> None:
    """Measure the engine on any labelled file: per character, whatever the labels say."""
    from deidentification.engine import Engine
    from jobs.evaluate import evaluate as run

    try:
        with progress_bar(err, "Reading") as progress:
            held = run(Engine.load(engine), labelled, progress=progress)
    except ClearanceError as error:
        err.print(str(error), markup=False, highlight=False)
        raise typer.Exit(2) from error
    table = Table("What", "Labelled characters", "Left standing", "Recall")
    for kind, counted in sorted(held.by_type.items(), key=lambda entry: -entry[1].missed):
        labelled_characters = counted.right + counted.missed
        table.add_row(
            kind, f"{labelled_characters:,}", f"{counted.missed:,}", f"{counted.recall:.3f}"
        )
    out.print(table)
    out.print(
        f"Recall {held.overall.recall:.3f}, precision {held.overall.precision:.3f} over "
        f"{held.texts:,} texts; {held.overall.masked_share:.2%} of {held.overall.words:,} words "
        "masked."
    )


def measure_demonstration(
    sessions: Annotated[int, typer.Option(min=3, help="How many sessions to read.")] = 600,
    seed: Annotated[int, typer.Option(help="The seed they are generated from.")] = 7,
) -> None:
    """Let the engine read the demonstration, and count what it finds of what was planted."""
    from deidentification.engine import Engine
    from jobs.measure_demonstration import by_engine, measure

    with progress_bar(err, "Reading") as progress:
        measured = measure(
            by_engine(Engine.load()), sessions=sessions, seed=seed, progress=progress
        )
    table = Table("Written", "What", "Planted", "Found", "Left standing")
    for key in sorted(measured.planted):
        planted, found = measured.planted[key], measured.found[key]
        table.add_row(*key, f"{planted:,}", f"{found:,}", f"{1 - found / planted:.1%}")
    out.print(table)
    out.print(
        f"{measured.masked_words / measured.words:.2%} of {measured.words:,} words masked; "
        f"nothing was planted in {measured.unplanted_words / measured.words:.2%}."
    )
