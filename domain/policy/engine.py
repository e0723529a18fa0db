"""The policy's one question: may this be done with this session?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.policy.conditions import Question, holds
from domain.policy.dates import governing_sides, version_at
from domain.policy.decision import Decision, Outcome, strictest
from domain.policy.facts import Clearance, SessionFacts
from domain.policy.reading import current_table
from domain.policy.table import Condition, Gate, PolicyTable, Row, Rule, Version
from domain.policy.uses import RecipientKind, Use, fits
from domain.vocabulary import PolicyVersion


def governing_version(
    completed_at: datetime | None, table: PolicyTable | None = None
) -> PolicyVersion:
    """Which policy governs a session completed at that instant (M2).

    ``PolicyVersion.NONE`` when it was not completed, or in no policy's range.
    """
    if completed_at is None:
        return PolicyVersion.NONE
    return _name(version_at(table or current_table(), completed_at))


def decide(
    facts: SessionFacts,
    use: Use,
    *,
    clearance: Clearance,
    now: datetime,
    recipient: RecipientKind | None = None,
    memory_acknowledged: bool = False,
    table: PolicyTable | None = None,
) -> Decision:
    """Ask the policy table, which answers for every combination: the first rule that fits.

    First the gates in their order, then the row for version, use and choice, then R99. A
    stricter choice, a flag, a withdrawal or a later ``now`` never makes an allowance of
    anything else. (A gate that holds is met before a row that denies: a hold is no promise.)

    Parameters
    ----------
    facts, use
        Which session, and what for.
    clearance
        What the one who asks holds for the session's study at ``now``.
    recipient
        Who would receive it outside the organisation; None inside, or not chosen yet. One
        that does not fit the use is allowed nothing.
    memory_acknowledged
        Whether both approvers ticked "may contain facts from other chats" (R80).
    table
        Another table than the one in force.
    """
    table = table or current_table()
    sides = governing_sides(table, facts.completed_at, facts.assigned_version)
    question = Question(
        facts, use, recipient, clearance, now, memory_acknowledged, version=sides[0], sides=sides
    )
    return _first_match(table, question)


def _first_match(table: PolicyTable, question: Question) -> Decision:
    for gate in table.gates:
        if _applies(gate, question):
            if gate.when is Condition.NEAR_A_BOUNDARY:
                return _stricter_side(table, question, gate.rule)
            return _decision(table, question, gate.rule)
    decision = _decision(table, question, _row_rule(table, question))
    # A tightening turns an allowance into something stricter and never softens a refusal.
    tighter = [gate.rule for gate in table.tightenings if _applies(gate, question)]
    return strictest([decision, *(_decision(table, question, rule) for rule in tighter)])


def _stricter_side(table: PolicyTable, question: Question, rule: Rule) -> Decision:
    """R04: the strictest answer among the policies that may govern the session."""
    inner = strictest(
        _first_match(table, replace(question, version=side, sides=(side,)))
        for side in question.sides
    )
    return replace(
        inner,
        rule=rule.id,
        clause=rule.clause,
        reason=f"{rule.reason} There {inner.rule} says: {inner.reason}",
        remedy=rule.remedy if inner.outcome is Outcome.HOLD else inner.remedy,
        policy_version=_name(question.version),
    )


def _row_rule(table: PolicyTable, question: Question) -> Rule:
    if question.version is None or not fits(question.use, question.recipient):
        return table.otherwise
    version = question.version.id
    rows = (row for row in table.rows if version in row.versions and _row_applies(row, question))
    return next((row.rule for row in rows), table.otherwise)


def _row_applies(row: Row, question: Question) -> bool:
    if question.use not in row.uses:
        return False
    if row.scope is not None and question.facts.choices.of(row.scope) not in row.choices:
        return False
    return row.needs is None or holds(row.needs, question)


def _applies(gate: Gate, question: Question) -> bool:
    if question.use not in gate.uses:
        return False
    if gate.versions is not None and _name(question.version) not in gate.versions:
        return False
    return holds(gate.when, question)


def _decision(table: PolicyTable, question: Question, rule: Rule) -> Decision:
    return Decision(
        # R04 alone states no outcome, and it is answered by its two sides.
        outcome=rule.outcome or Outcome.DENY,
        rule=rule.id,
        clause=rule.clause,
        reason=rule.reason,
        remedy=rule.remedy,
        policy_version=_name(question.version),
        policy_digest=table.digest,
        requirements=rule.requirements,
    )


def _name(version: Version | None) -> PolicyVersion:
    return PolicyVersion.NONE if version is None else version.id
