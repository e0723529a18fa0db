"""Where words begin and end, and how a stretch is snapped to them."""

from __future__ import annotations

import re

#: Scripts written without spaces between words: there a letter beside a stretch does not
#: mean that the stretch cuts a word. Thai to Myanmar, Khmer, kana, Han, half-width kana.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
#: Not a letter or digit before, and none after: ``\b`` that also treats ``_`` as a gap.
WORD_START = r"(?<![^\W_])"
WORD_END = r"(?![^\W_])"

_OPENING_KEPT = {"@", "+", "#", "("}
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)
_NAMED = frozenset({"PERSON", "ORGANIZATION", "LOCATION"})
#: A word longer than this is not a word, and is not walked to its end.
_LONGEST_WORD = 120


def snap(text: str, start: int, end: int, entity_type: str) -> tuple[int, int] | None:
    """Widen a stretch to whole words and trim blanks and punctuation from both ends.

    Returns None when nothing but blanks and punctuation is left. An opening ``+``, ``@``,
    ``#`` or a bracket that also closes stays, and a name loses its possessive ending.
    """
    low, high = max(0, start - _LONGEST_WORD), min(len(text), end + _LONGEST_WORD)
    while start > low and _cuts(text, start):
        start -= 1
    while end < high and _cuts(text, end):
        end += 1
    while start < end and not _may_open(text, start, end):
        start += 1
    while end > start and not _may_close(text, start, end):
        end -= 1
    if entity_type in _NAMED:
        possessive = _POSSESSIVE.search(text, start, end)
        if possessive is not None and possessive.start() > start:
            end = possessive.start()
    return (start, end) if start < end else None


def _cuts(text: str, at: int) -> bool:
    """Whether a boundary at ``at`` falls inside a word of a script that has spaces."""
    if at <= 0 or at >= len(text):
        return False
    left, right = text[at - 1], text[at]
    return _in_word(left) and _in_word(right)


def _in_word(mark: str) -> bool:
    return mark.isalnum() and not _UNSPACED.match(mark)


def _may_open(text: str, start: int, end: int) -> bool:
    mark = text[start]
    if mark == "(":
        return ")" in text[start:end]
    return mark.isalnum() or mark in _OPENING_KEPT


def _may_close(text: str, start: int, end: int) -> bool:
    mark = text[end - 1]
    if mark == ")":
        return "(" in text[start:end]
    # Combining marks belong to the letter before them.
    return mark.isalnum() or mark == "/" or ("a" + mark).isidentifier()
