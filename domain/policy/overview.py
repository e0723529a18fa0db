"""The overview: every use of one session with the table's answer, as its page shows it."""

from __future__ import annotations

from datetime import datetime

from domain.policy.decision import Decision
from domain.policy.engine import decide
from domain.policy.facts import Clearance, SessionFacts
from domain.policy.table import PolicyTable
from domain.policy.uses import Use
from domain.vocabulary import FlagState, Role

_MAILER = Clearance(service="mailer")


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
    in_its_name = {
        Use.EMAIL_FINDING: _MAILER,
        Use.EMAIL_OTHER: _MAILER,
        Use.PARTICIPATION_COUNTS: Clearance(roles=frozenset({Role.LEAD})),
        Use.TRUST_SAFETY_RAW: Clearance(
            roles=frozenset({Role.TRUST_SAFETY}), open_case=facts.flag is FlagState.OPEN
        ),
        Use.WITHDRAWAL_JOB: Clearance(service="withdrawal"),
    }
    return tuple(
        (
            use,
            decide(
                facts,
                use,
                clearance=in_its_name.get(use, clearance),
                now=now,
                memory_acknowledged=memory_acknowledged,
                table=table,
            ),
        )
        for use in Use
    )
