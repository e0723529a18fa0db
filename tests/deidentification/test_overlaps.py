"""Where several claim the same stretch, the stated label holds and nothing is uncovered."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from deidentification.hits import Hit
from deidentification.overlaps import resolve

_PRIORITY = {"EMAIL_ADDRESS": 0, "PERSON": 1, "LOCATION": 2}
_WORDS = "Maria Lopez draws ,; in old Porto and x @ sea 12"


@st.composite
def _hits(draw: st.DrawFn) -> list[Hit]:
    pairs = st.tuples(
        st.integers(0, len(_WORDS) - 1), st.integers(1, 20), st.sampled_from([*_PRIORITY, "OTHER"])
    )
    return [
        Hit(start, min(start + length, len(_WORDS)), kind, 0.5, "test", "Because.")
        for start, length, kind in draw(st.lists(pairs, max_size=12))
    ]


@given(_hits())
def test_what_is_kept_never_overlaps_and_stays_in_reading_order(hits: list[Hit]) -> None:
    kept = resolve(_WORDS, hits, _PRIORITY)
    assert all(a.end <= b.start for a, b in itertools.pairwise(kept))


@given(_hits())
def test_nothing_is_covered_that_nobody_claimed(hits: list[Hit]) -> None:
    claimed = {at for hit in hits for at in range(hit.start, hit.end)}
    kept = {at for hit in resolve(_WORDS, hits, _PRIORITY) for at in range(hit.start, hit.end)}
    assert kept <= claimed


@given(_hits())
def test_the_strongest_label_is_never_cut(hits: list[Hit]) -> None:
    kept = resolve(_WORDS, hits, _PRIORITY)
    mails = [hit for hit in hits if hit.entity_type == "EMAIL_ADDRESS"]
    covered = {at for hit in kept for at in range(hit.start, hit.end)}
    for mail in mails:
        assert set(range(mail.start, mail.end)) <= covered | {
            at for at in range(mail.start, mail.end) if not _WORDS[at].isalnum()
        } | {
            at
            for other in mails
            if other != mail and other.overlaps(mail)
            for at in range(mail.start, mail.end)
        }


def _hit(text: str, part: str, kind: str, score: float = 0.5) -> Hit:
    start = text.index(part)
    return Hit(start, start + len(part), kind, score, "test", "Because.")


def test_the_stated_priority_beats_length_and_score() -> None:
    text = "Mail maria@porto.pt now"
    kept = resolve(
        text,
        [
            _hit(text, "maria@porto.pt now", "LOCATION", 1.0),
            _hit(text, "maria@porto.pt", "EMAIL_ADDRESS"),
        ],
        _PRIORITY,
    )
    assert [(text[h.start : h.end], h.entity_type) for h in kept] == [
        ("maria@porto.pt", "EMAIL_ADDRESS"),
        ("now", "LOCATION"),
    ]


def test_of_two_with_one_label_the_longer_holds() -> None:
    text = "by Maria Lopez"
    kept = resolve(
        text, [_hit(text, "Maria", "PERSON", 1.0), _hit(text, "Maria Lopez", "PERSON")], _PRIORITY
    )
    assert [text[h.start : h.end] for h in kept] == ["Maria Lopez"]


def test_a_surname_left_over_by_a_stronger_claim_stays_covered() -> None:
    text = "Maria Lopez of Porto"
    kept = resolve(
        text,
        [_hit(text, "Maria", "PERSON"), _hit(text, "Maria Lopez of Porto", "LOCATION")],
        _PRIORITY,
    )
    assert [(text[h.start : h.end], h.entity_type) for h in kept] == [
        ("Maria", "PERSON"),
        ("Lopez of Porto", "LOCATION"),
    ]


def test_joining_words_left_over_are_let_go() -> None:
    text = "Maria and Porto"
    kept = resolve(
        text,
        [
            _hit(text, "Maria", "PERSON"),
            _hit(text, "Porto", "PERSON"),
            _hit(text, "Maria and Porto", "LOCATION"),
        ],
        _PRIORITY,
    )
    assert [text[h.start : h.end] for h in kept] == ["Maria", "Porto"]
