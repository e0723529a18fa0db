"""Gap filling: titles, house numbers, units and postal codes go with what they belong to."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deidentification.hits import Hit
from deidentification.widening import widen


def found(text: str, part: str, entity_type: str) -> Hit:
    start = text.index(part)
    return Hit(start, start + len(part), entity_type, 0.8, "test", "Because.")


@pytest.mark.parametrize(
    ("text", "part", "kind", "covered"),
    [
        ("I asked Dr. Lopez today", "Lopez", "PERSON", "Dr. Lopez"),
        ("ask prof dr weber", "weber", "PERSON", "prof dr weber"),
        ("by Ana Lopez PhD and others", "Ana Lopez", "PERSON", "Ana Lopez PhD"),
        ("by John Hart II.", "John Hart", "PERSON", "John Hart II"),
        ("at 18 Elm Street now", "Elm Street", "STREET_ADDRESS", "18 Elm Street"),
        (
            "Elm Street 18\n Apt. 139\n Bath",
            "Elm Street",
            "STREET_ADDRESS",
            "Elm Street 18\n Apt. 139",
        ),
        ("> Elm Street\n> Suite 623", "Elm Street", "STREET_ADDRESS", "Elm Street\n> Suite 623"),
        ("in Almere 50882, I think", "Almere", "LOCATION", "Almere 50882"),
    ],
)
def test_what_belongs_to_an_identifier_is_covered_with_it(
    text: str, part: str, kind: str, covered: str
) -> None:
    (hit,) = widen(text, [found(text, part, kind)])
    assert text[hit.start : hit.end] == covered
    assert hit.why != "Because."


@pytest.mark.parametrize(
    ("text", "part", "kind"),
    [
        ("I moved to Berlin 2019", "Berlin", "LOCATION"),
        ("in Oslo 12 people", "Oslo", "LOCATION"),
        ("the drama Lopez made", "Lopez", "PERSON"),
        ("Hart III-B is a class", "Hart", "PERSON"),
        ("version 2.18 Elm Street", "Elm Street", "STREET_ADDRESS"),
        ("my suite 16 and Acme", "Acme", "ORGANIZATION"),
    ],
)
def test_numbers_and_words_of_their_own_stand(text: str, part: str, kind: str) -> None:
    (hit,) = widen(text, [found(text, part, kind)])
    assert text[hit.start : hit.end] == part


def test_a_hit_is_never_widened_into_its_neighbour() -> None:
    text = "Elm Street 18 Bath"
    hits = [found(text, "Elm Street", "STREET_ADDRESS"), found(text, "18 Bath", "LOCATION")]
    assert widen(text, hits) == tuple(hits)


@given(st.text(alphabet="Dr. Elm18\n,>Apt", max_size=60), st.data())
def test_widened_hits_cover_the_same_and_do_not_overlap(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    kinds = st.sampled_from(["PERSON", "STREET_ADDRESS", "LOCATION"])
    hits = [
        Hit(low, high, data.draw(kinds), 0.8, "test", "Because.")
        for low, high in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    widened = widen(text, hits)
    assert all(w.start <= h.start and h.end <= w.end for w, h in zip(widened, hits, strict=True))
    assert all(a.end <= b.start for a, b in itertools.pairwise(widened))
    assert all(0 <= hit.start < hit.end <= len(text) for hit in widened)
