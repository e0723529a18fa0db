"""Whether the configured models are there, asked without importing any of them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import util
from pathlib import Path

from deidentification.configuration import Model, load_configuration
from domain.errors import BadInput


def require_models(models: Mapping[str, Model] | None = None) -> None:
    """Raise :class:`~domain.errors.BadInput`, saying what to install, when a model is missing.

    Parameters
    ----------
    models
        By language; without them, those of the package's own configuration.
    """
    for language, model in (load_configuration().models if models is None else models).items():
        if util.find_spec(model.package.split(".")[0]) is None and not Path(model.package).exists():
            raise BadInput(
                f"The model {model.package} for the language {language} is not installed, and "
                f"nothing is downloaded at run time. Install it with: pip install {model.install} "
                "- or name another model under models in the engine's configuration."
            )
