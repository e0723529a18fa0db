"""The end of every import on the command line: what was refused and why, row by row."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from data_access.import_batches import RefusalRow
from jobs.command_desk import out


def tell(refusals: Sequence[RefusalRow], refused: int, summary: str, *, kept: bool) -> None:
    """Print the refused rows, of which the first are named, and the sum.

    Raises
    ------
    typer.Exit
        With 1 when nothing of the file was kept.
    """
    for row in refusals:
        named = f" ({row.transcript_id})" if row.transcript_id else ""
        out.print(
            f"{row.file_name}, row {row.row}{named}: {row.reason} [{row.rule}]",
            markup=False,
            highlight=False,
        )
    if refused > len(refusals):
        out.print(f"… and {refused - len(refusals):,} more refused rows.")
    out.print(summary, markup=False)
    if not kept:
        raise typer.Exit(1)
