"""A share request for the pictures: a few sessions confirmed, asked for, one vote in."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from domain.permissions import Actor
from domain.redaction import DecisionKind, RedactionDecision
from domain.session_filters import SessionFilter
from domain.shares.contents import ShareField
from domain.spans import Span
from domain.vocabulary import (
    ConsentChoice,
    ConsentScope,
    Coverage,
    PolicyVersion,
    ReviewState,
    SessionStatus,
)
from services import access, confirming, reviewing, sessions
from services.installation import Installation
from services.shares import composing, recipients, submitting

_SESSIONS = 6
_PURPOSE = "Check the redactions before a share"
_SHARED_FOR = "A study of how scientists bring AI into their daily work"


def submitted_share(installation: Installation) -> str:
    """The id of a request that two approvers can look at."""
    rosa = access.actor_by_email(installation, "rosa@clearance.example")
    wanted = SessionFilter(
        languages=("en",),
        statuses=(SessionStatus.COMPLETED,),
        policy_versions=(PolicyVersion.MARCH_2026,),
        choices=((ConsentScope.SHARE_RESEARCHERS, ConsentChoice.GRANTED),),
    )
    rows = sessions.list_sessions(installation, rosa, wanted).rows
    study_id = rows[0].study_id
    chosen = [row.id for row in rows if row.study_id == study_id and row.coverage is Coverage.FULL]
    confirmed = [each for each in chosen[: 3 * _SESSIONS] if _confirm(installation, rosa, each)]
    file = next(
        each
        for each in recipients.every(installation, rosa)
        if each.recipient.kind.value == "researcher"
    )
    share_id, _number = composing.begin(
        installation,
        rosa,
        study_id=study_id,
        recipient_id=file.recipient.id,
        agreement_id=file.agreements[0].id,
        purpose=_SHARED_FOR,
        fields=(ShareField.LANGUAGE, ShareField.COMPLETED_MONTH),
    )
    composing.add_sessions(installation, rosa, share_id, confirmed[:_SESSIONS])
    submitting.submit(installation, rosa, share_id)
    return str(share_id)


def _confirm(installation: Installation, rosa: Actor, session_id: UUID) -> bool:
    """Redact what the machine found and what the leak check names; whether it is confirmed."""
    desk = reviewing.open_desk(installation, rosa, session_id, _PURPOSE)
    if desk.row.review_state is ReviewState.CONFIRMED:
        return True
    made = [_redact(each.span, each.entity_type) for each in desk.open_findings]
    version = reviewing.save(installation, rosa, session_id, desk.version, made)
    found = confirming.confirm(installation, rosa, session_id, version)
    if found.survivors:
        made = [_redact(each.span, "PERSON") for each in found.survivors]
        version = reviewing.save(installation, rosa, session_id, version, made)
        found = confirming.confirm(installation, rosa, session_id, version)
    return found.set_digest is not None


def _redact(span: Span, entity_type: str) -> tuple[UUID, RedactionDecision]:
    return uuid4(), RedactionDecision(DecisionKind.REDACT, span, entity_type, datetime.now(UTC))
