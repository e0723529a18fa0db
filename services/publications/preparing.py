"""Preparing a publication behind the page: counted, protected, drawn, and frozen; or refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from data_access import privacy, publications
from data_access import recipients as recipient_rows
from data_access import studies as study_rows
from data_access.publications import PublicationRow
from data_access.studies import StudyRow
from domain.disclosure.stored import as_json
from domain.errors import BadInput, ClearanceError, Refused
from domain.permissions import Actor
from domain.publications.contents import (
    METHODS,
    NUMBERS,
    Frozen,
    Receiver,
    Words,
    check_something_shown,
    content_digest,
    methods_note,
    numbers_csv,
)
from domain.publications.lifecycle import PublicationState
from domain.publications.population import name_of
from domain.shares.agreements import check_receives
from services.acts import act
from services.installation import Installation
from services.publications.counting import Counts, count, standing
from services.publications.figures import draw
from services.publications.population import MayBeCounted


@dataclass(frozen=True, slots=True)
class _Made:
    """What was counted and protected, before it is drawn."""

    allowed: MayBeCounted
    counts: Counts
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
        made = _make(installation, connection, row)
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
            ledgers={name: as_json(each) for name, each in made.counts.ledgers.items()},
        )
        if row.epsilon is not None:
            privacy.spend(
                connection,
                publication_id=publication_id,
                study_id=row.study_id,
                epsilon=row.epsilon,
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
            bound_to=made.counts.bound_to,
            population=made.allowed.sessions,
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


def _make(installation: Installation, connection: Connection, row: PublicationRow) -> _Made:
    now = installation.now()
    receiver = receiver_of(connection, row, now)
    held = standing(connection, row, study_of(connection, row), now)
    counts = count(installation, connection, row, held)
    check_something_shown(counts.cells)
    frozen = Frozen(
        number=row.number,
        study_id=row.study_id,
        study_title=held.study.title,
        snapshot_id=row.snapshot_id,
        week=held.told.week,
        known_by=held.told.known_by,
        counted_at=counts.counted_at,
        breakdown=held.breakdown.name,
        question=held.breakdown.question,
        over_time=held.breakdown.over_time,
        several=held.breakdown.several,
        audience=row.audience,
        receiver=receiver,
        words=Words(row.title, row.note, row.purpose),
        everybody=counts.people,
        cells=counts.cells,
        population=name_of(held.allowed.sessions),
        rule=", ".join(held.allowed.rules),
        policy_digest=held.allowed.policy_digest,
        epsilon=row.epsilon,
    )
    return _Made(held.allowed, counts, frozen)


def study_of(connection: Connection, row: PublicationRow) -> StudyRow:
    """The study that a publication is of."""
    study = study_rows.by_id(connection, row.study_id)
    if study is None:
        raise AssertionError("A publication's study is there; the database says so.")
    return study


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
