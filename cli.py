"""Clearance on the command line: a thin skin over services and jobs.

Exit codes: 0 done, 1 refused or found broken, 2 bad input.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from domain.errors import BadInput
from domain.vocabulary import Role
from jobs import (
    file_commands,
    letter_commands,
    metrics_commands,
    policy_commands,
    refused_rows,
    release_commands,
    rights_commands,
    status_command,
)
from jobs.command_desk import As, err, out
from jobs.command_desk import desk as _desk
from jobs.command_desk import who_is as _who
from jobs.progress_bar import progress_bar
from services import access, studies
from services.deidentification_progress import Progress

app = typer.Typer(
    help="Clearance: review interview sessions and decide what may leave.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
import_app = typer.Typer(help="Take files in.", no_args_is_help=True)
audit_app = typer.Typer(help="The audit trail.", no_args_is_help=True)
staff_app = typer.Typer(help="People and their roles.", no_args_is_help=True)
grant_app = typer.Typer(help="Needs to know.", no_args_is_help=True)
study_app = typer.Typer(help="Studies.", no_args_is_help=True)
keys_app = typer.Typer(help="Keys for production.", no_args_is_help=True)
for name, sub in (
    ("import", import_app),
    ("audit", audit_app),
    ("staff", staff_app),
    ("grant", grant_app),
    ("study", study_app),
    ("keys", keys_app),
    ("release", release_commands.app),
    ("policy", policy_commands.app),
    ("metrics", metrics_commands.metrics_app),
    ("disclosure", metrics_commands.disclosure_app),
    ("consent", rights_commands.consent_app),
    ("erase", rights_commands.erase_app),
    ("retention", rights_commands.retention_app),
    ("letters", letter_commands.app),
):
    app.add_typer(sub, name=name)
import_app.command("choices")(rights_commands.import_choices)
app.command("status")(status_command.status)
app.command("deidentify")(file_commands.deidentify)
app.command("evaluate")(file_commands.evaluate)
app.command("measure-demonstration")(file_commands.measure_demonstration)


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date, as the owner role."""
    from data_access.migrate import migrate as run

    with _desk() as desk:
        run(desk.database)
        out.print("The schema is up to date.")


@app.command("deidentify-study")
def deidentify_study(
    slug: str,
    processes: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 2,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler, to work on its cluster.")
    ] = None,
    again: Annotated[
        bool, typer.Option(help="Also sessions whose result another engine made, or that failed.")
    ] = False,
    who: As = None,
) -> None:
    """De-identify a study's sessions in the database; stop and start it as you like."""
    from deidentification.engine import Engine
    from jobs.deidentify_study import deidentify_study as run
    from services.deidentification import run_again, start

    with _desk() as desk:
        actor = _who(desk, who)
        study = studies.by_slug(desk, actor, slug)
        start(desk, actor, study)
        if again:
            run_again(desk, actor, study, Engine.load().digest)
        with progress_bar(err, "De-identifying") as progress:

            def show(held: Progress) -> None:
                progress(held.done + held.failed, held.total, held.pace.words)

            if scheduler is not None:
                from jobs.deidentify_cluster import deidentify_on_cluster

                held = deidentify_on_cluster(
                    desk, actor, study.id, scheduler=scheduler, progress=show
                )
            else:
                held = run(desk, actor, study.id, processes=processes, progress=show)
        out.print(f"{held.done:,} done, {held.waiting:,} waiting, {held.failed:,} failed.")
        if held.waiting or held.failed:
            raise typer.Exit(1)


@import_app.command("transcripts")
def import_transcripts(
    file: Path,
    study: Annotated[str, typer.Option(help="The study's name in addresses.")],
    accounts: Annotated[Path | None, typer.Option(help="Accounts of the participants.")] = None,
    choices: Annotated[Path | None, typer.Option(help="Their consent choices.")] = None,
    leave_out_refused: Annotated[
        bool, typer.Option(help="Import the sound rows even if others are refused.")
    ] = False,
    who: As = None,
) -> None:
    """Import transcripts into a study: the whole file, or nothing of it."""
    from jobs.languages import detect_language
    from services.import_jobs import summary
    from services.importing.load import ImportFiles
    from services.importing.load import import_transcripts as run

    with _desk() as desk:
        actor = _who(desk, who)
        into = studies.by_slug(desk, actor, study)
        with progress_bar(err, "Reading") as progress:
            report = run(
                desk,
                actor,
                into,
                ImportFiles(file, accounts, choices),
                leave_out_refused=leave_out_refused,
                detect_language=detect_language,
                progress=progress,
            )
        refused_rows.tell(report.refusals, report.refused, summary(report), kept=report.kept)


@audit_app.command("verify")
def audit_verify() -> None:
    """Walk the audit chain against its signed checkpoints; 1 when it is broken."""
    from services.trail import note_verified, verify_as_owner

    with _desk() as desk:
        report = verify_as_owner(desk)
        note_verified(desk, report)
    (out if report.whole else err).print(report.how, markup=False, highlight=False)
    if not report.whole:
        raise typer.Exit(1)


@staff_app.command("list")
def staff_list(who: As = None) -> None:
    """Everybody who was invited."""
    with _desk() as desk:
        table = Table("Name", "E-mail", "Roles", "Standing")
        for person in access.people(desk, _who(desk, who)):
            table.add_row(
                person.display_name,
                person.email,
                ", ".join(person.roles),
                "active" if person.active else "switched off",
            )
        out.print(table)


@staff_app.command("first")
def staff_first(email: str, name: str) -> None:
    """Make the first administrator of a new installation, as the owner role."""
    with _desk() as desk:
        access.first_administrator(desk, email, name)
        out.print(f"{name} can sign in and invite everybody else.", markup=False)


@staff_app.command("invite")
def staff_invite(
    email: str,
    name: str,
    role: Annotated[list[Role] | None, typer.Option(help="A role to give; repeatable.")] = None,
    who: As = None,
) -> None:
    """Invite somebody, with roles."""
    with _desk() as desk:
        actor = _who(desk, who)
        staff_id = access.invite(desk, actor, email, name)
        for each in role or ():
            access.give_role(desk, actor, staff_id, each)
        out.print(f"{name} is invited.", markup=False)


@staff_app.command("role")
def staff_role(
    email: str,
    give: Annotated[Role | None, typer.Option(help="Role to give.")] = None,
    take: Annotated[Role | None, typer.Option(help="Role to take back.")] = None,
    who: As = None,
) -> None:
    """Give somebody a role, or take one back."""
    with _desk() as desk:
        actor = _who(desk, who)
        staff_id = access.id_by_email(desk, email)
        if give is not None:
            access.give_role(desk, actor, staff_id, give)
        if take is not None:
            access.revoke_role(desk, actor, staff_id, take)


@staff_app.command("switch-off")
def staff_switch_off(email: str, who: As = None) -> None:
    """Switch somebody off, which ends their sign-ins at once."""
    with _desk() as desk:
        access.set_active(desk, _who(desk, who), access.id_by_email(desk, email), False)


@staff_app.command("switch-on")
def staff_switch_on(email: str, who: As = None) -> None:
    """Switch somebody on again."""
    with _desk() as desk:
        access.set_active(desk, _who(desk, who), access.id_by_email(desk, email), True)


@grant_app.command("list")
def grant_list(who: As = None) -> None:
    """Every grant, the newest first."""
    with _desk() as desk:
        table = Table("Id", "Person", "Study", "Role", "Purpose", "From", "Until", "Ended")
        for row in access.grants(desk, _who(desk, who)):
            table.add_row(
                str(row.id),
                row.staff_name,
                row.study_slug,
                row.role,
                row.purpose,
                f"{row.starts_at:%Y-%m-%d %H:%M}",
                f"{row.expires_at:%Y-%m-%d %H:%M}",
                "" if row.revoked_at is None else f"{row.revoked_at:%Y-%m-%d %H:%M}",
            )
        out.print(table)


@grant_app.command("give")
def grant_give(
    email: str,
    study: str,
    purpose: Annotated[str, typer.Option(help="What the person needs to do there.")],
    role: Annotated[Role, typer.Option(help="reviewer, approver or lead.")] = Role.REVIEWER,
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it holds, from now.")] = 90,
    who: As = None,
) -> None:
    """Give somebody a need to know for a study."""
    with _desk() as desk:
        actor = _who(desk, who)
        now = datetime.now(UTC)
        access.grant(
            desk,
            actor,
            staff_id=access.id_by_email(desk, email),
            study_id=studies.by_slug(desk, actor, study).id,
            role=role,
            purpose=purpose,
            starts_at=now,
            expires_at=now + timedelta(days=days),
        )
        out.print("The grant holds from now on.")


@grant_app.command("end")
def grant_end(grant_id: str, who: As = None) -> None:
    """End a grant now, by its id from the list."""
    from uuid import UUID

    with _desk() as desk:
        try:
            wanted = UUID(grant_id)
        except ValueError as error:
            raise BadInput("That is not the id of a grant. See: cli.py grant list.") from error
        access.revoke_grant(desk, _who(desk, who), wanted)


@study_app.command("add")
def study_add(
    slug: str,
    title: Annotated[str, typer.Option(help="The study's title.")],
    opens: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day.")],
    closes: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day.")],
    who: As = None,
) -> None:
    """Add a study."""
    with _desk() as desk:
        studies.add(
            desk,
            _who(desk, who),
            slug=slug,
            title=title,
            opens_on=opens.date(),
            closes_on=closes.date(),
        )
        out.print(f"The study {slug} is there.", markup=False)


@study_app.command("list")
def study_list(who: As = None) -> None:
    """The studies there are."""
    with _desk() as desk:
        table = Table("Name", "Title", "Opens", "Closes")
        for row in studies.visible(desk, _who(desk, who)):
            table.add_row(row.slug, row.title, str(row.opens_on), str(row.closes_on))
        out.print(table)


@keys_app.command("new")
def keys_new() -> None:
    """Print fresh keys, as settings for production; keep them in a secret store."""
    import secrets

    from cryptography.fernet import Fernet

    from services.keys import new_signing_key

    out.print(f"CLEARANCE_IDENTITY_KEYS={Fernet.generate_key().decode()}", highlight=False)
    out.print(f"CLEARANCE_COOKIE_SECRET={secrets.token_hex(32)}", highlight=False)
    out.print(f'CLEARANCE_CHECKPOINT_KEY="{new_signing_key()}"', highlight=False)
    out.print(f'CLEARANCE_RELEASE_KEY="{new_signing_key()}"', highlight=False)


if __name__ == "__main__":
    app()
