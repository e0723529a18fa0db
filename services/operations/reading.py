"""The report of how the desk runs, for administrators and for monitoring: one round trip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from data_access import operations
from data_access.migrate import newest_revision
from domain.audit import Checkpoint
from domain.errors import ClearanceError
from domain.operations.catalogue import JOBS, READING
from domain.operations.report import (
    Desk,
    Failure,
    GoingOut,
    Mail,
    People,
    Queue,
    Recall,
    Report,
    RoundDone,
    StudyWork,
    System,
    Trail,
    Waits,
    Worker,
)
from domain.permissions import Act, Actor
from services import access, program
from services.acts import reading
from services.installation import Installation
from services.operations import SERVICE
from services.retention import erases_by_itself

_KINDS = tuple(each.kind for each in JOBS)


def report(installation: Installation, actor: Actor) -> Report:
    """How everything runs now, in one round trip.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    """
    signed, unreadable = _checkpoint(installation)
    with reading(
        installation, actor, Act.SEE_OPERATIONS, "operations.view", "operations"
    ) as connection:
        held = operations.report(connection, installation.now(), _seq(signed), _KINDS)
    return _report(installation, held, signed, unreadable)


def report_for_monitoring(installation: Installation, service: Actor) -> Report:
    """The same for the monitoring service, in nobody's name.

    Raises
    ------
    ClearanceError
        When the database does not answer, or its schema is too old to.
    """
    signed, unreadable = _checkpoint(installation)
    with _answering(), installation.database.transaction(service.staff_id) as connection:
        held = operations.report(connection, installation.now(), _seq(signed), _KINDS)
    return _report(installation, held, signed, unreadable)


def monitoring(installation: Installation) -> Actor:
    """The service that monitors; raises as :func:`report_for_monitoring`."""
    with _answering():
        return access.service_actor(installation, SERVICE)


@contextmanager
def _answering() -> Iterator[None]:
    """Say in a sentence when the database does not."""
    try:
        yield
    except SQLAlchemyError as error:
        raise ClearanceError(
            f"The database does not tell how the desk runs ({type(error).__name__}). See that it "
            "is up, and run cli.py migrate when its schema is older than the program."
        ) from error


def _checkpoint(installation: Installation) -> tuple[Checkpoint | None, str | None]:
    """The newest checkpoint, read before the chain so that the chain cannot be behind it."""
    try:
        newest = installation.checkpoints.newest()
    except (ClearanceError, OSError) as error:
        said = str(error) if isinstance(error, ClearanceError) else type(error).__name__
        return None, said
    if newest is not None and not installation.checkpoints.is_signed(newest):
        return newest, (
            "Its signature is of another key. Set CLEARANCE_CHECKPOINT_KEY to the one that signed, "
            "or see docs/audit.md."
        )
    return newest, None


def _seq(checkpoint: Checkpoint | None) -> int | None:
    return None if checkpoint is None else checkpoint.seq


@cache
def _expected_revision() -> str:
    """Read once a process: the files of a program that runs do not change."""
    return newest_revision() or ""


def _report(
    installation: Installation,
    held: Mapping[str, Any] | None,
    signed: Checkpoint | None,
    unreadable: str | None,
) -> Report:
    if held is None:
        raise ClearanceError("How the desk runs is told to administrators and monitoring alone.")
    desks = held["desks"]
    return Report(
        now=installation.now(),
        queues=_queues(held),
        failures=tuple(
            Failure(
                UUID(each["id"]),
                each["kind"],
                each["message"],
                datetime.fromisoformat(each["finished_at"]),
                each["number"],
                None if each["about"] is None else UUID(each["about"]),
            )
            for each in held["failures"]
        ),
        studies=tuple(_study(each) for each in held["studies"]),
        desks=tuple(
            Desk(each["name"], each["sessions"], datetime.fromisoformat(each["since"]))
            for each in desks["held"]
            if each["since"] is not None
        ),
        desks_left=desks["left"] + desks["seconds_left"],
        people=People(
            **{
                name: Waits(count, _moment(since))
                for name, (count, since) in {
                    **held["people"],
                    "letters": held["letters_proposed"],
                }.items()
            }
        ),
        recalls=tuple(
            Recall(each["number"], UUID(each["about"]), datetime.fromisoformat(each["due_at"]))
            for each in held["recalls"]
        ),
        mail=_mail(installation, held["mail"]),
        workers=tuple(
            Worker(
                each["name"],
                each["version"],
                datetime.fromisoformat(each["started_at"]),
                datetime.fromisoformat(each["seen_at"]),
                each["doing"],
                _moment(each["doing_since"]),
                each["sessions"],
                each["jobs"],
            )
            for each in held["workers"]
        ),
        rounds=tuple(
            RoundDone(
                each["name"],
                _moment(each["done_at"]),
                each["failures"],
                _moment(each["failed_at"]),
                each["problem"],
            )
            for each in held["rounds"]
        ),
        snapshots_at=_moment(held["snapshots"]),
        trail=_trail(held["audit"], signed, unreadable),
        system=System(
            version=program.VERSION,
            revision=held["revision"],
            expected_revision=_expected_revision(),
            database_bytes=held["bytes"],
            policy_edition=held["policy"]["edition"],
            policy_digest=held["policy"]["digest"],
            policy_since=datetime.fromisoformat(held["policy"]["since"]),
            erases_by_itself=erases_by_itself(installation),
        ),
        letters=tuple(
            GoingOut(
                each["number"],
                each["waiting"],
                datetime.fromisoformat(each["since"]),
                each["problem"],
            )
            for each in held["letters"]
        ),
    )


def _queues(held: Mapping[str, Any]) -> tuple[Queue, ...]:
    read = held["reading"]
    unread = sum(each["unread"] for each in held["studies"])
    machine = Queue(
        READING,
        max(0, unread - read["claimed"]),
        read["claimed"],
        min(
            filter(None, (_moment(each["unread_since"]) for each in held["studies"])), default=None
        ),
        read["lapsed"],
        read["again"],
        _moment(read["done"]),
    )
    done = {kind: _moment(at) for kind, at in held["done"].items()}
    open_now = {each["kind"]: each for each in held["queues"]}
    return (
        machine,
        *(
            Queue(
                kind,
                each["waiting"],
                each["running"],
                _moment(each["oldest"]),
                each["lapsed"],
                each["again"],
                done.get(kind),
            )
            for kind, each in open_now.items()
        ),
        *(Queue(kind, last_done=at) for kind, at in done.items() if kind not in open_now),
    )


def _study(each: Mapping[str, Any]) -> StudyWork:
    return StudyWork(
        UUID(each["id"]),
        each["slug"],
        each["title"],
        each["unread"],
        _moment(each["unread_since"]),
        each["failed"],
        each["errors"] or "",
        each["review"],
        _moment(each["review_since"]),
        each["seconds"],
        _moment(each["seconds_since"]),
        None if each["snapshot"] is None else date.fromisoformat(each["snapshot"]),
        bool(each["shown"]),
        _moment(each["due_since"]),
        each["has_sessions"],
    )


def _mail(installation: Installation, each: Mapping[str, Any]) -> Mail:
    return Mail(
        installation.settings.smtp_host is not None,
        each["waiting"],
        _moment(each["oldest"]),
        each["problem"],
        _moment(each["sent"]),
        each["failed"],
        each["unsure"],
    )


def _trail(audit: Mapping[str, Any], signed: Checkpoint | None, unreadable: str | None) -> Trail:
    verified = audit["verified"]
    found = {} if verified is None else verified["detail"]
    return Trail(
        head=audit["head"] or 0,
        signed=_seq(signed),
        signed_at=None if signed is None else signed.at,
        agrees=signed is None or audit["signed_hash"] == signed.hash.hex(),
        unreadable=unreadable,
        verified_at=None if verified is None else datetime.fromisoformat(verified["at"]),
        whole=None if verified is None else bool(found.get("whole")),
        rows=int(found.get("rows", 0)),
        broken_at=found.get("broken_at"),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
