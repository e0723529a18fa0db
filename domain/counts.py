"""Counts as a list shows them: exact while small, capped where counting on would only cost time."""

from __future__ import annotations

#: A list counts one row past this and then stops.
COUNTED_AT_MOST = 10_000


def capped_count(counted: int, cap: int = COUNTED_AT_MOST) -> str:
    """The count in figures, ``10,000+`` when more than ``cap`` were found.

    ``counted`` is the number of rows found by a query that stops at ``cap + 1``. Raises
    ValueError when it is negative. Not for aggregates about participants: those obey the
    threshold.
    """
    if counted < 0:
        raise ValueError("A count is never negative.")
    return f"{cap:,}+" if counted > cap else f"{counted:,}"
