"""Double reviews: a second person reviews a session blind to the first, and the two are compared.

What is compared are *stretches*: text that the machine or one of the two marked, cut wherever
anything begins or ends, so that for each stretch everybody either took it out or left it. A
stretch that one of the two alone took out is a difference, and a person settles it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from domain.errors import Refused
from domain.findings import Finding
from domain.redaction import (
    DecisionKind,
    Redaction,
    RedactionDecision,
    RedactionSet,
    latest_decisions,
)
from domain.review_outcomes import PERSON
from domain.spans import Span
from domain.transcripts import Turn

#: What shows in the review as the source of what one of the two took out.
SOURCE = "double review"
#: Under so many stretches neither agreement nor misses are told as a share.
FEWEST = 30
_DRAWS = 100
#: A stretch of blanks and ASCII punctuation alone tells nobody anything. The database asks the
#: same of a review that is said to agree, character for character.
_TELLS = re.compile(r"[^\s!-/:-@\[-`{-~]", re.ASCII)


class Side(StrEnum):
    """Whose review."""

    FIRST = "first"
    SECOND = "second"


class DoubleState(StrEnum):
    """Where a double review stands."""

    #: For somebody to do, or being done.
    WAITING = "waiting"
    AGREED = "agreed"
    #: For a person to settle: until then the session is not confirmed.
    DIFFERS = "differs"
    SETTLED = "settled"
    #: The session was opened again before the second review was done.
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Text that somebody marked, and whether each of the two took it out.

    ``source`` is the recognizer that found it, or :data:`~domain.review_outcomes.PERSON`.
    """

    span: Span
    source: str
    entity_type: str
    first: bool
    second: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch that one of the two alone took out; ``source`` as of :class:`Stretch`."""

    span: Span
    took_out: Side
    source: str
    entity_type: str


@dataclass(frozen=True, slots=True)
class Contested:
    """A redaction of one of the two that the other left standing, in whole or in part."""

    redaction: Redaction
    took_out: Side

    def as_finding(self) -> Finding:
        """As the review shows it: for a person to decide."""
        other = "second" if self.took_out is Side.FIRST else "first"
        return Finding(
            self.redaction.span,
            self.redaction.entity_type,
            1.0,
            SOURCE,
            f"The {self.took_out.value} reviewer took this out; the {other} left it standing, in "
            "whole or in part.",
            self.redaction.replacement or f"[{self.redaction.entity_type}]",
        )


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two reviews agree: in how many stretches both, one or none took it out."""

    both: int = 0
    first_only: int = 0
    second_only: int = 0
    neither: int = 0

    def __add__(self, other: Agreement) -> Agreement:
        """Both together."""
        return Agreement(
            self.both + other.both,
            self.first_only + other.first_only,
            self.second_only + other.second_only,
            self.neither + other.neither,
        )

    @property
    def total(self) -> int:
        """All stretches."""
        return self.both + self.first_only + self.second_only + self.neither

    @property
    def share(self) -> float | None:
        """Plain agreement from 0 to 1; None under :data:`FEWEST` stretches."""
        if self.total < FEWEST:
            return None
        return (self.both + self.neither) / self.total

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa: agreement beyond chance.

        None under :data:`FEWEST` stretches, and where chance alone would agree always (both
        took out everything, or nothing): then it says nothing.
        """
        if self.share is None:
            return None
        first = (self.both + self.first_only) / self.total
        second = (self.both + self.second_only) / self.total
        chance = first * second + (1 - first) * (1 - second)
        return None if chance == 1 else (self.share - chance) / (1 - chance)


def drawn(draw: int, percent: int) -> bool:
    """Whether a session is reviewed twice, by a number that a reviewer cannot foresee."""
    return draw % _DRAWS < percent


def stretches(
    turns: Sequence[Turn],
    findings: Sequence[Finding],
    first: RedactionSet,
    second: RedactionSet,
) -> tuple[Stretch, ...]:
    """All that the machine or one of the two marked, in reading order."""
    sides = (_taken(first), _taken(second))
    found: list[Stretch] = []
    for turn in turns:
        here = [each for each in findings if each.span.turn == turn.index]
        taken = [[each for each in side if each.span.turn == turn.index] for side in sides]
        spans = [each.span for each in here] + [each.span for side in taken for each in side]
        edges = sorted({edge for span in spans for edge in (span.start, span.end)})
        pieces = [
            _piece(Span(turn.index, start, end), here, taken) for start, end in pairwise(edges)
        ]
        found += [
            stretch
            for stretch in _joined(pieces)
            if _TELLS.search(turn.text[stretch.span.start : stretch.span.end])
        ]
    return tuple(found)


def differences(held: Iterable[Stretch]) -> tuple[Difference, ...]:
    """The stretches that one of the two alone took out, in reading order."""
    return tuple(
        Difference(
            stretch.span,
            Side.FIRST if stretch.first else Side.SECOND,
            stretch.source,
            stretch.entity_type,
        )
        for stretch in held
        if stretch.first is not stretch.second
    )


def contested(
    differing: Sequence[Difference], first: RedactionSet, second: RedactionSet
) -> tuple[Contested, ...]:
    """The redactions behind the differences, each whole, in reading order."""
    return tuple(
        sorted(
            (
                Contested(redaction, side)
                for side, made in ((Side.FIRST, first), (Side.SECOND, second))
                for redaction in _taken(made)
                if any(
                    one.took_out is side and redaction.span.overlaps(one.span) for one in differing
                )
            ),
            key=lambda each: (each.redaction.span, each.took_out),
        )
    )


def with_contested(
    findings: Sequence[Finding], disputed: Sequence[Contested]
) -> tuple[Finding, ...]:
    """Findings as they are settled: what is contested stands in place of the machine's own."""
    spans = {each.redaction.span for each in disputed}
    own = [finding for finding in findings if finding.span not in spans]
    return tuple(
        sorted([*own, *(each.as_finding() for each in disputed)], key=lambda each: each.span)
    )


def to_withdraw(
    decisions: Iterable[RedactionDecision], disputed: Sequence[Contested]
) -> tuple[RedactionDecision, ...]:
    """The first reviewer's decisions that are open again, so that each contested place is decided.

    Nothing that either took out stands because of it: what is withdrawn lies within a contested
    finding, which is redacted until somebody decides it.
    """
    return tuple(
        decision
        for decision in latest_decisions(decisions)
        if any(
            decision.span.contains(each.redaction.span)
            or (
                each.took_out is Side.FIRST
                and decision.kind is not DecisionKind.KEEP
                and decision.span.overlaps(each.redaction.span)
            )
            for each in disputed
        )
    )


def missed(
    differing: Iterable[Difference], left: Sequence[Difference]
) -> Mapping[tuple[str, str], tuple[int, int]]:
    """By recognizer and type: what had to go and the first, and the second, left standing.

    ``left`` are the differences that were settled by leaving them: nobody missed those.
    """
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for one in differing:
        first, second = counts.get((one.source, one.entity_type), (0, 0))
        had_to_go = one not in left
        counts[(one.source, one.entity_type)] = (
            first + (had_to_go and one.took_out is Side.SECOND),
            second + (had_to_go and one.took_out is Side.FIRST),
        )
    return counts


def agreement(held: Iterable[Stretch]) -> Agreement:
    """Count stretches by who took them out."""
    counts = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for stretch in held:
        counts[(stretch.first, stretch.second)] += 1
    return Agreement(*counts.values())


def by_kind(held: Iterable[Stretch]) -> Mapping[tuple[str, str], Agreement]:
    """Agreement by recognizer and entity type."""
    grouped: dict[tuple[str, str], list[Stretch]] = {}
    for stretch in held:
        grouped.setdefault((stretch.source, stretch.entity_type), []).append(stretch)
    return {key: agreement(grouped[key]) for key in sorted(grouped)}


def left_standing(
    turns: Sequence[Turn], differing: Iterable[Difference], settled: RedactionSet
) -> tuple[Difference, ...]:
    """The differences of which a settled set leaves something standing."""
    texts = {turn.index: turn.text for turn in turns}
    out = [redaction.span for redaction in _taken(settled)]
    return tuple(
        one
        for one in differing
        if any(
            _TELLS.match(texts[one.span.turn][place])
            and not any(each.contains(Span(one.span.turn, place, place + 1)) for each in out)
            for place in range(one.span.start, one.span.end)
        )
    )


def check_settlement(
    settler: UUID, pair: tuple[UUID, UUID | None], left: Sequence[Difference]
) -> None:
    """Raise Refused when one of the two leaves standing what one of them took out.

    Either of them may take everything out, which can harm nobody; that one of them saw no
    danger is what the other disputes, so a third person must say it.
    """
    if left and settler in pair:
        count = len(left)
        raise Refused(
            f"In {count} {'place' if count == 1 else 'places'} one of the two reviewers took out "
            "what would be left standing, and you are one of the two.",
            rule="double.third-person",
            remedy="Take it out, or let a third reviewer settle this session.",
        )


def _taken(made: RedactionSet) -> list[Redaction]:
    return [redaction for redaction in made.redactions if redaction.replacement is not None]


def _piece(
    span: Span, findings: Sequence[Finding], taken: Sequence[Sequence[Redaction]]
) -> tuple[Stretch, Span | None] | None:
    """One piece and the finding it belongs to; None where nobody marked anything."""
    found = next((each for each in findings if each.span.contains(span)), None)
    first, second = (
        next((each for each in side if each.span.contains(span)), None) for side in taken
    )
    marked = first or second
    if found is not None:
        source, kind = found.source, found.entity_type
    elif marked is not None:
        source, kind = PERSON, marked.entity_type
    else:
        return None
    stretch = Stretch(span, source, kind, first is not None, second is not None)
    return stretch, None if found is None else found.span


def _joined(pieces: Sequence[tuple[Stretch, Span | None] | None]) -> list[Stretch]:
    """Neighbours that say the same of the same finding are one stretch."""
    joined: list[tuple[Stretch, Span | None]] = []
    for piece in pieces:
        if piece is None:
            continue
        if joined and _same(joined[-1], piece):
            stretch, found = joined[-1]
            joined[-1] = (
                replace(stretch, span=replace(stretch.span, end=piece[0].span.end)),
                found,
            )
        else:
            joined.append(piece)
    return [stretch for stretch, _found in joined]


def _same(one: tuple[Stretch, Span | None], other: tuple[Stretch, Span | None]) -> bool:
    return (
        one[0].span.end == other[0].span.start
        and one[1] == other[1]
        and replace(one[0], span=other[0].span) == other[0]
    )
