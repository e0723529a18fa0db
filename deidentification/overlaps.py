"""Which hit holds where several claim the same stretch."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import replace

from deidentification.boundaries import snap
from deidentification.hits import Hit

#: Joining words that identify nobody once the names beside them are covered.
_JOINTS = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "by",
        "de",
        "for",
        "from",
        "i",
        "in",
        "my",
        "of",
        "on",
        "or",
        "our",
        "the",
        "to",
        "via",
        "with",
        "&",
        "'s",
        "s",
    ]
)


def resolve(text: str, hits: Iterable[Hit], priority: Mapping[str, int]) -> tuple[Hit, ...]:
    """Hits that do not overlap, in reading order, covering all that any hit covered.

    Where hits overlap, the label that stands first in ``priority`` holds; then the longer;
    then the higher score. What a losing hit covered beyond the winner stays covered by what
    is left of it, unless that is only blanks, punctuation or joining words: a surname must
    not stand because its first name was also part of a street.

    Parameters
    ----------
    priority
        Place of each entity type, 0 first; unknown types come last.
    """
    last = len(priority)
    ranked = sorted(
        set(hits),
        key=lambda hit: (
            priority.get(hit.entity_type, last),
            -(hit.end - hit.start),
            -hit.score,
            hit.start,
            hit.entity_type,
            hit.source,
        ),
    )
    starts: list[int] = []
    kept: list[Hit] = []
    for hit in ranked:
        for start, end in _free(hit, starts, kept):
            whole = (start, end) == (hit.start, hit.end)
            free = (start, end) if whole else snap_inside(text, start, end, hit.entity_type)
            if free is None or (not whole and _only_joints(text[free[0] : free[1]])):
                continue
            place = bisect_left(starts, free[0])
            starts.insert(place, free[0])
            kept.insert(place, replace(hit, start=free[0], end=free[1]))
    return tuple(kept)


def snap_inside(text: str, start: int, end: int, entity_type: str) -> tuple[int, int] | None:
    """Trim as :func:`~deidentification.boundaries.snap` does, never growing past the stretch."""
    snapped = snap(text[start:end], 0, end - start, entity_type)
    return None if snapped is None else (start + snapped[0], start + snapped[1])


def _free(hit: Hit, starts: list[int], kept: list[Hit]) -> list[tuple[int, int]]:
    """The stretches of ``hit`` that no kept hit covers."""
    free: list[tuple[int, int]] = []
    at = hit.start
    place = max(0, bisect_left(starts, hit.start) - 1)
    for other in kept[place:]:
        if other.start >= hit.end:
            break
        if other.end <= at:
            continue
        if other.start > at:
            free.append((at, other.start))
        at = max(at, other.end)
    if at < hit.end:
        free.append((at, hit.end))
    return free


def _only_joints(text: str) -> bool:
    return all(word.strip(".,;:'\"()-").lower() in _JOINTS for word in text.split())
