"""Words for people: dates in full, counts, states and choices as they are spoken of."""

from __future__ import annotations

from datetime import date, datetime

from domain.vocabulary import (
    ConsentChoice,
    ConsentScope,
    Coverage,
    FlagState,
    ReviewState,
    SessionStatus,
)

SCOPES = {
    ConsentScope.PUBLISH_RESPONSES: "Publish",
    ConsentScope.SHARE_RESEARCHERS: "Researchers",
    ConsentScope.SHARE_JOURNALISTS: "Journalists",
    ConsentScope.CONTACT: "Contact",
}
CHOICES = {
    ConsentChoice.GRANTED: "granted",
    ConsentChoice.DECLINED: "declined",
    ConsentChoice.NOT_ASKED: "not asked",
    ConsentChoice.WITHDRAWN: "withdrawn",
}
STATUSES = {
    SessionStatus.COMPLETED: "Completed",
    SessionStatus.ABANDONED: "Abandoned",
    SessionStatus.IN_PROGRESS: "In progress",
}
REVIEW_STATES = {
    ReviewState.UNPROCESSED: "Not yet read by the machine",
    ReviewState.UNREVIEWED: "Waits for review",
    ReviewState.IN_REVIEW: "In review",
    ReviewState.CONFIRMED: "Confirmed",
}
FLAGS = {
    FlagState.NONE: "Not flagged",
    FlagState.OPEN: "Flag open",
    FlagState.UPHELD: "Flag upheld",
    FlagState.DISMISSED: "Flag dismissed",
}
COVERAGES = {
    Coverage.PENDING: "waits for the machine",
    Coverage.FULL: "machine: full",
    Coverage.PATTERNS_ONLY: "patterns only",
    Coverage.FAILED: "machine failed",
}
_LANGUAGES = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "he": "Hebrew",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "tr": "Turkish",
    "und": "undetermined",
    "zh": "Chinese",
}


def language(code: str) -> str:
    """A language's name, or its code where we have none."""
    return _LANGUAGES.get(code, code)


def day(instant: datetime | None) -> str:
    """A date in full, in UTC."""
    return "–" if instant is None else f"{instant.day} {instant:%B %Y}"


def date_in_full(day_of: date) -> str:
    """A calendar date in full."""
    return f"{day_of.day} {day_of:%B %Y}"


def moment(instant: datetime | None) -> str:
    """A date and time in full, in UTC."""
    return "–" if instant is None else f"{instant.day} {instant:%B %Y, %H:%M} UTC"


def clock(instant: datetime) -> str:
    """A time of day, in UTC."""
    return f"{instant:%H:%M} UTC"


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
