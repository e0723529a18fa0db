"""Facts: what the policy table needs to know of a session and of who asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.consent import Choices
from domain.permissions import Actor
from domain.vocabulary import FlagState, Plan, PolicyVersion, Role, SessionStatus


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """Of one session: everything a rule may ask about, and nothing that was said.

    ``completed_at`` carries its time zone (ValueError without). ``withdrawn`` means the
    participant asked for erasure or for no further use; a withdrawal of one choice is in
    ``choices``. ``assigned_version`` is what two administrators settled where the date leaves
    it open which policy governs; where the date decides, it means nothing (M2).
    """

    status: SessionStatus
    completed_at: datetime | None
    plan: Plan
    memory_on: bool
    flag: FlagState = FlagState.NONE
    choices: Choices = field(default_factory=Choices)
    erased: bool = False
    withdrawn: bool = False
    assigned_version: PolicyVersion = PolicyVersion.NONE

    def __post_init__(self) -> None:
        if self.completed_at is not None and self.completed_at.utcoffset() is None:
            raise ValueError("A completion time needs its time zone.")


@dataclass(frozen=True, slots=True)
class Clearance:
    """Of who asks: what they hold for this session's study at this moment.

    An empty one is nobody's: every row-level use is denied to it.

    Attributes
    ----------
    roles
        Roles held.
    grants
        Roles for which a grant on the session's study is in force, and the role held.
    linking_grant
        Whether a grant for analysing one participant's studies together is in force.
    open_case
        Whether they work on an open Trust & Safety case on this very session.
    service
        Which service asks, when it is no person: ``mailer``, ``withdrawal`` …
    """

    roles: frozenset[Role] = frozenset()
    grants: frozenset[Role] = frozenset()
    linking_grant: bool = False
    open_case: bool = False
    service: str | None = None


def clearance_for(
    actor: Actor,
    study_id: UUID,
    now: datetime,
    *,
    open_case: bool = False,
    linking_grant: bool = False,
) -> Clearance:
    """What an actor holds for one study at this moment.

    ``open_case`` is whether a case is open on the session; it counts for Trust & Safety only.
    """
    return Clearance(
        roles=actor.roles,
        grants=frozenset(role for role in actor.roles if study_id in actor.studies(role, now)),
        linking_grant=linking_grant,
        open_case=open_case and actor.holds(Role.TRUST_SAFETY),
        service=actor.service,
    )
