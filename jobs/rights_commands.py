"""Commands about participants' rights: choices, withdrawals, erasure, retention."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from domain.errors import BadInput
from domain.vocabulary import ConsentScope
from jobs import refused_rows
from jobs.command_desk import As, desk, err, out, who_is
from jobs.progress_bar import progress_bar
from services import erasure, retention, studies, withdrawals
from services.retention import AHEAD
from services.withdrawals import TouchedShare

consent_app = typer.Typer(help="What participants took back.", no_args_is_help=True)
erase_app = typer.Typer(help="Erasing what participants said.", no_args_is_help=True)
retention_app = typer.Typer(help="What may no longer be kept.", no_args_is_help=True)

Numbers = Annotated[list[int], typer.Argument(help="Session numbers, as on their pages.")]
Evidence = Annotated[
    str, typer.Option(help="Where the request is kept, such as a ticket; no name or address.")
]
Reason = Annotated[str, typer.Option(help="Why it is recorded by hand.")]
At = Annotated[
    str | None,
    typer.Option(help="When the participant said so: ISO 8601 with its offset; now if left out."),
]
WholePerson = Annotated[
    bool,
    typer.Option("--whole-person", help="Also every other session of the same participants."),
]


def import_choices(
    file: Path,
    study: Annotated[str, typer.Option(help="The study's name in addresses.")],
    who: As = None,
) -> None:
    """Add consent choices about sessions that are known: the whole file, or nothing of it."""
    from services.importing.choices import import_choices as run
    from services.importing.choices import summary

    with desk() as here:
        actor = who_is(here, who)
        into = studies.by_slug(here, actor, study)
        with progress_bar(err, "Reading") as progress:
            report = run(here, actor, into, file, progress=progress)
        refused_rows.tell(report.refusals, report.refused, summary(report), kept=report.kept)


@consent_app.command("withdraw")
def withdraw(
    numbers: Numbers,
    scope: Annotated[list[ConsentScope], typer.Option(help="A choice taken back; repeatable.")],
    evidence: Evidence,
    reason: Reason,
    at: At = None,
    who: As = None,
) -> None:
    """Record choices that participants took back; in force at once."""
    with desk() as here:
        actor = who_is(here, who)
        held = withdrawals.withdraw(
            here,
            actor,
            numbers=numbers,
            scopes=scope,
            at=_instant(at) or here.now(),
            evidence=evidence,
            reason=reason,
        )
        out.print(f"{held} choices withdrawn, from now on.")
        _print_touched(withdrawals.touched(here, actor, numbers))


@consent_app.command("no-further-use")
def no_further_use(
    numbers: Numbers,
    evidence: Evidence,
    reason: Reason,
    at: At = None,
    whole_person: WholePerson = False,
    who: As = None,
) -> None:
    """Record that nothing more may be done with sessions; in force at once."""
    with desk() as here:
        actor = who_is(here, who)
        stopped = withdrawals.forbid_use(
            here,
            actor,
            numbers=numbers,
            at=_instant(at) or here.now(),
            evidence=evidence,
            reason=reason,
            whole_person=whole_person,
        )
        out.print(f"No further use of session {', '.join(map(str, stopped))}, from now on.")
        _print_touched(withdrawals.touched(here, actor, stopped))


@consent_app.command("further-use-again")
def further_use_again(
    numbers: Numbers,
    evidence: Evidence,
    reason: Reason,
    at: At = None,
    who: As = None,
) -> None:
    """Record that participants who had allowed no further use allow it again."""
    with desk() as here:
        allowed = withdrawals.allow_use_again(
            here,
            who_is(here, who),
            numbers=numbers,
            at=_instant(at) or here.now(),
            evidence=evidence,
            reason=reason,
        )
        listed = ", ".join(map(str, allowed))
        out.print(f"Session {listed} may be used as chosen, from now on.", highlight=False)


@erase_app.command("sessions")
def erase_sessions(
    numbers: Numbers,
    evidence: Evidence,
    reason: Reason,
    confirm: Annotated[
        str | None,
        typer.Option(help="The words that confirm it; without them it only says what would go."),
    ] = None,
    whole_person: WholePerson = False,
    who: As = None,
) -> None:
    """Erase what was said in sessions, for good; tombstones stay. Says first what would go."""
    from domain.erasure import confirmation

    with desk() as here:
        actor = who_is(here, who)
        if confirm is None:
            seen = erasure.preview(here, actor, numbers, whole_person=whole_person)
            meant = ", ".join(str(each.number) for each in seen.open_) or "none"
            out.print(f"Would erase session {meant}.", highlight=False)
            if seen.others:
                others = ", ".join(map(str, seen.others))
                out.print(f"The same people have also session {others}.", highlight=False)
            _print_touched(seen.touched)
            words = confirmation(len(seen.open_))
            out.print(f'To do it, add --confirm "{words}".', highlight=False, markup=False)
            raise typer.Exit(1)
        gone = erasure.erase(
            here,
            actor,
            numbers=numbers,
            whole_person=whole_person,
            evidence=evidence,
            reason=reason,
            confirmation=confirm,
        )
        out.print(f"Erased session {', '.join(map(str, gone.numbers))}.", highlight=False)
        _print_touched(gone.touched)


@erase_app.command("list")
def erase_list(who: As = None) -> None:
    """Print every tombstone as CSV, to keep beside a backup: number, study, when, why."""
    with desk() as here:
        out.print("number,study,erased_at,reason", highlight=False)
        for each in erasure.tombstones(here, who_is(here, who)):
            out.print(
                f"{each.number},{each.study_slug},{each.erased_at.isoformat()},{each.reason.value}",
                markup=False,
                highlight=False,
            )


@retention_app.command("due")
def retention_due(who: As = None) -> None:
    """Count what is due to be erased, now and soon, by study and policy version."""
    with desk() as here:
        held = retention.view(here, who_is(here, who))
        table = Table(
            "Study",
            "Policy",
            "Due now",
            *(f"Within {each.days} days" for each in AHEAD),
        )
        for row in held.counts:
            table.add_row(row.study_title, row.version, *(f"{each:,}" for each in row.sessions))
        out.print(table)


def _print_touched(found: Iterable[tuple[int, TouchedShare]]) -> None:
    table = Table("Session", "Share", "Recipient", "Stands", "Left")
    for number, each in found:
        left = "" if each.released_at is None else f"{each.released_at:%Y-%m-%d %H:%M}"
        table.add_row(str(number), str(each.share_number), each.recipient_name, each.state, left)
    if table.row_count:
        out.print(table)
    else:
        out.print("No share request holds any of these sessions.")


def _instant(said: str | None) -> datetime | None:
    if said is None:
        return None
    try:
        at = datetime.fromisoformat(said)
    except ValueError as error:
        raise BadInput("Write the instant as 2026-04-02T09:30:00Z.") from error
    if at.tzinfo is None:
        raise BadInput("Write the instant with its offset from UTC, for example Z at its end.")
    return at.astimezone(UTC)
