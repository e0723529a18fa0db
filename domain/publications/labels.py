"""Labels for readers outside: what a category of a breakdown is called on a published figure."""

from __future__ import annotations

from datetime import date

from domain.metrics import OUTSIDE

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
    "in_progress": "Still open",
    "not_asked": "Not asked",
    "in_review": "In review",
    "unprocessed": "Not yet read by the machine",
    "unreviewed": "Waits for review",
    "none": "No policy's dates",
    OUTSIDE: "Other weeks",
}


def label(breakdown: str, category: str, *, over_time: bool) -> str:
    """The category as the figure and the CSV name it."""
    if over_time and category != OUTSIDE:
        day = date.fromisoformat(category)
        return f"{day.day} {day:%b %Y}"
    if breakdown == "language":
        return _LANGUAGES.get(category, category)
    words = _WORDS.get(category, category.replace("_", " "))
    return (
        words[:1].upper() + words[1:].lower() if words.isupper() else words[:1].upper() + words[1:]
    )
