"""Short sessions: the same people, dates and choices in a few turns, for benchmarks."""

from __future__ import annotations

from demonstration.quotas import Quota
from demonstration.speech import Speech
from demonstration.studies import DemonstrationStudy
from domain.vocabulary import SessionStatus


def hold_short(study: DemonstrationStudy, this: Quota, speech: Speech) -> int:
    """Hold two questions' worth of interview; the number of questions asked."""
    cast, dice = speech.cast, speech.dice
    questions = cast.wording.questions[study.subject]
    units = [unit for unit in cast.world.units if unit.topic == "work"]
    speech.ask(questions[0])
    if this.status is SessionStatus.IN_PROGRESS:
        return 1
    speech.answer(dice.pick(units).say)
    speech.ask(questions[1])
    if this.status is SessionStatus.ABANDONED:
        return 2
    speech.answer(dice.pick(cast.wording.phrases["brief"]))
    return 2
