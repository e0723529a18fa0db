"""Metrics for leads: the breakdowns that are declared beforehand, and no others.

Each answers one question about the participants of one study. A participant is in one category of
each, by their latest session in the study, so that the categories add up to everybody and two
breakdowns have nothing in common but how many that is. Categories are declared whole, so that
which of them are listed tells nothing of who took part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from domain.disclosure.cells import THRESHOLD

#: A snapshot is shown when at least this share more people took part than in the last one shown,
#: and never fewer more than the threshold: the difference of the two is then no small count.
GROWTH = 0.10
#: What is counted for those whom a breakdown is not about.
NOT_MEANT = "not meant"
#: The most weeks that are told one by one.
WEEKS = 26
#: So many weeks make a period, for tables in which a week is too short.
PERIOD_WEEKS = 4
#: Whoever first came in no week that is listed, or after that week had been counted.
OUTSIDE = "in other weeks"
OTHER = "other"
#: The cell of everybody, which all breakdowns of a snapshot share.
EVERYBODY = "everybody"
WEEK, PERIOD = "week", "period"


@dataclass(frozen=True, slots=True)
class Within:
    """That a breakdown is about those alone who are in these categories of another one.

    Its counts add up to theirs, so that the two are protected together.
    """

    breakdown: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Median:
    """The figure whose bands a breakdown has: its unit, its steps, and the bands' lower ends.

    The bands are the breakdown's first categories; the last one has no upper end.
    """

    unit: str
    step: float
    ends: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One declared breakdown.

    ``several`` says that one participant can be in several categories or none, as somebody can
    mention several kinds of identifiers. ``over_time`` says that its categories are weeks.
    ``moving`` says that people move between its categories after they took part, so that it is
    counted anew even when nobody else came.
    """

    name: str
    question: str
    categories: tuple[str, ...]
    several: bool = False
    over_time: bool = False
    moving: bool = False
    within: Within | None = None
    median: Median | None = None


_CHOICES = ("granted", "declined", "withdrawn", "not_asked")
_LANGUAGES = ("ar", "de", "en", "es", "fr", "ja", "pt", "zh", OTHER)
_COUNTRIES = (
    *("AR", "AT", "AU", "BE", "BR", "CA", "CH", "CN", "CO", "DE", "EG", "ES", "FR", "GB", "IE"),
    *("IN", "IT", "JO", "JP", "KR", "MX", "NG", "NL", "NZ", "PL", "PT", "SE", "SG", "US", "ZA"),
    *("not known", OTHER),
)
STOPS = (
    *("in the first quarter", "in the second quarter", "in the third quarter"),
    *("in the last quarter", "not known"),
)
DURATIONS = (
    *("under 5 minutes", "5 to 15 minutes", "15 to 30 minutes", "30 to 60 minutes"),
    *("over an hour", "not known"),
)
LENGTHS = ("under 10 turns", "10 to 19 turns", "20 to 39 turns", "40 to 79 turns", "80 or more")
RETURNS = ("once", "twice", "three times or more")
_AGES = ("under a week", "one to four weeks", "four to twelve weeks", "over twelve weeks")
_DECISIONS = ("within two days", "within a week", "within four weeks", "later", "not known")
_FINISHED = Within("status", ("completed",))

_FIXED = (
    Breakdown("status", "How far did people come?", ("completed", "abandoned", "in_progress")),
    Breakdown(
        "stopped",
        "Where in the questions did those stop who did not finish?",
        STOPS,
        within=Within("status", ("abandoned", "in_progress")),
    ),
    Breakdown(
        "duration",
        "How long did a finished conversation take?",
        DURATIONS,
        within=_FINISHED,
        median=Median("minutes", 5, (0, 5, 15, 30, 60)),
    ),
    Breakdown(
        "length",
        "How many turns did a conversation have?",
        LENGTHS,
        median=Median("turns", 5, (0, 10, 20, 40, 80)),
    ),
    Breakdown("returning", "How many came back to this study?", RETURNS),
    Breakdown("language", "In which languages did people speak?", _LANGUAGES),
    Breakdown("country", "From which countries did they come?", _COUNTRIES),
    Breakdown("plan", "On which plan were they?", ("free", "pro", "max", OTHER)),
    Breakdown("publish", "Did they let us publish their responses?", _CHOICES, moving=True),
    Breakdown("researchers", "Did they let us share with researchers?", _CHOICES, moving=True),
    Breakdown("journalists", "Did they let us share with journalists?", _CHOICES, moving=True),
    Breakdown("contact", "May we write to them about findings?", _CHOICES, moving=True),
    Breakdown(
        "policy",
        "Which policy governs finished sessions, and how many are held?",
        ("2025-12", "2026-03-23", "near a change of policy", "in no policy's dates"),
        within=_FINISHED,
    ),
    Breakdown(
        "review",
        "How far is the review of their sessions?",
        ("waits", "confirmed"),
        moving=True,
    ),
    Breakdown(
        "waited",
        "How long have sessions waited for their review?",
        _AGES,
        moving=True,
        within=Within("review", ("waits",)),
    ),
    Breakdown(
        "redactions",
        "What kinds of identifiers did they mention?",
        (
            *("PERSON", "LOCATION", "ORGANIZATION", "EMAIL_ADDRESS", "PHONE_NUMBER", "URL"),
            *("USERNAME", "DATE_TIME", "AGE", "TITLE", "ADDRESS", OTHER),
        ),
        several=True,
    ),
    Breakdown(
        "shares",
        "How far have reviewed sessions gone towards a recipient?",
        (
            *("in no request", "in preparation", "with the approvers", "turned down or lapsed"),
            *("approved", "released", "recalled"),
        ),
        moving=True,
        within=Within("review", ("confirmed",)),
    ),
    Breakdown(
        "decision",
        "How long did the approvers take to approve?",
        _DECISIONS,
        moving=True,
        within=Within("shares", ("approved", "released", "recalled")),
    ),
)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another study that shares people: how many, and how many are in one of the two alone."""

    shared: int
    only_here: int
    only_there: int

    @property
    def tells_total(self) -> bool:
        """Whether the two totals differ by a few people, for somebody who knows of the rest."""
        return 0 < self.only_here + self.only_there < THRESHOLD

    @property
    def tells_people(self) -> bool:
        """Whether what stays with a person could be subtracted to that of a few."""
        return min(self.only_here, self.only_there) < THRESHOLD


#: What a person has in whichever study they take part: told of one of two such studies alone.
PERSONAL = frozenset({"country"})


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


def listed_periods(week: date, opens_on: date, closes_on: date) -> dict[str, tuple[str, ...]]:
    """The periods of a study that are over before a snapshot, each with its listed weeks.

    They begin with the study, so that a week never changes its period; the study's last one may
    be shorter. A period is named by its first Monday.
    """
    first = opens_on - timedelta(days=opens_on.weekday())
    periods: dict[str, tuple[str, ...]] = {}
    for each in listed_weeks(week, opens_on, closes_on):
        place = (each - first).days // 7 // PERIOD_WEEKS
        begins = first + timedelta(days=7 * PERIOD_WEEKS * place)
        ends = begins + timedelta(days=7 * PERIOD_WEEKS)
        if ends <= week or closes_on < week:
            held = periods.get(begins.isoformat(), ())
            periods[begins.isoformat()] = (*held, each.isoformat())
    return periods


def breakdowns(week: date, opens_on: date, closes_on: date) -> tuple[Breakdown, ...]:
    """The breakdowns of a snapshot of that week, of a study with those dates."""
    weeks = Breakdown(
        WEEK,
        "When did people first take part?",
        (*(each.isoformat() for each in listed_weeks(week, opens_on, closes_on)), OUTSIDE),
        over_time=True,
    )
    periods = Breakdown(
        PERIOD,
        "When did people first take part, by four weeks?",
        (*listed_periods(week, opens_on, closes_on), OUTSIDE),
        over_time=True,
    )
    return (weeks, periods, *_FIXED)
