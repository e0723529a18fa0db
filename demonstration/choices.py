"""Consent choices: every combination by quota, otherwise as people incline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from demonstration.dice import Dice
from demonstration.quotas import Quota
from domain.vocabulary import ConsentChoice, ConsentScope

_ANSWERS = (ConsentChoice.GRANTED, ConsentChoice.DECLINED, ConsentChoice.NOT_ASKED)
_SCOPES = tuple(ConsentScope)
_WITHDRAWS = 0.05


@dataclass(frozen=True, slots=True)
class ChoiceEvent:
    """One choice for one scope at one instant (UTC); the latest of a scope holds."""

    scope: ConsentScope
    choice: ConsentChoice
    at: datetime


def choice_events(
    quota: Quota, dice: Dice, started_at: datetime, ended_at: datetime
) -> tuple[ChoiceEvent, ...]:
    """What the participant chose before the interview, and what they took back afterwards."""
    if quota.is_unrecorded:
        return ()
    asked_at = started_at + timedelta(seconds=20 + dice.below(70))
    inclined = dice.between(0.35, 0.95)
    events: list[ChoiceEvent] = []
    for place, scope in enumerate(_SCOPES):
        if quota.combination is not None:
            choice = _ANSWERS[quota.combination // 3**place % 3]
        elif dice.chance(0.06):
            choice = ConsentChoice.NOT_ASKED
        else:
            choice = ConsentChoice.GRANTED if dice.chance(inclined) else ConsentChoice.DECLINED
        events.append(ChoiceEvent(scope, choice, asked_at + timedelta(seconds=4 * place)))
    for event in tuple(events):
        if event.choice is ConsentChoice.GRANTED and dice.chance(_WITHDRAWS):
            later = ended_at + timedelta(minutes=5 + dice.below(60 * 24 * 45))
            events.append(ChoiceEvent(event.scope, ConsentChoice.WITHDRAWN, later))
    return tuple(events)
