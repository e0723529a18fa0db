"""A frozen publication for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from domain.policy.uses import RecipientKind
from domain.publications.contents import Audience, Frozen, FrozenCell, Receiver, Words

WHY = "Not shown: fewer than 10 people."
RECEIVER = Receiver(
    UUID(int=5), RecipientKind.RESEARCHER, "Odile", "Institute", UUID(int=6), 1, b"text"
)
FROZEN = Frozen(
    number=3,
    study_id=UUID(int=1),
    study_title="Making things",
    snapshot_id=UUID(int=2),
    week=date(2026, 11, 23),
    known_by=datetime(2026, 11, 24, 8, tzinfo=UTC),
    counted_at=datetime(2026, 11, 25, 9, tzinfo=UTC),
    breakdown="plan",
    question="On which plan were they?",
    over_time=False,
    several=False,
    audience=Audience.PUBLIC,
    receiver=None,
    words=Words("On which plans people were", "Counted once on each.", "For the public report"),
    everybody=49,
    cells=(
        FrozenCell("free", "Free", 16, None),
        FrozenCell("max", "Max", None, WHY),
        FrozenCell("pro", "Pro", 1_021, None),
    ),
    population="a1b2",
    rule="R30",
    policy_digest="d1",
)


def frozen(**changes: Any) -> Frozen:
    return replace(FROZEN, **changes)
