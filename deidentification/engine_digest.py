"""The digest of everything that decides on findings: a result says what made it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

from deidentification.configuration import Configuration
from domain.digests import digest

_PACKAGES = (
    "presidio-analyzer",
    "spacy",
    "phonenumbers",
    "tldextract",
    "py3langid",
    "onnxruntime",
    "tokenizers",
)


def engine_digest(configuration: Configuration, models: Mapping[str, str]) -> str:
    """SHA-256 (hex) over the configuration, this package's code, libraries and models.

    Parameters
    ----------
    models
        Name and version of the model behind each language, and of the second model.
    """
    content = configuration.model_dump(mode="json")
    for name, words in content["words"].items():
        content["words"][name] = sorted(words)
    # Canonical JSON has no form for floats: scores are written as Python prints them.
    for name in ("score_threshold", "language_confidence"):
        content[name] = repr(content[name])
    if configuration.token_classifier is not None:
        content["token_classifier"]["score"] = repr(configuration.token_classifier.score)
    content["score_thresholds"] = {
        kind: repr(score) for kind, score in content["score_thresholds"].items()
    }
    return digest(
        {
            # As text: canonical JSON takes no floats, and a threshold is one.
            "configuration": json.dumps(content, sort_keys=True),
            "code": _code_digest(),
            "packages": {name: version(name) for name in _PACKAGES},
            "models": dict(models),
        }
    ).hex()


@cache
def _code_digest() -> str:
    """SHA-256 over the package's own modules and name list, in path order."""
    root = Path(__file__).parent
    total = hashlib.sha256()
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.txt")]):
        total.update(path.relative_to(root).as_posix().encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
