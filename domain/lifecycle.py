"""A life as one table: which step leads from which state to which, and whose it is.

Buttons, checks, the database's own check and the diagram in the documentation come from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from domain.errors import Refused

State = TypeVar("State", bound=StrEnum)
Step = TypeVar("Step", bound=StrEnum)
Party = TypeVar("Party", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Transition(Generic[State, Step, Party]):
    """One row of the table; ``when`` says in words what else must hold."""

    step: Step
    before: frozenset[State]
    after: State
    party: Party
    when: str


class Lifecycle(Generic[State, Step, Party]):
    """The table of one kind of thing.

    Parameters
    ----------
    transitions
        Its rows, one for each step.
    first
        The state in which such a thing begins.
    rule
        The name of the refusal of a step that does not lead on.
    called
        What such a thing in a state is called at the beginning of a sentence.
    """

    def __init__(
        self,
        transitions: Sequence[Transition[State, Step, Party]],
        *,
        first: State,
        rule: str,
        called: Callable[[State], str],
    ) -> None:
        self._rows = transitions
        self._by_step = {row.step: row for row in transitions}
        self._first = first
        self._rule = rule
        self._called = called

    def transition(self, step: Step) -> Transition[State, Step, Party]:
        """The row of a step."""
        return self._by_step[step]

    def steps_from(self, state: State) -> tuple[Step, ...]:
        """The steps that lead on from a state, in the table's order; none from a final one."""
        return tuple(row.step for row in self._rows if state in row.before)

    def after(self, state: State, step: Step) -> State:
        """The state that a step leads to.

        Raises
        ------
        Refused
            When the step does not lead on from there.
        """
        row = self._by_step[step]
        if state not in row.before:
            raise Refused(
                f"{self._called(state)} cannot {step.value}.",
                rule=self._rule,
                remedy="Reload the page: somebody may have moved it on meanwhile.",
            )
        return row.after

    def allowed_pairs(self) -> frozenset[tuple[State, State]]:
        """Every pair of states with a step between them: what the database's check knows."""
        return frozenset((before, row.after) for row in self._rows for before in row.before)

    def diagram(self) -> str:
        """The table as a Mermaid state diagram, for the documentation."""
        states = list(type(self._first))
        lines = ["stateDiagram-v2", f"    [*] --> {self._first.value}"]
        for row in self._rows:
            lines += [
                f"    {before.value} --> {row.after.value}: {row.step.value}"
                for before in states
                if before in row.before
            ]
        lines += [f"    {state.value} --> [*]" for state in states if not self.steps_from(state)]
        return "\n".join(lines)
