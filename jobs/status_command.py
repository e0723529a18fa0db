"""The command that tells how the desk runs, for people and for monitoring."""

from __future__ import annotations

from typing import Annotated

import typer

from domain.operations.findings import findings, problems
from domain.operations.lines import asked_for, by_the_clock
from domain.operations.report import Report, StudyWork, age
from jobs.command_desk import desk, out

_MEGABYTE = 1_000_000


def status(
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet", help="Print only what needs somebody, nothing when all is well: for cron."
        ),
    ] = False,
) -> None:
    """Tell how everything runs that runs behind the screens; 1 when something needs somebody."""
    # A digest of the program is made of all its source: not for every other command.
    from services.operations.reading import monitoring, report_for_monitoring

    with desk() as here:
        report = report_for_monitoring(here, monitoring(here))
    found = findings(report)
    wanted = problems(report)
    for each in wanted if quiet else found:
        _say(f"{each.weight.value.upper()}: {each.what} {each.remedy}")
    if not quiet:
        for line in _lines(report):
            _say(line)
        if not wanted:
            _say("Everything runs.")
    if wanted:
        raise typer.Exit(1)


def _say(line: str) -> None:
    out.print(line, markup=False, highlight=False)


def _lines(report: Report) -> list[str]:
    trail, system = report.trail, report.system
    signed = "nothing signed for" if trail.signed is None else f"signed up to {trail.signed:,}"
    walked = (
        "never walked"
        if trail.verified_at is None
        else f"walked {age(trail.verified_at, report.now)} ago, "
        + (f"whole up to row {trail.rows:,}" if trail.whole else "found broken")
    )
    workers = f"workers: {len(report.alive)} answer"
    if report.silent:
        workers += f", {len(report.silent)} went silent"
    return [
        workers,
        *(
            f"{line.name.lower()}: {line.state.value}, {line.waiting:,} waiting, "
            f"{line.running:,} in hand"
            + (f", the oldest for {age(line.oldest, report.now)}" if line.oldest else "")
            + (f", last done {age(line.last_done, report.now)} ago" if line.last_done else "")
            for line in asked_for(report)
        ),
        *(
            f"{line.name.lower()}: {line.state.value}"
            + (f", last done {age(line.last_done, report.now)} ago" if line.last_done else "")
            for line in by_the_clock(report)
        ),
        *(_study(each, report) for each in report.studies),
        f"audit trail: {trail.head:,} rows, {signed}, {walked}",
        f"database: {system.database_bytes / _MEGABYTE:,.0f} MB, schema {system.revision}",
        f"program: {system.version}",
        f"policy: {system.policy_edition}, digest {system.policy_digest[:12]}",
    ]


def _study(study: StudyWork, report: Report) -> str:
    waits = [f"{study.unread:,} for the machine", f"{study.review:,} for review"]
    if study.review_since:
        waits.append(f"the oldest for {age(study.review_since, report.now)}")
    snapshot = "none" if study.snapshot is None else study.snapshot.isoformat()
    return f"study {study.slug}: {', '.join(waits)}, last snapshot {snapshot}"
