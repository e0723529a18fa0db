"""``make bench``: speed and memory as tables, ratios side by side."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import (
    clicks,
    deidentification,
    importing,
    pages,
    protecting,
    snapshots,
    traits,
    uniques,
    worker,
)
from benchmarks.house import house
from demonstration.planted import Manner
from jobs.labelled_rows import labelled_texts

app = typer.Typer(help="Measure Clearance. Each command prints one table.", no_args_is_help=False)
out = Console(width=110)
_SHARES = ("recall", "precision")
_SIZES = "600,100000,1000000"
Kept = Annotated[
    Path | None, typer.Option(help="Keep the seeded databases here, for the next time.")
]


@contextmanager
def _directory(kept: Path | None):  # type: ignore[no-untyped-def]
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="clearance-bench-") as made:
        yield Path(made)


@app.command("pages")
def time_pages(
    sizes: Annotated[str, typer.Option(help="Numbers of sessions, with commas.")] = _SIZES,
    keep: Kept = None,
) -> None:
    """Every page's run at the server, by number of sessions."""
    counts = [int(size) for size in sizes.split(",")]
    columns: list[list[pages.Timed]] = []
    with _directory(keep) as directory:
        for sessions in counts:
            with house(directory / str(sessions), sessions) as measured:
                columns.append(pages.measure(measured))
    table = Table("Click", *(f"{count:,}" for count in counts), f"{counts[-1]:,} / {counts[0]:,}")
    for row in zip(*columns, strict=True):
        ratio = row[-1].median / row[0].median
        table.add_row(row[0].click.name, *(f"{timed.median:.0f}" for timed in row), f"{ratio:.1f}")
    out.print("Milliseconds from click to finished run at the server, median:")
    out.print(table)


@app.command("protection")
def time_protection(tables: int = 20) -> None:
    """Hiding small counts and the least around them, and the attack that proves it."""
    table = Table("Table", "Counts to", "Median ms", "p95 ms", "Worst ms", "Attack ms", "Hidden")
    for shape, greatest in (((12, 12), 20), ((12, 12), 60), ((12, 12), 200)):
        each = protecting.measure(shape, greatest, tables)
        table.add_row(
            " × ".join(map(str, shape)),
            str(greatest),
            *(f"{1000 * each.seconds[int(share * (tables - 1))]:.0f}" for share in (0.5, 0.95, 1)),
            f"{1000 * each.attacks[tables // 2]:.0f}",
            f"{100 * each.hidden / each.cells:.0f} %",
        )
    out.print(table)


@app.command("snapshots")
def time_snapshots(
    sizes: Annotated[str, typer.Option(help="Numbers of sessions, with commas.")] = _SIZES,
    keep: Kept = None,
) -> None:
    """A week's snapshots of four studies, and the page beside the query that it asks."""
    table = Table("Sessions", "Snapshots s", "Counting s", "Page ms", "Its query ms", "Ratio")
    with _directory(keep) as directory:
        for sessions in (int(size) for size in sizes.split(",")):
            with house(directory / str(sessions), sessions) as measured:
                each = snapshots.measure(measured)
            table.add_row(
                f"{sessions:,}",
                f"{each.seconds:.1f}",
                f"{each.counting:.2f}",
                f"{each.page:.0f}",
                f"{each.query:.1f}",
                f"{each.page / each.query:.0f}",
            )
    out.print(table)


@app.command("clicks")
def time_clicks(
    sessions: int = 100_000,
    people: int = 50,
    seconds: float = 60.0,
    think: float = 5.0,
    keep: Kept = None,
) -> None:
    """Many people at once, with the remedy and without."""
    table = Table("Web process", "Median ms", "p95 ms", "Clicks", "Memory MB")
    results: list[clicks.Clicked] = []
    with _directory(keep) as directory:
        for name, environment in (
            ("frozen after start", {}),
            ("as Streamlit comes", {"CLEARANCE_NO_FREEZE": "1"}),
        ):
            with house(directory / str(sessions), sessions, **environment) as measured:
                clicked = clicks.measure(measured, people=people, seconds=seconds, think=think)
            results.append(clicked)
            table.add_row(
                name,
                f"{clicked.median:.0f}",
                f"{clicked.p95:.0f}",
                f"{clicked.clicks:,}",
                f"{clicked.megabytes:.0f}",
            )
    remedy, plain = results
    table.add_row("ratio", f"{plain.median / remedy.median:.1f}", f"{plain.p95 / remedy.p95:.1f}")
    out.print(f"{people} people, {think:.0f} s between clicks, {sessions:,} sessions:")
    out.print(table)


@app.command("imports")
def time_imports(sizes: str = "1000,50000") -> None:
    """Import rate and peak memory of the command line."""
    measured = [importing.measure(int(size)) for size in sizes.split(",")]
    table = Table("Sessions in the file", "Seconds", "Sessions a second", "Peak memory MB")
    for one in measured:
        table.add_row(
            f"{one.sessions:,}",
            f"{one.seconds:.1f}",
            f"{one.sessions / one.seconds:,.0f}",
            f"{one.peak_megabytes:.0f}",
        )
    table.add_row(
        "ratio", "", "", f"{measured[-1].peak_megabytes / measured[0].peak_megabytes:.2f}"
    )
    out.print(table)


@app.command("worker")
def time_worker(sessions: int = 200) -> None:
    """Rate and peak memory of one de-identification worker."""
    worked = worker.measure(sessions)
    table = Table("Sessions", "Seconds", "Sessions a second", "Peak memory MB")
    table.add_row(
        f"{worked.sessions:,}",
        f"{worked.seconds:.1f}",
        f"{worked.sessions / worked.seconds:.1f}",
        f"{worked.peak_megabytes:.0f}",
    )
    out.print(table)


@app.command("uniques")
def time_uniques(sizes: str = "1000,10000,100000", read: int = 30) -> None:
    """Counting special uniques of a session just read, by sessions of its study."""
    engine = uniques.reading(read)
    table = Table("Sessions of the study", "Median ms", "Worst ms", "Processor ms", "To reading it")
    with _directory(None) as directory:
        for size in (int(size) for size in sizes.split(",")):
            each = uniques.measure(directory / str(size), size)
            table.add_row(
                f"{each.sessions:,}",
                f"{1000 * each.median:.0f}",
                f"{1000 * each.worst:.0f}",
                f"{1000 * each.processor:.0f}",
                f"{each.processor / engine:.2f}",
            )
    out.print(table)


@app.command("deidentification")
def compare_deidentification(
    sessions: Annotated[int, typer.Option(min=3, help="Demonstration sessions to read.")] = 90,
    labelled: Annotated[
        Path | None, typer.Option(help="A labelled file to read too; see cli.py evaluate.")
    ] = None,
    interviews: Annotated[
        Path | None,
        typer.Option(help="Transcripts to plant in and read in place of the demonstration's."),
    ] = None,
) -> None:
    """Quality and processor time beside stock Presidio."""
    texts = () if labelled is None else labelled_texts(labelled)
    held = deidentification.compare(sessions, texts, lambda _done, _total: None, interviews)
    table = Table("Left standing, of what was planted", *(each.name for each in held))
    for manner in Manner:
        shares = (f"{each.left_standing[manner]:.1%}" for each in held)
        table.add_row(manner.value.replace("_", " "), *shares)
    table.add_row("words masked", *(f"{each.masked:.2%}" for each in held))
    table.add_row("  of them not planted", *(f"{each.unplanted:.2%}" for each in held))
    table.add_row("processor, ms a session", *(f"{1_000 * each.seconds:.0f}" for each in held))
    table.add_row("  to stock", *(f"{each.seconds / held[0].seconds:.2f}" for each in held))
    scores = [each.labelled for each in held]
    table.add_row("labelled: recall", *("–" if it is None else f"{it.recall:.3f}" for it in scores))
    table.add_row(
        "labelled: precision", *("–" if it is None else f"{it.precision:.3f}" for it in scores)
    )
    out.print(table)
    traits = Table("Planted traits listed as quasi-identifiers", "Share")
    for category, share in deidentification.listed(sessions, interviews).items():
        traits.add_row(category.label, f"{share:.0%}")
    out.print(traits)


@app.command("traits")
def count_traits() -> None:
    """Traits planted in sentences of their own: education, field, tools, stage, projects."""
    table = Table(
        "Planted traits", *(f"{half}: {what}" for half in traits.Half for what in _SHARES)
    )
    counts = [traits.measure(half) for half in traits.Half]
    for category in traits.CATEGORIES:
        shares = ((each.recall(category), each.precision(category)) for each in counts)
        table.add_row(category.label, *(f"{share:.0%}" for both in shares for share in both))
    out.print(table)


@app.callback(invoke_without_command=True)
def everything(context: typer.Context) -> None:
    """Run all of it when no part is named."""
    if context.invoked_subcommand is None:
        time_pages()
        time_snapshots()
        time_clicks()
        time_imports()
        time_worker()
        time_uniques()
        compare_deidentification()
        count_traits()


if __name__ == "__main__":
    app()
