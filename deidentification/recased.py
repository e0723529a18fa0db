"""A second reading by the language model with capitals put back where a name may have lost them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from presidio_analyzer import AnalysisExplanation, RecognizerResult

from deidentification.familiarity import is_unfamiliar
from deidentification.lexicon import NEVER_NAMES, Lexicon
from deidentification.text_mapping import folded

SOURCE = "RecasedNameRecognizer"
_SCORE = 0.5
_WORD = re.compile(r"[^\W\d_]{2,40}")
_SENTENCE = re.compile(r"[^.!?\n]{1,300}(?:[.!?]+|\n|$|(?<=.{300}))")
_ALONE = re.compile(r"\bi\b")
#: A text with more unknown words than this is no English prose, and is not worth the model's time.
_MOST = 40
_WHY = "In no dictionary; with its capital put back the language model reads it as {kind}."
_KINDS = {
    "PERSON": "a person's name",
    "LOCATION": "a place",
    "ORGANIZATION": "an organisation",
}


class RecasedReader:
    """Reads the sentences that hold an unknown word in lower case which nothing else explains."""

    def __init__(
        self,
        pipe: Callable[[str], Any],
        labels: dict[str, str],
        lexicon: Lexicon,
        allows: Callable[[str], bool],
    ) -> None:
        self._pipe = pipe
        self._labels = labels
        self._lexicon = lexicon
        self._allows = allows

    def analyze(self, text: str, explained: Sequence[tuple[int, int]]) -> list[RecognizerResult]:
        """Further names of a text, of which the stretches ``explained`` are found already."""
        strange = [
            match.span()
            for match in _WORD.finditer(text)
            if match[0].islower()
            and is_unfamiliar(folded(match[0]))
            and not self._allows(match[0])
            and not any(start < match.end() and match.start() < end for start, end in explained)
        ]
        if not strange or len(strange) > _MOST:
            return []
        return [
            result
            for sentence in _SENTENCE.finditer(text)
            if any(sentence.start() <= start < sentence.end() for start, _ in strange)
            for result in self._read(text, *sentence.span(), strange)
        ]

    def _read(
        self, text: str, low: int, high: int, strange: Sequence[tuple[int, int]]
    ) -> Iterator[RecognizerResult]:
        for entity in self._pipe(self._recased(text[low:high])).ents:
            kind = self._labels.get(entity.label_, "")
            start, end = low + entity.start_char, low + entity.end_char
            inside = [span for span in strange if start <= span[0] and span[1] <= end]
            if kind not in _KINDS or not inside or self._is_compound(text, start, end):
                continue
            yield RecognizerResult(
                entity_type=kind,
                start=start,
                end=end,
                score=_SCORE,
                analysis_explanation=AnalysisExplanation(
                    recognizer=SOURCE,
                    original_score=_SCORE,
                    textual_explanation=_WHY.format(kind=_KINDS[kind]),
                ),
                recognition_metadata={RecognizerResult.RECOGNIZER_NAME_KEY: SOURCE},
            )

    @staticmethod
    def _is_compound(text: str, start: int, end: int) -> bool:
        """Whether a hyphen joins a part of it to an ordinary word: "ghibli-style"."""
        parts = (
            re.findall(r"[^\W_]+", text[start : end + 20].split()[0])
            if "-" in text[start : end + 1]
            else []
        )
        return any(not is_unfamiliar(folded(part)) for part in parts)

    def _recased(self, sentence: str) -> str:
        """The same characters, with capitals on what may be a name; no offset moves."""
        marks = list(sentence)
        for match in _WORD.finditer(sentence):
            plain = folded(match[0])
            named = is_unfamiliar(plain) or plain in self._lexicon.first_names - NEVER_NAMES
            capital = match[0][0].upper()
            if named and not self._allows(match[0]) and len(capital) == 1:
                marks[match.start()] = capital
        return _ALONE.sub("I", "".join(marks))
