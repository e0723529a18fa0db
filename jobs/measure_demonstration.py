"""The demonstration measures itself: how much of what was planted the engine finds.

The sessions are generated again from their seed, with the truth about them, and read by the
engine as a study's sessions are. An identifier counts as found when every character of it
is covered.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from deidentification.engine import Engine, KnownIdentifiers
from deidentification.evaluation import score
from demonstration.generate import generate_sessions
from demonstration.planted import PlantedIdentifier
from demonstration.records import DemonstrationSession
from demonstration.studies import STUDIES
from domain.spans import Span
from domain.transcripts import Turn, make_turns

#: Reads a session's turns, in a language, with what the account says; what it would cover.
Reader = Callable[[Sequence[Turn], str, KnownIdentifiers], Collection[Span]]


def by_engine(engine: Engine) -> Reader:
    """An engine as a reader."""

    def read(turns: Sequence[Turn], language: str, known: KnownIdentifiers) -> list[Span]:
        found = engine.deidentify(turns, language=language, known=known).findings
        return [finding.span for finding in found]

    return read


@dataclass
class Measured:
    """Counts of planted identifiers, by how they are written and what they are.

    ``masked_words`` over ``words`` is the share of all words that a reader covers, and
    ``unplanted_words`` are those of them that hold nothing planted; ``seconds`` is the
    processor's time for ``sessions`` read.
    """

    planted: Counter[tuple[str, str]] = field(default_factory=Counter)
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    words: int = 0
    masked_words: int = 0
    unplanted_words: int = 0
    sessions: int = 0
    seconds: float = 0.0

    def left_standing(self, manner: str) -> float:
        """Share of what was planted in that manner that is not covered; 0 when none was."""
        planted = sum(count for (how, _kind), count in self.planted.items() if how == manner)
        found = sum(count for (how, _kind), count in self.found.items() if how == manner)
        return 1 - found / planted if planted else 0.0


def measure(
    read: Reader,
    *,
    sessions: int,
    seed: int,
    progress: Callable[[int, int], None],
    languages: Collection[str] | None = None,
) -> Measured:
    """Let a reader read ``sessions`` of the demonstration, spread over its studies, and count.

    With ``languages`` only sessions in one of those are read.
    """
    measured, done = Measured(), 0
    for study in STUDIES:
        for session in generate_sessions(seed, study, sessions // len(STUDIES)):
            if languages is None or session.record.language in languages:
                _add(measured, read, session)
            done += 1
            progress(done, sessions)
    return measured


def _add(measured: Measured, read: Reader, session: DemonstrationSession) -> None:
    account = session.account
    known = (
        KnownIdentifiers.none()
        if account is None
        else KnownIdentifiers(account.full_name, account.email)
    )
    count(
        measured,
        read,
        make_turns(session.record.turns),
        session.record.language,
        known,
        session.planted,
    )


def count(
    measured: Measured,
    read: Reader,
    turns: Sequence[Turn],
    language: str,
    known: KnownIdentifiers,
    planted: Iterable[PlantedIdentifier],
) -> None:
    """Let a reader read one session and add what it covers of what was planted there."""
    began = time.process_time()
    found = read(turns, language, known)
    measured.seconds += time.process_time() - began
    measured.sessions += 1
    held = list(planted)
    for each in held:
        key = (each.manner.value, each.entity_type.value)
        measured.planted[key] += 1
        measured.found[key] += _covered(each.span, turns, found)
    for turn in turns:
        own = [(span.start, span.end) for span in found if span.turn == turn.index]
        wanted = [(each.span.start, each.span.end) for each in held if each.span.turn == turn.index]
        counted = score(turn.text, wanted, own)
        measured.words += counted.words
        measured.masked_words += counted.words_masked
        measured.unplanted_words += counted.words_extra


def _covered(span: Span, turns: Sequence[Turn], found: Collection[Span]) -> bool:
    """Whether every letter and digit of the span is covered."""
    mine = [each for each in found if each.overlaps(span)]
    text = turns[span.turn].text
    return all(
        any(each.start <= place < each.end for each in mine)
        for place in range(span.start, span.end)
        if text[place].isalnum()
    )
