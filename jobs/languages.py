"""The language of a transcript that does not state its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

_SAMPLE = 2_000
_SHORTEST = 20
_UNDETERMINED = "und"


@cache
def _identifier() -> Callable[[str], tuple[str, float]]:
    import py3langid

    classify: Callable[[str], tuple[str, float]] = py3langid.classify
    return classify


def detect_language(words: str) -> str:
    """ISO 639-1 code guessed from what a participant said; ``und`` when that is too little."""
    sample = " ".join(words[:_SAMPLE].split())
    if len(sample) < _SHORTEST:
        return _UNDETERMINED
    return _identifier()(sample)[0]
