"""How many of the planted traits the quasi-identifiers' list names, by category."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from deidentification.engine import Engine
from deidentification.known import KnownIdentifiers
from deidentification.quasi_identifiers import age_band, find_quasi_identifiers
from deidentification.text_mapping import folded
from demonstration.generate import generate_sessions
from demonstration.planted import PlantedIdentifier, PlantedType
from demonstration.studies import STUDIES
from domain.quasi_identifiers import QuasiCategory
from domain.transcripts import Speaker, Turn, make_turns

#: What is planted, and the category that it belongs to.
_CATEGORIES = {
    PlantedType.OCCUPATION: QuasiCategory.OCCUPATION,
    PlantedType.ORGANIZATION: QuasiCategory.EMPLOYER,
    PlantedType.LOCATION: QuasiCategory.PLACE,
    PlantedType.AGE: QuasiCategory.AGE,
}


def listed_shares(
    engine: Engine, sessions: Iterable[tuple[Sequence[Turn], Sequence[PlantedIdentifier]]]
) -> dict[QuasiCategory, float]:
    """Share of the planted traits that are listed; a trait of a session counts once."""
    planted: Counter[QuasiCategory] = Counter()
    listed: Counter[QuasiCategory] = Counter()
    for turns, held in sessions:
        found = engine.deidentify(turns, language="en", known=KnownIdentifiers.none()).findings
        told = {(each.category, each.value) for each in find_quasi_identifiers(turns, found)}
        for category, value in _traits(turns, held):
            planted[category] += 1
            listed[category] += any(
                kind is category and (value in said or said in value) for kind, said in told
            )
    return {category: listed[category] / planted[category] for category in planted}


def demonstration_sessions(
    seed: int, sessions: int
) -> Iterable[tuple[Sequence[Turn], Sequence[PlantedIdentifier]]]:
    """English sessions of the demonstration with what was planted in them."""
    for study in STUDIES:
        for session in generate_sessions(seed, study, sessions // len(STUDIES)):
            if session.record.language == "en":
                yield make_turns(session.record.turns), session.planted


def _traits(
    turns: Sequence[Turn], held: Sequence[PlantedIdentifier]
) -> set[tuple[QuasiCategory, str]]:
    traits = set()
    for each in held:
        turn = turns[each.span.turn]
        category = _CATEGORIES.get(each.entity_type)
        if category is None or turn.speaker is not Speaker.PARTICIPANT:
            continue
        said = turn.text[each.span.start : each.span.end]
        value = age_band(said) if category is QuasiCategory.AGE else " ".join(folded(said).split())
        if value:
            traits.add((category, value))
    return traits
