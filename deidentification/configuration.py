"""The engine's configuration: one YAML file that a maintainer can read, checked when loaded."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from domain.errors import BadInput

DEFAULT_PATH = Path(__file__).with_name("engine.yaml")

Score = Annotated[float, Field(ge=0.0, le=1.0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Model(_Strict):
    """One spaCy model, and what to install when it is missing.

    Attributes
    ----------
    package
        The name it is imported by.
    install
        What a maintainer types after ``pip install``.
    """

    package: str
    install: str


class TokenClassifierModel(_Strict):
    """The second model: token-classification weights beside the spaCy models.

    Attributes
    ----------
    package, install
        As for a spaCy model; the package's code is not imported.
    files
        Folder of the weights inside the package.
    languages
        Languages whose participants' turns it reads.
    score
        The least probability a word's label may have.
    labels
        The model's labels, without ``B-`` and ``I-``, to entity types; others are ignored.
    """

    package: str
    install: str
    files: str
    languages: tuple[str, ...]
    score: Score
    labels: dict[str, str]


class Words(_Strict):
    """Word lists that recognisers and searches use; all in lower case."""

    ambiguous_names: frozenset[str]
    public_mail_domains: frozenset[str]
    impersonal_mailboxes: frozenset[str]
    relations: tuple[str, ...]
    introductions: tuple[str, ...]
    deeds: tuple[str, ...]


class Configuration(_Strict):
    """Everything that decides what the engine finds, apart from its code and models.

    Attributes
    ----------
    default_language
        ISO 639-1; taken when a text is too short to tell.
    models
        One spaCy model a language. Languages without one get patterns only.
    ner_labels
        What each label of a model is called in findings; a label left out is ignored.
    token_classifier
        The second model, or None to do without.
    entities
        The entity types that become findings.
    label_priority
        Which type holds where two overlap, the strongest first. Names every entity.
    score_threshold, score_thresholds
        The least score a finding may have: for all, and by entity type.
    pseudonym_labels
        What stands in the brackets in place of the entity type.
    allow_list
        Anchored patterns, matched in any letter case against the whole of a hit.
    language_confidence
        How sure the detection must be before its answer is taken.
    cache_characters
        How many characters of analysed turns are remembered in one process.
    """

    default_language: str
    models: dict[str, Model]
    ner_labels: dict[str, str]
    token_classifier: TokenClassifierModel | None
    entities: tuple[str, ...]
    label_priority: tuple[str, ...]
    score_threshold: Score
    score_thresholds: dict[str, Score]
    pseudonym_labels: dict[str, str]
    allow_list: tuple[str, ...]
    language_confidence: Score
    cache_characters: Annotated[int, Field(ge=0)]
    words: Words

    @field_validator("allow_list")
    @classmethod
    def _anchored(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for number, pattern in enumerate(patterns, start=1):
            if not _is_anchored(pattern):
                raise ValueError(
                    f"pattern {number} is not anchored, so it would un-mask names that contain "
                    "it; write it as ^(?:...)$"
                )
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"pattern {number} is no regular expression: {error}") from error
        return patterns

    @model_validator(mode="after")
    def _consistent(self) -> Configuration:
        if len(set(self.label_priority)) != len(self.label_priority):
            raise ValueError("label_priority names a type twice")
        unranked = sorted(set(self.entities) - set(self.label_priority))
        if unranked:
            raise ValueError(f"label_priority leaves out {', '.join(unranked)}")
        known = set(self.entities)
        for name, types in (
            ("score_thresholds", set(self.score_thresholds)),
            ("pseudonym_labels", set(self.pseudonym_labels)),
            ("ner_labels", set(self.ner_labels.values())),
            ("token_classifier", set(self._classified())),
        ):
            if not types <= known:
                raise ValueError(f"{name} names {', '.join(sorted(types - known))}, not an entity")
        return self

    def _classified(self) -> list[str]:
        return [] if self.token_classifier is None else [*self.token_classifier.labels.values()]

    def threshold(self, entity_type: str) -> float:
        """The least score a finding of that type may have."""
        return self.score_thresholds.get(entity_type, self.score_threshold)

    def label(self, entity_type: str) -> str:
        """What stands in the brackets of a replacement of that type."""
        return self.pseudonym_labels.get(entity_type, entity_type)

    def priority(self) -> dict[str, int]:
        """Place of each entity type in ``label_priority``, 0 first."""
        return {label: place for place, label in enumerate(self.label_priority)}


def load_configuration(path: Path | None = None) -> Configuration:
    """Read and check a configuration file; without a path, the one in the package.

    Raises
    ------
    BadInput
        When the file is missing or not YAML, or a key is unknown, missing or wrong. The
        message names each key.
    """
    source = path or DEFAULT_PATH
    try:
        content: Any = yaml.safe_load(source.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"The engine's configuration {source} cannot be read.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"The engine's configuration {source} is not YAML in UTF-8.") from error
    try:
        return Configuration.model_validate(content)
    except ValidationError as error:
        raise BadInput(
            f"The engine's configuration {source.name} cannot be used: {_problems(error)}. "
            f"{DEFAULT_PATH.name} in the package shows every key."
        ) from error


def _problems(error: ValidationError) -> str:
    problems = []
    for problem in error.errors(include_url=False, include_input=False):
        where = ".".join(str(step) for step in problem["loc"])
        if problem["type"] == "extra_forbidden":
            problems.append(f"the key {where} is unknown")
        elif problem["type"] == "missing":
            problems.append(f"the key {where} is missing")
        else:
            said = problem["msg"].removeprefix("Value error, ")
            problems.append(f"{where}: {said}" if where else said)
    return "; ".join(problems)


def _is_anchored(pattern: str) -> bool:
    """Whether ``^`` and ``$`` hold for the whole pattern: no alternative escapes them."""
    if not pattern.startswith("^") or not pattern.endswith("$") or pattern.endswith(r"\$"):
        return False
    depth = 0
    in_class = False
    escaped = False
    for mark in pattern:
        if escaped:
            escaped = False
        elif mark == "\\":
            escaped = True
        elif in_class:
            in_class = mark != "]"
        elif mark == "[":
            in_class = True
        elif mark == "(":
            depth += 1
        elif mark == ")":
            depth -= 1
        elif mark == "|" and depth == 0:
            return False
    return True
