"""How fast anybody can have read: what is said to be read is weighed against it.

A floor and no proof: it shows that words were before somebody's eyes long enough to be read, not
that they were understood. The browser counts by the same pace, one turn after the other
(``components/redaction_editor/browser/reading.js``); this is for what a browser merely claims.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta

#: A thousand words a minute, which nobody reads.
A_CHARACTER = timedelta(milliseconds=12)
#: What a slow connection or two clocks may make of it.
SLACK = timedelta(seconds=3)


def believable(
    lengths: Mapping[int, int],
    before: Collection[int],
    claimed: Iterable[int],
    elapsed: timedelta,
) -> frozenset[int]:
    """The turns read by now: those read before, and of the claimed ones as many as time allows.

    Parameters
    ----------
    lengths
        Characters of each turn; a turn that is not here does not exist.
    elapsed
        Since the reader had the session before them first.
    """
    left = (elapsed + SLACK) / A_CHARACTER - sum(lengths.get(turn, 0) for turn in before)
    read = set(before)
    for turn in sorted(set(claimed) - read):
        if turn not in lengths:
            continue
        if lengths[turn] > left:
            break
        left -= lengths[turn]
        read.add(turn)
    return frozenset(read)
