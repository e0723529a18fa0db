"""Whom a publication counts: a set of session numbers, one bit each, and who left it since.

A million sessions take 125 kB. The set is kept so that a later withdrawal is noticed by the one
session that it concerns; it never leaves the database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

_BITS = 8


def packed(numbers: Iterable[int]) -> bytes:
    """The set of these numbers, each zero or more."""
    bits = bytearray()
    for number in numbers:
        place, bit = divmod(number, _BITS)
        if place >= len(bits):
            bits.extend(bytes(place + 1 - len(bits)))
        bits[place] |= 1 << bit
    return bytes(bits)


def left_since(then: bytes, now: bytes) -> int:
    """How many of those who were in it are not in it any more."""
    return (_number(then) & ~_number(now)).bit_count()


def name_of(population: bytes) -> str:
    """A name that the same set always has, and no other."""
    return hashlib.sha256(population).hexdigest()[:16]


def _number(population: bytes) -> int:
    return int.from_bytes(population, "little")
