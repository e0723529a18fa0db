"""A small token classifier read from its weights alone: words in, labelled words out.

The weights (Rampart, by the National Design Studio, CC BY 4.0) travel inside a package whose
own code is not imported: only its model files are read, by onnxruntime, on one thread.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from deidentification.configuration import TokenClassifierModel
from domain.errors import BadInput

#: Word pieces in a window. The model takes 512, but finds most in the short texts it was
#: trained on: about as many as 480 characters have.
WINDOW = 128
#: How many pieces a window shares with the one before, so that no name is cut in both.
SHARED = 32


@dataclass(frozen=True, slots=True)
class LabelledWord:
    """A word of the text, ``text[start:end]`` in code points, and what it is part of.

    ``score`` is the model's probability from 0 to 1; ``label`` has no ``B-`` or ``I-``.
    """

    start: int
    end: int
    label: str
    score: float


class TokenClassifier:
    """The loaded weights. Not for several threads at once: each worker process has its own."""

    def __init__(self, model: TokenClassifierModel) -> None:
        root = _files(model)
        config = json.loads((root / "config.json").read_text(encoding="utf-8"))
        self._labels = [config["id2label"][str(n)] for n in range(len(config["id2label"]))]
        self._tokenizer = Tokenizer.from_file(str(root / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        special = [self._tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]", "[PAD]")]
        self._opening, self._closing, self._padding = (number or 0 for number in special)
        options = onnxruntime.SessionOptions()
        # One worker process a core: threads within one would only get in the others' way.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(root / "onnx" / "model_q4.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {held.name for held in self._session.get_inputs()}

    def label(self, text: str) -> list[LabelledWord]:
        """The words that the model takes for part of something, in reading order.

        A word is labelled as a whole, by the piece of it that the model is surest of.
        """
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        pieces = list(zip(encoding.offsets, encoding.word_ids, strict=True))
        best: dict[int, LabelledWord] = {}
        for (first, kinds), scores in self._classified(encoding.ids):
            for place, (kind, score) in enumerate(zip(kinds, scores, strict=True), start=first):
                (start, end), word = pieces[place]
                label = self._labels[kind]
                if word is None or label == "O" or end <= start:
                    continue
                held = best.get(word)
                if held is None or score > held.score:
                    best[word] = LabelledWord(start, end, label[2:], float(score))
        extents = _extents(pieces)
        return [
            LabelledWord(*extents[word], found.label, found.score)
            for word, found in sorted(best.items())
        ]

    def _classified(self, ids: Sequence[int]) -> list[tuple[tuple[int, list[int]], list[float]]]:
        """For each window: its first place, the likeliest label of each piece, its score.

        Of what two windows share each answers for the half that it sees more of.
        """
        starts = list(range(0, max(len(ids) - SHARED, 1), WINDOW - SHARED)) if ids else []
        windows = [list(ids[start : start + WINDOW]) for start in starts]
        if not windows:
            return []
        chances = self._chances(windows)
        answers = []
        for number, (start, window) in enumerate(zip(starts, windows, strict=True)):
            low = SHARED // 2 if number else 0
            high = len(window) - (SHARED // 2 if number + 1 < len(windows) else 0)
            own = chances[number, 1 + low : 1 + high]
            answers.append(((start + low, own.argmax(axis=-1).tolist()), own.max(axis=-1).tolist()))
        return answers

    def _chances(self, windows: Sequence[Sequence[int]]) -> Any:
        """Probabilities, shaped windows × pieces × labels; all windows in one pass."""
        longest = max(map(len, windows)) + 2
        ids = np.full((len(windows), longest), self._padding, dtype=np.int64)
        held = np.zeros_like(ids)
        for number, window in enumerate(windows):
            ids[number, : len(window) + 2] = [self._opening, *window, self._closing]
            held[number, : len(window) + 2] = 1
        given = {"input_ids": ids, "attention_mask": held, "token_type_ids": np.zeros_like(ids)}
        (logits,) = self._session.run(
            None, {name: value for name, value in given.items() if name in self._inputs}
        )
        raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return raised / raised.sum(axis=-1, keepdims=True)


def installed_version(model: TokenClassifierModel) -> str:
    """Name and version of the package that carries the weights."""
    name = model.install.partition("==")[0]
    return f"{name} {version(name)}"


def _files(model: TokenClassifierModel) -> Path:
    # A top-level package is found without being imported.
    spec = find_spec(model.package)
    if spec is None or not spec.submodule_search_locations:
        raise BadInput(
            f"The token classifier's package {model.package} is not installed. Install it with: "
            f"pip install {model.install}; or set token_classifier to null in the engine's "
            "configuration."
        )
    return Path(spec.submodule_search_locations[0]) / model.files


def _extents(pieces: Sequence[tuple[tuple[int, int], int | None]]) -> dict[int, tuple[int, int]]:
    """Where each word begins and ends."""
    held: dict[int, tuple[int, int]] = {}
    for (start, end), word in pieces:
        if word is not None:
            before = held.get(word, (start, end))
            held[word] = (min(before[0], start), max(before[1], end))
    return held
