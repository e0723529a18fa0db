"""The spaCy pipes under Presidio: only the entity recogniser of a model, nothing downloaded."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence

import spacy
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpArtifacts, SpacyNlpEngine
from spacy.language import Language
from spacy.tokens import Doc

from deidentification.configuration import Model
from deidentification.models import require_models
from domain.errors import BadInput

#: The analyser's name for text in a language without a model: words are cut, nothing more.
PATTERNS_LANGUAGE = "xx"

#: What a model brings beyond entities. ``ner`` has its own tok2vec, so the shared one goes too.
_UNUSED = (
    "tagger",
    "parser",
    "senter",
    "morphologizer",
    "lemmatizer",
    "attribute_ruler",
    "tok2vec",
)
#: spaCy's parser takes a quarter of a batch at a time, those of like length together.
_AT_ONCE = 64
_LEMMAS = "clearance_lower_case_lemmas"


@Language.component(_LEMMAS)
def lower_case_lemmas(doc: Doc) -> Doc:
    """Give each token its lower-case form as lemma: context words are compared with lemmas."""
    for token in doc:
        token.lemma_ = token.lower_
    return doc


class EntityPipeEngine(SpacyNlpEngine):
    """Presidio's spaCy engine over pipes that were stripped to the entity recogniser."""

    def __init__(self, models: Mapping[str, Model], labels: Mapping[str, str]) -> None:
        super().__init__(
            models=[
                {"lang_code": language, "model_name": model.package}
                for language, model in models.items()
            ],
            ner_model_configuration=NerModelConfiguration(
                model_to_presidio_entity_mapping=dict(labels), labels_to_ignore=[]
            ),
        )
        self._configured = dict(models)
        self._labels = dict(labels)
        self._pipes: dict[str, Language] = {}

    def load(self) -> None:
        """Load each configured model and a bare tokenizer for every other language.

        Raises :class:`~domain.errors.BadInput` when a model is not installed; never
        downloads one.
        """
        require_models(self._configured)
        bare = spacy.blank(PATTERNS_LANGUAGE)
        bare.add_pipe(_LEMMAS)
        self._pipes = {
            language: _entity_pipe(language, model) for language, model in self._configured.items()
        }
        self.nlp = {**self._pipes, PATTERNS_LANGUAGE: bare}  # type: ignore[assignment]

    def pipe(self, language: str) -> Language:
        """The loaded model of a configured language."""
        return self._pipes[language]

    def read(self, texts: Sequence[str], language: str) -> Iterator[NlpArtifacts]:
        """What the model says of each text, in order; it reads several at once.

        They are held in memory together: the caller sees to it that they are not too long.
        """
        for doc in self.nlp[language].pipe(texts, batch_size=_AT_ONCE):  # type: ignore[index]
            yield self._doc_to_nlp_artifact(doc, language)

    def versions(self) -> dict[str, str]:
        """Name and version of the model behind each language."""
        return {
            language: f"{pipe.meta['name']} {pipe.meta['version']}"
            for language, pipe in self._pipes.items()
        }

    def _get_updated_entities(
        self, entities: list[spacy.tokens.Span], scores: list[float]
    ) -> tuple[list[spacy.tokens.Span], list[float]]:
        # The stock one warns about each entity whose label is neither mapped nor named as
        # ignored; here a label left out of the configuration is ignored.
        mapped = [(e, s) for e, s in zip(entities, scores, strict=True) if e.label_ in self._labels]
        updated: tuple[list[spacy.tokens.Span], list[float]] = super()._get_updated_entities(
            [entity for entity, _ in mapped], [score for _, score in mapped]
        )
        return updated


def _entity_pipe(language: str, model: Model) -> Language:
    with warnings.catch_warnings():
        # W095: the model was made with an older minor version of spaCy; measured as harmless.
        warnings.filterwarnings("ignore", message=r".*\[W095\]")
        pipe = spacy.load(model.package, exclude=list(_UNUSED))
    if "ner" not in pipe.pipe_names:
        raise BadInput(
            f"The model {model.package} finds no entities (it has no ner component). Name another "
            f"one for the language {language} under models in the engine's configuration."
        )
    pipe.add_pipe(_LEMMAS, last=True)
    return pipe
