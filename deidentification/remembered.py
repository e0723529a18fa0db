"""Analyses of turns already seen: interviewers' scripts repeat to the letter."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from threading import Lock

from deidentification.hits import Hit


class RememberedAnalyses:
    """The latest analyses, bounded by the characters they were made of.

    The turn itself is not kept, only its digest: the memory of a process is no place for
    transcripts that nobody works on.
    """

    def __init__(self, characters: int) -> None:
        self._limit = characters
        self._held = 0
        self._analyses: OrderedDict[bytes, tuple[int, tuple[Hit, ...]]] = OrderedDict()
        self._lock = Lock()

    @property
    def characters(self) -> int:
        """How many characters of turns are remembered now."""
        return self._held

    def get(self, reading: str, text: str) -> tuple[Hit, ...] | None:
        """The remembered analysis of a turn, or None; ``reading`` names the way it was read."""
        key = _key(reading, text)
        with self._lock:
            held = self._analyses.get(key)
            if held is None:
                return None
            self._analyses.move_to_end(key)
            return held[1]

    def put(self, reading: str, text: str, hits: tuple[Hit, ...]) -> None:
        """Remember an analysis, forgetting the longest unused ones beyond the limit."""
        if len(text) > self._limit:
            return
        key = _key(reading, text)
        with self._lock:
            if key in self._analyses:
                return
            self._analyses[key] = (len(text), hits)
            self._held += len(text)
            while self._held > self._limit:
                _, (length, _) = self._analyses.popitem(last=False)
                self._held -= length


def _key(reading: str, text: str) -> bytes:
    content = f"{reading}\x00{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=20).digest()
