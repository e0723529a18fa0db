"""Cursors: where a page of the sessions list begins, as one word for an address."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.digests import canonical_json
from domain.errors import BadInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: Microseconds since 1970 of the year 2200: no session is completed later.
_LATEST = (datetime(2200, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_MOST_WORDS = 2**31 - 1
_LONGEST = 200


class Sort(StrEnum):
    """In which order the sessions page lists."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LONGEST = "longest"
    SHORTEST = "shortest"

    @property
    def by_length(self) -> bool:
        """Whether it orders by words rather than by time."""
        return self in {Sort.LONGEST, Sort.SHORTEST}


class Direction(StrEnum):
    """Which way from the cursor's row the page lies, in the order of the list."""

    NEXT = "next"
    PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row beside which a page begins: what it is ordered by, and its id.

    ``value`` is an instant with its time zone for the orders by time, a number of words for
    those by length; ValueError when it is the other, or out of any session's range.
    """

    sort: Sort
    value: datetime | int
    id: UUID
    direction: Direction = Direction.NEXT

    def __post_init__(self) -> None:
        if isinstance(self.value, datetime) == self.sort.by_length:
            raise ValueError(f"The order {self.sort} has no place {type(self.value).__name__}.")
        if not 0 <= self._number <= (_MOST_WORDS if self.sort.by_length else _LATEST):
            raise ValueError("No session stands at that place.")

    def encode(self) -> str:
        """The cursor as one word of letters, digits, ``-`` and ``_``."""
        place = [self.sort.value, self._number, self.id.hex, self.direction.value]
        return base64.urlsafe_b64encode(canonical_json(place).encode()).decode().rstrip("=")

    @property
    def _number(self) -> int:
        if isinstance(self.value, datetime):
            return (self.value - _EPOCH) // _MICROSECOND
        return self.value


def decode_cursor(word: str) -> Cursor:
    """The cursor that was written as that word.

    Raises
    ------
    BadInput
        When no cursor is written like that.
    """
    try:
        cursor = _decoded(word)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise _bad() from error
    if cursor.encode() != word:
        raise _bad()
    return cursor


def _decoded(word: str) -> Cursor:
    if len(word) > _LONGEST:
        raise ValueError("No cursor is that long.")
    padded = word + "=" * (-len(word) % 4)
    sort, number, row, direction = json.loads(base64.b64decode(padded, b"-_", validate=True))
    if type(number) is not int:
        raise TypeError("A cursor's place is a whole number.")
    order = Sort(sort)
    value = number if order.by_length else _EPOCH + number * _MICROSECOND
    return Cursor(order, value, UUID(row), Direction(direction))


def _bad() -> BadInput:
    return BadInput(
        "The parameter “cursor” is not one that this list gave out. "
        "Leave it out to begin at the first page."
    )
