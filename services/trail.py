"""Reading and verifying the audit trail."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from data_access import audit, releases, staff
from data_access.audit import AuditFilter as AuditFilter
from data_access.releases import Fetched as Fetched
from data_access.releases import TouchedShare as TouchedShare
from domain.audit import AuditEntry as AuditEntry
from domain.audit import ChainReport as ChainReport
from domain.audit import verify_chain
from domain.counts import COUNTED_AT_MOST
from domain.errors import ClearanceError
from domain.permissions import Act, Actor, check
from services import access
from services.acts import act, reading
from services.installation import Installation
from services.operations import SERVICE as MONITORING

PAGE_SIZE = 50
#: The acts by which somebody saw what a participant said, or took it away: a de-identified text,
#: an original for a purpose, what would leave, a package, figures.
SEEING = (
    "session.view",
    "transcript.open",
    "review.open",
    "share.open",
    "package.fetch",
    "metrics.download",
)


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some rows of the trail, the newest first, and how many match."""

    entries: tuple[AuditEntry, ...]
    count: int


def read(installation: Installation, actor: Actor, wanted: AuditFilter) -> TrailPage:
    """One page of the trail.

    Raises
    ------
    Refused
        When the actor is no auditor; audited.
    """
    with reading(installation, actor, Act.READ_AUDIT, "audit.read", "audit") as connection:
        return TrailPage(
            tuple(audit.page(connection, wanted, PAGE_SIZE)),
            audit.count(connection, wanted, COUNTED_AT_MOST + 1),
        )


def actions(installation: Installation, actor: Actor) -> list[str]:
    """Every kind of act that occurs; a refusal is audited."""
    with reading(installation, actor, Act.READ_AUDIT, "audit.read", "audit") as connection:
        return list(audit.actions(connection))


def people(installation: Installation, actor: Actor) -> dict[str, str]:
    """Ids and names of everybody who can have acted, services included; a refusal is audited."""
    with reading(installation, actor, Act.READ_AUDIT, "audit.read", "audit") as connection:
        return {str(row_id): name for row_id, name in staff.names(connection)}


def received(installation: Installation, actor: Actor, session_id: UUID) -> list[TouchedShare]:
    """The share requests that hold a session, and which of them left; a refusal is audited."""
    with reading(installation, actor, Act.READ_AUDIT, "audit.read", "audit") as connection:
        return releases.touched(connection, [session_id])


def fetched(installation: Installation, actor: Actor, session_id: UUID) -> list[Fetched]:
    """Who fetched a package that holds a session; a refusal is audited."""
    with reading(installation, actor, Act.READ_AUDIT, "audit.read", "audit") as connection:
        return releases.fetched(connection, session_id)


def verify(installation: Installation, actor: Actor) -> ChainReport:
    """Walk the whole chain against the signed checkpoints; itself an audited act.

    Raises
    ------
    Refused
        When the actor is no auditor.
    """
    with act(installation, actor, "audit.verify", "audit", long=True) as done:
        check(actor, Act.READ_AUDIT)
        report = verify_chain(
            audit.stream(done.connection),
            installation.checkpoints.read(),
            installation.checkpoints.is_signed,
        )
        done.detail.update(rows=report.rows, whole=report.whole)
        if report.broken_at is not None:
            done.detail["broken_at"] = report.broken_at
    return report


def verify_as_owner(installation: Installation) -> ChainReport:
    """The same from the command line, as the role that owns the tables, in nobody's name."""
    owner = installation.database.addresses.owner
    if owner is None:
        raise ClearanceError(
            "Set CLEARANCE_OWNER_DATABASE_URL for this command, or let an auditor verify on their "
            "page."
        )
    engine = create_engine(owner, hide_parameters=True)
    try:
        with engine.connect() as connection:
            return verify_chain(
                audit.stream(connection),
                installation.checkpoints.read(),
                installation.checkpoints.is_signed,
            )
    finally:
        engine.dispose()


def note_verified(installation: Installation, report: ChainReport) -> None:
    """Put a verification by the command line on the trail, in monitoring's name.

    So that the operations page knows of it. A broken chain stays as it was found, not a row more;
    and where the application's role cannot write, as after a restore that is being looked at, the
    verdict stands by itself.
    """
    if not report.whole:
        return
    with suppress(SQLAlchemyError, ClearanceError):
        monitor = access.service_actor(installation, MONITORING)
        with act(installation, monitor, "audit.verify", "audit") as done:
            done.detail.update(rows=report.rows, whole=True)
