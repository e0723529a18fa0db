"""What the token classifier finds, as a Presidio recogniser: names, addresses, numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from deidentification.configuration import TokenClassifierModel
from deidentification.lexicon import Lexicon
from deidentification.recognizers.candidates import stretches
from deidentification.text_mapping import folded
from deidentification.token_classifier import LabelledWord, TokenClassifier

SOURCE = "TokenClassifier"
#: What may stand between two words of one thing: "12, Elm Street", "Ana-Maria", "O'Hara".
_JOIN = re.compile(r"[ \t,\-'’/#]{0,3}")
#: And after an initial: "J. Hart". Elsewhere a full stop ends what was being said.
_JOIN_AFTER_INITIAL = re.compile(r"\.?[ \t]{0,2}")
_WHY = "The second model reads the word{s} as {kind}."
_KINDS = {
    "PERSON": "a name",
    "LOCATION": "a place",
    "STREET_ADDRESS": "part of an address",
    "ZIP_CODE": "a postal code",
}


class TokenEntityRecognizer(EntityRecognizer):
    """Runs of words with labels of one entity type, each word taken whole."""

    def __init__(
        self,
        language: str,
        model: TokenClassifierModel,
        classifier: TokenClassifier,
        lexicon: Lexicon,
        allows: Callable[[str], bool],
    ) -> None:
        self._allows = allows
        self._model = model
        self._classifier = classifier
        self._lexicon = lexicon
        super().__init__(
            supported_entities=sorted(set(model.labels.values())),
            name=SOURCE,
            supported_language=language,
        )

    def load(self) -> None:
        """The weights came with the classifier."""

    def analyze(
        self,
        text: str,
        entities: list[str],
        nlp_artifacts: NlpArtifacts | None = None,  # noqa: ARG002 - Presidio's signature
    ) -> list[RecognizerResult]:
        """The runs that the model is sure enough of."""
        words = [
            replace(word, start=low + word.start, end=low + word.end)
            for low, high in stretches(text, self._lexicon, self._allows)
            for word in self._classifier.label(text[low:high])
            if word.label in self._model.labels and word.score >= self._model.score
        ]
        results = []
        for run in _runs(text, words, self._model.labels):
            kind = self._model.labels[run[0].label]
            if kind in entities and self._plausible(text[run[0].start : run[-1].end], kind):
                results.append(_result(run, kind))
        return results

    def _plausible(self, found: str, kind: str) -> bool:
        """A letter is no name; a lower-case word is when it is known as one and nothing else."""
        if kind == "PERSON" and len(found) < 2:
            return False
        if kind != "PERSON" or " " in found or any(mark.isupper() for mark in found):
            return True
        return folded(found) in self._lexicon.plain_first_names


def _runs(
    text: str, words: Sequence[LabelledWord], labels: dict[str, str]
) -> list[list[LabelledWord]]:
    """Neighbouring words of one entity type with nothing but a join between them."""
    if not words:
        return []
    runs = [[words[0]]]
    for before, word in pairwise(words):
        join = _JOIN_AFTER_INITIAL if before.end - before.start == 1 else _JOIN
        joined = join.fullmatch(text, before.end, word.start)
        if joined and labels[before.label] == labels[word.label]:
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _result(run: Sequence[LabelledWord], kind: str) -> RecognizerResult:
    score = min(word.score for word in run)
    named = _KINDS.get(kind, kind.lower().replace("_", " "))
    return RecognizerResult(
        entity_type=kind,
        start=run[0].start,
        end=run[-1].end,
        score=score,
        analysis_explanation=AnalysisExplanation(
            recognizer=SOURCE,
            original_score=score,
            textual_explanation=_WHY.format(s="s" if len(run) > 1 else "", kind=named),
        ),
        recognition_metadata={RecognizerResult.RECOGNIZER_NAME_KEY: SOURCE},
    )
