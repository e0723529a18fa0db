"""Standing codes: everything the policy asks of a session but its date, as one number.

Sessions with the same code, completed between the same two cuts, have the same answers. The
database computes the code of each row by itself (``session.standing``); a test compares the two
for every combination there is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import product

from domain.consent import Choices
from domain.policy.facts import SessionFacts
from domain.vocabulary import (
    ConsentChoice,
    ConsentScope,
    FlagState,
    Plan,
    PolicyVersion,
    SessionStatus,
)

_CHOICES = tuple(ConsentChoice)
_FLAGS = tuple(FlagState)
_ASSIGNED = (PolicyVersion.NONE, PolicyVersion.DECEMBER_2025, PolicyVersion.MARCH_2026)
_OUT_OF_SCOPE = frozenset({Plan.COMMERCIAL, Plan.UNKNOWN})
#: Two bits for each scope's choice, in the order of the scopes; then two for the flag.
_SCOPE_BITS = {scope: 2 * place for place, scope in enumerate(ConsentScope)}
_FLAG_BITS = 8
_MEMORY_ON = 1 << 10
_PLAN_OUT = 1 << 11
#: Whether it was not completed: then it stands in no stretch of time.
NOT_COMPLETED = 1 << 12
_ERASED = 1 << 13
_WITHDRAWN = 1 << 14
_ASSIGNED_BITS = 15


def standing_of(facts: SessionFacts) -> int:
    """The code of a session."""
    code = _FLAGS.index(facts.flag) << _FLAG_BITS
    for scope, bits in _SCOPE_BITS.items():
        code |= _CHOICES.index(facts.choices.of(scope)) << bits
    code |= _ASSIGNED.index(facts.assigned_version) << _ASSIGNED_BITS
    for bit, holds in (
        (_MEMORY_ON, facts.memory_on),
        (_PLAN_OUT, facts.plan in _OUT_OF_SCOPE),
        (
            NOT_COMPLETED,
            facts.status is not SessionStatus.COMPLETED or facts.completed_at is None,
        ),
        (_ERASED, facts.erased),
        (_WITHDRAWN, facts.withdrawn),
    ):
        code |= bit if holds else 0
    return code


def facts_with(standing: int, completed_at: datetime | None) -> SessionFacts:
    """A session with that code, completed at that instant: it stands for all of them."""
    completed = not standing & NOT_COMPLETED
    return SessionFacts(
        status=SessionStatus.COMPLETED if completed else SessionStatus.ABANDONED,
        completed_at=completed_at if completed else None,
        plan=Plan.UNKNOWN if standing & _PLAN_OUT else Plan.CONSUMER,
        memory_on=bool(standing & _MEMORY_ON),
        flag=flag_of(standing),
        choices=Choices(
            **{scope.value: _CHOICES[(standing >> bits) & 3] for scope, bits in _SCOPE_BITS.items()}
        ),
        erased=bool(standing & _ERASED),
        withdrawn=bool(standing & _WITHDRAWN),
        assigned_version=_ASSIGNED[standing >> _ASSIGNED_BITS],
    )


def flag_of(standing: int) -> FlagState:
    """The flag that a code holds."""
    return _FLAGS[(standing >> _FLAG_BITS) & 3]


def mask_for(scopes: Iterable[ConsentScope]) -> int:
    """What to keep of a code where no other scopes' choices are asked about."""
    kept = set(scopes)
    dropped = sum(3 << bits for scope, bits in _SCOPE_BITS.items() if scope not in kept)
    return ~dropped


def assigned_to(standing: int, version: PolicyVersion) -> int:
    """The code that a session has once it is settled which policy governs it."""
    below = standing & ((1 << _ASSIGNED_BITS) - 1)
    return below | _ASSIGNED.index(version) << _ASSIGNED_BITS


def every_standing() -> Iterable[int]:
    """Every code there can be."""
    for assigned, rest in product(range(len(_ASSIGNED)), range(1 << _ASSIGNED_BITS)):
        yield assigned << _ASSIGNED_BITS | rest
