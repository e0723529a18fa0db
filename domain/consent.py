"""Consent: what a participant chose, as a history of which the latest event holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.vocabulary import ConsentChoice, ConsentScope

#: From the strictest to the widest. A missing answer holds a use, a refusal denies it, and a
#: withdrawal is a refusal that somebody came back to make.
_STRICTEST_FIRST = (
    ConsentChoice.WITHDRAWN,
    ConsentChoice.DECLINED,
    ConsentChoice.NOT_ASKED,
    ConsentChoice.GRANTED,
)


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """One choice a participant made in a session, or took back.

    ``at`` is when they chose, with its time zone; not when it was recorded here.
    """

    scope: ConsentScope
    choice: ConsentChoice
    at: datetime


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices that hold for one session now. What was never asked is ``not_asked``."""

    publish_responses: ConsentChoice = ConsentChoice.NOT_ASKED
    share_researchers: ConsentChoice = ConsentChoice.NOT_ASKED
    share_journalists: ConsentChoice = ConsentChoice.NOT_ASKED
    contact: ConsentChoice = ConsentChoice.NOT_ASKED

    def of(self, scope: ConsentScope) -> ConsentChoice:
        """The choice in that scope; one scope never stands in for another."""
        return {
            ConsentScope.PUBLISH_RESPONSES: self.publish_responses,
            ConsentScope.SHARE_RESEARCHERS: self.share_researchers,
            ConsentScope.SHARE_JOURNALISTS: self.share_journalists,
            ConsentScope.CONTACT: self.contact,
        }[scope]


def current_choices(events: Iterable[ConsentEvent]) -> Choices:
    """The latest event of each scope; of two at the same instant, the stricter.

    The database keeps the same standing beside each session (``follow_consent`` in the
    first migration).
    """
    latest: dict[ConsentScope, ConsentEvent] = {}
    for event in events:
        held = latest.get(event.scope)
        if held is None or _outranks(event, held):
            latest[event.scope] = event
    return Choices(**{scope.value: event.choice for scope, event in latest.items()})


def consent_version(events: Iterable[ConsentEvent]) -> int:
    """How many distinct events the history holds: it grows with each, and never goes back."""
    return len(set(events))


def strictness(choice: ConsentChoice) -> int:
    """0 for a grant, more for each choice that allows less."""
    return len(_STRICTEST_FIRST) - 1 - _STRICTEST_FIRST.index(choice)


def stricter(one: ConsentChoice, other: ConsentChoice) -> ConsentChoice:
    """The one of two choices that allows less."""
    return max(one, other, key=strictness)


def _outranks(event: ConsentEvent, held: ConsentEvent) -> bool:
    return (event.at, strictness(event.choice)) > (held.at, strictness(held.choice))
