"""Publications: proposals, their frozen cells and files, what left, and the jobs behind them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from data_access.releases import JobProgress
from data_access.tables import (
    Job,
    MetricSnapshot,
    Publication,
    PublicationCell,
    PublicationFile,
    PublicationLedger,
    PublicationRelease,
    Staff,
    Study,
)
from domain.publications.contents import Audience, FrozenCell
from domain.publications.lifecycle import PublicationState

PREPARE, PUBLISH = "publication.prepare", "publication.publish"
#: What is done behind the page with publications.
JOB_KINDS = (PREPARE, PUBLISH)


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """One publication, with the names that people know things by."""

    id: UUID
    number: int
    study_id: UUID
    study_title: str
    snapshot_id: UUID
    week: date
    breakdown: str
    #: Of the noise in its counts; None where they are exact.
    epsilon: Decimal | None
    audience: Audience
    recipient_id: UUID | None
    recipient_name: str | None
    agreement_id: UUID | None
    agreement_version: int | None
    title: str
    note: str
    purpose: str
    proposed_by: UUID
    proposer_name: str
    state: PublicationState
    state_reason: str
    changed_at: datetime
    lapses_at: datetime | None
    content_digest: bytes | None
    counted_at: datetime | None
    known_by: datetime | None
    everybody: int | None
    rule: str | None
    policy_digest: str | None
    withdrawn_at: datetime | None
    withdrawal_reason: str | None


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """What left, without the package itself."""

    package_digest: bytes
    size: int
    published_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class TakenPublication:
    """A package as somebody fetches it; never printed."""

    number: int
    study_id: UUID
    package: bytes
    package_digest: bytes


def propose(
    connection: Connection,
    *,
    study_id: UUID,
    snapshot_id: UUID,
    week: date,
    breakdown: str,
    epsilon: Decimal | None,
    audience: Audience,
    recipient_id: UUID | None,
    agreement_id: UUID | None,
    title: str,
    note: str,
    purpose: str,
    by: UUID,
    now: datetime,
) -> tuple[UUID, int]:
    """Keep a proposal; its id and number."""
    row = connection.execute(
        insert(Publication)
        .values(
            study_id=study_id,
            snapshot_id=snapshot_id,
            week=week,
            breakdown=breakdown,
            epsilon=epsilon,
            audience=audience.value,
            recipient_id=recipient_id,
            agreement_id=agreement_id,
            title=title,
            note=note,
            purpose=purpose,
            proposed_by=by,
            created_at=now,
            changed_at=now,
        )
        .returning(Publication.id, Publication.number)
    ).one()
    return row.id, row.number


def move(
    connection: Connection,
    publication_id: UUID,
    state: PublicationState,
    now: datetime,
    **values: Any,
) -> None:
    """Set the state, and what goes with it; the database checks the step."""
    connection.execute(
        update(Publication)
        .where(Publication.id == publication_id)
        .values(state=state.value, changed_at=now, **({"state_reason": ""} | values))
        .execution_options(synchronize_session=False)
    )


def hold(connection: Connection, publication_id: UUID) -> None:
    """Hold a publication still until the transaction ends."""
    connection.execute(text("SELECT hold_publication(:id)"), {"id": publication_id})


def find(connection: Connection, publication_id: UUID) -> PublicationRow | None:
    """One publication, when the actor may see it."""
    row = connection.execute(_rows().where(Publication.id == publication_id)).first()
    return None if row is None else _row(row)


def listed(connection: Connection, at_most: int) -> list[PublicationRow]:
    """The publications the actor may see, the latest changed first."""
    rows = connection.execute(
        _rows().order_by(Publication.changed_at.desc(), Publication.id).limit(at_most)
    )
    return [_row(row) for row in rows]


def lapsed(connection: Connection, now: datetime) -> list[UUID]:
    """Approvals whose time is up."""
    return list(
        connection.execute(
            select(Publication.id)
            .where(Publication.state == PublicationState.APPROVED.value)
            .where(Publication.lapses_at <= now)
            .limit(100)
        ).scalars()
    )


def freeze(
    connection: Connection,
    publication_id: UUID,
    *,
    study_id: UUID,
    cells: Sequence[FrozenCell],
    files: Mapping[str, bytes],
    ledgers: Mapping[str, Any],
) -> None:
    """Keep cells and files as they would leave, and the ledgers with them; before it moves on."""
    connection.execute(
        insert(PublicationCell),
        [
            {
                "publication_id": publication_id,
                "ordinal": ordinal,
                "category": cell.category,
                "label": cell.label,
                "people": cell.people,
                "why": cell.why,
            }
            for ordinal, cell in enumerate(cells)
        ],
    )
    connection.execute(
        insert(PublicationFile),
        [
            {
                "publication_id": publication_id,
                "name": name,
                "content": content,
                "digest": hashlib.sha256(content).digest(),
            }
            for name, content in files.items()
        ],
    )
    newest = (
        select(MetricSnapshot.id)
        .where(MetricSnapshot.study_id == study_id)
        .order_by(MetricSnapshot.week.desc())
        .limit(1)
    )
    connection.execute(
        insert(PublicationLedger)
        .inline()
        .values(
            publication_id=publication_id,
            study_id=study_id,
            snapshot_id=newest.scalar_subquery(),
            ledger=dict(ledgers),
        )
    )


def cells(connection: Connection, publication_id: UUID) -> tuple[FrozenCell, ...]:
    """The frozen cells, in the order of the figure."""
    rows = connection.execute(
        select(
            PublicationCell.category,
            PublicationCell.label,
            PublicationCell.people,
            PublicationCell.why,
        )
        .where(PublicationCell.publication_id == publication_id)
        .order_by(PublicationCell.ordinal)
    )
    return tuple(FrozenCell(*row) for row in rows)


def file_digests(connection: Connection, publication_id: UUID) -> dict[str, bytes]:
    """SHA-256 of each frozen file."""
    rows = connection.execute(
        select(PublicationFile.name, PublicationFile.digest)
        .where(PublicationFile.publication_id == publication_id)
        .order_by(PublicationFile.name)
    )
    return {row.name: bytes(row.digest) for row in rows}


def files(connection: Connection, publication_id: UUID, names: Collection[str]) -> dict[str, bytes]:
    """Frozen files by name, byte for byte."""
    rows = connection.execute(
        select(PublicationFile.name, PublicationFile.content).where(
            PublicationFile.publication_id == publication_id, PublicationFile.name.in_(names)
        )
    )
    return {row.name: bytes(row.content) for row in rows}


def population(connection: Connection, publication_id: UUID) -> bytes | None:
    """Which sessions it counts; for the snapshot service alone."""
    held = connection.execute(
        text("SELECT publication_population(:id)"), {"id": publication_id}
    ).scalar_one()
    return None if held is None else bytes(held)


def publish(
    connection: Connection,
    *,
    publication_id: UUID,
    content_digest: bytes,
    package: bytes,
    package_digest: bytes,
    asked_by: UUID,
    now: datetime,
) -> None:
    """Keep a package, whole; the database checks that its publication is approved as it is."""
    connection.execute(
        insert(PublicationRelease).values(
            publication_id=publication_id,
            content_digest=content_digest,
            package=package,
            package_digest=package_digest,
            size=len(package),
            asked_by=asked_by,
            published_at=now,
        )
    )


def published(connection: Connection, publication_id: UUID) -> PublishedRow | None:
    """What left for a publication."""
    row = connection.execute(
        select(
            PublicationRelease.package_digest,
            PublicationRelease.size,
            PublicationRelease.published_at,
        ).where(PublicationRelease.publication_id == publication_id)
    ).first()
    return None if row is None else PublishedRow(bytes(row[0]), row[1], row[2])


def package(connection: Connection, publication_id: UUID) -> TakenPublication | None:
    """The package of a publication that stands, for leads and approvers of its study."""
    row = connection.execute(
        text("SELECT * FROM publication_package(:id)"), {"id": publication_id}
    ).first()
    if row is None:
        return None
    return TakenPublication(row.number, row.study_id, bytes(row.package), bytes(row.package_digest))


def newest_job(connection: Connection, publication_id: UUID) -> JobProgress | None:
    """The newest job of a publication."""
    row = connection.execute(
        select(Job.kind, Job.state, Job.done, Job.total, Job.message)
        .where(Job.kind.in_(JOB_KINDS), Job.payload["publication"].astext == str(publication_id))
        .order_by(Job.created_at.desc(), Job.id.desc())
        .limit(1)
    ).first()
    return None if row is None else JobProgress(*row)


def _rows() -> Select[*tuple[Any, ...]]:
    receiver = func.publication_receiver(Publication.id, type_=JSONB)
    return (
        select(
            Publication.id,
            Publication.number,
            Publication.study_id,
            Study.title.label("study_title"),
            Publication.snapshot_id,
            Publication.week,
            Publication.breakdown,
            Publication.epsilon,
            Publication.audience,
            Publication.recipient_id,
            # Leads and others read no recipient but that of what they see.
            receiver["name"].astext.label("recipient_name"),
            Publication.agreement_id,
            receiver["version"].as_integer().label("agreement_version"),
            Publication.title,
            Publication.note,
            Publication.purpose,
            Publication.proposed_by,
            Staff.display_name.label("proposer_name"),
            Publication.state,
            Publication.state_reason,
            Publication.changed_at,
            Publication.lapses_at,
            Publication.content_digest,
            Publication.counted_at,
            Publication.known_by,
            Publication.everybody,
            Publication.rule,
            Publication.policy_digest,
            Publication.withdrawn_at,
            Publication.withdrawal_reason,
        )
        .join(Staff, Staff.id == Publication.proposed_by)
        .join(Study, Study.id == Publication.study_id)
    )


def _row(row: Row[Any]) -> PublicationRow:
    values = row._asdict()
    digest = values["content_digest"]
    return PublicationRow(
        **values
        | {
            "state": PublicationState(values["state"]),
            "audience": Audience(values["audience"]),
            "content_digest": None if digest is None else bytes(digest),
        }
    )
