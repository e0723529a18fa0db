"""Preparing a publication behind the page: counted, protected, drawn, and frozen; or refused."""

from __future__ import annotations

import time as clock
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy import Connection

from data_access import metrics, publications
from data_access import recipients as recipient_rows
from data_access import studies as study_rows
from data_access.metrics import Population
from data_access.publications import PublicationRow
from data_access.studies import StudyRow
from domain.disclosure.cells import Cell, Suppressed
from domain.disclosure.ledger import Ledger
from domain.disclosure.patience import OutOfTime, Patience
from domain.disclosure.stored import as_json
from domain.errors import BadInput, ClearanceError, Refused
from domain.metrics import PERSONAL, Breakdown, breakdowns
from domain.permissions import Actor
from domain.publications.charts import by_category, check_as_old_as_everybody
from domain.publications.contents import (
    METHODS,
    NUMBERS,
    Frozen,
    FrozenCell,
    Receiver,
    Words,
    check_enough,
    check_something_shown,
    content_digest,
    methods_note,
    numbers_csv,
)
from domain.publications.labels import label
from domain.publications.lifecycle import PublicationState
from domain.publications.population import name_of
from domain.publications.protecting import CountedOutside, check_apart, published
from domain.shares.agreements import check_receives
from domain.views import View
from services import metrics_snapshots
from services.acts import act
from services.installation import Installation
from services.publications.figures import draw
from services.publications.population import MayBeCounted, may_be_counted

#: So many seconds may go into protecting a publication; what takes longer is refused.
SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Made:
    """What was counted and protected, before it is drawn."""

    counted: MayBeCounted
    bound_to: str
    ledgers: Mapping[str, Ledger]
    frozen: Frozen


def prepare(installation: Installation, service: Actor, publication_id: UUID) -> PublicationState:
    """Freeze a proposal, or refuse it with the rule; the state it is in afterwards.

    Everything is one transaction, the entry in the ledger of what was shown included: cells that
    somebody could see are in it, and none that nobody could.
    """
    try:
        return _prepare(installation, service, publication_id)
    except (Refused, BadInput) as error:
        return _refuse(installation, service, publication_id, error)


def _prepare(installation: Installation, service: Actor, publication_id: UUID) -> PublicationState:
    with act(
        installation,
        service,
        "publication.freeze",
        "publication",
        object_id=str(publication_id),
        long=True,
    ) as done:
        connection = done.connection
        publications.hold(connection, publication_id)
        row = known(connection, publication_id)
        done.study_id, done.purpose = row.study_id, row.purpose
        done.detail.update(number=row.number)
        if row.state is not PublicationState.PREPARING:
            done.changed_nothing = True
            return row.state
        made = _count(installation, connection, row)
        files = {
            **draw(made.frozen),
            NUMBERS: numbers_csv(made.frozen),
            METHODS: methods_note(made.frozen),
        }
        digest = content_digest(made.frozen, files)
        now = installation.now()
        publications.freeze(
            connection,
            publication_id,
            study_id=row.study_id,
            cells=made.frozen.cells,
            files=files,
            ledgers={name: as_json(each) for name, each in made.ledgers.items()},
        )
        publications.move(
            connection,
            publication_id,
            PublicationState.PROPOSED,
            now,
            content_digest=digest,
            counted_at=made.frozen.counted_at,
            known_by=made.frozen.known_by,
            everybody=made.frozen.everybody,
            rule=made.frozen.rule,
            policy_digest=made.frozen.policy_digest,
            bound_to=made.bound_to,
            population=made.counted.sessions,
        )
        done.detail.update(
            content=digest.hex(),
            cells=len(made.frozen.cells),
            withheld=made.frozen.withheld,
            rule=made.frozen.rule,
            policy=made.frozen.policy_digest,
        )
    return PublicationState.PROPOSED


def _refuse(
    installation: Installation, service: Actor, publication_id: UUID, error: ClearanceError
) -> PublicationState:
    with installation.database.transaction(service.staff_id) as connection:
        publications.hold(connection, publication_id)
        row = known(connection, publication_id)
        if row.state is PublicationState.PREPARING:
            publications.move(
                connection,
                publication_id,
                PublicationState.REFUSED,
                installation.now(),
                state_reason=str(error),
            )
    return PublicationState.REFUSED


def known(connection: Connection, publication_id: UUID) -> PublicationRow:
    """The publication, for the service.

    Raises
    ------
    Refused
        When there is none.
    """
    row = publications.find(connection, publication_id)
    if row is None:
        raise Refused(
            "There is no such publication.", rule="publication.known", remedy="Reload the page."
        )
    return row


def _count(installation: Installation, connection: Connection, row: PublicationRow) -> _Made:
    now = installation.now()
    study = study_of(connection, row)
    receiver = receiver_of(connection, row, now)
    # First of all, so that no snapshot is taken between what is read here and what is written.
    so_far = metrics_snapshots.told_so_far(connection, row.study_id)
    newest = metrics.newest(connection, row.study_id)
    if so_far is None or newest is None or newest[0].id != row.snapshot_id:
        raise Refused(
            "A newer snapshot was taken meanwhile, and leads see that one.",
            rule="publication.newest-snapshot",
            remedy="Propose the chart as it is on the newest snapshot.",
        )
    shown, told = so_far
    views = {view.name: view for view in newest[1]}
    breakdown, view = breakdown_of(row.breakdown, row.week, study), views[row.breakdown]
    check_as_old_as_everybody(view, told.week)
    population = Population(_begin(told.week), told.known_by)
    counted = may_be_counted(connection, row.study_id, population, row.audience, now)
    name = name_of(counted.sessions)
    if counted.left_out:
        seen = metrics_snapshots.counted(
            installation, connection, row.study_id, population, counted.outside
        )
        check_enough(seen.everybody)
        near = metrics.neighbours(connection, row.study_id, population, counted.outside)
        check_apart(
            tells_total=any(each.tells_total for each in near),
            tells_people=breakdown.name in PERSONAL and any(each.tells_people for each in near),
        )
        try:
            made = published(
                shown,
                breakdown,
                by_category(breakdown, seen, study.opens_on, study.closes_on, told.week),
                CountedOutside(seen.everybody, name, told.week.isoformat(), now.isoformat()),
                Patience.of(SECONDS, clock.monotonic),
            )
        except OutOfTime as error:
            raise Refused(
                "These counts took too long to protect beside all that was shown.",
                rule=error.rule,
                remedy="Propose a breakdown with fewer groups.",
            ) from error
        people, at = seen.everybody, now
        cells, bound_to, ledgers = _cells(breakdown, made.cells), made.bound_to, made.ledgers
    else:
        # Everybody may be counted: it says what the chart said, and nothing more is told.
        people, at = told.everybody, _begin(view.counted_on)
        cells, bound_to, ledgers = _as_on_the_chart(breakdown, view), told.week.isoformat(), {}
    check_something_shown(cells)
    frozen = Frozen(
        number=row.number,
        study_id=row.study_id,
        study_title=study.title,
        snapshot_id=row.snapshot_id,
        week=told.week,
        known_by=told.known_by,
        counted_at=at,
        breakdown=breakdown.name,
        question=breakdown.question,
        over_time=breakdown.over_time,
        several=breakdown.several,
        audience=row.audience,
        receiver=receiver,
        words=Words(row.title, row.note, row.purpose),
        everybody=people,
        cells=cells,
        population=name,
        rule=", ".join(counted.rules),
        policy_digest=counted.policy_digest,
    )
    return _Made(counted, bound_to, ledgers, frozen)


def study_of(connection: Connection, row: PublicationRow) -> StudyRow:
    """The study that a publication is of."""
    study = study_rows.by_id(connection, row.study_id)
    if study is None:
        raise AssertionError("A publication's study is there; the database says so.")
    return study


def breakdown_of(name: str, week: date, study: StudyRow) -> Breakdown:
    """The declared breakdown of that name."""
    return next(
        each for each in breakdowns(week, study.opens_on, study.closes_on) if each.name == name
    )


def receiver_of(connection: Connection, row: PublicationRow, now: datetime) -> Receiver | None:
    """The named recipient under the agreement, when they may receive something now.

    Raises
    ------
    Refused
        When they may not.
    """
    if row.recipient_id is None or row.agreement_id is None:
        return None
    recipient, agreement = recipient_rows.parties(connection, row.recipient_id, row.agreement_id)
    check_receives(recipient, agreement, now)
    return Receiver(
        recipient.id,
        recipient.kind,
        recipient.name,
        recipient.organisation,
        agreement.id,
        agreement.version,
        agreement.text_digest,
    )


def _cells(breakdown: Breakdown, made: Mapping[str, Cell]) -> tuple[FrozenCell, ...]:
    return tuple(
        FrozenCell(
            category,
            label(breakdown.name, category),
            None if isinstance(cell, Suppressed) else int(cell.value),
            cell.sentence if isinstance(cell, Suppressed) else None,
        )
        for category, cell in made.items()
    )


def _as_on_the_chart(breakdown: Breakdown, view: View) -> tuple[FrozenCell, ...]:
    return tuple(
        FrozenCell(
            cell.category,
            label(breakdown.name, cell.category),
            cell.people,
            cell.why,
        )
        for cell in view.cells
    )


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
