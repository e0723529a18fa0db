"""Commands about letters to participants: write, read, confirm, stop, and how they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from domain.errors import BadInput
from domain.letters import LetterStep
from jobs.command_desk import As, desk, out, who_is
from services import letters

app = typer.Typer(help="Letters to participants about published findings.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(min=1, help="The letter's number.")]


@app.command("propose")
def propose(
    file: Annotated[Path, typer.Argument(help="Plain text of the letter, in UTF-8.")],
    study: Annotated[str, typer.Option(help="The study's name in addresses.")],
    subject: Annotated[str, typer.Option(help="One line.")],
    link: Annotated[str, typer.Option(help="Where the finding is published: https://…")],
    check: Annotated[
        bool, typer.Option("--check", help="Only show what would arrive, and how many may be told.")
    ] = False,
    who: As = None,
) -> None:
    """Propose a letter to those who took part in a study; another administrator confirms it."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{file} cannot be read as UTF-8 text.") from error
    with desk() as here:
        actor = who_is(here, who)
        if check:
            seen = letters.preview(here, actor, study, subject, text, link)
            out.print(f"Subject: {seen.letter.subject}\n", markup=False, highlight=False)
            out.print(seen.words, markup=False, highlight=False)
            out.print(f"Participants of {seen.may:,} sessions may be told.", highlight=False)
            return
        number = letters.propose(
            here, actor, study_slug=study, subject=subject, text=text, link=link
        )
        out.print(f"Letter {number} waits for another administrator.", highlight=False)


@app.command("list")
def list_(who: As = None) -> None:
    """List letters: what waits, what goes out and how far it is, and what is over."""
    with desk() as here:
        held = letters.every(here, who_is(here, who))
        table = Table("Letter", "Study", "Subject", "State", "Participants")
        for each in held.open_:
            counts = ", ".join(
                f"{count.letters:,} {count.state}{f' ({count.why})' if count.why else ''}"
                for count in each.counts
            )
            table.add_row(
                str(each.row.number),
                each.row.study_slug,
                each.row.letter.subject,
                each.row.state,
                counts or "–",
            )
        for row in held.over:
            counts = ", ".join(f"{number:,} {what}" for what, number in (row.counts or {}).items())
            table.add_row(
                str(row.number), row.study_slug, row.letter.subject, row.state, counts or "–"
            )
        out.print(table)


@app.command("show")
def show(number: Number, who: As = None) -> None:
    """Print a letter that waits or goes out as it arrives, and the digest that confirms it."""
    with desk() as here:
        held = letters.every(here, who_is(here, who))
        found = next((each for each in held.open_ if each.row.number == number), None)
        if found is None:
            raise BadInput(f"Letter {number} neither waits nor goes out. See: letters list.")
        out.print(f"Subject: {found.row.letter.subject}\n", markup=False, highlight=False)
        out.print(found.words, markup=False, highlight=False)
        out.print(f"Digest: {found.row.digest}", highlight=False)


@app.command("confirm")
def confirm(
    number: Number,
    digest: Annotated[str, typer.Option(help="Of the letter that was read; see: letters show.")],
    who: As = None,
) -> None:
    """Confirm another administrator's letter: it goes out."""
    with desk() as here:
        letters.take(here, who_is(here, who), number, LetterStep.CONFIRM, shown=digest)
        out.print(f"Letter {number} goes out now.", highlight=False)


@app.command("reject")
def reject(number: Number, who: As = None) -> None:
    """Reject another administrator's letter."""
    _take(number, who, LetterStep.REJECT, "is rejected; nobody was written to")


@app.command("withdraw")
def withdraw(number: Number, who: As = None) -> None:
    """Withdraw one's own letter while it waits."""
    _take(number, who, LetterStep.WITHDRAW, "is withdrawn; nobody was written to")


@app.command("stop")
def stop(number: Number, who: As = None) -> None:
    """Stop a letter that goes out; who was written to stays so."""
    _take(number, who, LetterStep.STOP, "is stopped")


@app.command("go-on")
def go_on(number: Number, who: As = None) -> None:
    """Let a stopped letter go on with who was not written to yet."""
    _take(number, who, LetterStep.GO_ON, "goes on")


def _take(number: int, who: str | None, step: LetterStep, said: str) -> None:
    with desk() as here:
        letters.take(here, who_is(here, who), number, step)
        out.print(f"Letter {number} {said}.", highlight=False)
