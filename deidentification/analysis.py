"""The analysis of one text alone: Presidio over it, in original offsets, with reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from presidio_analyzer import (
    AnalyzerEngine,
    EntityRecognizer,
    RecognizerRegistry,
    RecognizerResult,
)
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts

from deidentification.allow_list import AllowList
from deidentification.boundaries import snap
from deidentification.configuration import Configuration
from deidentification.explanations import explain
from deidentification.familiarity import DICTIONARY_LANGUAGE
from deidentification.hits import Hit
from deidentification.lexicon import Lexicon
from deidentification.nlp_pipe import PATTERNS_LANGUAGE, EntityPipeEngine
from deidentification.recased import RecasedReader
from deidentification.recognizers.accounts import account_recognizers
from deidentification.recognizers.companies import company_recognizers
from deidentification.recognizers.contacts import contact_recognizers
from deidentification.recognizers.countries import country_recognizers
from deidentification.recognizers.institutions import institution_recognizers
from deidentification.recognizers.model_entities import ModelEntityRecognizer
from deidentification.recognizers.names import name_recognizers
from deidentification.recognizers.numbers import number_recognizers
from deidentification.recognizers.other_languages import other_language_recognizers
from deidentification.recognizers.personal import personal_recognizers
from deidentification.recognizers.phrases import TRUSTED_KEY
from deidentification.recognizers.places import place_recognizers
from deidentification.recognizers.publications import publication_recognizers
from deidentification.recognizers.stock import stock_recognizers
from deidentification.recognizers.streets_abroad import street_abroad_recognizers
from deidentification.recognizers.token_entities import TokenEntityRecognizer
from deidentification.recognizers.trades import trade_recognizers
from deidentification.recognizers.unfamiliar import UnfamiliarWordRecognizer
from deidentification.text_mapping import normalise
from deidentification.token_classifier import TokenClassifier, installed_version

#: Longer texts are analysed in pieces, so that memory does not grow with a turn: the model
#: holds 17 kB for each token, and a hostile turn has a token for each character.
LONGEST_PIECE = 6_000
#: How much of a piece the next one repeats: what a cut divides stands whole in one of them.
_REPEATED = 300


class Text(NamedTuple):
    """A text to analyse.

    Attributes
    ----------
    closely
        Whether the second model reads it too, which costs as much as all the rest, and the
        recognisers of names by their strangeness, which interviewers' scripts have none of.
    """

    text: str
    closely: bool = True


class _Piece(NamedTuple):
    """A stretch of a normalised text: which text, where in it, and what it says."""

    place: int
    offset: int
    text: str


class TextAnalyser:
    """Presidio with this project's recognisers, for every configured language and patterns.

    Not safe for several threads at once: each worker process has its own.
    """

    def __init__(self, configuration: Configuration, lexicon: Lexicon) -> None:
        self._configuration = configuration
        self._lexicon = lexicon
        self._allowed = AllowList(configuration.allow_list)
        self.pipes = EntityPipeEngine(configuration.models, configuration.ner_labels)
        self.pipes.load()
        self._classifiers = _token_recognizers(configuration, lexicon, self._allowed.allows)
        self._recased = {
            language: RecasedReader(
                self.pipes.pipe(language), configuration.ner_labels, lexicon, self._allowed.allows
            )
            for language in configuration.models
            if language == DICTIONARY_LANGUAGE
        }
        # They tell names by being in no dictionary, of which there is one.
        self._strange: dict[str, list[EntityRecognizer]] = {
            language: [
                *company_recognizers(language),
                UnfamiliarWordRecognizer(language, lexicon, self._allowed.allows),
            ]
            for language in self._recased
        }
        languages = [*configuration.models, PATTERNS_LANGUAGE]
        self._analyzer = AnalyzerEngine(
            registry=self._registry(languages),
            nlp_engine=self.pipes,
            supported_languages=languages,
            context_aware_enhancer=LemmaContextAwareEnhancer(context_matching_mode="whole_word"),
        )

    def _registry(self, languages: list[str]) -> RecognizerRegistry:
        recognizers = [
            recognizer
            for language in languages
            for recognizer in (
                *stock_recognizers(language),
                *contact_recognizers(language),
                *number_recognizers(language),
                *personal_recognizers(language),
                *place_recognizers(language),
                *country_recognizers(language),
                *institution_recognizers(language),
                *trade_recognizers(language),
                *street_abroad_recognizers(language),
                *publication_recognizers(language),
                *account_recognizers(language, self._lexicon),
                *other_language_recognizers(language),
                *name_recognizers(language, self._lexicon),
            )
        ]
        recognizers += [
            ModelEntityRecognizer(
                language, sorted(set(self._configuration.ner_labels.values())), self._lexicon
            )
            for language in self._configuration.models
        ]
        return RecognizerRegistry(recognizers=recognizers, supported_languages=languages)

    def versions(self) -> dict[str, str]:
        """Name and version of each model."""
        second = self._configuration.token_classifier
        further = {} if second is None else {"token_classifier": installed_version(second)}
        return {**self.pipes.versions(), **further}

    def analyse(self, texts: Sequence[Text], language: str) -> list[tuple[Hit, ...]]:
        """Every claim about each text, in any order and possibly overlapping.

        The language model reads several at once, which takes three quarters of the time that
        one after another takes.

        Parameters
        ----------
        texts
            What to read, and how closely.
        language
            A configured language, or :data:`~deidentification.nlp_pipe.PATTERNS_LANGUAGE`.
        """
        hits: list[list[Hit]] = [[] for _ in texts]
        plain = [normalise(text.text) for text in texts]
        pieces = [
            _Piece(place, offset, piece)
            for place, text in enumerate(plain)
            for offset, piece in _pieces(text.text)
            if piece.strip()
        ]
        for batch in _batches(pieces):
            read = self.pipes.read([piece.text for piece in batch], language)
            for piece, artifacts in zip(batch, read, strict=True):
                text = texts[piece.place]
                for result in self._results(piece.text, language, text.closely, artifacts):
                    stretch = plain[piece.place].original(
                        piece.offset + result.start, piece.offset + result.end
                    )
                    hit = self._hit(text.text, stretch, result)
                    if hit is not None:
                        hits[piece.place].append(hit)
        return [tuple(own) for own in hits]

    def _results(
        self, piece: str, language: str, closely: bool, artifacts: NlpArtifacts
    ) -> list[RecognizerResult]:
        """What all recognisers say of one piece, of which the language model has its say."""
        results = self._analyzer.analyze(
            piece,
            language=language,
            return_decision_process=True,
            score_threshold=0.0,
            ad_hoc_recognizers=self._strange.get(language) if closely else None,
            nlp_artifacts=artifacts,
        )
        if not closely:
            return results
        # Beside the analyser and not in it: of two results for one stretch it keeps the
        # surer, and would drop what an introduction proves for what a model is sure of.
        second = self._classifiers.get(language)
        if second is not None:
            results += second.analyze(piece, second.supported_entities)
        recased = self._recased.get(language)
        if recased is not None:
            found = [(result.start, result.end) for result in results]
            results += recased.analyze(piece, found)
        return results

    def _hit(self, text: str, stretch: tuple[int, int], result: RecognizerResult) -> Hit | None:
        entity_type = result.entity_type
        if entity_type not in self._configuration.entities:
            return None
        if result.score < self._configuration.threshold(entity_type):
            return None
        snapped = snap(text, *stretch, entity_type)
        if snapped is None:
            return None
        found = normalise(text[snapped[0] : snapped[1]]).text
        source = str(result.recognition_metadata[RecognizerResult.RECOGNIZER_NAME_KEY])
        if self._allowed.allows(found):
            return None
        return Hit(
            start=snapped[0],
            end=snapped[1],
            entity_type=entity_type,
            score=float(result.score),
            source=source,
            why=explain(result, source),
            trusted=bool(result.recognition_metadata.get(TRUSTED_KEY)),
        )


def _token_recognizers(
    configuration: Configuration, lexicon: Lexicon, allows: Callable[[str], bool]
) -> dict[str, TokenEntityRecognizer]:
    """The second model's recogniser for each language it reads; the weights are loaded once."""
    model = configuration.token_classifier
    if model is None:
        return {}
    classifier = TokenClassifier(model)
    return {
        language: TokenEntityRecognizer(language, model, classifier, lexicon, allows)
        for language in model.languages
    }


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Stretches of at most :data:`LONGEST_PIECE`, cut at a line's or a word's end.

    Each repeats the end of the one before; what is found twice is resolved like any overlap.
    """
    at = 0
    while len(text) - at > LONGEST_PIECE:
        earliest, limit = at + LONGEST_PIECE // 2, at + LONGEST_PIECE
        cut = text.rfind("\n", earliest, limit)
        if cut == -1:
            cut = text.rfind(" ", earliest, limit)
        cut = limit if cut == -1 else cut + 1
        yield at, text[at:cut]
        back = text.find(" ", cut - _REPEATED, cut)
        at = cut - _REPEATED if back == -1 else back + 1
    yield at, text[at:]


def _batches(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """Pieces to read at once: together no longer than the longest one may be by itself."""
    batch: list[_Piece] = []
    held = 0
    for piece in pieces:
        if batch and held + len(piece.text) > LONGEST_PIECE:
            yield batch
            batch, held = [], 0
        batch.append(piece)
        held += len(piece.text)
    if batch:
        yield batch
