"""The policy table in memory: versions, gates, rows, and the digest they go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.policy.decision import Outcome, Requirement
from domain.policy.uses import Use
from domain.vocabulary import ConsentChoice, ConsentScope, PolicyVersion

#: The order in which the gates are asked; a table with another one is refused.
GATE_ORDER = (
    *("R11", "R12", "R13", "R01", "R02", "R05", "R09"),
    *("R07", "R03", "R06", "R08", "R04", "R10"),
)


class Condition(StrEnum):
    """What a rule may ask of the facts, by the name the table uses."""

    IDENTITY_ASKED_BY_ANOTHER = "identity_asked_by_another"
    TRUST_SAFETY_CASE_OPEN = "trust_safety_case_open"
    ASKED_BY_LEAD = "asked_by_lead"
    PLAN_OUT_OF_SCOPE = "plan_out_of_scope"
    NOT_COMPLETED = "not_completed"
    ERASED = "erased"
    RETENTION_DUE = "retention_due"
    ASKED_BY_WITHDRAWAL_JOB = "asked_by_withdrawal_job"
    WITHDRAWN = "withdrawn"
    FLAG_UPHELD = "flag_upheld"
    NO_POLICY_GOVERNS = "no_policy_governs"
    RETENTION_NOT_RECORDED = "retention_not_recorded"
    FLAG_OPEN = "flag_open"
    NEAR_A_BOUNDARY = "near_a_boundary"
    NO_GRANT_IN_FORCE = "no_grant_in_force"
    A_GRANT = "a_grant"
    THE_MAILER = "the_mailer"
    MEMORY_ON_AND_NOT_ACKNOWLEDGED = "memory_on_and_not_acknowledged"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a row of the table says once it applies.

    ``outcome`` is None for R04 alone, whose outcome is the stricter of two others.
    """

    id: str
    clause: str
    outcome: Outcome | None
    reason: str
    remedy: str
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """A rule asked before the rows: when its condition holds for a use that it covers."""

    rule: Rule
    when: Condition
    uses: frozenset[Use]
    #: Versions it is about; None for every session, those under no version included.
    versions: frozenset[PolicyVersion] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A rule by policy version, use and choice."""

    rule: Rule
    versions: frozenset[PolicyVersion]
    uses: frozenset[Use]
    scope: ConsentScope | None
    choices: frozenset[ConsentChoice]
    needs: Condition | None


@dataclass(frozen=True, slots=True)
class Version:
    """One policy: which completion instants it governs, and how long it lets a session be kept.

    ``completed_before`` is not included; None while the policy stands. ``retention_years``
    is None when no retention rule is recorded.
    """

    id: PolicyVersion
    completed_from: datetime
    completed_before: datetime | None
    retention_years: int | None

    def governs(self, instant: datetime) -> bool:
        """Whether a session completed at that instant falls under it."""
        begun = self.completed_from <= instant
        return begun and (self.completed_before is None or instant < self.completed_before)


@dataclass(frozen=True, slots=True)
class PolicyTable:
    """One edition of the table.

    ``digest`` is the SHA-256 (hex) of the document's canonical JSON; every stored decision
    names it. ``band`` is how near a boundary a completion time stays in doubt.
    """

    edition: str
    digest: str
    clauses: Mapping[str, str]
    band: timedelta
    versions: tuple[Version, ...]
    use_groups: Mapping[str, frozenset[Use]]
    gates: tuple[Gate, ...]
    rows: tuple[Row, ...]
    tightenings: tuple[Gate, ...]
    otherwise: Rule

    @property
    def boundaries(self) -> tuple[datetime, ...]:
        """Every instant at which a policy begins or ends, in order."""
        ends = {v.completed_before for v in self.versions if v.completed_before is not None}
        return tuple(sorted(ends | {v.completed_from for v in self.versions}))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of the table by its identifier, for printing it."""
        all_rules = (
            *(gate.rule for gate in (*self.gates, *self.tightenings)),
            *(row.rule for row in self.rows),
            self.otherwise,
        )
        return tuple(sorted(all_rules, key=lambda rule: rule.id))
