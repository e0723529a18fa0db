"""People who take part, what a lead then sees, and what the owner of the database can do."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, text

from data_access.studies import StudyRow
from domain.permissions import Actor
from services import metrics
from services.installation import Installation
from tests.services.worlds import full, read_by_the_machine, take_in

PLANS = ("free", "pro", "max")


def interviews(first: int, count: int, plan: str = "pro") -> list[dict[str, object]]:
    return [
        full(
            f"t{number}",
            "Who helps you?",
            "Mo Smith does.",
            plan=plan,
            participant_ref=f"account-{number}",
        )
        for number in range(first, first + count)
    ]


def come(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    directory: Path,
    *rows: dict[str, object],
) -> None:
    take_in(installation, administrator, study, directory, *rows)
    read_by_the_machine(installation, ["Mo Smith"])


def cells(
    installation: Installation, leo: Actor, study: StudyRow, name: str
) -> dict[str, int | None]:
    held = metrics.read(installation, leo, study)
    assert held is not None
    (found,) = [cells for breakdown, cells in held.breakdowns if breakdown.name == name]
    return {cell.category: cell.people for cell in found}


def owner(installation: Installation, statement: str) -> None:
    """What only the owner of the tables can do."""
    address = installation.database.addresses.owner
    assert address is not None
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
