"""Selections: from the answers that are wanted to the standings and stretches that give them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.policy.decision import Decision, Outcome
from domain.policy.facts import Clearance
from domain.policy.standing_codes import NOT_COMPLETED, flag_of
from domain.policy.standings import Answers, StandingCount
from domain.policy.uses import Use
from domain.vocabulary import FlagState


@dataclass(frozen=True, slots=True)
class Stretch:
    """From an instant of completion up to, not including, another; None where it has no end."""

    since: datetime | None
    before: datetime | None
    #: Of sessions that were not completed: they stand in no stretch of time.
    unfinished: bool = False

    def cut_to(self, since: datetime | None, before: datetime | None) -> Stretch | None:
        """What of it lies in a period; None when nothing does."""
        if since is None and before is None:
            return self
        begins = [each for each in (self.since, since) if each is not None]
        ends = [each for each in (self.before, before) if each is not None]
        first, last = max(begins, default=None), min(ends, default=None)
        if self.unfinished or (first is not None and last is not None and first >= last):
            return None
        return Stretch(first, last)


@dataclass(frozen=True, slots=True)
class Part:
    """The sessions of one study and stretch whose code, told apart by the mask, is one of these.

    ``sessions`` is how many they are, ``among`` how many of any code stand there; what was not
    completed stands by itself.
    """

    study_id: UUID
    stretch: Stretch
    codes: frozenset[int]
    sessions: int
    among: int


@dataclass(frozen=True, slots=True)
class Selection:
    """Which sessions are meant, without naming one: by what ``mask`` leaves of their codes."""

    mask: int
    parts: tuple[Part, ...]

    @property
    def sessions(self) -> int:
        """How many are meant."""
        return sum(part.sessions for part in self.parts)

    def completed_within(self, since: datetime | None, before: datetime | None) -> Selection:
        """What of it was completed in a period; the numbers of sessions are then an upper bound."""
        parts = []
        for part in self.parts:
            stretch = part.stretch.cut_to(since, before)
            if stretch is not None:
                parts.append(replace(part, stretch=stretch))
        return Selection(self.mask, tuple(parts))


#: Slots by their place; None for what was not completed.
Slots = frozenset[int | None]
#: Slots from the first up to, not including, another, and the codes meant in all of them.
Run = tuple[int | None, int, frozenset[int]]


class Chosen:
    """Which kinds of sessions are meant, asked about once each.

    Parameters
    ----------
    answers
        The table's answers at one moment.
    meant
        Whether a decision on a use is one that is looked for; asked for each of ``uses``.
    every
        Whether all uses must be meant, or one is enough.
    """

    def __init__(
        self,
        answers: Answers,
        uses: Collection[Use],
        meant: Callable[[Use, Decision], bool],
        *,
        every: bool,
    ) -> None:
        self.at = answers.at
        self.mask = answers.mask(uses)
        self._answers = answers
        self._masks = {use: answers.mask((use,)) for use in uses}
        self._meant = meant
        self._every = every
        self._kept: dict[tuple[int, Clearance], Slots] = {}
        self._kept_of: dict[tuple[Use, int, Clearance], Slots] = {}

    def slots(self, standing: int, clearance: Clearance) -> Slots:
        """The slots in which sessions with that code are meant, whether there are any or not."""
        key = (standing & self.mask, clearance)
        held = self._kept.get(key)
        if held is None:
            by_use = [self._slots_for(use, *key) for use in self._masks]
            nothing: Slots = frozenset()
            together = frozenset.intersection if self._every else nothing.union
            held = together(*by_use)
            self._kept[key] = held
        return held

    def _slots_for(self, use: Use, standing: int, clearance: Clearance) -> Slots:
        """The same for one use, asked once for all codes that differ in what it does not ask."""
        key = (use, standing & self._masks[use], clearance)
        held = self._kept_of.get(key)
        if held is None:
            slots: Iterable[int | None] = range(len(self.at) + 1)
            if standing & NOT_COMPLETED:
                slots = (None,)
            held = frozenset(
                slot
                for slot in slots
                if self._meant(use, self._answers.of(use, slot, key[1], clearance))
            )
            self._kept_of[key] = held
        return held


def with_outcomes(answers: Answers, outcomes: Mapping[Use, Collection[Outcome]]) -> Chosen:
    """Sessions for which every use named has one of its outcomes."""
    return Chosen(
        answers,
        tuple(outcomes),
        lambda use, decision: decision.outcome in outcomes[use],
        every=True,
    )


def select(
    groups: Sequence[StandingCount],
    chosen: Chosen,
    clearance: Callable[[UUID, FlagState], Clearance],
) -> Selection:
    """The selection of the groups that are meant, asked with what is held for each study."""
    meant: dict[UUID, dict[int, Slots]] = {}
    by_slot: dict[tuple[UUID, int | None], list[StandingCount]] = {}
    for group in groups:
        code = group.standing & chosen.mask
        of_study = meant.setdefault(group.study_id, {})
        if code not in of_study:
            of_study[code] = chosen.slots(code, clearance(group.study_id, flag_of(code)))
        by_slot.setdefault((group.study_id, group.slot), []).append(group)
    parts = []
    # Studies with the same kinds of sessions, as most are, have the same runs.
    runs: dict[frozenset[tuple[int, Slots]], tuple[Run, ...]] = {}
    for study_id, codes in meant.items():
        alike = frozenset(codes.items())
        if alike not in runs:
            runs[alike] = tuple(_runs(codes, len(chosen.at) + 1))
        for first, after, held in runs[alike]:
            found = [
                group
                for slot in ((None,) if first is None else range(first, after))
                for group in by_slot.get((study_id, slot), ())
            ]
            sessions = sum(
                group.sessions for group in found if group.standing & chosen.mask in held
            )
            if sessions:
                among = sum(group.sessions for group in found)
                stretch = _stretch(first, after, chosen.at)
                parts.append(Part(study_id, stretch, held, sessions, among))
    return Selection(chosen.mask, tuple(parts))


def _runs(codes: Mapping[int, Slots], slots: int) -> Iterable[Run]:
    """Slots side by side in which the same codes are meant, as first, after and codes."""
    unfinished = frozenset(code for code, held in codes.items() if None in held)
    if unfinished:
        yield None, 0, unfinished
    begun = 0
    before: frozenset[int] = frozenset()
    for slot in range(slots + 1):
        here = frozenset(code for code, held in codes.items() if slot in held)
        if here != before:
            if before:
                yield begun, slot, before
            begun, before = slot, here


def _stretch(first: int | None, after: int, at: Sequence[datetime]) -> Stretch:
    if first is None:
        return Stretch(None, None, unfinished=True)
    return Stretch(
        at[first - 1] if first else None,
        at[after - 1] if after <= len(at) else None,
    )
