"""Counting a proposal: with noise, anew for readers outside, or as the chart has it."""

from __future__ import annotations

import time as clock
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal

from sqlalchemy import Connection

from data_access import metrics, privacy
from data_access.metrics import Population
from data_access.publications import PublicationRow
from data_access.studies import StudyRow
from domain.counted import Counted
from domain.disclosure.cells import Cell, Suppressed
from domain.disclosure.ledger import Ledger
from domain.disclosure.patience import OutOfTime, Patience
from domain.errors import Refused
from domain.metrics import PERSONAL, Breakdown, breakdowns
from domain.publications.charts import by_category, check_as_old_as_everybody
from domain.publications.contents import FrozenCell, check_enough
from domain.publications.labels import label
from domain.publications.population import name_of
from domain.publications.privacy import BELOW, check_budget, check_can_have_noise
from domain.publications.privacy import shown as shown_with_noise
from domain.publications.protecting import CountedOutside, check_apart, published
from domain.views import View
from services import metrics_snapshots
from services.installation import Installation
from services.metrics_snapshots import Told
from services.publications.noise import noisy
from services.publications.population import MayBeCounted, may_be_counted

#: So many seconds may go into protecting a publication; what takes longer is refused.
SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Counts:
    """The cells as they may be published, of how many people, counted when.

    ``bound_to`` is what they are bound to in the ``ledgers``, which are as they are with them.
    """

    cells: tuple[FrozenCell, ...]
    people: int | None
    counted_at: datetime
    bound_to: str
    ledgers: Mapping[str, Ledger] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a proposal stands on: its chart, all that was told, and who may be counted."""

    study: StudyRow
    breakdown: Breakdown
    view: View
    told: Told
    ledgers: Mapping[str, Ledger]
    population: Population
    allowed: MayBeCounted


def standing(
    connection: Connection, row: PublicationRow, study: StudyRow, now: datetime
) -> Standing:
    """What it stands on now; no snapshot is taken before the transaction ends.

    Raises
    ------
    Refused
        When a newer snapshot was taken, the chart is too old, or nobody may be counted.
    """
    # First of all, so that nothing is told between what is read here and what is written.
    so_far = metrics_snapshots.told_so_far(connection, row.study_id)
    newest = metrics.newest(connection, row.study_id)
    if so_far is None or newest is None or newest[0].id != row.snapshot_id:
        raise Refused(
            "A newer snapshot was taken meanwhile, and leads see that one.",
            rule="publication.newest-snapshot",
            remedy="Propose the chart as it is on the newest snapshot.",
        )
    ledgers, told = so_far
    view = next(each for each in newest[1] if each.name == row.breakdown)
    check_as_old_as_everybody(view, told.week)
    population = Population(begin(told.week), told.known_by)
    return Standing(
        study,
        breakdown_of(row.breakdown, told.week, study),
        view,
        told,
        ledgers,
        population,
        may_be_counted(connection, row.study_id, population, row.audience, now),
    )


def count(
    installation: Installation, connection: Connection, row: PublicationRow, held: Standing
) -> Counts:
    """The counts as they may be published.

    Raises
    ------
    Refused
        When too few may be counted, or what was told lies too close, or the budget is spent.
    """
    if row.epsilon is not None:
        return _with_noise(installation, connection, held, row.epsilon)
    if held.allowed.left_out:
        return _anew(installation, connection, held)
    # Everybody may be counted: it says what the chart said, and nothing more is told.
    cells = tuple(
        FrozenCell(each.category, label(held.breakdown.name, each.category), each.people, each.why)
        for each in held.view.cells
    )
    told = held.told
    counted_at = begin(held.view.counted_on)
    return Counts(cells, told.everybody, counted_at, told.week.isoformat())


def breakdown_of(name: str, week: date, study: StudyRow) -> Breakdown:
    """The declared breakdown of that name."""
    return next(
        each for each in breakdowns(week, study.opens_on, study.closes_on) if each.name == name
    )


def begin(day: date) -> datetime:
    """The instant at which a day begins, in UTC."""
    return datetime.combine(day, time(), UTC)


def _with_noise(
    installation: Installation, connection: Connection, held: Standing, epsilon: Decimal
) -> Counts:
    """With noise for what it costs; only what has it is looked at from there on."""
    check_can_have_noise(held.breakdown)
    spent = privacy.spendings(connection, held.study.id)
    check_budget(sum((each.epsilon for each in spent), Decimal(0)), epsilon)
    counts = _by_category(held, _seen(installation, connection, held))
    cells = tuple(
        FrozenCell(
            name,
            label(held.breakdown.name, name),
            people,
            BELOW if people is None else None,
        )
        for name, people in shown_with_noise(noisy(counts, epsilon)).items()
    )
    return Counts(cells, None, installation.now(), f"{held.told.week.isoformat()}, with noise")


def _anew(installation: Installation, connection: Connection, held: Standing) -> Counts:
    """Without those who may not be counted, protected beside all that was told."""
    seen = _seen(installation, connection, held)
    check_enough(seen.everybody)
    near = metrics.neighbours(connection, held.study.id, held.population, held.allowed.outside)
    check_apart(
        tells_total=any(each.tells_total for each in near),
        tells_people=held.breakdown.name in PERSONAL and any(each.tells_people for each in near),
    )
    now = installation.now()
    name = name_of(held.allowed.sessions)
    outside = CountedOutside(seen.everybody, name, held.told.week.isoformat(), now.isoformat())
    patience = Patience.of(SECONDS, clock.monotonic)
    try:
        made = published(held.ledgers, held.breakdown, _by_category(held, seen), outside, patience)
    except OutOfTime as error:
        raise Refused(
            "These counts took too long to protect beside all that was shown.",
            rule=error.rule,
            remedy="Propose a breakdown with fewer groups.",
        ) from error
    cells = tuple(
        _frozen(held.breakdown.name, category, cell) for category, cell in made.cells.items()
    )
    return Counts(cells, seen.everybody, now, made.bound_to, made.ledgers)


def _seen(installation: Installation, connection: Connection, held: Standing) -> Counted:
    return metrics_snapshots.counted(
        installation, connection, held.study.id, held.population, held.allowed.outside
    )


def _by_category(held: Standing, seen: Counted) -> dict[str, int]:
    study = held.study
    return by_category(held.breakdown, seen, study.opens_on, study.closes_on, held.told.week)


def _frozen(breakdown: str, category: str, cell: Cell) -> FrozenCell:
    if isinstance(cell, Suppressed):
        return FrozenCell(category, label(breakdown, category), None, cell.sentence)
    return FrozenCell(category, label(breakdown, category), int(cell.value), None)
