"""Holds: what rests because somebody must settle something first, what that is, and who does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from domain.policy.decision import Decision, Outcome
from domain.policy.facts import Clearance
from domain.policy.selections import Chosen
from domain.policy.standings import ASKED, Answers, StandingCount
from domain.policy.uses import Use
from domain.vocabulary import Role

#: The uses that somebody could wait for: reading and linking as one who holds a grant for it,
#: so that what is shown as on hold is held for everybody.
WAITED_FOR = (Use.INTERNAL_DEIDENTIFIED_TEXT, *ASKED, Use.LINK_PARTICIPANT_STUDIES)
GRANTED = Clearance(
    roles=frozenset({Role.REVIEWER}), grants=frozenset({Role.REVIEWER}), linking_grant=True
)
#: The rules that leave it open which policy governs; an assignment settles both.
WHICH_POLICY = frozenset({"R03", "R04"})


@dataclass(frozen=True, slots=True)
class Settling:
    """How a rule's holds are settled: by whom, by what, and in which room; None where in none."""

    who: str
    what: str
    room: str | None
    way: str = ""


_CHOICE = Settling(
    "An administrator",
    "Records the participant's choice, from a choices file or by hand. Until then the session is "
    "left out.",
    "imports",
    "Imports",
)
_POLICY = Settling(
    "Two administrators",
    "One proposes which policy governs, with a reason; another confirms it.",
    "assignments",
    "Policy assignments",
)
_SETTLED_BY = {
    "R01": Settling(
        "An administrator",
        "Finds out the plan and imports the session with it; a commercial one is removed.",
        "imports",
        "Imports",
    ),
    "R03": _POLICY,
    "R04": _POLICY,
    "R06": Settling(
        "Two administrators",
        "One proposes how long sessions under the policy are kept; another puts it in force.",
        "changes",
        "Policy changes",
    ),
    "R08": Settling("Trust & Safety", "Records the outcome of the open case.", "cases", "Cases"),
    "R33": _CHOICE,
    "R42": _CHOICE,
    "R45": _CHOICE,
    "R55": Settling(
        "Nobody here",
        "The December 2025 article says nothing of it: the session is left out of analyses across "
        "studies.",
        None,
    ),
    "R70": Settling(
        "A named person, export by export",
        "The policies do not name which data may be handed over; nothing is handed over here.",
        None,
    ),
    "R80": Settling(
        "Both approvers of a share",
        "Each ticks “may contain facts from other chats” with their vote.",
        "shares",
        "Shares",
    ),
}


def settling(rule: str) -> Settling:
    """How a rule's holds are settled; a rule that a later table brought by its own remedy."""
    return _SETTLED_BY.get(rule, Settling("A named person", "As the rule's remedy says.", None))


@dataclass(frozen=True, slots=True)
class HoldCount:
    """How many sessions rest under one rule, and for which uses some of them do."""

    rule: str
    sessions: int
    uses: tuple[Use, ...]


def count_holds(groups: Iterable[StandingCount], answers: Answers) -> tuple[HoldCount, ...]:
    """How many sessions each rule holds for some use, in the order of the rules.

    A session that two rules hold, for two uses, counts under both.
    """
    mask = answers.mask(WAITED_FOR)
    together: Counter[tuple[int | None, int]] = Counter()
    for group in groups:
        together[group.slot, group.standing & mask] += group.sessions
    counted: Counter[str] = Counter()
    uses: dict[str, set[Use]] = {}
    asked = _Rules(answers)
    for (slot, standing), sessions in together.items():
        for rule, held in asked.holding(slot, standing).items():
            counted[rule] += sessions
            uses.setdefault(rule, set()).update(held)
    return tuple(
        HoldCount(rule, counted[rule], tuple(use for use in WAITED_FOR if use in uses[rule]))
        for rule in sorted(counted)
    )


def holds_of(answers: Answers, slot: int | None, standing: int) -> dict[str, list[Use]]:
    """Which rules hold sessions of that kind, and for which uses."""
    return _Rules(answers).holding(slot, standing)


class _Rules:
    """The rule that holds a kind of session, use by use, looked up once for what a use asks."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._kept: list[tuple[Use, int, dict[tuple[int | None, int], str]]] = [
            (use, answers.mask((use,)), {}) for use in WAITED_FOR
        ]

    def holding(self, slot: int | None, standing: int) -> dict[str, list[Use]]:
        found: dict[str, list[Use]] = {}
        for use, mask, kept in self._kept:
            key = (slot, standing & mask)
            rule = kept.get(key)
            if rule is None:
                answer = self._answers.of(use, slot, key[1], GRANTED)
                rule = answer.rule if answer.outcome is Outcome.HOLD else ""
                kept[key] = rule
            if rule:
                found.setdefault(rule, []).append(use)
        return found


def held_under(answers: Answers, rules: Iterable[str]) -> Chosen:
    """The sessions that one of these rules holds for some use."""
    wanted = frozenset(rules)

    def meant(_use: Use, decision: Decision) -> bool:
        return decision.outcome is Outcome.HOLD and decision.rule in wanted

    return Chosen(answers, WAITED_FOR, meant, every=False)
