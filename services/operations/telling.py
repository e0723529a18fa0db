"""What workers say of themselves: that they are there, what they are at, how their rounds went."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from data_access import operations, review
from domain.errors import ClearanceError
from domain.permissions import Actor
from services import access, program
from services.installation import Installation

#: The service account that workers say it as.
ENGINE = "deidentification"


def beat(
    installation: Installation,
    service: Actor,
    name: str,
    started_at: datetime,
    doing: tuple[str, datetime] | None = None,
) -> None:
    """Say that a worker is there, and what it is at since when; for the engine.

    When the database does not answer, nothing is said: the work itself will tell what is wrong,
    and a missed beat is what an administrator should see.
    """
    with (
        suppress(SQLAlchemyError),
        installation.database.transaction(service.staff_id) as connection,
    ):
        operations.beat(connection, name, program.VERSION, started_at, doing, installation.now())


def leave(installation: Installation, service: Actor, name: str) -> None:
    """Say that a worker ends as it should; for the engine."""
    with (
        suppress(SQLAlchemyError),
        installation.database.transaction(service.staff_id) as connection,
    ):
        operations.leave(connection, name)


def left(installation: Installation, names: Sequence[str]) -> None:
    """Say of workers that they were ended, and put back what they had claimed; for who ended them.

    Without the database nothing is said, and what they held comes back when its lease ends.
    """
    with suppress(SQLAlchemyError, ClearanceError):
        service = access.service_actor(installation, ENGINE)
        for name in names:
            with installation.database.transaction(service.staff_id) as connection:
                operations.leave(connection, name)
                review.release(connection, name)


def round_done(installation: Installation, service: Actor, name: str, worker: str) -> None:
    """Say that a round was gone; for the engine."""
    with installation.database.transaction(service.staff_id) as connection:
        operations.round_done(connection, name, worker, installation.now())


def round_failed(
    installation: Installation, service: Actor, name: str, worker: str, problem: str
) -> None:
    """Say that a round failed, by the class of its error; for the engine.

    Raises what the database raises: a worker that cannot even say this has to end, and whoever
    keeps the workers starts it again.
    """
    with installation.database.transaction(service.staff_id) as connection:
        operations.round_failed(connection, name, worker, problem, installation.now())
