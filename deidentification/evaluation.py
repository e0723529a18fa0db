"""How good findings are against labelled spans: per character, whatever the labels say.

What matters to a person is whether the characters that identify them are covered, and to a
researcher how much else is. So a first name labelled as a place still counts as found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """Characters and words, counted over any number of texts; scores add up.

    Attributes
    ----------
    right, missed, extra
        Labelled characters that were covered, labelled ones that were not, and covered ones
        that were not labelled. Blanks and punctuation count nowhere.
    words, words_masked
        Words of the texts, and those of which a character was covered.
    words_extra
        Of the masked words, those in which nothing was labelled.
    """

    right: int = 0
    missed: int = 0
    extra: int = 0
    words: int = 0
    words_masked: int = 0
    words_extra: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.right + other.right,
            self.missed + other.missed,
            self.extra + other.extra,
            self.words + other.words,
            self.words_masked + other.words_masked,
            self.words_extra + other.words_extra,
        )

    @property
    def recall(self) -> float:
        """Share of labelled characters that were covered; 1 when nothing was labelled."""
        labelled = self.right + self.missed
        return self.right / labelled if labelled else 1.0

    @property
    def precision(self) -> float:
        """Share of covered characters that were labelled; 1 when nothing was covered."""
        covered = self.right + self.extra
        return self.right / covered if covered else 1.0

    @property
    def masked_share(self) -> float:
        """Share of words that were masked, wholly or in part; 0 without words."""
        return self.words_masked / self.words if self.words else 0.0


def score(
    text: str, labelled: Iterable[tuple[int, int]], found: Iterable[tuple[int, int]]
) -> Score:
    """Compare the stretches found in one text with the labelled ones.

    Both are ``(start, end)`` in code points and may overlap. Raises ValueError when one of
    them does not lie in the text.
    """
    wanted, covered = _cover(text, labelled), _cover(text, found)
    right = missed = extra = 0
    for mark, is_wanted, is_covered in zip(text, wanted, covered, strict=True):
        if not mark.isalnum():
            continue
        right += is_wanted and is_covered
        missed += is_wanted and not is_covered
        extra += is_covered and not is_wanted
    words = masked = needless = at = 0
    for word in text.split():
        at = text.index(word, at)
        words += 1
        if any(covered[at : at + len(word)]):
            masked += 1
            needless += not any(wanted[at : at + len(word)])
        at += len(word)
    return Score(right, missed, extra, words, masked, needless)


def _cover(text: str, stretches: Iterable[tuple[int, int]]) -> bytearray:
    covered = bytearray(len(text))
    for start, end in stretches:
        if not 0 <= start < end <= len(text):
            raise ValueError(f"No stretch {start} to {end} in {len(text)} characters.")
        covered[start:end] = b"\x01" * (end - start)
    return covered
