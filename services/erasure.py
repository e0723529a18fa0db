"""Erasure at a participant's request: asked for with evidence, confirmed in words, done at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from data_access import erasure, releases
from data_access.erasure import Tombstone as Tombstone
from data_access.releases import TouchedShare
from data_access.withdrawals import MeantSession
from domain.erasure import ErasureReason, check_confirmation, check_no_open_case
from domain.errors import BadInput
from domain.evidence import check_evidence
from domain.permissions import Act, Actor, check
from services.acts import act, reading
from services.installation import Installation
from services.withdrawals import sessions_meant


@dataclass(frozen=True, slots=True)
class ErasurePreview:
    """What an erasure would take, and what holds it.

    ``open_`` are not erased yet. ``others`` are further sessions of the same people, which stay
    unless the whole person is meant. ``touched`` are requests and releases by session number.
    """

    open_: tuple[MeantSession, ...]
    others: tuple[int, ...]
    touched: tuple[tuple[int, TouchedShare], ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, and the requests and releases that held it, as they stand now."""

    numbers: tuple[int, ...]
    touched: tuple[tuple[int, TouchedShare], ...]


def preview(
    installation: Installation, actor: Actor, numbers: Sequence[int], *, whole_person: bool
) -> ErasurePreview:
    """What erasing those sessions would mean; nothing is changed.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    BadInput
        When a session is unknown, or none is named.
    """
    with reading(installation, actor, Act.ERASE, "session.erase", "session") as connection:
        meant = sessions_meant(connection, numbers, whole_person=True)
        wanted = [each for each in meant if whole_person or each.named]
        open_ = tuple(each for each in wanted if each.erased_at is None)
        others = tuple(
            each.number for each in meant if each not in wanted and each.erased_at is None
        )
        return ErasurePreview(open_, others, _touched(connection, open_))


def erase(
    installation: Installation,
    actor: Actor,
    *,
    numbers: Sequence[int],
    whole_person: bool,
    evidence: str,
    reason: str,
    confirmation: str,
) -> Erased:
    """Erase sessions for good, in one transaction; tombstones stay.

    Requests that held one go stale in the same transaction. What left before stays listed, its
    package here is destroyed, and the release can be recalled.

    Parameters
    ----------
    whole_person
        Every session of the participants whose sessions are named, in any study.
    evidence, reason
        As for a withdrawal: a reference to where the request is kept, and why.
    confirmation
        The words of :func:`domain.erasure.confirmation` for the number of sessions meant.

    Raises
    ------
    Refused
        When the actor is no administrator, or Trust & Safety is settling a case on one of the
        sessions; audited.
    BadInput
        When a session is unknown, nothing is left to erase, the confirmation is not given, or
        evidence or reason say too little or name somebody.
    """
    with act(installation, actor, "session.erase", "session", long=True) as done:
        check(actor, Act.ERASE)
        check_evidence(evidence, reason)
        meant = sessions_meant(done.connection, numbers, whole_person=whole_person)
        open_ = [each for each in meant if each.erased_at is None]
        if not open_:
            raise BadInput("Those sessions are erased already.")
        done.object_id = ",".join(str(each.number) for each in open_)
        check_no_open_case([each.number for each in open_ if each.case_open])
        check_confirmation(confirmation, len(open_))
        try:
            gone = erasure.erase(
                done.connection,
                [each.session_id for each in open_],
                ErasureReason.ASKED,
                installation.now(),
            )
        except DBAPIError as error:
            if "erasure.open-case" not in str(error.orig):
                raise
            # A case was opened since they were looked up.
            raise BadInput(
                "Trust & Safety opened a case on one of them meanwhile. Look again."
            ) from None
        if len(gone) != len(open_):
            raise BadInput("Somebody else erased some of them meanwhile. Look again.")
        touched = _touched(done.connection, open_)
        studies = {each.study_id for each in gone}
        done.study_id = studies.pop() if len(studies) == 1 else None
        done.purpose = reason.strip()
        done.detail.update(
            evidence=evidence.strip(),
            sessions=len(gone),
            whole_person=whole_person,
            shares=sorted({each.share_number for _, each in touched}),
        )
    return Erased(tuple(each.number for each in open_), touched)


def tombstones(installation: Installation, actor: Actor) -> Iterator[Tombstone]:
    """Every session that was erased, in the order of their numbers, read in a stream.

    Raises
    ------
    Refused
        When the actor is no administrator; audited.
    """
    with reading(installation, actor, Act.ERASE, "session.erase", "session") as connection:
        yield from erasure.tombstones(connection)


def _touched(
    connection: Connection, meant: Sequence[MeantSession]
) -> tuple[tuple[int, TouchedShare], ...]:
    known = {each.session_id: each.number for each in meant}
    return tuple(
        (known[each.session_id], each) for each in releases.touched(connection, list(known))
    )
