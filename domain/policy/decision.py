"""Decisions: what the policy table answers, and how several answers become one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from domain.errors import Refused
from domain.vocabulary import PolicyVersion


class Outcome(StrEnum):
    """What may happen. A hold waits for a named person; nothing leaves meanwhile."""

    ALLOW = "allow"
    HOLD = "hold"
    DENY = "deny"

    @property
    def strictness(self) -> int:
        """0 for allow, 1 for hold, 2 for deny."""
        return list(Outcome).index(self)


class Requirement(StrEnum):
    """What an allowed use still needs; whoever carries it out sees to it."""

    TWO_APPROVALS = "two_approvals"
    AGREEMENT_IN_FORCE = "agreement_in_force"
    AT_THE_THRESHOLD = "at_the_threshold"
    STATED_PURPOSE = "stated_purpose"
    UNLINKED_FROM_ACCOUNT = "unlinked_from_account"
    WITHOUT_IDENTITY = "without_identity"
    ANONYMOUS = "anonymous"
    DEIDENTIFIED = "deidentified"
    AGGREGATED_OR_DEIDENTIFIED = "aggregated_or_deidentified"
    LABEL_APPROVED = "label_approved"
    ONCE_PER_FINDING = "once_per_finding"
    EVERY_LINKED_SESSION = "every_linked_session"
    WITHIN_THE_CASE = "within_the_case"
    MEMORY_TICK = "memory_tick"

    @property
    def label(self) -> str:
        """The requirement in a few words, for people."""
        return _LABELS[self]


_LABELS = {
    Requirement.TWO_APPROVALS: "two approvals",
    Requirement.AGREEMENT_IN_FORCE: "an agreement in force",
    Requirement.AT_THE_THRESHOLD: "no cell below the threshold",
    Requirement.STATED_PURPOSE: "a stated purpose",
    Requirement.UNLINKED_FROM_ACCOUNT: "unlinked from the account",
    Requirement.WITHOUT_IDENTITY: "no account id, name or e-mail",
    Requirement.ANONYMOUS: "anonymous",
    Requirement.DEIDENTIFIED: "de-identified responses only",
    Requirement.AGGREGATED_OR_DEIDENTIFIED: "aggregated or de-identified",
    Requirement.LABEL_APPROVED: "a label approved by a person",
    Requirement.ONCE_PER_FINDING: "once for each finding",
    Requirement.EVERY_LINKED_SESSION: "every linked session allowed too",
    Requirement.WITHIN_THE_CASE: "within the case",
    Requirement.MEMORY_TICK: "both approvers tick “may contain facts from other chats”",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer of the policy table.

    Attributes
    ----------
    outcome
        Allow, hold or deny.
    rule, clause
        The row that answered, and the policy's clauses it rests on.
    reason, remedy
        One plain sentence each: why, and what can be done next.
    policy_version
        Which policy governs the session.
    policy_digest
        SHA-256 (hex) of the policy table the answer was read from.
    requirements
        What the use still needs, in the table's order.
    """

    outcome: Outcome
    rule: str
    clause: str
    reason: str
    remedy: str
    policy_version: PolicyVersion
    policy_digest: str
    requirements: tuple[Requirement, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the use may go ahead, once its requirements are met."""
        return self.outcome is Outcome.ALLOW


def strictest(decisions: Iterable[Decision]) -> Decision:
    """The answer for several sessions together: deny before hold before allow.

    Of equally strict answers the first holds; when all allow, every requirement of any of
    them is kept. Raises ValueError when there is no decision at all.
    """
    given = tuple(decisions)
    if not given:
        raise ValueError("There is nothing to decide about.")
    worst = max(given, key=lambda decision: decision.outcome.strictness)
    if not worst.allowed:
        return worst
    required = dict.fromkeys(need for decision in given for need in decision.requirements)
    return replace(worst, requirements=tuple(required))


def check_allowed(decision: Decision) -> Decision:
    """The decision, when it allows.

    Raises
    ------
    Refused
        Under the decision's rule, when it holds or denies.
    """
    if not decision.allowed:
        raise Refused(decision.reason, rule=decision.rule, remedy=decision.remedy)
    return decision
