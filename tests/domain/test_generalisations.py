"""What a reviewer can choose with one key is fit to stand in a released text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.generalisations import GENERALISATIONS, REASONS_TO_KEEP, TRAITS
from domain.quasi_identifiers import QuasiCategory
from domain.redaction import DecisionKind, RedactionDecision, make_redaction_set
from domain.spans import Span
from domain.transcripts import Speaker, Turn

_AT = datetime(2026, 3, 3, tzinfo=UTC)
_TURN = Turn(0, Speaker.PARTICIPANT, "I am Quill.", "User")
_EACH = [
    (name, category)
    for name, many in [*GENERALISATIONS.items(), *TRAITS.values()]
    for category in many
]


@pytest.mark.parametrize(("entity_type", "category"), _EACH)
def test_a_category_stands_bracketed_in_place_of_what_it_says_less_than(
    entity_type: str, category: str
) -> None:
    said = RedactionDecision(
        DecisionKind.GENERALISE, Span(0, 5, 10), entity_type, _AT, replacement=category
    )

    redacted = make_redaction_set([_TURN], [], [said])

    assert redacted.apply([_TURN])[0].text == f"I am {category}."
    assert category.startswith("[")
    assert category.endswith("]")


def test_every_kind_of_trait_can_be_generalised_by_one_key() -> None:
    assert set(TRAITS) == set(QuasiCategory)


def test_no_category_is_offered_twice_for_a_type() -> None:
    for many in [*GENERALISATIONS.values(), *(many for _name, many in TRAITS.values())]:
        assert len(set(many)) == len(many)


@pytest.mark.parametrize("reason", REASONS_TO_KEEP)
def test_a_reason_offered_is_enough_to_keep_a_finding(reason: str) -> None:
    kept = RedactionDecision(DecisionKind.KEEP, Span(0, 5, 10), "PERSON", _AT, reason=reason)

    redacted = make_redaction_set([_TURN], [], [kept])

    assert redacted.redactions[0].reason == reason
    assert redacted.apply([_TURN])[0].text == "I am Quill."
