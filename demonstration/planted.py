"""What was planted: identifiers written into the interviews at known places."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from domain.spans import Span


class PlantedType(StrEnum):
    """What kind of identifier it is; Presidio's word for it where Presidio has one."""

    PERSON = "PERSON"
    EMAIL_ADDRESS = "EMAIL_ADDRESS"
    PHONE_NUMBER = "PHONE_NUMBER"
    URL = "URL"
    LOCATION = "LOCATION"
    ORGANIZATION = "ORGANIZATION"
    USERNAME = "USERNAME"
    STREET_ADDRESS = "STREET_ADDRESS"
    AGE = "AGE"
    BIRTH_DATE = "BIRTH_DATE"
    OCCUPATION = "OCCUPATION"


class Manner(StrEnum):
    """How an identifier is written, which decides what one may expect of a machine."""

    #: As a form or a letterhead would have it.
    STANDARD = "standard"
    #: As people type: lower case, without punctuation, spelled out in words.
    AS_TYPED = "as_typed"
    #: Names nobody by itself; a rare occupation with its town does.
    QUASI = "quasi"


class Piece(NamedTuple):
    """A stretch of text as it is being written; ``planted`` is None for plain words."""

    text: str
    planted: PlantedType | None = None
    manner: Manner = Manner.STANDARD


@dataclass(frozen=True, slots=True)
class PlantedIdentifier:
    """One identifier at its place.

    ``value_digest`` is the SHA-256, in hexadecimal, of the characters at that place: a
    measurement can prove that it looks at the same text without a list of the values.
    """

    span: Span
    entity_type: PlantedType
    manner: Manner
    value_digest: str


def join(turn: int, pieces: list[Piece]) -> tuple[str, list[PlantedIdentifier]]:
    """Put a turn together: its text, and where in it the identifiers stand."""
    planted: list[PlantedIdentifier] = []
    at = 0
    for text, kind, manner in pieces:
        if kind is not None:
            planted.append(
                PlantedIdentifier(Span(turn, at, at + len(text)), kind, manner, digest_of(text))
            )
        at += len(text)
    return "".join([piece.text for piece in pieces]), planted


def digest_of(value: str) -> str:
    """The SHA-256 of a value's UTF-8 bytes, in hexadecimal."""
    return sha256(value.encode()).hexdigest()
