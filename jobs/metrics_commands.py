"""Commands about metrics: take the week's snapshots, attack all that was ever shown."""

from __future__ import annotations

import typer
from rich.console import Console

from domain.errors import ClearanceError
from services import access
from services import installation as installations

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)
metrics_app = typer.Typer(help="Snapshots for leads.", no_args_is_help=True)
disclosure_app = typer.Typer(help="What the charts could give away.", no_args_is_help=True)


@metrics_app.command("snapshot")
def snapshot() -> None:
    """Take this week's snapshot of every study that has none and is read by the machine."""
    from services.metrics_snapshots import SERVICE, take_due

    try:
        desk = installations.current()
        taken = take_due(desk, access.service_actor(desk, SERVICE))
    except ClearanceError as error:
        err.print(str(error), markup=False, highlight=False)
        raise typer.Exit(1) from error
    finally:
        _close()
    out.print(f"{taken} snapshots taken.", highlight=False)


@disclosure_app.command("audit")
def audit() -> None:
    """Attack all that was shown or published; 1 when a small count can be worked out."""
    from services.metrics_snapshots import SERVICE, audit_ledgers, known_studies

    try:
        desk = installations.current()
        service = access.service_actor(desk, SERVICE)
        titles = known_studies(desk, service)
        found = audit_ledgers(desk, service, list(titles))
    except ClearanceError as error:
        err.print(str(error), markup=False, highlight=False)
        raise typer.Exit(2) from error
    finally:
        _close()
    for each in found:
        narrowest = (
            "no count is small"
            if each.narrowest is None
            else f"the one known best lies between {each.narrowest.low:g} and "
            f"{each.narrowest.high:g}"
        )
        out.print(
            f"{titles[each.study_id]}: {each.targets} small counts, {each.opened} can be worked "
            f"out; {narrowest}.",
            markup=False,
            highlight=False,
        )
    if any(each.opened for each in found):
        raise typer.Exit(1)


def _close() -> None:
    installations.current().database.close()
    installations.use(None)
