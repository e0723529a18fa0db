"""Digests over canonical JSON, so that equal content has equal bytes everywhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from domain.transcripts import Turn


def canonical_json(value: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces.

    Text is kept as it is, not normalised: offsets count the code points that were imported.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def digest(value: Any) -> bytes:
    """SHA-256 over :func:`canonical_json`."""
    return hashlib.sha256(canonical_json(value)).digest()


def turns_digest(turns: Sequence[Turn]) -> bytes:
    """SHA-256 over who said what, in order: what a redaction set is made for."""
    return digest([[turn.speaker.value, turn.text] for turn in turns])
