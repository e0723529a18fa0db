"""Education, fields, tools and projects in words of one's own."""

from __future__ import annotations

import time

import pytest

from deidentification.quasi_phrases import told


@pytest.mark.parametrize(
    ("said", "category", "value"),
    [
        ("I have a diploma in horticulture from Kew.", "education", "diploma in horticulture"),
        ("my MA in Translation helped", "education", "ma in translation"),
        ("My research is on medieval law.", "research_area", "medieval law"),
        ("i specialise in paper conservation", "research_area", "paper conservation"),
        ("We do everything in QGIS now.", "tool", "qgis"),
        ("I use Cinema 4D. That is all.", "tool", "cinema 4d"),
        ("I'm working on an opera for puppets.", "project", "an opera for puppets"),
        ("We built a robot that folds kites, once.", "project", "a robot that folds kites"),
    ],
)
def test_a_trait_is_told_by_the_words_around_it(said: str, category: str, value: str) -> None:
    (found,) = told(said)
    assert (found.category.value, found.value) == (category, value)
    assert said[found.start : found.end].lower() == value


@pytest.mark.parametrize(
    "said",
    [
        "I study the brief first and what I need.",
        "There is a degree of truth in that.",
        "I use ChatGPT and AI every day.",
        "I use It and then I use Google.",
        "I'm making a list of questions for you.",
        "We wrote a couple of things for them.",
        "My research is on hold.",
        "I finished in time.",
    ],
)
def test_what_only_sounds_like_it_is_none(said: str) -> None:
    assert not list(told(said))


@pytest.mark.parametrize("unit", ["a ", "I use A ", "i made a b of ", "degree in a ", "in A "])
def test_a_hostile_text_costs_no_more_than_its_length(unit: str) -> None:
    began = time.process_time()
    list(told((unit * 6_000)[:6_000]))
    assert time.process_time() - began < 1.0
