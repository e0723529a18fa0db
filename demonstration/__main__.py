"""``python -m demonstration DIRECTORY``: write the demonstration studies' files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from demonstration.files import Form, write_study
from demonstration.generate import Size
from demonstration.studies import STUDIES


def write(
    directory: Annotated[Path, typer.Argument(help="Where to; one folder for each study.")],
    sessions: Annotated[int, typer.Option(min=len(STUDIES), help="How many in all.")] = 600,
    seed: Annotated[int, typer.Option(help="Another seed, other people.")] = 7,
    form: Annotated[Form, typer.Option(help="Form of the sessions file.")] = Form.JSONL,
    size: Annotated[Size, typer.Option(help="Whole interviews, or a few short turns.")] = Size.FULL,
) -> None:
    """Write three invented interview studies, ready to import, with the truth about them."""
    for place, study in enumerate(STUDIES):
        share = (sessions + len(STUDIES) - 1 - place) // len(STUDIES)
        files = write_study(directory / study.slug, study, share, seed, form, size=size)
        typer.echo(f"{files.count} sessions of “{study.title}” in {files.sessions.parent}")


if __name__ == "__main__":
    typer.run(write)
