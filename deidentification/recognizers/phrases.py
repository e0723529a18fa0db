"""Recognisers made of patterns that say which part of a phrase is the identifier."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from presidio_analyzer import AnalysisExplanation, LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from deidentification.telling import telling

#: The key under which a result says that its words prove it (see ``Hit.trusted``).
TRUSTED_KEY = "trusted"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One pattern.

    Attributes
    ----------
    pattern
        What is searched for. The group ``id``, where there is one, is the identifier.
    score
        Confidence of a match.
    why
        The reviewer's sentence; it ends up in the finding.
    trusted
        Whether the words around prove the match.
    accept
        Asked with the text and the match's stretch; a false answer drops the match.
    """

    pattern: re.Pattern[str]
    score: float
    why: str
    trusted: bool = False
    accept: Callable[[str, int, int], bool] | None = None


class PhraseRecognizer(LocalRecognizer):
    """One entity type, found by phrases.

    Parameters
    ----------
    name
        What findings give as their source.
    context
        Words that raise the score when they stand just before a match.
    """

    def __init__(
        self,
        name: str,
        entity_type: str,
        phrases: Sequence[Phrase],
        *,
        language: str,
        context: Sequence[str] = (),
    ) -> None:
        self._source = name
        self._phrases = tuple((phrase, telling(phrase.pattern)) for phrase in phrases)
        super().__init__(
            supported_entities=[entity_type],
            name=name,
            supported_language=language,
            context=list(context) or None,
        )

    def load(self) -> None:
        """Nothing to load: the patterns are in the code."""

    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """What is searched for, phrase by phrase."""
        return tuple(phrase.pattern for phrase, _ in self._phrases)

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Every phrase's matches, in Presidio's form."""
        del entities, nlp_artifacts
        return [
            self._result(phrase, *match.span("id" if "id" in match.re.groupindex else 0))
            for phrase, needed in self._phrases
            if needed.may_match(text)
            for match in phrase.pattern.finditer(text)
            if self._accepted(phrase, match, text)
        ]

    @staticmethod
    def _accepted(phrase: Phrase, match: re.Match[str], text: str) -> bool:
        start, end = match.span("id" if "id" in match.re.groupindex else 0)
        if start >= end:
            return False
        return phrase.accept is None or phrase.accept(text, start, end)

    def _result(self, phrase: Phrase, start: int, end: int) -> RecognizerResult:
        return RecognizerResult(
            entity_type=self.supported_entities[0],
            start=start,
            end=end,
            score=phrase.score,
            analysis_explanation=AnalysisExplanation(
                recognizer=self._source,
                original_score=phrase.score,
                textual_explanation=phrase.why,
            ),
            recognition_metadata={
                RecognizerResult.RECOGNIZER_NAME_KEY: self._source,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                TRUSTED_KEY: phrase.trusted,
            },
        )
