"""The sessions page's filter: what can be asked, read from an address and written back.

An address is input like any other: a parameter that is unknown, repeated or not usable is
refused by name, never dropped, because a dropped filter shows more than was asked for.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from domain.errors import BadInput
from domain.vocabulary import (
    ConsentChoice,
    ConsentScope,
    FlagState,
    ReviewState,
    SessionStatus,
)

LONGEST_QUERY = 200
_LONGEST_SLUG = 80
_LONGEST_CURSOR = 400


class Sort(StrEnum):
    """The order of the list. Each has an index of its own."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LONGEST = "longest"
    SHORTEST = "shortest"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: just after (or, backwards, just before) that row of the order.

    ``key`` is the row's completion instant, or its number of words, as the sort asks.
    """

    key: datetime | int
    id: UUID
    backwards: bool = False

    def encode(self) -> str:
        """An opaque form for addresses."""
        key = self.key if isinstance(self.key, int) else self.key.isoformat()
        content = json.dumps([key, str(self.id), self.backwards]).encode()
        return base64.urlsafe_b64encode(content).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Cursor:
        """Read it back; BadInput when it is not one of ours."""
        try:
            padded = text + "=" * (-len(text) % 4)
            key, row_id, backwards = json.loads(base64.urlsafe_b64decode(padded))
            if not isinstance(backwards, bool) or isinstance(key, bool):
                raise ValueError
            instant = datetime.fromisoformat(key) if isinstance(key, str) else int(key)
            if isinstance(instant, datetime) and instant.tzinfo is None:
                raise ValueError
            return cls(instant, UUID(row_id), backwards)
        except (ValueError, TypeError, AttributeError, binascii.Error) as error:
            raise BadInput(
                "The address's “page” is not one of ours. Remove it to start at the first page."
            ) from error


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """What to list. Empty tuples and None ask for everything the person may see.

    Dates are whole days in UTC, both included. ``policy_versions`` may hold ``none``.
    """

    study: str | None = None
    since: date | None = None
    until: date | None = None
    languages: tuple[str, ...] = ()
    statuses: tuple[SessionStatus, ...] = ()
    consents: tuple[tuple[ConsentScope, ConsentChoice], ...] = ()
    policy_versions: tuple[str, ...] = ()
    review_states: tuple[ReviewState, ...] = ()
    flags: tuple[FlagState, ...] = ()
    query: str = ""
    sort: Sort = Sort.NEWEST
    cursor: Cursor | None = None

    @property
    def narrows(self) -> bool:
        """Whether anything but the study and the order is asked for."""
        return replace(self, study=None, sort=Sort.NEWEST, cursor=None) != SessionFilter()

    def first_page(self) -> SessionFilter:
        """The same from the beginning."""
        return replace(self, cursor=None)

    def to_params(self) -> dict[str, str]:
        """The address's parameters; what is not asked for is left out."""
        held = {
            "study": self.study or "",
            "from": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "language": ",".join(self.languages),
            "status": ",".join(self.statuses),
            "consent": ",".join(f"{scope}:{choice}" for scope, choice in self.consents),
            "policy": ",".join(self.policy_versions),
            "review": ",".join(self.review_states),
            "flag": ",".join(self.flags),
            "q": self.query,
            "sort": "" if self.sort is Sort.NEWEST else self.sort.value,
            "page": self.cursor.encode() if self.cursor else "",
        }
        return {name: value for name, value in held.items() if value}


_PARAMETERS = (
    "study",
    "from",
    "until",
    "language",
    "status",
    "consent",
    "policy",
    "review",
    "flag",
    "q",
    "sort",
    "page",
)


def parse(
    params: Mapping[str, str | Sequence[str]], *, policy_versions: Sequence[str]
) -> SessionFilter:
    """Read a filter from an address.

    Parameters
    ----------
    params
        The address's parameters.
    policy_versions
        The versions there are, besides ``none``.

    Raises
    ------
    BadInput
        Naming the parameter, what is wrong with it, and what can be asked instead.
    """
    given: dict[str, str] = {}
    for name, value in params.items():
        if name not in _PARAMETERS:
            raise BadInput(f"The address asks for “{name}”, which is no filter. Remove it.")
        if not isinstance(value, str):
            if len(value) != 1:
                raise BadInput(f"The address names “{name}” more than once. Keep one of them.")
            value = value[0]
        given[name] = value
    since, until = _date(given, "from"), _date(given, "until")
    if since is not None and until is not None and since > until:
        raise BadInput("The filter’s “from” lies after its “until”. Exchange the two dates.")
    sort = _listed(given, "sort", tuple(Sort))[:1] or (Sort.NEWEST,)
    cursor = _cursor(given.get("page", ""), Sort(sort[0]))
    return SessionFilter(
        study=_slug(given.get("study", "")),
        since=since,
        until=until,
        languages=_languages(given),
        statuses=tuple(map(SessionStatus, _listed(given, "status", tuple(SessionStatus)))),
        consents=_consents(given),
        policy_versions=_listed(given, "policy", (*policy_versions, "none")),
        review_states=tuple(map(ReviewState, _listed(given, "review", tuple(ReviewState)))),
        flags=tuple(map(FlagState, _listed(given, "flag", tuple(FlagState)))),
        query=_query(given.get("q", "")),
        sort=Sort(sort[0]),
        cursor=cursor,
    )


def _listed(given: Mapping[str, str], name: str, allowed: Sequence[str]) -> tuple[str, ...]:
    asked = tuple(part for part in given.get(name, "").split(",") if part)
    for part in asked:
        if part not in allowed:
            raise BadInput(
                f"The filter’s “{name}” cannot be “{part[:40]}”. Choose from: {', '.join(allowed)}."
            )
    return tuple(dict.fromkeys(asked))


def _consents(given: Mapping[str, str]) -> tuple[tuple[ConsentScope, ConsentChoice], ...]:
    allowed = tuple(f"{scope}:{choice}" for scope in ConsentScope for choice in ConsentChoice)
    pairs = (part.split(":") for part in _listed(given, "consent", allowed))
    return tuple((ConsentScope(scope), ConsentChoice(choice)) for scope, choice in pairs)


def _languages(given: Mapping[str, str]) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(part for part in given.get("language", "").split(",") if part))
    for part in asked:
        if not (part.isascii() and part.isalpha() and part.islower() and 2 <= len(part) <= 3):
            raise BadInput(
                f"The filter’s “language” cannot be “{part[:40]}”. Use codes such as en or de."
            )
    return asked


def _date(given: Mapping[str, str], name: str) -> date | None:
    held = given.get(name, "")
    if not held:
        return None
    try:
        return date.fromisoformat(held)
    except ValueError as error:
        raise BadInput(
            f"The filter’s “{name}” is not a date such as 2026-04-02: “{held[:40]}”."
        ) from error


def _slug(held: str) -> str | None:
    if len(held) > _LONGEST_SLUG or (not held.replace("-", "a").isalnum() and held):
        raise BadInput("The filter’s “study” is not the name of a study. Choose one of the list.")
    return held or None


def _query(held: str) -> str:
    text = " ".join(held.split())
    if len(text) > LONGEST_QUERY:
        raise BadInput(f"A search has {LONGEST_QUERY} characters at most. Shorten “q”.")
    if "\x00" in text:
        raise BadInput("The search holds a NUL character. Remove it.")
    return text


def _cursor(held: str, sort: Sort) -> Cursor | None:
    if not held:
        return None
    if len(held) > _LONGEST_CURSOR:
        raise BadInput("The address's “page” is not one of ours. Remove it.")
    cursor = Cursor.decode(held)
    by_words = sort in (Sort.LONGEST, Sort.SHORTEST)
    if by_words != isinstance(cursor.key, int):
        raise BadInput("The address's “page” belongs to another order. Remove it.")
    return cursor
