"""Taking snapshots: counted once a week, protected around all that was ever shown, then frozen."""

from __future__ import annotations

import time as clock
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from data_access import metrics
from data_access import studies as study_rows
from data_access.metrics import DueStudy, Population
from domain.counted import Counted
from domain.crossings import CROSSINGS
from domain.disclosure.facts import Interval
from domain.disclosure.ledger import Ledger, attacked
from domain.disclosure.patience import Patience
from domain.disclosure.protection import sensitive
from domain.disclosure.stored import as_json, from_json
from domain.metrics import EVERYBODY, PERSONAL, breakdowns, may_show_total, snapshot_week
from domain.permissions import Actor
from domain.publications.protecting import joined, opens_published
from domain.snapshots import Occasion, take
from domain.views import View
from services import policy
from services.acts import act
from services.installation import Installation
from services.metrics import SERVICE as SERVICE

#: So many seconds may go into protecting one study's snapshot; what is not done then stays as it
#: was. The solver is asked to stop in time, and looks at its clock often.
SECONDS = 60.0
_COHORT = "!cohort"
_ROUNDED = frozenset(each.name for each in CROSSINGS if each.rounded)


@dataclass(frozen=True, slots=True)
class Audited:
    """What an attack on everything ever shown of a study finds.

    Of ``targets`` counts under the threshold, shown or not, ``opened`` can be told to be small;
    ``narrowest`` is what is known of the one known best. ``ledgers`` were attacked: those in
    which something was published all together, the others each alone, for what they have in common
    is told in each.
    """

    study_id: UUID
    targets: int
    opened: int
    narrowest: Interval | None
    ledgers: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """The people whose total was told last: how many, up to which week, taken in by when."""

    everybody: int
    week: date
    known_by: datetime


def take_due(installation: Installation, service: Actor, *, seconds: float = SECONDS) -> int:
    """Take this week's snapshot of every study that has none; how many were taken.

    ``seconds`` may go into protecting each.
    """
    week = snapshot_week(installation.now())
    with installation.database.transaction(service.staff_id) as connection:
        studies = metrics.due(connection, week)
    return sum(_take(installation, service, study, week, seconds) for study in studies)


def known_studies(installation: Installation, service: Actor) -> dict[UUID, str]:
    """Every study by its title; for the snapshot service."""
    with installation.database.transaction(service.staff_id) as connection:
        return {study.id: study.title for study in study_rows.visible(connection)}


def audit_ledgers(installation: Installation, service: Actor, studies: list[UUID]) -> list[Audited]:
    """Attack all that was ever shown of each study: snapshots, cross tables and publications."""
    found = []
    for study_id in studies:
        with installation.database.transaction(service.staff_id, long=True) as connection:
            ledgers = _ledgers(metrics.ledger(connection, study_id) or {})
        if not ledgers:
            continue
        targets = opened = 0
        narrowest: list[Interval] = []
        for ledger in joined(ledgers):
            required = sensitive(ledger.table)
            derived = attacked(ledger)
            targets += len(required)
            opened += sum(not derived[fact].covers(each) for fact, each in required.items())
            narrowest += [derived[fact] for fact in required]
        found.append(
            Audited(
                study_id,
                targets,
                opened,
                min(narrowest, key=lambda each: each.width, default=None),
                len(ledgers),
            )
        )
    return found


def told_so_far(connection: Connection, study_id: UUID) -> tuple[dict[str, Ledger], Told] | None:
    """The ledgers of a study and whose total was told last; None before the first snapshot.

    No snapshot of it is taken before the transaction ends.
    """
    stored = metrics.ledger(connection, study_id) or {}
    before = metrics.newest(connection, study_id)
    shown = {} if before is None else {view.name: view for view in before[1]}
    last = _last_told(stored, shown)
    return None if last is None else (_ledgers(stored), last)


def counted(
    installation: Installation,
    connection: Connection,
    study_id: UUID,
    population: Population,
    outside: Mapping[str, Any] | None = None,
) -> Counted:
    """True counts of those people; ``outside`` as in :func:`data_access.metrics.counted`."""
    table = policy.in_force(connection)
    return metrics.counted(
        connection,
        study_id,
        population,
        at=installation.now(),
        boundaries=table.boundaries,
        band=table.band,
        outside=outside,
    )


def _take(
    installation: Installation, service: Actor, study: DueStudy, week: date, seconds: float
) -> bool:
    """One study's snapshot, whole; False when somebody else took it at the same time."""
    try:
        with act(
            installation,
            service,
            "metrics.snapshot",
            "study",
            object_id=str(study.id),
            study_id=study.id,
            long=True,
        ) as done:
            stored = metrics.ledger(done.connection, study.id) or {}
            before = metrics.newest(done.connection, study.id)
            shown = {} if before is None else {view.name: view for view in before[1]}
            occasion, counts, told = _occasion(
                installation, done.connection, study, week, stored, shown
            )
            views: list[View] = []
            kept = stored
            if occasion is not None and told is not None:
                taken = take(
                    occasion,
                    breakdowns(week, study.opens_on, study.closes_on),
                    counts,
                    _ledgers(stored),
                    shown,
                    Patience.of(seconds, clock.monotonic),
                )
                opens = opens_published(taken.ledgers, Patience.of(seconds, clock.monotonic))
                done.detail.update(kept_for_publications=opens)
                if (occasion.new or taken.renewed) and not opens:
                    views = [
                        metrics.everybody(told.everybody, told.week),
                        *taken.views.values(),
                    ]
                    kept = {name: as_json(held) for name, held in taken.ledgers.items()}
                    kept[_COHORT] = _cohort_as_json(told)
                done.detail.update(renewed=taken.renewed, late=taken.late)
            metrics.keep(
                done.connection,
                study_id=study.id,
                week=week,
                now=installation.now(),
                by=service.staff_id,
                ledger=kept,
                views=views,
            )
            cells = [cell for view in views for cell in view.cells]
            done.detail.update(
                week=week.isoformat(),
                cells=len(cells),
                hidden=sum(cell.people is None for cell in cells),
            )
    except IntegrityError:
        return False
    return True


def _occasion(
    installation: Installation,
    connection: Connection,
    study: DueStudy,
    week: date,
    stored: Mapping[str, Any],
    shown: Mapping[str, View],
) -> tuple[Occasion | None, Counted, Told | None]:
    """Who is counted: all, where enough more came for that; else those told last, or nobody."""
    at = Population(datetime.combine(week, time(), UTC), installation.now())
    counts = counted(installation, connection, study.id, at)
    last = _last_told(stored, shown)
    near = metrics.neighbours(connection, study.id, at)
    more = may_show_total(counts.everybody, [] if last is None else [last.everybody])
    if more and not any(each.tells_total for each in near):
        told = Told(counts.everybody, week, at.known_by)
        back = PERSONAL if any(each.tells_people for each in near) else frozenset[str]()
        return Occasion(week, week, study.opens_on, study.closes_on, True, back), counts, told
    if last is None:
        return None, counts, None
    same = Population(datetime.combine(last.week, time(), UTC), last.known_by)
    counts = counted(installation, connection, study.id, same)
    if counts.everybody != last.everybody:
        # Somebody was erased: what is counted of the others would say how many.
        return None, counts, None
    return Occasion(week, last.week, study.opens_on, study.closes_on, new=False), counts, last


def _ledgers(stored: Mapping[str, Any]) -> dict[str, Ledger]:
    return {
        name: from_json(kept, (), rounding=name in _ROUNDED)
        for name, kept in stored.items()
        if name != _COHORT
    }


def _last_told(stored: Mapping[str, Any], shown: Mapping[str, View]) -> Told | None:
    """The people whose total was told last; of a snapshot that kept no note, as of its taking."""
    kept = stored.get(_COHORT)
    if kept is not None:
        return Told(
            kept["everybody"],
            date.fromisoformat(kept["week"]),
            datetime.fromisoformat(kept["known_by"]),
        )
    view = shown.get(EVERYBODY)
    if view is None:
        return None
    began = datetime.combine(view.counted_on, time(), UTC)
    return Told(view.reach, view.counted_on, began)


def _cohort_as_json(told: Told) -> dict[str, Any]:
    return {
        "everybody": told.everybody,
        "week": told.week.isoformat(),
        "known_by": told.known_by.isoformat(),
    }
