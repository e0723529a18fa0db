"""Metrics for leads: the breakdowns that are declared beforehand, and no others.

Each answers one question about the participants of one study. Categories are declared whole, so
that which of them are listed tells nothing of who took part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from domain.disclosure.cells import THRESHOLD

#: A snapshot is shown when at least this share more people took part than in the last one shown,
#: and never fewer more than the threshold: the difference of the two is then no small count.
GROWTH = 0.10
#: The most weeks that are told one by one.
WEEKS = 26
#: Whoever came in no week that is listed.
OUTSIDE = "in other weeks"
OTHER = "other"
#: The cell of everybody, which all breakdowns of a snapshot share.
EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One declared breakdown.

    ``several`` says that one participant can be in several categories, as somebody who came back
    can be in two weeks. ``over_time`` says that its categories are weeks.
    """

    name: str
    question: str
    categories: tuple[str, ...]
    several: bool = True
    over_time: bool = False


_CHOICES = ("granted", "declined", "withdrawn", "not_asked")
_LANGUAGES = ("ar", "de", "en", "es", "fr", "ja", "pt", "zh", OTHER)
DURATIONS = (
    *("under 5 minutes", "5 to 15 minutes", "15 to 30 minutes", "30 to 60 minutes"),
    *("over an hour", "not known"),
)
LENGTHS = ("under 10 turns", "10 to 19 turns", "20 to 39 turns", "40 to 79 turns", "80 or more")
RETURNS = ("once", "twice", "three times or more")

_FIXED = (
    Breakdown("status", "How far did people come?", ("completed", "abandoned", "in_progress")),
    Breakdown("duration", "How long did a conversation take?", DURATIONS),
    Breakdown("length", "How many turns did it have?", LENGTHS),
    Breakdown("returning", "How many came back to this study?", RETURNS, several=False),
    Breakdown("language", "In which languages did people speak?", _LANGUAGES),
    Breakdown("plan", "On which plan were they?", ("free", "pro", "max", OTHER)),
    Breakdown("publish", "Did they let us publish their responses?", _CHOICES),
    Breakdown("researchers", "Did they let us share with researchers?", _CHOICES),
    Breakdown("journalists", "Did they let us share with journalists?", _CHOICES),
    Breakdown("contact", "May we write to them about findings?", _CHOICES),
    Breakdown("policy", "Which policy governs their sessions?", ("2025-12", "2026-03-23", "none")),
    Breakdown(
        "review",
        "How far is the review of their sessions?",
        ("unprocessed", "unreviewed", "in_review", "confirmed"),
    ),
    Breakdown(
        "redactions",
        "What kinds of identifiers did they mention?",
        (
            *("PERSON", "LOCATION", "ORGANIZATION", "EMAIL_ADDRESS", "PHONE_NUMBER", "URL"),
            *("USERNAME", "DATE_TIME", "AGE", "TITLE", "ADDRESS", OTHER),
        ),
    ),
)


def may_show_total(everybody: int, shown_before: Sequence[int]) -> bool:
    """Whether a snapshot of so many people may be shown after those that were.

    Its total is told exactly, so it may be no small count, and differ from no earlier one by one.
    """
    if everybody < THRESHOLD:
        return False
    last = max(shown_before, default=0)
    return everybody - last >= max(THRESHOLD, GROWTH * last)


def snapshot_week(now: datetime) -> date:
    """The Monday of the week that ``now`` is in, in UTC: a snapshot counts what began before it."""
    today = now.astimezone(UTC).date()
    return today - timedelta(days=today.weekday())


def listed_weeks(week: date, opens_on: date, closes_on: date) -> tuple[date, ...]:
    """The Mondays of a study's weeks before a snapshot, whoever came; the last :data:`WEEKS`.

    A study that has not opened by then has its first week.
    """
    first = opens_on - timedelta(days=opens_on.weekday())
    last = min(closes_on, week - timedelta(days=1))
    count = max(1, (last - first).days // 7 + 1)
    return tuple(first + timedelta(days=7 * each) for each in range(count))[-WEEKS:]


def breakdowns(week: date, opens_on: date, closes_on: date) -> tuple[Breakdown, ...]:
    """The breakdowns of a snapshot of that week, of a study with those dates."""
    weeks = Breakdown(
        "week",
        "How did participation develop?",
        (*(each.isoformat() for each in listed_weeks(week, opens_on, closes_on)), OUTSIDE),
        over_time=True,
    )
    return (weeks, *_FIXED)
