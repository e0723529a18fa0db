"""Institutions, rare trades, publications, ages, birth dates and accounts told by their words."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from deidentification.lexicon import Lexicon
from deidentification.recognizers.contacts import contact_recognizers
from deidentification.recognizers.institutions import institution_recognizers
from deidentification.recognizers.names import name_recognizers
from deidentification.recognizers.other_languages import other_language_recognizers
from deidentification.recognizers.personal import personal_recognizers
from deidentification.recognizers.phrases import PhraseRecognizer
from deidentification.recognizers.places import place_recognizers
from deidentification.recognizers.trades import trade_recognizers
from tests.deidentification.conftest import Say

#: The stretch in braces must be covered to the last letter.
_GOES = [
    "I am the only {harpsichord restorer} in our county.",
    "I work as a {falconer} near the coast.",
    "My paper appeared in {Annals of Puppet Studies} last year.",
    "My essay was published in the {Fenland Review}.",
    "my novel is called The {Salt Ferry}.",
    "I trained at the {Institute of Glass Studies}.",
    "We were bought by {Hartwell & Finch Ltd}. last year.",
    "I teach at {brackenfield high school} in town",
    "my company is called {tern and tide}",
    "Our studio is called {Paper Lantern}.",
    "my birthday is the {third of june nineteen eighty two}",
    "I turned {forty} last spring.",
    "I'm in my {late fifties}.",
    "I'm pushing {sixty} and still paint.",
    "She is a {thirty-something} editor.",
    "For my {40th} birthday I bought a kiln.",
    "Come to {Elmhurst Road 12} on Friday.",
    "my site is {ferrydraws dot co dot uk}",
    "my username is {moss underscore wren}",
    "follow me on instagram at {moss dot wren}",
    "i worked with {larkmoor university} for a year",
    "she is from the {pennick clinic}",
    "I'm a {thatch conservator} in the north",
    "I'm a {horologist}, actually.",
    "find it on {pages dot larkmoor dot org slash tessa}",
    "I'm @ {pine_otter} on there",
    "Tessa Orville, {61}, Hexham. Thanks!",
]

_STAYS = [
    "I work as a writer and editor.",
    "I work as a freelance graphic designer.",
    "I'm the only one in the office.",
    "I am one of the few people here who like it.",
    "I worked all through the sixties revival.",
    "My book is finished and my song is on the way.",
    "The school and the hospital are close by.",
    "I published it in print and in colour.",
    "We turned twenty pages into three.",
    "We met at medical college and at a public hospital.",
    "I am a decision maker and a film maker.",
    "Let us meet @ 5pm then.",
    "In dot com days it was slash and burn.",
]


@pytest.mark.parametrize("sentence", _GOES)
def test_it_goes(say: Say, sentence: str) -> None:
    start, end = sentence.index("{"), sentence.index("}") - 1
    text = sentence.replace("{", "").replace("}", "")
    _, result = say(text)
    standing = [
        mark
        for at, mark in enumerate(text[start:end], start=start)
        if mark.isalnum() and not any(f.span.start <= at < f.span.end for f in result.findings)
    ]
    assert standing == []


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("J'ai {41} ans et je peins.", "fr"),
        ("Tengo {52} años y pinto.", "es"),
        ("Ich bin {44} und male.", "de"),
        ("私は{47}歳です。", "ja"),
        ("عمري {38} سنة.", "ar"),
        ("Studiert habe ich an der {Universität Ruhlstein}.", "de"),
        ("Ensino no {Instituto Belmonte}.", "pt"),
        ("{高島研究所}で働いています。", "ja"),
    ],
)
def test_it_goes_in_languages_without_a_model(say: Say, sentence: str, language: str) -> None:
    start, end = sentence.index("{"), sentence.index("}") - 1
    text = sentence.replace("{", "").replace("}", "")
    _, result = say(text, language=language)
    assert any(f.span.start <= start and end <= f.span.end for f in result.findings)


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("J'ai 10 ans d'expérience.", "fr"),
        ("Tengo 12 años de experiencia.", "es"),
        ("ich bin 100 % sicher.", "de"),
    ],
)
def test_it_stays_in_languages_without_a_model(
    clean: Callable[..., list[str]], sentence: str, language: str
) -> None:
    assert clean(sentence, language=language) == [sentence]


@pytest.mark.parametrize("sentence", _STAYS)
def test_it_stays(clean: Callable[..., list[str]], sentence: str) -> None:
    assert clean(sentence) == [sentence]


def _own_recognizers(lexicon: Lexicon) -> list[PhraseRecognizer]:
    every = [
        *contact_recognizers("en"),
        *institution_recognizers("en"),
        *name_recognizers("en", lexicon),
        *personal_recognizers("en"),
        *place_recognizers("en"),
        *trade_recognizers("en"),
        *other_language_recognizers("en"),
    ]
    return [recognizer for recognizer in every if isinstance(recognizer, PhraseRecognizer)]


@pytest.mark.parametrize(
    "unit", ["a", "A", "1", "A ", "a ", "at ", "i work as a ", "born ", "dot "]
)
def test_a_hostile_text_costs_no_more_than_its_length(lexicon: Lexicon, unit: str) -> None:
    text = (unit * 6_000)[:6_000]
    recognizers = _own_recognizers(lexicon)
    assert len(recognizers) > 15
    for recognizer in recognizers:
        began = time.process_time()
        recognizer.analyze(text, recognizer.supported_entities)
        assert time.process_time() - began < 1.0, recognizer.supported_entities
