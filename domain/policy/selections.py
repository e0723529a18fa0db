"""Selections: from the answers that are wanted to the standings and stretches that give them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    """From an instant of completion up to, not including, another; None where it has no end.

    Both are None for sessions that were not completed too.
    """

    since: datetime | None
    before: datetime | None


@dataclass(frozen=True, slots=True)
class Probe:
    """Sessions of one study with one standing code, completed in one stretch."""

    study_id: UUID
    standing: int
    stretch: Stretch


@dataclass(frozen=True, slots=True)
class Selection:
    """Which sessions are meant, without naming one; ``sessions`` is how many they are."""

    probes: tuple[Probe, ...]
    sessions: int

    def alike(self) -> Mapping[Stretch, Mapping[frozenset[int], frozenset[UUID]]]:
        """The probes put together: by stretch, which codes in which studies."""
        codes: dict[tuple[Stretch, UUID], set[int]] = {}
        for probe in self.probes:
            codes.setdefault((probe.stretch, probe.study_id), set()).add(probe.standing)
        found: dict[Stretch, dict[frozenset[int], set[UUID]]] = {}
        for (stretch, study_id), held in codes.items():
            found.setdefault(stretch, {}).setdefault(frozenset(held), set()).add(study_id)
        return {
            stretch: {held: frozenset(studies) for held, studies in by_codes.items()}
            for stretch, by_codes in found.items()
        }


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
        self._answers = answers
        self._uses = uses
        self._meant = meant
        self._enough = all if every else any
        self._kept: dict[tuple[int, Clearance], frozenset[int | None]] = {}

    def slots(self, standing: int, clearance: Clearance) -> frozenset[int | None]:
        """The slots in which sessions with that code are meant, whether there are any or not."""
        key = (self._answers.told_apart(standing, self._uses), clearance)
        held = self._kept.get(key)
        if held is None:
            slots: Iterable[int | None] = range(len(self.at) + 1)
            if standing & NOT_COMPLETED:
                slots = (None,)
            held = frozenset(
                slot
                for slot in slots
                if self._enough(
                    self._meant(use, self._answers.of(use, slot, key[0], clearance))
                    for use in self._uses
                )
            )
            self._kept[key] = held
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
    groups: Iterable[StandingCount],
    chosen: Chosen,
    clearance: Callable[[UUID, FlagState], Clearance],
) -> Selection:
    """The selection of the groups that are meant, asked with what is held for each study."""
    alive: dict[tuple[UUID, int], frozenset[int | None]] = {}
    sessions = 0
    for group in groups:
        slots = chosen.slots(group.standing, clearance(group.study_id, flag_of(group.standing)))
        if group.slot in slots:
            alive[group.study_id, group.standing] = slots
            sessions += group.sessions
    stretches = {slots: _stretches(slots, chosen.at) for slots in set(alive.values())}
    return Selection(
        tuple(
            Probe(study_id, standing, stretch)
            for (study_id, standing), slots in alive.items()
            for stretch in stretches[slots]
        ),
        sessions,
    )


def _stretches(slots: frozenset[int | None], at: Sequence[datetime]) -> tuple[Stretch, ...]:
    """Slots that touch each other as one stretch."""
    if None in slots:
        return (Stretch(None, None),)
    found: list[list[int]] = []
    for slot in sorted(slot for slot in slots if slot is not None):
        if found and found[-1][1] == slot:
            found[-1][1] = slot + 1
        else:
            found.append([slot, slot + 1])
    return tuple(
        Stretch(
            at[first - 1] if first else None,
            at[after - 1] if after <= len(at) else None,
        )
        for first, after in found
    )
