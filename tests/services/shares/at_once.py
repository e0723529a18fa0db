"""What tests in real threads share: starting together, waiting for a lock, counting after."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import text

from domain.errors import ClearanceError
from domain.vocabulary import Role
from tests.services.shares.worlds import World


def at_once(*works: Callable[[], object]) -> list[object]:
    """Start them together; what each returned, or the rule that refused it."""
    start = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        start.wait()
        try:
            return work()
        except ClearanceError as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def refused_with(results: list[object], *allowed: type[ClearanceError]) -> list[str]:
    """The sentences of those who came second; anything but a sentence fails the test."""
    said = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(result, allowed) for result in said), said
    assert all(str(result) and str(result)[0].isupper() for result in said)
    return [str(result) for result in said]


def wait_until_blocked(world: World) -> None:
    """Until another transaction waits for a lock of ours: asked of the database, not guessed."""
    for _ in range(3_000):
        with world.installation.database.transaction(None) as connection:
            waiting = connection.execute(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND cardinality(pg_blocking_pids(pid)) > 0"
                    " AND pg_sleep(0.01) IS NOT NULL"
                )
            ).scalar_one()
        if waiting:
            return
    raise AssertionError("The release never waited for the withdrawal.")


def rows(world: World, table: str) -> int:
    with world.installation.database.transaction(world.service.staff_id) as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def audited(world: World, action: str) -> int:
    """How often an act is on record, read as an auditor reads it."""
    auditor = world.hire("Uma", Role.AUDITOR)
    with world.installation.database.transaction(auditor.staff_id) as connection:
        return int(
            connection.execute(
                text(
                    "SELECT count(*) FROM audit_event WHERE action = :action AND outcome = 'done'"
                ),
                {"action": action},
            ).scalar_one()
        )
