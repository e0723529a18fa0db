"""May these sessions be shared with this kind of recipient? Asked of the policy table, each one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.policy import Clearance, Decision, PolicyTable, SessionFacts, decide
from domain.policy.uses import RecipientKind
from domain.shares.contents import USE_FOR
from domain.vocabulary import ReviewState

#: What is allowed only once both approvers ticked "may contain facts from other chats".
MEMORY_RULE = "R80"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What stands between a session and a recipient.

    ``decision`` is the policy's; ``confirmed`` whether its redactions are; ``needs_memory_tick``
    whether both approvers must tick that it may hold facts from other chats.
    """

    decision: Decision
    confirmed: bool
    needs_memory_tick: bool

    @property
    def may_go_in(self) -> bool:
        """Whether the session may be in a request."""
        return self.decision.allowed and self.confirmed

    @property
    def why(self) -> str:
        """Rule and reason, in a sentence."""
        if self.decision.allowed and not self.confirmed:
            return "Its redactions are not confirmed. [share.confirmed]"
        return f"{self.decision.reason} [{self.decision.rule}]"


def judge(
    table: PolicyTable,
    facts: SessionFacts,
    review_state: ReviewState,
    kind: RecipientKind,
    now: datetime,
    *,
    memory_acknowledged: bool = True,
) -> Judgement:
    """Ask for one session.

    With ``memory_acknowledged``, as while composing, a session with memory on may go in; the
    judgement then says that both approvers must tick it.
    """
    strict = _ask(table, facts, kind, now, memory_acknowledged=False)
    needs_tick = strict.rule == MEMORY_RULE
    answer = (
        _ask(table, facts, kind, now, memory_acknowledged=True)
        if needs_tick and memory_acknowledged
        else strict
    )
    return Judgement(answer, review_state is ReviewState.CONFIRMED, needs_tick)


def _ask(
    table: PolicyTable,
    facts: SessionFacts,
    kind: RecipientKind,
    now: datetime,
    *,
    memory_acknowledged: bool,
) -> Decision:
    return decide(
        facts,
        USE_FOR[kind],
        clearance=Clearance(),
        now=now,
        recipient=kind,
        memory_acknowledged=memory_acknowledged,
        table=table,
    )
