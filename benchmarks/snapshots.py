"""How long a week's snapshots take by the number of sessions, and the page that shows them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import create_engine, text

from benchmarks.house import House
from data_access import metrics as rows
from services import access, metrics
from services.metrics_snapshots import take_due
from tests.live.browserless import screen, signed_in

_LEAD = "leo@clearance.example"
_RUNS = 20
_WARM = 3


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Seconds for the snapshots of all studies and for the counting of the largest of them.

    ``page`` is a run of the metrics page and ``query`` the one query that it asks, in
    milliseconds, medians.
    """

    sessions: int
    taken: int
    seconds: float
    counting: float
    page: float
    query: float


def measure(house: House) -> Snapshots:
    """Take the snapshots anew and read them."""
    installation = house.installation
    _forget(house)
    service = access.service_actor(installation, metrics.SERVICE)
    began = time.perf_counter()
    taken = take_due(installation, service)
    seconds = time.perf_counter() - began
    lead = access.actor_by_email(installation, _LEAD)
    study = metrics.studies(installation, lead)[0]
    now = datetime.now(UTC)
    with installation.database.transaction(service.staff_id, long=True) as connection:
        began = time.perf_counter()
        rows.counted(
            connection,
            study.id,
            rows.Population(now, now),
            at=now,
            boundaries=(),
            band=timedelta(hours=14),
        )
        counting = time.perf_counter() - began
    with installation.database.transaction(lead.staff_id) as connection:
        query = _median(lambda: rows.newest(connection, study.id))
    with screen(house.web, signed_in(house.web, _LEAD)) as opened:
        page = _median(lambda: opened.run("metrics"))
    return Snapshots(house.sessions, taken, seconds, counting, page, query)


def _median(ask: Callable[[], object]) -> float:
    taken = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        ask()
        taken.append(1_000 * (time.perf_counter() - began))
    return statistics.median(taken[_WARM:])


def _forget(house: House) -> None:
    """Of a database that was kept from the last time, the snapshots of this week."""
    owner = house.installation.database.addresses.owner
    assert owner is not None
    engine = create_engine(owner)
    with engine.begin() as connection:
        for table in ("metric_cell", "metric_view", "metric_snapshot"):
            connection.execute(text(f"DELETE FROM {table}"))
    engine.dispose()
