"""Gap filling: what stands beside an identifier and belongs to it is covered with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from deidentification.hits import Hit

_TITLES = (
    r"(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|dame|rev|reverend|herr|frau|señora?|sr|sra|"
    r"mme|monsieur|madame|don|doña|signora?)"
)
_TITLE_BEFORE = re.compile(rf"(?<![^\W_])(?:{_TITLES}\.?[ \t]+){{1,3}}$", re.IGNORECASE)
_SUFFIX_AFTER = re.compile(
    r"[ \t]*,?[ \t]+(?:ph\.?[ ]?d\.?|m\.?d\.?|d\.?d\.?s\.?|esq\.?|jr\.?|sr\.?|i{2,3}|iv)(?![^\W_]|-)",
    re.IGNORECASE,
)
_UNIT = (
    r"(?:apartment|apt|suite|ste|unit|flat|piso|appartamento|interno|wohnung|room|floor|building|bldg|p\.?[ ]?o\.?[ ]?box|box|psc)"
    r"\.?[ \t]*#?[ \t]*\d{1,6}[a-z]?"
)
_NUMBER_BEFORE = re.compile(r"(?<![\w.,:/-])(?:no\.?[ ]?)?\d{1,5}[a-z]?[ \t,]{1,2}$", re.IGNORECASE)
#: Between the lines of an address stand a break, a comma or the marks of a quoted mail.
_BREAK = r"[ \t]*(?:,|[\r\n]+)?[\s>?|]{0,8}"
_UNIT_AFTER = re.compile(rf"{_BREAK}{_UNIT}(?![^\W_])", re.IGNORECASE)
_NUMBER_AFTER = re.compile(r"[ \t,]{1,2}\d{1,5}[a-z]?(?![\w-])", re.IGNORECASE)
#: A postal code after a place; four digits that could be a year are none.
_CODE_AFTER = re.compile(r"(?:,?[ \t]+)(?!(?:19|20)\d\d(?!\d))\d{4,6}(?:-\d{3,4})?(?![\w-])")
#: The line of the town below a street: a postal code beside it, or a line of an address's own.
_TOWN_AFTER = re.compile(
    r"[ \t]*,?[ \t]*[\r\n]+[\s>?|]{0,8}(?:"
    r"(?:[A-Z]{1,2}-)?\d{2,6}[ -]?\d{0,4}(?:[ ][A-Z]{2})?,?[ ][^\W\d_][^\n\d,.;:!?]{1,40}"
    r"|[^\W\d_][^\n\d.;:!?]{1,40}?,?[ -](?:[A-Z]{2}[ ,]{1,2})?\d{3,6}(?:-\d{3,4})?"
    r"|[^\W\d_][^\n\d.;:!?]{1,30},[ ][A-Z]{2})(?![^\W_])"
)
_LONGEST = 70
_SENTENCE = {
    "PERSON": " The title beside it is covered with it.",
    "STREET_ADDRESS": " The number beside it is covered with it.",
    "LOCATION": " The postal code after it is covered with it.",
}


def widen(text: str, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Hits with titles, house and unit numbers and postal codes beside them, in order.

    ``hits`` do not overlap and stand in reading order; what comes back does neither. A
    number alone is nobody's: it counts only where it touches what was found.
    """
    held = list(hits)
    for place, hit in enumerate(held):
        low = held[place - 1].end if place else 0
        high = held[place + 1].start if place + 1 < len(held) else len(text)
        start, end = hit.start, hit.end
        if hit.entity_type == "PERSON":
            start = _before(text, _TITLE_BEFORE, start, low)
            end = _after(text, (_SUFFIX_AFTER,), end, high)
        elif hit.entity_type == "STREET_ADDRESS":
            start = _before(text, _NUMBER_BEFORE, start, low)
            end = _after(text, (_UNIT_AFTER, _NUMBER_AFTER, _CODE_AFTER, _TOWN_AFTER), end, high)
        elif hit.entity_type == "LOCATION":
            end = _after(text, (_CODE_AFTER,), end, high)
        if (start, end) != (hit.start, hit.end):
            held[place] = replace(
                hit, start=start, end=end, why=hit.why + _SENTENCE[hit.entity_type]
            )
    return tuple(held)


def _before(text: str, pattern: re.Pattern[str], start: int, low: int) -> int:
    found = pattern.search(text, max(low, start - _LONGEST), start)
    return found.start() if found else start


def _after(text: str, patterns: Sequence[re.Pattern[str]], end: int, high: int) -> int:
    """The end of all that follows, each pattern at most once."""
    left = list(patterns)
    while True:
        found = next(_matches(text, left, end, min(high, end + _LONGEST)), None)
        if found is None:
            return end
        pattern, end = found
        left.remove(pattern)


def _matches(
    text: str, patterns: Sequence[re.Pattern[str]], end: int, high: int
) -> Iterator[tuple[re.Pattern[str], int]]:
    for pattern in patterns:
        found = pattern.match(text, end, high)
        # The pattern's look-ahead ends at ``high``: the character there must be no word's.
        if found and not (found.end() == high < len(text) and text[high].isalnum()):
            yield pattern, found.end()
