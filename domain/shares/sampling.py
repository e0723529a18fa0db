"""What opening some sessions of many can tell: bounds for a sample drawn by lot.

Sessions are opened in an order by lot, without putting any back, so the chance of having met none
of ``bad`` sessions is hypergeometric. No approximation is made.
"""

from __future__ import annotations

from bisect import bisect_left

#: How sure the bounds are.
SURE = 0.95
#: The share of sessions with a problem that a sample is to rule out.
WORTH_FINDING = 0.05


def most_left(sessions: int, opened: int) -> int:
    """The most sessions that can have a problem when none of those opened has one.

    With :data:`SURE` of the draws, as many more would have shown one.
    """
    missed, bad = 1.0, 0
    while bad < sessions - opened:
        missed *= (sessions - opened - bad) / (sessions - bad)
        if missed <= 1 - SURE:
            break
        bad += 1
    return bad


def enough_to_open(sessions: int) -> int:
    """How many to open, finding nothing, to rule out that one in twenty has a problem."""
    return bisect_left(
        range(sessions + 1), True, key=lambda n: most_left(sessions, n) <= WORTH_FINDING * sessions
    )
