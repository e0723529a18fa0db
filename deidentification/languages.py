"""Which language a session is in, when nobody said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from domain.transcripts import Speaker, Turn

#: Enough to tell a language; more only costs time.
_LONGEST_SAMPLE = 2_000
#: With fewer letters the detection's answer means nothing ("ok yes").
_FEWEST_LETTERS = 40
#: ISO 639's codes that name no language.
_UNSTATED = frozenset({"", "und", "mul", "zxx", "mis"})


class LanguageSource(StrEnum):
    """How the language of a session is known."""

    STATED = "stated"
    DETECTED = "detected"
    #: Too little was said to tell, so the default was taken.
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Language:
    """An ISO 639-1 code and how it is known."""

    code: str
    source: LanguageSource


class LanguageDetector:
    """Tells languages apart with the model inside py3langid; offline."""

    def __init__(self, default: str, confidence: float) -> None:
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self._default = default
        self._confidence = confidence

    def language_of(self, turns: Sequence[Turn], stated: str | None) -> Language:
        """The stated language's primary code, or the detected one, or the default.

        Detection reads the participant's turns only, at most 2,000 characters of them: the
        interviewer may speak another language than the participant.
        """
        code = (stated or "").strip().lower().replace("_", "-").split("-")[0]
        if code not in _UNSTATED:
            return Language(code, LanguageSource.STATED)
        said = " ".join(
            turn.text[:_LONGEST_SAMPLE] for turn in turns if turn.speaker is Speaker.PARTICIPANT
        )
        sample = said[:_LONGEST_SAMPLE]
        letters = sum(mark.isalpha() for mark in sample)
        # A letter of a script without an alphabet says as much as several Latin ones.
        weight = letters + 4 * sum(mark > "\u2e7f" for mark in sample)
        if weight >= _FEWEST_LETTERS:
            detected, confidence = self._identifier.classify(sample)
            if confidence >= self._confidence:
                return Language(str(detected), LanguageSource.DETECTED)
        return Language(self._default, LanguageSource.ASSUMED)
