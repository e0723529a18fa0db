"""What the language model finds, less what is not even written like an identifier."""

from __future__ import annotations

from collections.abc import Sequence

from presidio_analyzer import RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts
from presidio_analyzer.predefined_recognizers import SpacyRecognizer

from deidentification.familiarity import DICTIONARY_LANGUAGE, is_slip
from deidentification.lexicon import Lexicon
from deidentification.text_mapping import folded

SOURCE = "SpacyRecognizer"


class ModelEntityRecognizer(SpacyRecognizer):
    """Presidio's recogniser of a model's entities, which are checked for their writing.

    The check stands here and not after the analysis: Presidio keeps the best of several
    results for one stretch, and a dropped best would take a sound second with it.
    """

    def __init__(self, language: str, entity_types: Sequence[str], lexicon: Lexicon) -> None:
        super().__init__(
            supported_language=language, supported_entities=list(entity_types), name=SOURCE
        )
        self._lexicon = lexicon

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """The model's entities that are written like one."""
        return [
            result
            for result in super().analyze(text, entities, nlp_artifacts)
            if self._plausible(text[result.start : result.end].strip(), result.entity_type)
        ]

    def _plausible(self, found: str, entity_type: str) -> bool:
        """Models call slips ("Taht"), "I." at an end, shouted words and numbers people or companies.

        A lower-case name counts when a first name opens it; lower-case places count, because
        people write "rio de janeiro".
        """
        letters = [mark for mark in found if mark.isalpha()]
        if len(found) < 2 or not letters or (len(letters) == 1 and found[-1] in ".!?"):
            return False
        if self._is_slip(found):
            return False
        if entity_type == "PERSON":
            shouted = found.isupper() and len(found) > 3 and " " not in found
            if any(mark.isupper() for mark in found) and not shouted:
                return True
            return folded(found.split()[0]) in self._lexicon.plain_first_names
        if entity_type in ("ORGANIZATION", "NRP"):
            return any(mark.isupper() for mark in found)
        return True

    def _is_slip(self, found: str) -> bool:
        plain = folded(found)
        return (
            self.supported_language == DICTIONARY_LANGUAGE
            and plain not in self._lexicon.first_names
            and is_slip(plain)
        )
