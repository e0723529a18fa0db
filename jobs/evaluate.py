"""The engine's quality on a labelled file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deidentification.engine import Engine, KnownIdentifiers
from deidentification.evaluation import Score, score
from domain.transcripts import Speaker, Turn
from jobs.labelled_rows import labelled_texts


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was found of what was labelled.

    ``by_type`` counts only the characters labelled with that type; what was covered beside
    them belongs to no type, so its precision says nothing.
    """

    texts: int
    overall: Score
    by_type: dict[str, Score]


def evaluate(
    engine: Engine, source: Path, *, progress: Callable[[int, int | None], None]
) -> Evaluation:
    """Read every text as something a participant says in English, with no account known.

    Raises
    ------
    BadInput
        When the file cannot be used, naming it, the record and the remedy.
    """
    texts = labelled_texts(source)
    overall, by_type = Score(), dict[str, Score]()
    for done, labelled in enumerate(texts, start=1):
        turn = Turn(0, Speaker.PARTICIPANT, labelled.text, "User")
        found = [
            (finding.span.start, finding.span.end)
            for finding in engine.deidentify(
                [turn], language="en", known=KnownIdentifiers.none()
            ).findings
        ]
        wanted = [(start, end) for start, end, _kind in labelled.spans]
        overall += score(labelled.text, wanted, found)
        for kind in {kind for _start, _end, kind in labelled.spans}:
            mine = [(start, end) for start, end, other in labelled.spans if other == kind]
            counted = score(labelled.text, mine, found)
            by_type[kind] = by_type.get(kind, Score()) + Score(counted.right, counted.missed)
        progress(done, len(texts))
    return Evaluation(len(texts), overall, by_type)
