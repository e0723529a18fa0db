"""The overview: every use of one session with the table's answer, as its page shows it."""

from __future__ import annotations

from datetime import datetime

from domain.policy.decision import Decision
from domain.policy.engine import decide
from domain.policy.facts import Clearance, SessionFacts
from domain.policy.table import PolicyTable
from domain.policy.uses import Use
from domain.vocabulary import FlagState, Role

_IN_ITS_NAME = {
    Use.EMAIL_FINDING: Clearance(service="mailer"),
    Use.EMAIL_OTHER: Clearance(service="mailer"),
    Use.PARTICIPATION_COUNTS: Clearance(roles=frozenset({Role.LEAD})),
    Use.WITHDRAWAL_JOB: Clearance(service="withdrawal"),
}
_CASE_WORK = {
    is_open: Clearance(roles=frozenset({Role.TRUST_SAFETY}), open_case=is_open)
    for is_open in (False, True)
}


def asked_as(use: Use, flag: FlagState, clearance: Clearance) -> Clearance:
    """In whose name an overview asks about a use of a session with that flag."""
    if use is Use.TRUST_SAFETY_RAW:
        return _CASE_WORK[flag is FlagState.OPEN]
    return _IN_ITS_NAME.get(use, clearance)


def what_may_be_done(
    facts: SessionFacts,
    *,
    clearance: Clearance,
    now: datetime,
    memory_acknowledged: bool = False,
    table: PolicyTable | None = None,
) -> tuple[tuple[Use, Decision], ...]:
    """Every use, in the order of :class:`~domain.policy.uses.Use`, with its decision.

    What only one role or service ever does is asked in its name: the mailer's e-mails, a
    lead's counts, a Trust & Safety case, the withdrawal job. Everything else is asked for
    whoever looks at the page.
    """
    return tuple(
        (
            use,
            decide(
                facts,
                use,
                clearance=asked_as(use, facts.flag, clearance),
                now=now,
                memory_acknowledged=memory_acknowledged,
                table=table,
            ),
        )
        for use in Use
    )
