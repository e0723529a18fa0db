"""Digests: equal content has equal bytes, and any change has others."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from domain.errors import BadInput
from domain.transcripts import Turn

#: What canonical JSON is made of. No floats: their text is not the same everywhere.
Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]


def canonical_json(value: Json) -> str:
    """The one way to write a value as JSON: keys sorted, no spaces, characters as they are.

    Text is not normalised: two spellings of one character are two contents.

    Raises
    ------
    TypeError
        For a float or anything else that has no canonical form here.
    """
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Json) -> bytes:
    """SHA-256 of the value's canonical JSON in UTF-8.

    Raises
    ------
    BadInput
        When a text holds half of a character (a lone surrogate), which has no bytes.
    """
    try:
        encoded = canonical_json(value).encode()
    except UnicodeEncodeError as error:
        raise BadInput(
            "A text holds half of a character, which cannot be written down. "
            "Export the file again as UTF-8."
        ) from error
    return hashlib.sha256(encoded).digest()


def turns_digest(turns: Sequence[Turn]) -> bytes:
    """SHA-256 over who said what, in order: what a redaction set is made for."""
    return digest([[turn.speaker.value, turn.text] for turn in turns])


def _refuse_floats(value: Json) -> None:
    if isinstance(value, float):
        raise TypeError("A float has no canonical form; write it as text or as an integer.")
    if isinstance(value, Mapping):
        for key, held in value.items():
            if not isinstance(key, str):
                raise TypeError("A key of canonical JSON is text.")
            _refuse_floats(held)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for held in value:
            _refuse_floats(held)
