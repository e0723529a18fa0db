"""Taking snapshots: counted once a week, protected around all that was ever shown, then frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from data_access import metrics
from data_access import studies as study_rows
from data_access.metrics import CellRow, DueStudy
from domain.disclosure.cells import Shown, Suppressed
from domain.disclosure.facts import EVERYBODY as TOTAL
from domain.disclosure.facts import Fact, Interval, Table
from domain.disclosure.ledger import Ledger, admit, attacked, guarded
from domain.disclosure.protection import Protected, sensitive
from domain.disclosure.stored import as_json, from_json
from domain.disclosure.tables import Dimension, as_of, cross_table
from domain.errors import Refused
from domain.metrics import (
    EVERYBODY,
    OTHER,
    Breakdown,
    breakdowns,
    listed_weeks,
    may_show_total,
    snapshot_week,
)
from domain.permissions import Actor
from services.acts import act
from services.installation import Installation
from services.metrics import SERVICE as SERVICE


@dataclass(frozen=True, slots=True)
class Audited:
    """What an attack on everything ever shown of a study finds.

    Of ``targets`` counts under the threshold, shown or not, ``opened`` can be told to be small;
    ``narrowest`` is what is known of the one known best.
    """

    study_id: UUID
    targets: int
    opened: int
    narrowest: Interval | None


def take_due(installation: Installation, service: Actor) -> int:
    """Take this week's snapshot of every study that has none; how many were taken."""
    week = snapshot_week(installation.now())
    with installation.database.transaction(service.staff_id) as connection:
        studies = metrics.due(connection, week)
    return sum(_take(installation, service, study, week) for study in studies)


def known_studies(installation: Installation, service: Actor) -> dict[UUID, str]:
    """Every study by its title; for the snapshot service."""
    with installation.database.transaction(service.staff_id) as connection:
        return {study.id: study.title for study in study_rows.visible(connection)}


def audit_ledgers(installation: Installation, service: Actor, studies: list[UUID]) -> list[Audited]:
    """Attack all that was ever shown of each study."""
    found = []
    for study_id in studies:
        with installation.database.transaction(service.staff_id, long=True) as connection:
            stored = metrics.ledger(connection, study_id)
        if not stored:
            continue
        targets = opened = 0
        narrowest: list[Interval] = []
        for kept in stored.values():
            ledger = from_json(kept, ())
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
            )
        )
    return found


def _take(installation: Installation, service: Actor, study: DueStudy, week: date) -> bool:
    """One study's snapshot, whole; False when somebody else took it at the same time."""
    before = datetime.combine(week, time(), UTC)
    declared = breakdowns(week, study.opens_on, study.closes_on)
    weeks = listed_weeks(week, study.opens_on, study.closes_on)
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
            everybody, counts = metrics.counts(
                done.connection, study.id, before, weeks[0], weeks[-1]
            )
            stored = metrics.ledger(done.connection, study.id) or {}
            ledgers = {name: from_json(kept, ()) for name, kept in stored.items()}
            cells: list[tuple[int, CellRow]] = []
            refused: list[str] = []
            if may_show_total(everybody, _totals(ledgers)):
                cells, ledgers, refused = protect(
                    ledgers, declared, everybody, counts, week.isoformat()
                )
            metrics.keep(
                done.connection,
                study_id=study.id,
                week=week,
                now=installation.now(),
                by=service.staff_id,
                ledger={name: as_json(held) for name, held in ledgers.items()},
                cells=cells,
            )
            done.detail.update(
                week=week.isoformat(),
                cells=len(cells),
                hidden=sum(cell.people is None for _, cell in cells),
                refused=refused,
            )
    except IntegrityError:
        return False
    return True


def protect(
    ledgers: Mapping[str, Ledger],
    declared: Sequence[Breakdown],
    everybody: int,
    counts: Mapping[str, Mapping[str, int]],
    week: str,
) -> tuple[list[tuple[int, CellRow]], dict[str, Ledger], list[str]]:
    """The cells of a snapshot, the ledgers with them, and the breakdowns refused whole.

    The total is told in every snapshot that is shown. Two breakdowns have nothing else in common,
    so that what is told of one says nothing of another, and each has a ledger of its own.
    """
    when: Fact = frozenset({("snapshot", week)})
    cells = [(0, CellRow(EVERYBODY, "", everybody, None))]
    kept = dict(ledgers)
    refused = []
    for breakdown in declared:
        table = as_of(counted_table(breakdown, everybody, counts.get(breakdown.name, {})), week)
        total = {TOTAL | when: Interval(everybody, everybody)}
        before = kept.get(breakdown.name, Ledger())
        ledger = replace(before, told={**before.told, **total})
        try:
            view = guarded(ledger, table)
            kept[breakdown.name] = admit(ledger, view)
        except Refused as reason:
            refused.append(breakdown.name)
            cells += [
                (at, CellRow(breakdown.name, category, None, reason.message))
                for at, category in enumerate(breakdown.categories)
            ]
            continue
        for at, category in enumerate(breakdown.categories):
            fact = frozenset({(breakdown.name, category)}) | when
            cells.append((at, _cell(breakdown.name, category, fact, view)))
    return cells, kept, refused


def _totals(ledgers: Mapping[str, Ledger]) -> list[int]:
    """The totals that were shown before, whichever breakdown's ledger has them."""
    return [
        int(told.low)
        for ledger in ledgers.values()
        for fact, told in ledger.told.items()
        if {name for name, _ in fact} == {"snapshot"}
    ]


def _cell(breakdown: str, category: str, fact: Fact, view: Protected) -> CellRow:
    cell = view.cells[fact]
    if isinstance(cell, Suppressed):
        return CellRow(breakdown, category, None, cell.sentence)
    if not isinstance(cell, Shown):
        raise AssertionError("A cell is shown or suppressed.")
    return CellRow(breakdown, category, int(cell.value), None)


def counted_table(breakdown: Breakdown, everybody: int, counts: Mapping[str, int]) -> Table:
    """The breakdown's counts with everybody; what is of no declared category is "other"."""
    dimension = Dimension(breakdown.name, breakdown.categories, several=breakdown.several)
    told: dict[Fact, int] = {TOTAL: everybody}
    for category, people in counts.items():
        name = category if category in breakdown.categories else OTHER
        if name not in breakdown.categories:
            raise AssertionError(f"{breakdown.name} declares no category for what was counted.")
        fact = frozenset({(breakdown.name, name)})
        # Distinct people of several categories under one name: no more than everybody.
        told[fact] = min(everybody, told.get(fact, 0) + people)
    return cross_table([dimension], told)
