"""What a session's review risks, weighed when the machine has read it and kept for the queue.

Whether nobody shares a combination depends on everybody who comes after. So a few special uniques
of each session are kept by digest, and whoever comes to share one ends it, at once and by an index:
the queue is never counted when somebody looks at it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection

from data_access import quasi_identifiers, review, review_queue
from data_access.quasi_identifiers import COMMON
from domain.findings import Finding
from domain.quasi_identifiers import QuasiIdentifier, combination_digests, special_uniques
from domain.review_risk import UNIQUES_COUNTED, risk


def weigh(
    connection: Connection,
    session_id: UUID,
    study_id: UUID,
    participant_id: UUID,
    found: Sequence[QuasiIdentifier],
    findings: Sequence[Finding],
) -> None:
    """Weigh a session by what the machine found and what it leaves standing of its traits.

    Sessions of others whose combination is shared from now on are weighed anew.
    """
    quasi_identifiers.alone_in_this(connection, study_id)
    shared = quasi_identifiers.end_uniques(
        connection,
        study_id,
        participant_id,
        combination_digests(each.trait for each in found),
    )
    for other in shared:
        _weigh_again(connection, other)
    _count(connection, session_id, study_id, participant_id, found, findings)
    _keep(connection, session_id)


def _weigh_again(connection: Connection, session_id: UUID) -> None:
    """Count a session's special uniques anew where none of those kept is left."""
    if not quasi_identifiers.uniques_kept(connection, session_id):
        held = quasi_identifiers.whose(connection, session_id)
        if held is None:
            return
        study_id, participant_id, run_id = held
        _count(
            connection,
            session_id,
            study_id,
            participant_id,
            quasi_identifiers.of_session(connection, session_id),
            review.findings(connection, session_id, run_id),
        )
    _keep(connection, session_id)


def _count(
    connection: Connection,
    session_id: UUID,
    study_id: UUID,
    participant_id: UUID,
    found: Sequence[QuasiIdentifier],
    findings: Sequence[Finding],
) -> None:
    standing = [
        each.trait
        for each in found
        if not any(each.span.overlaps(finding.span) for finding in findings)
    ]
    others = (
        quasi_identifiers.others_with(connection, study_id, participant_id, standing)
        if standing
        else {}
    )
    followed = {trait: who for trait, who in others.items() if len(who) <= COMMON}
    quasi_identifiers.keep_uniques(
        connection,
        session_id,
        study_id,
        participant_id,
        special_uniques(followed, UNIQUES_COUNTED),
    )


def _keep(connection: Connection, session_id: UUID) -> None:
    evidence = review_queue.evidence(connection, session_id)
    if evidence is None:
        return
    uniques = quasi_identifiers.uniques_kept(connection, session_id)
    weighed = risk(replace(evidence, special_uniques=uniques))
    review_queue.weigh(connection, session_id, weighed.score, weighed.why)
