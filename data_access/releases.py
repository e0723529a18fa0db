"""Releases: the packages that left, links to them, recalls, and the jobs that build them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, select, text, update

from data_access.tables import (
    Job,
    PackageOffer,
    RecipientRow,
    ShareRecall,
    ShareRelease,
    ShareRequest,
    Staff,
)
from domain.shares.recall import RecallReason

RELEASE, SUBMIT = "share.release", "share.submit"
#: What is done behind the page with requests.
JOB_KINDS = (RELEASE, SUBMIT)


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """What left, without the package itself."""

    content_digest: bytes
    package_digest: bytes
    size: int
    sessions: int
    destroy_by: datetime
    released_at: datetime


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A link to a package: for whom, until when, and whether it was used."""

    name: str
    reason: str | None
    offered_at: datetime
    expires_at: datetime
    fetched_at: datetime | None


@dataclass(frozen=True, slots=True)
class RecallRow:
    """A recall, and whether the recipient attested that everything is destroyed."""

    share_id: UUID
    share_number: int
    recipient_id: UUID
    recipient_name: str
    reason: RecallReason
    notice: str
    recalled_at: datetime
    due_at: datetime
    attested_at: datetime | None
    attestation: str | None


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far the checking of a request or the building of its package is."""

    kind: str
    state: str
    done: int
    total: int | None
    message: str | None

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ("waiting", "running")


@dataclass(frozen=True, slots=True, repr=False)
class TakenPackage:
    """A package that was fetched just now; never printed."""

    share_id: UUID
    share_number: int
    study_id: UUID
    package: bytes
    package_digest: bytes


@dataclass(frozen=True, slots=True)
class TouchedShare:
    """A request that holds a session: who asked for it to go where, and whether it left."""

    session_id: UUID
    share_id: UUID
    share_number: int
    state: str
    recipient_name: str
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """That somebody fetched the package of a share."""

    share_number: int
    who: str
    at: datetime


def keep(
    connection: Connection,
    *,
    share_id: UUID,
    content_digest: bytes,
    package: bytes,
    package_digest: bytes,
    sessions: int,
    destroy_by: datetime,
    asked_by: UUID,
    now: datetime,
) -> None:
    """Keep a package, whole; the database checks that its request is approved as it is."""
    connection.execute(
        insert(ShareRelease).values(
            share_id=share_id,
            content_digest=content_digest,
            package=package,
            package_digest=package_digest,
            size=len(package),
            sessions=sessions,
            destroy_by=destroy_by,
            asked_by=asked_by,
            released_at=now,
        )
    )


def find(connection: Connection, share_id: UUID) -> ReleaseRow | None:
    """What left for a request."""
    row = connection.execute(
        select(
            ShareRelease.content_digest,
            ShareRelease.package_digest,
            ShareRelease.size,
            ShareRelease.sessions,
            ShareRelease.destroy_by,
            ShareRelease.released_at,
        ).where(ShareRelease.share_id == share_id)
    ).first()
    if row is None:
        return None
    return ReleaseRow(
        bytes(row.content_digest),
        bytes(row.package_digest),
        row.size,
        row.sessions,
        row.destroy_by,
        row.released_at,
    )


def touched(connection: Connection, sessions: Sequence[UUID]) -> list[TouchedShare]:
    """The requests that hold these sessions; for administrators and auditors."""
    rows = connection.execute(
        text("SELECT * FROM shares_with(CAST(:sessions AS uuid[]))"), {"sessions": list(sessions)}
    )
    return [
        TouchedShare(
            row.session_id,
            row.share_id,
            row.share_number,
            row.state,
            row.recipient,
            row.released_at,
        )
        for row in rows
    ]


def fetched(connection: Connection, session_id: UUID) -> list[Fetched]:
    """Who fetched a package that holds a session, the first one first; for auditors."""
    rows = connection.execute(text("SELECT * FROM fetched_with(:session)"), {"session": session_id})
    return [Fetched(row.share_number, row.who, row.fetched_at) for row in rows]


def offer(
    connection: Connection,
    *,
    share_id: UUID,
    staff_id: UUID,
    token_digest: bytes,
    reason: str | None,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Keep a link to a package; the database checks for whom."""
    connection.execute(
        insert(PackageOffer)
        .inline()
        .values(
            share_id=share_id,
            staff_id=staff_id,
            token_digest=token_digest,
            reason=reason,
            offered_at=now,
            expires_at=expires_at,
        )
    )


def offers(connection: Connection, share_id: UUID) -> list[OfferRow]:
    """The links made to a package, the oldest first."""
    rows = connection.execute(
        select(
            Staff.display_name,
            PackageOffer.reason,
            PackageOffer.offered_at,
            PackageOffer.expires_at,
            PackageOffer.fetched_at,
        )
        .join(Staff, Staff.id == PackageOffer.staff_id)
        .where(PackageOffer.share_id == share_id)
        .order_by(PackageOffer.offered_at)
    )
    return [OfferRow(*row) for row in rows]


def take(connection: Connection, token_digest: bytes, now: datetime) -> TakenPackage | None:
    """The package behind a link, and the link is used up; None when it opens nothing."""
    row = connection.execute(
        text("SELECT * FROM take_package(:token, :at)"), {"token": token_digest, "at": now}
    ).first()
    if row is None:
        return None
    return TakenPackage(
        row.share_id, row.share_number, row.study_id, bytes(row.package), bytes(row.package_digest)
    )


def call_back(
    connection: Connection,
    *,
    share_id: UUID,
    reason: RecallReason,
    notice: str,
    by: UUID,
    now: datetime,
    due_at: datetime,
) -> None:
    """Keep a recall."""
    connection.execute(
        insert(ShareRecall).values(
            share_id=share_id,
            reason=reason.value,
            notice=notice,
            recalled_by=by,
            recalled_at=now,
            due_at=due_at,
        )
    )


def attest(
    connection: Connection, share_id: UUID, attestation: str, by: UUID, now: datetime
) -> bool:
    """Keep that the recipient attested; False when it was kept before."""
    return (
        connection.execute(
            update(ShareRecall)
            .where(ShareRecall.share_id == share_id, ShareRecall.attested_at.is_(None))
            .values(attested_at=now, attestation=attestation, attested_to=by)
        ).rowcount
        == 1
    )


def recall(connection: Connection, share_id: UUID) -> RecallRow | None:
    """The recall of a release."""
    found = _recalls(connection, share_id=share_id)
    return found[0] if found else None


def overdue(connection: Connection, now: datetime) -> list[RecallRow]:
    """Recalls that nobody attested in time, the longest overdue first."""
    return _recalls(connection, due_by=now)


def open_recalls(connection: Connection) -> list[RecallRow]:
    """Recalls that wait for an attestation, the first due first."""
    return _recalls(connection, unattested=True)


def open_job(connection: Connection, share_id: UUID) -> JobProgress | None:
    """The newest job of a request."""
    row = connection.execute(
        select(Job.kind, Job.state, Job.done, Job.total, Job.message)
        .where(Job.kind.in_(JOB_KINDS), Job.payload["share"].astext == str(share_id))
        .order_by(Job.created_at.desc())
        .limit(1)
    ).first()
    return None if row is None else JobProgress(*row)


def _recalls(
    connection: Connection,
    *,
    share_id: UUID | None = None,
    due_by: datetime | None = None,
    unattested: bool = False,
) -> list[RecallRow]:
    wanted = (
        select(
            ShareRecall.share_id,
            ShareRequest.number,
            ShareRequest.recipient_id,
            (RecipientRow.name + ", " + RecipientRow.organisation).label("recipient_name"),
            ShareRecall.reason,
            ShareRecall.notice,
            ShareRecall.recalled_at,
            ShareRecall.due_at,
            ShareRecall.attested_at,
            ShareRecall.attestation,
        )
        .join(ShareRequest, ShareRequest.id == ShareRecall.share_id)
        .join(RecipientRow, RecipientRow.id == ShareRequest.recipient_id)
        .order_by(ShareRecall.due_at)
        .limit(200)
    )
    if share_id is not None:
        wanted = wanted.where(ShareRecall.share_id == share_id)
    if due_by is not None:
        wanted = wanted.where(ShareRecall.due_at <= due_by)
    if due_by is not None or unattested:
        wanted = wanted.where(ShareRecall.attested_at.is_(None))
    return [
        RecallRow(
            row.share_id,
            row.number,
            row.recipient_id,
            row.recipient_name,
            RecallReason(row.reason),
            row.notice,
            row.recalled_at,
            row.due_at,
            row.attested_at,
            row.attestation,
        )
        for row in connection.execute(wanted)
    ]
