"""Labels for readers outside: what a category of a breakdown is called on a published figure."""

from __future__ import annotations

from datetime import date, timedelta

from domain.category_names import COUNTRIES, IDENTIFIERS
from domain.metrics import OUTSIDE, PERIOD, PERIOD_WEEKS

_LANGUAGES = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "ja": "Japanese",
    "pt": "Portuguese",
    "zh": "Chinese",
    "other": "Other languages",
}
_WORDS = {
    "not_asked": "Not asked",
    OUTSIDE: "Other weeks",
}


def label(breakdown: str, category: str) -> str:
    """The category as the figure and the CSV name it."""
    if breakdown == PERIOD and category != OUTSIDE:
        first = date.fromisoformat(category)
        last = first + timedelta(days=7 * PERIOD_WEEKS - 1)
        return f"{first.day} {first:%b} to {last.day} {last:%b %Y}"
    named = {"language": _LANGUAGES, "country": COUNTRIES, "redactions": IDENTIFIERS}
    words = named.get(breakdown, _WORDS).get(category) or _WORDS.get(category, category)
    return words[:1].upper() + words[1:]
