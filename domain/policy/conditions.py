"""Conditions: what each name in the policy table asks of the facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.policy.dates import retention_due_at
from domain.policy.facts import Clearance, SessionFacts
from domain.policy.table import Condition, Version
from domain.policy.uses import RecipientKind, Use
from domain.vocabulary import FlagState, Plan, Role, SessionStatus

#: Whose grant lets somebody see rows of that kind. Approvers read de-identified content in
#: share requests; what is not named here is opened by no grant.
_GRANT_FOR = {
    Use.INTERNAL_DEIDENTIFIED_TEXT: frozenset({Role.REVIEWER, Role.APPROVER}),
    Use.INTERNAL_RAW_TEXT: frozenset({Role.REVIEWER}),
    Use.ACCOUNT_JOIN_ROW: frozenset({Role.REVIEWER}),
    Use.USAGE_ROW: frozenset({Role.REVIEWER}),
}
_MAILER = "mailer"
_WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, under the policy version that is taken to govern.

    ``sides`` are all versions that may govern it: more than one near a boundary.
    """

    facts: SessionFacts
    use: Use
    recipient: RecipientKind | None
    clearance: Clearance
    now: datetime
    memory_acknowledged: bool
    version: Version | None
    sides: tuple[Version | None, ...]


def holds(condition: Condition, question: Question) -> bool:
    """Whether the condition of that name holds."""
    return _CONDITIONS[condition](question)


def _identity_asked_by_another(question: Question) -> bool:
    return question.clearance.service not in {_MAILER, _WITHDRAWAL}


def _trust_safety_case_open(question: Question) -> bool:
    clearance = question.clearance
    held = Role.TRUST_SAFETY in clearance.roles and clearance.open_case
    return held and question.recipient is None


def _asked_by_lead(question: Question) -> bool:
    return Role.LEAD in question.clearance.roles and question.recipient is None


def _asked_by_withdrawal_job(question: Question) -> bool:
    return question.clearance.service == _WITHDRAWAL and question.recipient is None


def _not_completed(question: Question) -> bool:
    facts = question.facts
    # A tombstone no longer says when it was completed; that it is one, R05 says.
    untimed = facts.completed_at is None and not facts.erased
    return facts.status is not SessionStatus.COMPLETED or untimed


def _retention_due(question: Question) -> bool:
    completed_at = question.facts.completed_at
    if completed_at is None:
        return False
    due = retention_due_at(question.version, completed_at)
    return due is not None and due <= question.now


def _retention_not_recorded(question: Question) -> bool:
    return question.version is not None and question.version.retention_years is None


def _no_grant_in_force(question: Question) -> bool:
    if question.use is Use.LINK_PARTICIPANT_STUDIES:
        return not question.clearance.linking_grant
    return question.clearance.grants.isdisjoint(_GRANT_FOR.get(question.use, frozenset()))


_CONDITIONS: Mapping[Condition, Callable[[Question], bool]] = {
    Condition.IDENTITY_ASKED_BY_ANOTHER: _identity_asked_by_another,
    Condition.TRUST_SAFETY_CASE_OPEN: _trust_safety_case_open,
    Condition.ASKED_BY_LEAD: _asked_by_lead,
    Condition.PLAN_OUT_OF_SCOPE: lambda q: q.facts.plan in {Plan.COMMERCIAL, Plan.UNKNOWN},
    Condition.NOT_COMPLETED: _not_completed,
    Condition.ERASED: lambda q: q.facts.erased,
    Condition.RETENTION_DUE: _retention_due,
    Condition.ASKED_BY_WITHDRAWAL_JOB: _asked_by_withdrawal_job,
    Condition.WITHDRAWN: lambda q: q.facts.withdrawn,
    Condition.FLAG_UPHELD: lambda q: q.facts.flag is FlagState.UPHELD,
    Condition.NO_POLICY_GOVERNS: lambda q: q.version is None,
    Condition.RETENTION_NOT_RECORDED: _retention_not_recorded,
    Condition.FLAG_OPEN: lambda q: q.facts.flag is FlagState.OPEN,
    Condition.NEAR_A_BOUNDARY: lambda q: len(q.sides) > 1,
    Condition.NO_GRANT_IN_FORCE: _no_grant_in_force,
    Condition.A_GRANT: lambda q: bool(q.clearance.grants),
    Condition.THE_MAILER: lambda q: q.clearance.service == _MAILER,
    Condition.MEMORY_ON_AND_NOT_ACKNOWLEDGED: (
        lambda q: q.facts.memory_on and not q.memory_acknowledged
    ),
}
