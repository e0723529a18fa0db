"""Redaction: a pure function whose outcome is named by digests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.digests import turns_digest
from domain.errors import BadInput
from domain.findings import Finding
from domain.redaction import (
    DecisionKind,
    RedactionDecision,
    RedactionSet,
    latest_decisions,
    make_redaction_set,
    undecided,
)
from domain.spans import Span
from domain.transcripts import Speaker, make_turns

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
REDACT, GENERALISE, KEEP = DecisionKind.REDACT, DecisionKind.GENERALISE, DecisionKind.KEEP
TURNS = make_turns(
    [
        (Speaker.INTERVIEWER, "Where do you work?"),
        (Speaker.PARTICIPANT, "I am Maria Lopez, baker in Oslo 👩🏽‍🍳 since 2019."),
    ]
)
SAID = TURNS[1].text


def where(words, text=SAID, turn=1):
    start = text.index(words)
    return Span(turn, start, start + len(words))


def found(words, entity_type="PERSON", replacement="[PERSON_1]", score=0.85):
    return Finding(where(words), entity_type, score, "SpacyRecognizer", "A name.", replacement)


def decided(kind, words, after=0, replacement=None, reason=None, entity_type="PERSON"):
    if kind is KEEP and reason is None:
        reason = "It names nobody."
    if kind is GENERALISE and replacement is None:
        replacement = "[a trade]"
    at = START + timedelta(seconds=after)
    return RedactionDecision(kind, where(words), entity_type, at, replacement, reason)


def text_of(findings=(), decisions=()):
    return make_redaction_set(TURNS, findings, decisions).apply(TURNS)[1].text


def test_with_nothing_found_and_nothing_decided_the_turns_stay_as_they_are():
    assert make_redaction_set(TURNS, [], []).apply(TURNS) == TURNS


def test_what_nobody_decided_is_redacted_as_the_machine_proposed():
    assert text_of([found("Maria Lopez")]) == "I am [PERSON_1], baker in Oslo 👩🏽‍🍳 since 2019."


def test_a_span_of_ones_own_is_redacted_by_its_type_when_no_words_are_given():
    text = text_of([], [decided(REDACT, "2019", entity_type="DATE")])
    assert text.endswith("since [DATE].")


def test_a_redaction_without_words_takes_those_of_the_surest_finding_there():
    findings = [
        found("Oslo", "PERSON", "[PERSON_9]", 0.4),
        found("Oslo", "LOCATION", "[LOCATION_1]", 0.9),
    ]
    assert "baker in [LOCATION_1] " in text_of(findings, [decided(REDACT, "Oslo")])


def test_generalising_puts_the_category_there():
    assert "Lopez, [a trade] in" in text_of([], [decided(GENERALISE, "baker")])


def test_keeping_frees_the_finding_and_those_within_it():
    findings = [found("Maria Lopez"), found("Lopez")]
    assert text_of(findings, [decided(KEEP, "Maria Lopez")]) == SAID


def test_keeping_a_part_does_not_free_a_finding_that_is_wider():
    assert "I am [PERSON_1], baker" in text_of([found("Maria Lopez")], [decided(KEEP, "Maria")])


def test_what_somebody_redacts_inside_a_kept_span_is_still_redacted():
    decisions = [decided(KEEP, "Maria Lopez", 5), decided(REDACT, "Lopez", 1)]
    assert "I am Maria [PERSON], baker" in text_of([found("Maria Lopez")], decisions)


def test_of_several_decisions_on_one_span_the_latest_holds():
    decisions = [decided(KEEP, "Oslo", 0), decided(GENERALISE, "Oslo", 1, "[a city]")]
    assert "in [a city] " in text_of([], decisions)
    assert "in Oslo " in text_of([], [*decisions, decided(KEEP, "Oslo", 2)])


@pytest.mark.parametrize(
    ("one", "other"), [(REDACT, KEEP), (REDACT, GENERALISE), (GENERALISE, KEEP)]
)
def test_of_two_decisions_at_one_instant_the_stricter_holds(one, other):
    for decisions in (
        [decided(one, "Oslo"), decided(other, "Oslo")],
        [decided(other, "Oslo"), decided(one, "Oslo")],
    ):
        (held,) = latest_decisions(decisions)
        assert held.kind is one


def test_stretches_that_overlap_become_one_and_no_part_is_left_standing():
    findings = [found("Maria Lopez")]
    decisions = [decided(REDACT, "Lopez, baker", replacement="[a person and a trade]")]
    assert text_of(findings, decisions) == (
        "I am [a person and a trade] in Oslo 👩🏽‍🍳 since 2019."
    )


def test_of_overlapping_findings_the_longer_gives_its_words():
    findings = [found("Maria"), found("Maria Lopez", replacement="[PERSON_2]")]
    assert "I am [PERSON_2], baker" in text_of(findings)


def test_stretches_that_only_touch_stay_two():
    findings = [found("Maria"), found(" Lopez", replacement=" [PERSON_2]")]
    assert "I am [PERSON_1] [PERSON_2], baker" in text_of(findings)


def test_offsets_count_code_points_after_an_emoji_of_several():
    assert text_of([], [decided(REDACT, "2019")]) == SAID.replace("2019", "[PERSON]")
    assert text_of([], [decided(REDACT, "👩🏽‍🍳")]) == SAID.replace("👩🏽‍🍳", "[PERSON]")


def test_a_combining_accent_is_part_of_what_is_marked():
    turns = make_turns([(Speaker.PARTICIPANT, "Jose\u0301 said so")])
    decision = RedactionDecision(REDACT, Span(0, 0, 5), "PERSON", START)
    (turn,) = make_redaction_set(turns, [], [decision]).apply(turns)
    assert turn.text == "[PERSON] said so"


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_keeping_needs_a_reason(reason):
    with pytest.raises(BadInput, match="needs a reason"):
        RedactionDecision(KEEP, where("Oslo"), "LOCATION", START, reason=reason)


def test_generalising_needs_a_category():
    with pytest.raises(BadInput, match="needs the category"):
        RedactionDecision(GENERALISE, where("Oslo"), "LOCATION", START)


@pytest.mark.parametrize("kind", [REDACT, GENERALISE])
def test_a_replacement_is_never_blank(kind):
    with pytest.raises(BadInput, match="replacement says something"):
        RedactionDecision(kind, where("Oslo"), "LOCATION", START, replacement=" ")


@pytest.mark.parametrize("span", [Span(1, 0, len(SAID) + 1), Span(2, 0, 1), Span(0, 100, 101)])
def test_a_span_outside_its_turn_is_refused_without_quoting_anything(span):
    decision = RedactionDecision(REDACT, span, "PERSON", START)
    finding = replace(found("Oslo"), span=span)
    for given_ones in (([], [decision]), ([finding], [])):
        with pytest.raises(BadInput, match="past the text of turn") as caught:
            make_redaction_set(TURNS, *given_ones)
        assert "Maria" not in str(caught.value)


def test_a_set_is_refused_on_other_turns_than_its_own():
    outcome = make_redaction_set(TURNS, [found("Oslo")], [])
    other = (TURNS[0], replace(TURNS[1], text=SAID + " "))
    with pytest.raises(BadInput, match="made for other turns"):
        outcome.apply(other)


@pytest.mark.parametrize("turns", [TURNS[1:], TURNS[::-1], TURNS * 2])
def test_turns_that_are_missing_or_out_of_order_are_refused(turns):
    with pytest.raises(BadInput, match="missing or out of order"):
        make_redaction_set(turns, [], [])


def test_a_set_is_refused_when_the_same_words_stand_at_other_numbers():
    outcome = make_redaction_set(TURNS, [found("Oslo")], [])
    renumbered = (replace(TURNS[0], index=1), replace(TURNS[1], index=0))
    assert turns_digest(renumbered) == outcome.turns_digest
    with pytest.raises(BadInput, match="made for other turns"):
        outcome.apply(renumbered)


def test_a_finding_is_undecided_until_one_decision_covers_it_whole():
    findings = [found("2019", "DATE"), found("Maria Lopez"), found("Oslo", "LOCATION")]
    decisions = [decided(REDACT, "Maria"), decided(KEEP, "in Oslo")]
    left = undecided(findings, decisions)
    assert [finding.span for finding in left] == [where("Maria Lopez"), where("2019")]
    assert undecided(findings, [*decisions, decided(REDACT, SAID)]) == ()


def test_a_set_is_stored_with_every_word_that_its_digest_covers():
    decisions = [decided(KEEP, "Oslo"), decided(GENERALISE, "baker", reason="Few bakers")]
    outcome = make_redaction_set(TURNS, [found("Maria Lopez")], decisions)
    assert [redaction.as_json() for redaction in outcome.redactions] == [
        {
            "turn": 1,
            "start": 5,
            "end": 16,
            "kind": "redact",
            "entity_type": "PERSON",
            "replacement": "[PERSON_1]",
            "reason": None,
        },
        {
            "turn": 1,
            "start": 18,
            "end": 23,
            "kind": "generalise",
            "entity_type": "PERSON",
            "replacement": "[a trade]",
            "reason": "Few bakers",
        },
        {
            "turn": 1,
            "start": 27,
            "end": 31,
            "kind": "keep",
            "entity_type": "PERSON",
            "replacement": None,
            "reason": "It names nobody.",
        },
    ]


@pytest.mark.parametrize(
    "decisions",
    [
        [],
        [decided(KEEP, "Oslo", reason="Another reason.")],
        [decided(KEEP, "Maria")],
        [decided(REDACT, "Oslo")],
        [decided(REDACT, "Oslo", replacement="[elsewhere]")],
        [decided(REDACT, "Oslo", reason="It is rare.")],
        [decided(REDACT, "Oslo", entity_type="LOCATION")],
        [decided(GENERALISE, "Oslo", replacement="[PERSON]")],
    ],
)
def test_changing_anything_makes_a_set_of_another_digest(decisions):
    one = make_redaction_set(TURNS, [], [decided(KEEP, "Oslo")])
    other = make_redaction_set(TURNS, [], decisions)
    assert one.digest != other.digest
    assert RedactionSet(bytes(32), one.redactions).digest != one.digest


def test_when_and_how_often_something_was_decided_does_not_change_the_set():
    one = make_redaction_set(TURNS, [], [decided(KEEP, "Oslo")])
    again = make_redaction_set(TURNS, [], [decided(REDACT, "Oslo"), decided(KEEP, "Oslo", 9)])
    assert one == again
    assert one.digest == again.digest


@pytest.mark.parametrize(
    "change",
    [
        {"text": SAID.replace("Oslo", "0slo")},
        {"text": SAID + "\u200b"},
        {"speaker": Speaker.INTERVIEWER},
    ],
)
def test_changing_a_turn_changes_the_digest_of_the_turns(change):
    assert turns_digest((TURNS[0], replace(TURNS[1], **change))) != turns_digest(TURNS)
    assert turns_digest(TURNS[:1]) != turns_digest(TURNS)
    assert turns_digest(tuple(TURNS)) == turns_digest(list(TURNS))


ALPHABET = st.sampled_from(["a", "B", " ", "é", "e\u0301", "👩🏽‍🍳", "\u200d", "שלום", "\n", "<b>"])
TEXTS = st.lists(ALPHABET, min_size=2, max_size=12).map("".join)


@st.composite
def worlds(draw):
    turns = make_turns(
        [(Speaker.PARTICIPANT, text) for text in draw(st.lists(TEXTS, min_size=1, max_size=3))]
    )

    def span():
        turn = draw(st.sampled_from(turns))
        start = draw(st.integers(0, len(turn.text) - 1))
        return Span(turn.index, start, draw(st.integers(start + 1, len(turn.text))))

    kinds = st.sampled_from(["PERSON", "LOCATION"])
    findings = [
        Finding(
            span(), draw(kinds), draw(st.sampled_from([0.4, 0.85])), "s", "w", f"[F{number % 3}]"
        )
        for number in range(draw(st.integers(0, 5)))
    ]
    decisions = [
        RedactionDecision(
            draw(st.sampled_from(DecisionKind)),
            span(),
            draw(kinds),
            START + timedelta(seconds=draw(st.integers(0, 2))),
            f"[D{number % 3}]",
            "Because.",
        )
        for number in range(draw(st.integers(0, 5)))
    ]
    return turns, findings, decisions


@given(worlds(), st.randoms(use_true_random=False))
def test_the_outcome_does_not_depend_on_order_or_repetition(world, random):
    turns, findings, decisions = world
    shuffled_findings, shuffled_decisions = findings * 2, decisions * 2
    random.shuffle(shuffled_findings)
    random.shuffle(shuffled_decisions)
    one = make_redaction_set(turns, findings, decisions)
    other = make_redaction_set(turns, shuffled_findings, shuffled_decisions)
    assert one == other
    assert one.digest == other.digest
    assert one.apply(turns) == other.apply(turns)
    assert turns_digest(one.apply(turns)) == turns_digest(other.apply(turns))


@given(worlds())
def test_every_code_point_is_replaced_or_stands_where_nothing_covers_it(world):
    turns, findings, decisions = world
    outcome = make_redaction_set(turns, findings, decisions)
    latest = latest_decisions(decisions)
    keeps = [d.span for d in latest if d.kind is KEEP]
    covered = {
        (span.turn, at)
        for span in [
            *(d.span for d in latest if d.kind is not KEEP),
            *(f.span for f in findings if not any(keep.contains(f.span) for keep in keeps)),
        ]
        for at in range(span.start, span.end)
    }
    replaced = [r.span for r in outcome.redactions if r.replacement is not None]
    touched = [(span.turn, at) for span in replaced for at in range(span.start, span.end)]
    assert len(touched) == len(set(touched))
    assert set(touched) == covered


@given(worlds())
def test_what_stands_is_what_was_said_with_each_replacement_in_its_place(world):
    turns, findings, decisions = world
    outcome = make_redaction_set(turns, findings, decisions)
    for before, after in zip(turns, outcome.apply(turns), strict=True):
        text, rest = after.text, before.text
        for redaction in reversed(outcome.redactions):
            if redaction.span.turn == before.index and redaction.replacement is not None:
                span = redaction.span
                rest = rest[: span.start] + redaction.replacement + rest[span.end :]
        assert text == rest
        assert replace(after, text=before.text) == before
