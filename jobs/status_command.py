"""The command that tells how the desk runs, for people and for monitoring."""

from __future__ import annotations

import typer
from rich.console import Console

from domain.errors import ClearanceError
from domain.operations import Report, Weight, age, findings, queue_name
from services import access, operations
from services import installation as installations

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)
_MEGABYTE = 1_000_000


def status() -> None:
    """Tell how queues, workers, snapshots and the audit trail stand; 1 when something is wrong."""
    try:
        desk = installations.current()
        report = operations.report_for_monitoring(
            desk, access.service_actor(desk, operations.SERVICE)
        )
    except ClearanceError as error:
        err.print(str(error), markup=False, highlight=False)
        raise typer.Exit(1) from error
    finally:
        _close()
    for line in _lines(report):
        out.print(line, markup=False, highlight=False)
    found = findings(report)
    for each in found:
        out.print(
            f"{each.weight.value.upper()}: {each.what} {each.remedy}", markup=False, highlight=False
        )
    if any(each.weight is Weight.PROBLEM for each in found):
        raise typer.Exit(1)
    out.print("Everything runs.", markup=False, highlight=False)


def _lines(report: Report) -> list[str]:
    trail = report.trail
    signed = "nothing signed for" if trail.signed is None else f"signed up to {trail.signed:,}"
    walked = (
        "never walked"
        if trail.verified_at is None
        else f"walked {age(trail.verified_at, report.now)} ago, "
        + ("whole" if trail.whole else "found broken")
    )
    snapshots = [each.snapshot for each in report.studies if each.snapshot is not None]
    return [
        f"workers: {len(report.alive)} alive of {len(report.workers)} seen today",
        *(
            f"{queue_name(each.kind).lower()}: {each.waiting:,} waiting, {each.running:,} in hand"
            + ("" if each.oldest is None else f", the oldest for {age(each.oldest, report.now)}")
            for each in report.every_queue
        ),
        f"studies: {len(report.studies)}, oldest last snapshot "
        + (min(snapshots).isoformat() if snapshots else "none"),
        f"audit trail: {trail.head:,} rows, {signed}, {walked}",
        f"database: {report.database_bytes / _MEGABYTE:,.0f} MB, schema {report.revision}",
        f"policy: {report.policy_edition}, digest {report.policy_digest[:12]}",
    ]


def _close() -> None:
    installations.current().database.close()
    installations.use(None)
