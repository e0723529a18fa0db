"""How much a session's review risks, so that the queue can put the riskiest first.

The weights are this desk's own judgement of what makes a miss likely or grave; none is a
measured probability, and nothing but the order of the queue depends on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: A finding under this score is one the machine doubts.
DOUBTED_BELOW = 0.6
MOST = 100
_UNREAD_LANGUAGE = 40
_EACH_UNIQUE, _UNIQUES_MOST = 10, 30
#: More special uniques than this weigh no more.
UNIQUES_COUNTED = _UNIQUES_MOST // _EACH_UNIQUE
_EACH_DOUBT, _DOUBTS_MOST = 3, 15
_FINDINGS_MOST = 10
_WORDS_EACH, _WORDS_MOST = 2_000, 5


@dataclass(frozen=True, slots=True)
class RiskEvidence:
    """What is known of a session before a person has read it; plain counts.

    Attributes
    ----------
    findings, doubted
        What the machine found, and how much of it under :data:`DOUBTED_BELOW`.
    words
        How long the session is.
    patterns_only
        Whether no model reads its language.
    special_uniques
        Combinations of what the participant said of themselves that nobody else in the
        study shares: what each is about, the smallest first.
    """

    findings: int
    doubted: int
    words: int
    patterns_only: bool
    special_uniques: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Risk:
    """From 0 to :data:`MOST`, and a sentence that says why."""

    score: int
    why: str


def risk(evidence: RiskEvidence) -> Risk:
    """Weigh a session; more of anything never weighs less."""
    parts = [
        (_UNREAD_LANGUAGE * evidence.patterns_only, "no model reads its language"),
        (
            min(_EACH_UNIQUE * len(evidence.special_uniques), _UNIQUES_MOST),
            _alone(evidence.special_uniques),
        ),
        (
            min(_EACH_DOUBT * evidence.doubted, _DOUBTS_MOST),
            _many(evidence.doubted, "doubtful finding"),
        ),
        (min(evidence.findings, _FINDINGS_MOST), _many(evidence.findings, "finding")),
        (min(evidence.words // _WORDS_EACH, _WORDS_MOST), _many(evidence.words, "word")),
    ]
    said = [why for weight, why in sorted(parts, key=lambda part: -part[0]) if weight]
    sentence = "; ".join(said)
    return Risk(
        sum(weight for weight, _why in parts),
        f"{sentence[:1].upper()}{sentence[1:]}." if said else "Nothing was found.",
    )


def _many(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _alone(uniques: Sequence[str]) -> str:
    more = f" and {len(uniques) - 1:,} more" if len(uniques) > 1 else ""
    return f"nobody shares its {uniques[0]}{more}" if uniques else ""
