"""Double reviews: what two people made of one session, compared stretch by stretch."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.double_review import (
    FEWEST,
    SOURCE,
    Agreement,
    Difference,
    Side,
    agreement,
    by_kind,
    check_settlement,
    contested,
    differences,
    drawn,
    left_standing,
    missed,
    stretches,
    to_withdraw,
    with_contested,
)
from domain.errors import Refused
from domain.findings import Finding
from domain.redaction import (
    DecisionKind,
    RedactionDecision,
    RedactionSet,
    make_redaction_set,
    undecided,
)
from domain.review_outcomes import PERSON
from domain.spans import Span
from domain.transcripts import Speaker, Turn

_AT = datetime(2026, 5, 1, tzinfo=UTC)
_TEXT = "I am Priya Shah, of Kelpwick, and I mend bells."
_TURNS = (Turn(0, Speaker.PARTICIPANT, _TEXT, "User"),)
_ROSA, _RAVI, _TARA = UUID(int=1), UUID(int=2), UUID(int=3)


def at(words: str) -> Span:
    start = _TEXT.index(words)
    return Span(0, start, start + len(words))


def found(words: str, kind: str = "PERSON") -> Finding:
    return Finding(at(words), kind, 0.85, "spaCy", "A model says so.", f"[{kind}_1]")


def out(words: str, kind: str = "PERSON") -> RedactionDecision:
    return RedactionDecision(DecisionKind.REDACT, at(words), kind, _AT)


def keep(words: str) -> RedactionDecision:
    return RedactionDecision(DecisionKind.KEEP, at(words), "PERSON", _AT, None, "A book's name.")


def made(findings: list[Finding], *decisions: RedactionDecision) -> RedactionSet:
    return make_redaction_set(_TURNS, findings, decisions)


@pytest.mark.parametrize(
    ("draw", "percent", "twice"),
    [(0, 0, False), (0, 1, True), (1, 1, False), (99, 99, False), (99, 100, True), (105, 6, True)],
)
def test_as_many_sessions_of_a_hundred_are_reviewed_twice_as_was_set(
    draw: int, percent: int, twice: bool
) -> None:
    assert drawn(draw, percent) is twice


def test_what_both_took_out_under_other_names_is_no_difference() -> None:
    findings = [found("Priya Shah")]
    coarse = RedactionDecision(
        DecisionKind.GENERALISE, at("Priya Shah"), "PERSON", _AT, "a colleague"
    )
    held = stretches(_TURNS, findings, made(findings), made(findings, coarse))
    assert [(each.first, each.second) for each in held] == [(True, True)]
    assert differences(held) == ()


def test_each_stretch_says_who_took_it_out_and_who_found_it() -> None:
    findings = [found("Priya Shah"), found("Kelpwick", "LOCATION"), found("bells", "TRADE")]
    first = made(findings, keep("Kelpwick"), keep("bells"))
    second = made(findings, out("of Kelpwick", "LOCATION"), out("mend", "TRADE"), keep("bells"))
    held = stretches(_TURNS, findings, first, second)
    assert [
        (_TEXT[each.span.start : each.span.end], each.source, each.first, each.second)
        for each in held
    ] == [
        ("Priya Shah", "spaCy", True, True),
        ("of ", PERSON, False, True),
        ("Kelpwick", "spaCy", False, True),
        ("mend", PERSON, False, True),
        ("bells", "spaCy", False, False),
    ]
    assert agreement(held) == Agreement(1, 0, 3, 1)
    assert by_kind(held)[("spaCy", "TRADE")] == Agreement(neither=1)
    assert by_kind(held)[(PERSON, "LOCATION")] == Agreement(second_only=1)


def test_blanks_and_punctuation_make_no_difference() -> None:
    first, second = made([], out("Priya Shah,")), made([], out("Priya"), out("Shah"))
    assert differences(stretches(_TURNS, [], first, second)) == ()


def test_pieces_of_which_the_same_was_said_are_one_stretch() -> None:
    whole, halves = made([], out("Priya Shah")), made([], out("Priya "), out("Shah"))
    for first, second in ((whole, halves), (halves, whole), (halves, made([]))):
        held = stretches(_TURNS, [], first, second)
        assert [_TEXT[each.span.start : each.span.end] for each in held] == ["Priya Shah"]


def test_two_findings_side_by_side_stay_two() -> None:
    findings = [found("Priya "), found("Shah")]
    held = stretches(_TURNS, findings, made(findings), made(findings))
    assert [each.span for each in held] == [at("Priya "), at("Shah")]


def test_what_is_contested_is_to_be_decided_anew_by_a_person() -> None:
    findings = [found("Priya Shah"), found("Kelpwick", "LOCATION")]
    own = out("mend")
    decisions = [out("Priya Shah"), keep("Kelpwick"), own]
    first = made(findings, *decisions)
    second = made(findings, out("Priya Shah"), out("Kelpwick", "LOCATION"))
    disputed = contested(differences(stretches(_TURNS, findings, first, second)), first, second)
    assert [(each.redaction.span, each.took_out) for each in disputed] == [
        (at("Kelpwick"), Side.SECOND),
        (at("mend"), Side.FIRST),
    ]
    assert to_withdraw(decisions, disputed) == (decisions[1], own)
    now = with_contested(findings, disputed)
    assert [(each.span, each.source) for each in now] == [
        (at("Priya Shah"), "spaCy"),
        (at("Kelpwick"), SOURCE),
        (at("mend"), SOURCE),
    ]
    assert "The second reviewer took this out" in now[1].why
    assert "The first reviewer took this out" in now[2].why
    assert [each.span for each in undecided(now, [decisions[0]])] == [at("Kelpwick"), at("mend")]


def differs(words: str, side: Side = Side.SECOND) -> Difference:
    return Difference(at(words), side, PERSON, "PERSON")


def test_what_is_left_standing_is_told_by_its_letters() -> None:
    both = (differs("Priya Shah"), differs("Kelpwick"))
    assert left_standing(_TURNS, both, made([], out("Priya"), out("Shah"))) == (both[1],)
    assert left_standing(_TURNS, both, made([], out("Priya Shah, of Kelpwick"))) == ()
    assert left_standing(_TURNS, both, made([], out("Priya Sha"), out("Kelpwick"))) == (both[0],)


def test_who_left_standing_what_had_to_go_missed_it() -> None:
    findings = [found("Priya"), found("Shah")]
    first = made(findings, keep("Shah"), out("mend"))
    second = made(findings, keep("Priya"), out("bells"))
    differing = differences(stretches(_TURNS, findings, first, second))
    assert missed(differing, ()) == {("spaCy", "PERSON"): (1, 1), (PERSON, "PERSON"): (1, 1)}
    left = [one for one in differing if one.span in (at("mend"), at("Shah"))]
    assert missed(differing, left) == {
        ("spaCy", "PERSON"): (0, 1),
        (PERSON, "PERSON"): (1, 0),
    }


@pytest.mark.parametrize(
    ("settler", "left", "refused"),
    [
        (_ROSA, (differs("Priya"),), "1 place "),
        (_RAVI, (differs("Priya"), differs("Shah")), "2 places "),
        (_TARA, (differs("Priya"),), None),
        (_ROSA, (), None),
        (_RAVI, (), None),
    ],
)
def test_only_a_third_person_leaves_standing_what_one_of_the_two_took_out(
    settler: UUID, left: tuple[Difference, ...], refused: str | None
) -> None:
    if refused is None:
        check_settlement(settler, (_ROSA, _RAVI), left)
        return
    with pytest.raises(Refused, match=refused) as error:
        check_settlement(settler, (_ROSA, _RAVI), left)
    assert error.value.rule == "double.third-person"


@pytest.mark.parametrize(
    ("counts", "share", "kappa"),
    [
        (Agreement(FEWEST - 1), None, None),
        (Agreement(FEWEST), 1.0, None),
        (Agreement(0, 0, 0, FEWEST), 1.0, None),
        (Agreement(20, 5, 10, 15), 0.7, 0.4),
        (Agreement(0, 20, 20, 0), 0.0, -1.0),
    ],
)
def test_agreement_is_told_where_there_is_enough_to_tell_of(
    counts: Agreement, share: float | None, kappa: float | None
) -> None:
    assert counts.share == (None if share is None else pytest.approx(share))
    assert counts.kappa == (None if kappa is None else pytest.approx(kappa))


def test_agreement_adds_up() -> None:
    assert Agreement(1, 2, 3, 4) + Agreement(10, 20, 30, 40) == Agreement(11, 22, 33, 44)


_spans = st.tuples(st.integers(0, 40), st.integers(1, 7)).map(
    lambda each: Span(0, each[0], each[0] + each[1])
)
_decisions = st.lists(
    st.builds(
        lambda span, kind, place: RedactionDecision(
            kind,
            span,
            "PERSON",
            _AT,
            "someone" if kind is DecisionKind.GENERALISE else None,
            "Said." if kind is DecisionKind.KEEP else None,
            place,
        ),
        _spans,
        st.sampled_from(DecisionKind),
        st.integers(1, 9),
    ),
    max_size=6,
)


@st.composite
def _findings(draw: st.DrawFn) -> list[Finding]:
    edges = sorted(draw(st.sets(st.integers(0, 47), max_size=8)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return [Finding(Span(0, a, b), "PERSON", 0.9, "spaCy", "Why.", "[PERSON_1]") for a, b in pairs]


def _places(held: RedactionSet) -> set[int]:
    return {
        place
        for each in held.redactions
        if each.replacement is not None
        for place in range(each.span.start, each.span.end)
    }


@given(_findings(), _decisions, _decisions)
def test_until_it_is_settled_all_that_either_took_out_is_out_and_all_contested_is_open(
    findings: list[Finding], one: list[RedactionDecision], other: list[RedactionDecision]
) -> None:
    first, second = made(findings, *one), made(findings, *other)
    disputed = contested(differences(stretches(_TURNS, findings, first, second)), first, second)
    gone = to_withdraw(one, disputed)
    again = [each for each in one if each.span not in {decision.span for decision in gone}]
    now = with_contested(findings, disputed)
    open_ones = {each.span for each in undecided(now, again)}
    assert {each.redaction.span for each in disputed} <= open_ones
    left = (_places(first) | _places(second)) - _places(made(list(now), *again))
    assert all(not _TEXT[place].isalnum() for place in left)


@given(_findings(), _decisions)
def test_a_review_never_differs_from_itself(
    findings: list[Finding], one: list[RedactionDecision]
) -> None:
    held = made(findings, *one)
    compared = stretches(_TURNS, findings, held, held)
    assert differences(compared) == ()
    assert contested((), held, held) == ()
