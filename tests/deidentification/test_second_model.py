"""The second model: what it finds, where it looks, and that it can be left out."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from deidentification.configuration import DEFAULT_PATH, load_configuration
from deidentification.engine import Engine, KnownIdentifiers
from deidentification.lexicon import load_lexicon
from deidentification.recognizers.candidates import stretches
from deidentification.recognizers.token_entities import SOURCE
from deidentification.token_classifier import WINDOW, TokenClassifier
from domain.errors import BadInput
from domain.transcripts import Speaker, Turn

NOBODY = KnownIdentifiers(None, None)


@pytest.fixture(scope="module")
def classifier() -> TokenClassifier:
    model = load_configuration().token_classifier
    assert model is not None
    return TokenClassifier(model)


def words(classifier: TokenClassifier, text: str, *labels: str) -> list[str]:
    return [
        text[word.start : word.end]
        for word in classifier.label(text)
        if word.label in labels and word.score >= 0.8
    ]


def test_words_are_labelled_whole_and_in_code_points(classifier: TokenClassifier) -> None:
    text = "🎨🎨 My friend Maria Fernandez lives at 12 Maple Avenue."
    assert words(classifier, text, "GIVEN_NAME", "SURNAME") == ["Maria", "Fernandez"]
    assert words(classifier, text, "BUILDING_NUMBER", "STREET_NAME") == ["12", "Maple", "Avenue"]


def test_a_name_beyond_the_first_window_is_found_once(classifier: TokenClassifier) -> None:
    filler = "and then we painted the wall again " * (WINDOW // 4)
    text = f"{filler} My friend Maria Fernandez came. {filler}"
    assert words(classifier, text, "GIVEN_NAME", "SURNAME") == ["Maria", "Fernandez"]


def test_nothing_is_found_in_nothing(classifier: TokenClassifier) -> None:
    assert classifier.label("") == []
    assert classifier.label(" \n ") == []


def looked_at(text: str) -> list[str]:
    lexicon = load_lexicon(load_configuration().words)
    return [text[low:high] for low, high in stretches(text, lexicon, lambda word: word == "AI")]


def test_the_model_is_not_asked_about_plain_sentences() -> None:
    assert looked_at("I use AI a lot. It helps. We paint walls all day.") == []
    assert looked_at("") == []


@pytest.mark.parametrize(
    "text", ["we met oluwaseun, and maria too", "I met Adeyemi there", "call 555 about it"]
)
def test_the_model_is_asked_about_names_capitals_and_digits(text: str) -> None:
    assert looked_at(text) == [text]


def test_stretches_end_between_words_and_do_not_overlap() -> None:
    text = ("paint " * 60) + "Adeyemi " + ("brush " * 60) + "Maria " + ("wall " * 60)
    first, second = looked_at(text)
    assert "Adeyemi" in first
    assert "Maria" in second
    assert not first.startswith("aint")
    assert first.split()[0] == "paint"
    assert set(first.split()) <= {"paint", "Adeyemi", "brush"}
    assert set(second.split()) <= {"brush", "Maria", "wall"}


def test_it_reads_participants_and_says_so(engine: Engine) -> None:
    said = "I share the studio with Xochitlquetzal Papadimitriou."
    (finding,) = engine.deidentify(
        [Turn(0, Speaker.PARTICIPANT, said, "User")], language="en", known=NOBODY
    ).findings
    assert said[finding.span.start : finding.span.end] == "Xochitlquetzal Papadimitriou"


def test_one_line_turns_it_off_and_changes_the_digest(engine: Engine, tmp_path: Path) -> None:
    content = yaml.safe_load(DEFAULT_PATH.read_text(encoding="utf-8"))
    content["token_classifier"] = None
    path = tmp_path / "engine.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    without = Engine.load(path)
    said = "send it to 742 Evergreen Terrace, Springfield, kind of near oluwaseun"
    turns = [Turn(0, Speaker.PARTICIPANT, said, "User")]
    found = without.deidentify(turns, language="en", known=NOBODY).findings
    assert all(finding.source != SOURCE for finding in found)
    assert without.digest != engine.digest


def test_a_missing_package_is_named_with_the_remedy() -> None:
    model = load_configuration().token_classifier
    assert model is not None
    absent = model.model_copy(update={"package": "no_such_weights"})
    with pytest.raises(BadInput, match="token_classifier to null"):
        TokenClassifier(absent)


def test_an_interviewers_turn_is_remembered_apart_from_a_participants(engine: Engine) -> None:
    said = "I met Quillanwy Brzezinska at the harbour."
    for speaker in (Speaker.INTERVIEWER, Speaker.PARTICIPANT, Speaker.INTERVIEWER):
        engine.deidentify([Turn(0, speaker, said, "x")], language="en", known=NOBODY)
    again = engine.deidentify(
        [Turn(0, Speaker.PARTICIPANT, said, "x")], language="en", known=NOBODY
    )
    assert "Quillanwy" in {
        word for f in again.findings for word in said[f.span.start : f.span.end].split()
    }
