"""Commands about the policy: ask it, see what rests, settle which policy governs by two people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from domain.digests import canonical_json
from domain.errors import BadInput, ClearanceError
from domain.permissions import Actor
from domain.policy import Decision, Use
from domain.policy.assignments import Settlement
from domain.policy.holds import settling
from domain.vocabulary import PolicyVersion
from services import access, assignments, holds, policy_answers
from services import installation as installations
from services.assignments import Meant
from services.installation import Installation

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)
app = typer.Typer(
    help="What may be done, what rests, and which policy governs.", no_args_is_help=True
)

As = Annotated[
    str | None,
    typer.Option(
        "--as",
        help="E-mail of the member of staff in whose name this is done; "
        "the first administrator, in a development installation.",
    ),
]


@contextmanager
def _desk(email: str | None) -> Iterator[tuple[Installation, Actor]]:
    """The installation and who asks, with every refusal as a sentence and an exit code."""
    try:
        desk = installations.current()
        yield desk, access.actor_for_command_line(desk, email)
    except BadInput as error:
        err.print(str(error), markup=False, highlight=False)
        raise typer.Exit(2) from error
    except ClearanceError as error:
        err.print(str(error), markup=False, highlight=False)
        raise typer.Exit(1) from error
    finally:
        installations.current().database.close()
        installations.use(None)


@app.command("explain")
def explain(
    session: Annotated[int, typer.Argument(min=1, help="The session's number.")],
    use: Annotated[Use | None, typer.Option(help="One use alone; every use without.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a use.")] = False,
    who: As = None,
) -> None:
    """Say what may be done with a session: answer, rule, clause, reason, and what to do next."""
    with _desk(who) as (desk, actor):
        found = policy_answers.explain(desk, actor, session)
    asked = [(each, answer) for each, answer in found.answers if use in (None, each)]
    if as_json:
        for each, answer in asked:
            typer.echo(canonical_json(_told(session, each, answer)))
        return
    if use is not None:
        ((_, answer),) = asked
        out.print(
            f"{use.label}: {answer.outcome}. {answer.reason} {answer.remedy} "
            f"[{answer.rule}, {answer.clause}]",
            markup=False,
            highlight=False,
        )
    else:
        table = Table("Use", "Answer", "Rule", "Why")
        for each, answer in asked:
            table.add_row(each.label, answer.outcome, answer.rule, answer.reason)
        out.print(table)
    out.print(
        f"Session {session}, policy {asked[0][1].policy_version}, by edition {found.edition}, "
        f"digest {found.digest}.",
        markup=False,
        highlight=False,
    )


@app.command("holds")
def list_holds(
    study: Annotated[str | None, typer.Option(help="One study alone.")] = None,
    who: As = None,
) -> None:
    """How many sessions rest under which rule, and who settles what."""
    with _desk(who) as (desk, actor):
        found = holds.overview(desk, actor, study)
    table = Table("Rule", "Sessions", "Who settles it", "How")
    for each in found.counts:
        held = settling(each.rule)
        table.add_row(each.rule, f"{each.sessions:,}", held.who, held.what)
    out.print(table)


@app.command("assign")
def assign(
    version: Annotated[PolicyVersion, typer.Argument(help="The policy; none takes one back.")],
    reason: Annotated[str, typer.Option(help="Why that policy governs them.")],
    session: Annotated[
        list[int] | None, typer.Option(help="A session's number; repeatable.")
    ] = None,
    study: Annotated[str | None, typer.Option(help="All that wait for it in a study.")] = None,
    completed_from: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")
    ] = None,
    completed_until: Annotated[
        datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Last day.")
    ] = None,
    show: Annotated[bool, typer.Option(help="Only show what would change.")] = False,
    who: As = None,
) -> None:
    """Propose which policy governs sessions whose date leaves it open (R03, R04)."""
    meant = Meant(
        numbers=tuple(session or ()),
        study=study,
        completed_from=None if completed_from is None else completed_from.date(),
        completed_until=None if completed_until is None else completed_until.date(),
    )
    with _desk(who) as (desk, actor):
        if not session and study is None and completed_from is None and completed_until is None:
            raise BadInput("Say which sessions: --session, --study, --from or --until.")
        shown = assignments.preview(desk, actor, meant, version)
        table = Table("Use", "Now", "Then", "Sessions")
        for each in shown.differences:
            table.add_row(
                each.use.label,
                f"{each.outcome} ({each.rule})",
                f"{each.outcome_then} ({each.rule_then})",
                f"{each.sessions:,}",
            )
        out.print(table)
        if show:
            out.print(f"{len(shown.sessions):,} sessions; nothing was proposed.")
            return
        made = assignments.propose(desk, actor, meant, version, reason, shown=shown.digest)
    out.print(f"Proposed for {len(shown.sessions):,} sessions: {made}", highlight=False)


@app.command("assignments")
def list_assignments(who: As = None) -> None:
    """What is proposed, and what was settled last."""
    with _desk(who) as (desk, actor):
        found = assignments.every(desk, actor)
    for row in (*(each.row for each in found.waiting), *found.settled):
        standing = "waits" if row.outcome is None else f"{row.outcome} by {row.decider}"
        out.print(
            f"{row.id}  policy {row.version}, {row.sessions:,} sessions, {standing}\n"
            f"  {row.proposer}: {row.reason}",
            markup=False,
            highlight=False,
        )


@app.command("settle")
def settle(
    assignment: Annotated[str, typer.Argument(help="Its id from `policy assignments`.")],
    how: Annotated[
        Settlement, typer.Argument(help="confirmed or rejected; withdrawn for one's own.")
    ],
    who: As = None,
) -> None:
    """Settle a proposal: another administrator's, or withdraw one's own."""
    with _desk(who) as (desk, actor):
        try:
            wanted = UUID(assignment)
        except ValueError as error:
            raise BadInput("That is not the id of a proposal. See: policy assignments.") from error
        row = assignments.settle(desk, actor, wanted, how)
    out.print(f"{row.sessions:,} sessions: {how}.", highlight=False)


def _told(session: int, use: Use, answer: Decision) -> dict[str, str | int | list[str]]:
    return {
        "session": session,
        "use": use.value,
        "outcome": answer.outcome.value,
        "rule": answer.rule,
        "clause": answer.clause,
        "reason": answer.reason,
        "remedy": answer.remedy,
        "requirements": [need.value for need in answer.requirements],
        "policy_version": answer.policy_version.value,
        "policy_digest": answer.policy_digest,
    }
