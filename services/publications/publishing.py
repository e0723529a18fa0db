"""Publishing behind the page: everything is asked again, then the signed package leaves whole."""

from __future__ import annotations

import hashlib
from uuid import UUID

from sqlalchemy import Connection

from data_access import publication_votes, publications
from data_access import staff as staff_rows
from data_access.metrics import Population
from data_access.publications import PublicationRow
from domain.digests import Json
from domain.errors import Refused
from domain.permissions import Actor
from domain.publications.contents import FILES, Frozen, Receiver, Words, content_digest
from domain.publications.lifecycle import PublicationState, PublicationStep, after
from domain.publications.population import left_since, name_of
from domain.publications.privacy import said
from domain.shares.release import has_lapsed
from domain.vocabulary import Role
from domain.votes import standing
from services.acts import act
from services.installation import Installation
from services.keys import release_key
from services.publications.counting import begin, breakdown_of
from services.publications.population import may_be_counted
from services.publications.preparing import known, receiver_of, study_of
from services.publications.releasing import lapsed
from services.shares.packages import seal


def publish(
    installation: Installation, service: Actor, publication_id: UUID, asked_by: UUID
) -> None:
    """Let an approved publication leave. Doing it again when it is done does nothing.

    Raises
    ------
    Refused
        When something no longer holds: it is stale then, or expired, and nothing left; audited.
    """
    try:
        _publish(installation, service, publication_id, asked_by)
    except Refused as refused:
        _settle_refusal(installation, service, publication_id, refused)
        raise


def _publish(
    installation: Installation, service: Actor, publication_id: UUID, asked_by: UUID
) -> None:
    with act(
        installation,
        service,
        "publication.publish",
        "publication",
        object_id=str(publication_id),
        long=True,
    ) as done:
        connection = done.connection
        publications.hold(connection, publication_id)
        row = known(connection, publication_id)
        done.study_id, done.purpose = row.study_id, row.purpose
        done.detail.update(number=row.number, asked_by=str(asked_by))
        if row.state is PublicationState.PUBLISHED:
            done.changed_nothing = True
            return
        state = after(row.state, PublicationStep.PUBLISH)
        now = installation.now()
        if has_lapsed(row.lapses_at, now):
            raise lapsed()
        _check_asker(installation, row, asked_by)
        receiver = receiver_of(connection, row, now)
        population = _check_still_counted(installation, connection, row)
        files = publications.files(connection, publication_id, FILES)
        frozen = _frozen(connection, row, receiver, population)
        digest = content_digest(frozen, files)
        if digest != row.content_digest:
            raise Refused(
                "What would leave now is not what was approved.",
                rule="publication.same-digest",
                remedy="Propose the chart anew, so that two approvers see it as it is now.",
            )
        votes = standing(publication_votes.votes(connection, publication_id))
        package = seal(
            files,
            _facts(frozen, row, digest, [vote.name for vote in votes]),
            release_key(installation.settings),
        )
        sealed = hashlib.sha256(package).digest()
        publications.publish(
            connection,
            publication_id=publication_id,
            content_digest=digest,
            package=package,
            package_digest=sealed,
            asked_by=asked_by,
            now=now,
        )
        publications.move(connection, publication_id, state, now)
        done.detail.update(content=digest.hex(), package=sealed.hex(), rule=row.rule)


def _check_asker(installation: Installation, row: PublicationRow, asked_by: UUID) -> None:
    """Who asked is asked about again: a job gives nobody more than they hold now."""
    with installation.database.transaction(asked_by) as connection:
        actor = staff_rows.load_actor(connection, asked_by)
    now = installation.now()
    if actor is None or row.study_id not in (
        actor.studies(Role.LEAD, now) | actor.studies(Role.APPROVER, now)
    ):
        raise Refused(
            "Who asked for it holds no grant for the study any more.",
            rule="R10",
            remedy="Its proposer or one of its approvers asks again.",
        )


def _check_still_counted(
    installation: Installation, connection: Connection, row: PublicationRow
) -> bytes:
    """Ask the policy again about every session that is counted; whom it counts."""
    then = publications.population(connection, row.id)
    if then is None or row.known_by is None:
        raise AssertionError("A frozen publication has a population; the database says so.")
    whom = Population(begin(row.week), row.known_by)
    now = may_be_counted(connection, row.study_id, whom, row.audience, installation.now())
    if left_since(then, now.sessions):
        raise Refused(
            "Some of the interviews that it counts may not be counted any more: a participant "
            "withdrew, an interview was flagged, or the policy changed.",
            rule=row.rule or "R99",
            remedy="Propose the chart anew, once enough people more took part.",
        )
    return then


def _frozen(
    connection: Connection, row: PublicationRow, receiver: Receiver | None, population: bytes
) -> Frozen:
    """What was approved, put together again from what is kept."""
    study = study_of(connection, row)
    breakdown = breakdown_of(row.breakdown, row.week, study)
    if (
        row.counted_at is None
        or row.known_by is None
        or row.rule is None
        or row.policy_digest is None
    ):
        raise AssertionError("A frozen publication is whole; the database says so.")
    return Frozen(
        number=row.number,
        study_id=row.study_id,
        study_title=study.title,
        snapshot_id=row.snapshot_id,
        week=row.week,
        known_by=row.known_by,
        counted_at=row.counted_at,
        breakdown=row.breakdown,
        question=breakdown.question,
        over_time=breakdown.over_time,
        several=breakdown.several,
        audience=row.audience,
        receiver=receiver,
        words=Words(row.title, row.note, row.purpose),
        everybody=row.everybody,
        cells=publications.cells(connection, row.id),
        population=name_of(population),
        rule=row.rule,
        policy_digest=row.policy_digest,
        epsilon=row.epsilon,
    )


def _facts(
    frozen: Frozen, row: PublicationRow, digest: bytes, approvers: list[str]
) -> dict[str, Json]:
    """What the manifest says. Nothing that tells one participant from another."""
    receiver = frozen.receiver
    return {
        "publication": row.number,
        "study": frozen.study_title,
        "title": row.title,
        "purpose": row.purpose,
        "audience": row.audience.value,
        "recipient": None
        if receiver is None
        else {
            "name": receiver.name,
            "organisation": receiver.organisation,
            "kind": receiver.kind.value,
            "agreement": receiver.agreement_version,
            "agreement_sha256": receiver.agreement_digest.hex(),
        },
        "snapshot": row.week.isoformat(),
        "participants": frozen.everybody,
        "epsilon": None if row.epsilon is None else said(row.epsilon),
        "cells": len(frozen.cells),
        "withheld": frozen.withheld,
        "rules": [] if row.rule is None else row.rule.split(", "),
        "policy_digest": row.policy_digest,
        "approved_by": sorted(approvers),
        "content_sha256": digest.hex(),
    }


def _settle_refusal(
    installation: Installation, service: Actor, publication_id: UUID, refused: Refused
) -> None:
    """Move it on to what the refusal says of it, when it still waits."""
    with installation.database.transaction(service.staff_id) as connection:
        publications.hold(connection, publication_id)
        row = publications.find(connection, publication_id)
        if row is None or row.state is not PublicationState.APPROVED:
            # Whoever asked too early, or twice, spoils nothing.
            return
        if refused.rule == "R10":
            # Only who asked is at fault: somebody else may ask.
            return
        over = has_lapsed(row.lapses_at, installation.now())
        step = PublicationStep.EXPIRE if over else PublicationStep.GO_STALE
        publications.move(
            connection,
            publication_id,
            after(row.state, step),
            installation.now(),
            state_reason=str(refused),
        )
