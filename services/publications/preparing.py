"""Preparing a publication behind the page: counted, protected, drawn, and frozen; or refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from data_access import metrics, publication_counts, publications
from data_access import recipients as recipient_rows
from data_access import studies as study_rows
from data_access.publications import PublicationRow
from domain.disclosure.cells import Shown, Suppressed
from domain.disclosure.ledger import Ledger
from domain.disclosure.publishing import Published, published, totals_told
from domain.disclosure.stored import as_json, from_json
from domain.errors import BadInput, ClearanceError, Refused
from domain.metrics import Breakdown, breakdowns, listed_weeks
from domain.permissions import Actor
from domain.publications.contents import (
    METHODS,
    NUMBERS,
    Frozen,
    FrozenCell,
    Receiver,
    Words,
    check_something_shown,
    content_digest,
    methods_note,
    numbers_csv,
)
from domain.publications.labels import label
from domain.publications.lifecycle import PublicationState
from domain.publications.population import name_of
from domain.shares.agreements import check_receives
from services.acts import act
from services.installation import Installation
from services.metrics_snapshots import counted_table
from services.publications.figures import draw
from services.publications.population import Counted, may_be_counted


@dataclass(frozen=True, slots=True)
class _Made:
    """What was counted and protected, before it is drawn."""

    counted: Counted
    view: Published
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
        made = _count(connection, row, installation.now())
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
            breakdown=row.breakdown,
            cells=made.frozen.cells,
            files=files,
            ledger=as_json(made.view.ledger),
            now=now,
        )
        publications.move(
            connection,
            publication_id,
            PublicationState.PROPOSED,
            now,
            content_digest=digest,
            counted_at=made.frozen.counted_at,
            everybody=made.frozen.everybody,
            rule=made.frozen.rule,
            policy_digest=made.frozen.policy_digest,
            bound_to=made.view.bound_to,
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


def _count(connection: Connection, row: PublicationRow, now: datetime) -> _Made:
    study = study_rows.by_id(connection, row.study_id)
    if study is None:
        raise AssertionError("A publication's study is there; the database says so.")
    receiver = receiver_of(connection, row, now)
    declared = {each.name: each for each in breakdowns(row.week, study.opens_on, study.closes_on)}
    breakdown = declared[row.breakdown]
    counted = may_be_counted(connection, row.study_id, row.week, row.audience, now)
    weeks = listed_weeks(row.week, study.opens_on, study.closes_on)
    everybody, counts = publication_counts.counts(
        connection, counted.whom, row.breakdown, weeks[0], weeks[-1]
    )
    stored = metrics.ledger(connection, row.study_id) or {}
    ledgers = {name: from_json(kept, ()) for name, kept in stored.items()}
    view = published(
        ledgers.get(row.breakdown, Ledger()),
        counted_table(breakdown, everybody, counts),
        week=row.week.isoformat(),
        population=name_of(counted.sessions),
        totals=totals_told(ledgers.values()),
    )
    cells = _cells(breakdown, view)
    check_something_shown(cells)
    frozen = Frozen(
        number=row.number,
        study_id=row.study_id,
        study_title=study.title,
        snapshot_id=row.snapshot_id,
        week=row.week,
        counted_at=now,
        breakdown=breakdown.name,
        question=breakdown.question,
        over_time=breakdown.over_time,
        several=breakdown.several,
        audience=row.audience,
        receiver=receiver,
        words=Words(row.title, row.note, row.purpose),
        everybody=_people(view),
        cells=cells,
        population=name_of(counted.sessions),
        rule=", ".join(counted.rules),
        policy_digest=counted.policy_digest,
    )
    return _Made(counted, view, frozen)


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


def _cells(breakdown: Breakdown, made: Published) -> tuple[FrozenCell, ...]:
    cells = []
    for category in breakdown.categories:
        cell = made.view.cells[made.fact((breakdown.name, category))]
        said = label(breakdown.name, category, over_time=breakdown.over_time)
        if isinstance(cell, Suppressed):
            cells.append(FrozenCell(category, said, None, cell.sentence))
        else:
            cells.append(FrozenCell(category, said, int(cell.value), None))
    return tuple(cells)


def _people(made: Published) -> int | None:
    total = made.view.cells[made.fact()]
    return int(total.value) if isinstance(total, Shown) else None
