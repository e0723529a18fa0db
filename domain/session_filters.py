"""The sessions page's filter, as an address carries it: read strictly, written back the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar

from domain.errors import BadInput
from domain.page_cursor import Cursor, Sort, decode_cursor
from domain.policy.decision import Outcome
from domain.policy.uses import Use
from domain.vocabulary import (
    ConsentChoice,
    ConsentScope,
    FlagState,
    PolicyVersion,
    ReviewState,
    SessionStatus,
)

#: Rows of one page.
PAGE_SIZE = 50
#: Characters of a search.
LONGEST_QUERY = 200
_EARLIEST, _LATEST = date(2020, 1, 1), date(2099, 12, 31)
_MOST_LANGUAGES = 20
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SCOPES = {
    "publish": ConsentScope.PUBLISH_RESPONSES,
    "researchers": ConsentScope.SHARE_RESEARCHERS,
    "journalists": ConsentScope.SHARE_JOURNALISTS,
    "contact": ConsentScope.CONTACT,
}
#: Every parameter an address of the page may carry, in the order they are written.
PARAMETERS = (
    *("study", "from", "until", "language", "status", *_SCOPES),
    *("policy", "review", "flag", "outcome", "q", "sort", "cursor"),
)

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """What the sessions page shows. An empty field filters nothing.

    Attributes
    ----------
    study
        Slug of the study.
    completed_from, completed_until
        First and last day of completion, both included, in UTC.
    languages, statuses, policy_versions, review_states, flags
        Any of these, in the order they were asked for.
    choices
        What must hold in each scope named, one choice a scope.
    outcomes
        Uses with an outcome of the policy each. Of several for one use any may hold; of
        several uses each must.
    query
        Words to find in the de-identified text.
    sort, cursor
        The order, and where in it the page begins.
    """

    study: str | None = None
    completed_from: date | None = None
    completed_until: date | None = None
    languages: tuple[str, ...] = ()
    statuses: tuple[SessionStatus, ...] = ()
    choices: tuple[tuple[ConsentScope, ConsentChoice], ...] = ()
    policy_versions: tuple[PolicyVersion, ...] = ()
    review_states: tuple[ReviewState, ...] = ()
    flags: tuple[FlagState, ...] = ()
    outcomes: tuple[tuple[Use, Outcome], ...] = ()
    query: str | None = None
    sort: Sort = Sort.NEWEST
    cursor: Cursor | None = None

    @property
    def outcomes_by_use(self) -> dict[Use, frozenset[Outcome]]:
        """Which outcomes are looked for, by use."""
        found: dict[Use, frozenset[Outcome]] = {}
        for use, outcome in self.outcomes:
            found[use] = found.get(use, frozenset()) | {outcome}
        return found

    @property
    def is_narrowed_beyond_outcomes(self) -> bool:
        """Whether anything but study and outcomes narrows it."""
        others = replace(self, study=None, outcomes=(), sort=Sort.NEWEST, cursor=None)
        return others != SessionFilter()

    @property
    def completed_since(self) -> datetime | None:
        """The first instant meant, in UTC."""
        return None if self.completed_from is None else _midnight(self.completed_from)

    @property
    def completed_before(self) -> datetime | None:
        """The first instant no longer meant, in UTC."""
        if self.completed_until is None:
            return None
        return _midnight(self.completed_until + timedelta(days=1))

    def at(self, cursor: Cursor | None) -> SessionFilter:
        """The same filter on another page; on the first one for None."""
        return replace(self, cursor=cursor)

    def to_params(self) -> dict[str, str]:
        """The filter as parameters of an address; what filters nothing is left out."""
        chosen = dict(self.choices)
        written = {
            "study": self.study,
            "from": self.completed_from and self.completed_from.isoformat(),
            "until": self.completed_until and self.completed_until.isoformat(),
            "language": ",".join(self.languages),
            "status": ",".join(self.statuses),
            **{name: chosen.get(scope) for name, scope in _SCOPES.items()},
            "policy": ",".join(self.policy_versions),
            "review": ",".join(self.review_states),
            "flag": ",".join(self.flags),
            "outcome": ",".join(f"{use}:{outcome}" for use, outcome in self.outcomes),
            "q": self.query,
            "sort": None if self.sort is Sort.NEWEST else self.sort.value,
            "cursor": self.cursor and self.cursor.encode(),
        }
        return {name: str(written[name]) for name in PARAMETERS if written[name]}


def parse(params: Mapping[str, str | Sequence[str]]) -> SessionFilter:
    """Read a filter from an address. Nothing that cannot be read is passed over.

    Several values of one parameter are written with commas between them.

    Raises
    ------
    BadInput
        Naming the parameter and what it may hold: an unknown or repeated parameter or value,
        a date that is none, a period that ends before it begins, a cursor that is not ours or
        belongs to another order.
    """
    given = {name: _single(name, value) for name, value in params.items()}
    sort = Sort.NEWEST if "sort" not in given else _one("sort", given["sort"], Sort)
    read = SessionFilter(
        study=_slug(given.get("study")),
        completed_from=_day("from", given.get("from")),
        completed_until=_day("until", given.get("until")),
        languages=_languages(given.get("language")),
        statuses=_several("status", given.get("status"), SessionStatus),
        choices=tuple(
            (scope, _one(name, given[name], ConsentChoice))
            for name, scope in _SCOPES.items()
            if name in given
        ),
        policy_versions=_several("policy", given.get("policy"), PolicyVersion),
        review_states=_several("review", given.get("review"), ReviewState),
        flags=_several("flag", given.get("flag"), FlagState),
        outcomes=_outcomes(given.get("outcome")),
        query=_query(given.get("q")),
        sort=sort,
        cursor=None if "cursor" not in given else decode_cursor(given["cursor"]),
    )
    first, last = read.completed_from, read.completed_until
    if first is not None and last is not None and last < first:
        raise _bad("until", "is before “from”", "a day that is not earlier")
    if read.cursor is not None and read.cursor.sort is not sort:
        raise _bad("cursor", "belongs to another order", "one of this list, or nothing")
    return read


def _single(name: str, value: str | Sequence[str]) -> str:
    if name not in PARAMETERS:
        raise BadInput(
            "The address has a parameter that this page does not know. "
            f"It knows {', '.join(PARAMETERS)}."
        )
    values = [value] if isinstance(value, str) else list(value)
    if len(values) != 1:
        raise _bad(name, "is given more than once", "one value, or several with commas between")
    if not values[0]:
        raise _bad(name, "is empty", "a value; leave it out to filter nothing")
    return values[0]


def _slug(text: str | None) -> str | None:
    if text is not None and not (_SLUG.fullmatch(text) and len(text) <= 80):
        raise _bad("study", "is no study's name", "lower-case words joined by hyphens")
    return text


def _day(name: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not _EARLIEST <= day <= _LATEST:
        raise _bad(name, "is no day", f"a day from {_EARLIEST} to {_LATEST}, as {_EARLIEST}")
    return day


def _languages(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    tags = _parts("language", text)
    if len(tags) > _MOST_LANGUAGES or not all(_LANGUAGE.fullmatch(tag) for tag in tags):
        raise _bad("language", "is no language tag", f"tags such as en, at most {_MOST_LANGUAGES}")
    return tags


def _several(name: str, text: str | None, kind: type[Word]) -> tuple[Word, ...]:
    if text is None:
        return ()
    return tuple(_one(name, part, kind) for part in _parts(name, text))


def _outcomes(text: str | None) -> tuple[tuple[Use, Outcome], ...]:
    if text is None:
        return ()
    parts = [part.partition(":") for part in _parts("outcome", text)]
    return tuple(
        (_one("outcome", use, Use), _one("outcome", outcome, Outcome))
        for use, _colon, outcome in parts
    )


def _parts(name: str, text: str) -> tuple[str, ...]:
    parts = tuple(text.split(","))
    if len(set(parts)) != len(parts):
        raise _bad(name, "names a value twice", "each value once")
    return parts


def _one(name: str, text: str, kind: type[Word]) -> Word:
    try:
        return kind(text)
    except ValueError as error:
        raise _bad(name, "holds an unknown value", ", ".join(kind)) from error


def _query(text: str | None) -> str | None:
    if text is None:
        return None
    # Control characters and halves of characters; the database takes neither.
    unsearchable = any(unicodedata.category(character) in {"Cc", "Cs"} for character in text)
    if unsearchable or len(text) > LONGEST_QUERY or not text.strip():
        raise _bad("q", "cannot be searched", f"words of at most {LONGEST_QUERY} characters in all")
    return text


def _bad(name: str, problem: str, allowed: str) -> BadInput:
    return BadInput(f"The parameter “{name}” {problem}. It takes {allowed}.")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
