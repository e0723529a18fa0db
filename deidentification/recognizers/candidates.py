"""Which stretches of a turn are worth the second model's time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from deidentification.lexicon import NEVER_NAMES, Lexicon
from deidentification.text_mapping import folded

#: What the model sees on either side of a candidate, in characters: about a sentence.
CONTEXT = 160
#: A longer one is no word, and a text full of them would keep the model busy for minutes.
LONGEST_WORD = 60
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_OPENS_A_SENTENCE = re.compile(r"(?:^|[.!?…:\n]['\"”’)]*)\s*$")


def stretches(text: str, lexicon: Lexicon, allows: Callable[[str], bool]) -> list[tuple[int, int]]:
    """Stretches around what may identify somebody; cut at blanks, in order, not overlapping.

    Candidates are digits, words with a capital that no sentence asks for, and first names in
    any writing. Nine turns in ten of an interview about work have none, and the model costs
    as much as everything else together. ``allows`` is the allow-list's answer for a word.
    """
    held: list[tuple[int, int]] = []
    for start, end in _candidates(text, lexicon, allows):
        low, high = _widened(text, start, end)
        if held and low <= held[-1][1]:
            held[-1] = (held[-1][0], max(high, held[-1][1]))
        else:
            held.append((low, high))
    return held


def _candidates(
    text: str, lexicon: Lexicon, allows: Callable[[str], bool]
) -> Iterator[tuple[int, int]]:
    for word in _WORD.finditer(text):
        said = word.group()
        if len(said) > LONGEST_WORD:
            continue
        if said[0].isdigit():
            yield word.span()
            continue
        plain = folded(said)
        if plain in lexicon.plain_first_names:
            yield word.span()
        elif any(mark.isupper() for mark in said) and len(said) > 1:
            ordinary = plain in NEVER_NAMES or allows(said)
            opens = _OPENS_A_SENTENCE.search(text, max(0, word.start() - 8), word.start())
            if not ordinary and not (opens and plain not in lexicon.first_names):
                yield word.span()


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    low, high = max(0, start - CONTEXT), min(len(text), end + CONTEXT)
    if low:
        blank = text.find(" ", low, start)
        low = low if blank == -1 else blank + 1
    if high < len(text):
        blank = text.rfind(" ", end, high)
        high = high if blank == -1 else blank
    return low, high
