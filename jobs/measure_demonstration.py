"""The demonstration measures itself: how much of what was planted the engine finds.

The sessions are generated again from their seed, with the truth about them, and read by the
engine as a study's sessions are. An identifier counts as found when every character of it
is covered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from deidentification.engine import Engine, KnownIdentifiers
from demonstration.generate import generate_sessions
from demonstration.records import DemonstrationSession
from demonstration.studies import STUDIES
from domain.findings import Finding
from domain.spans import Span
from domain.transcripts import Turn, make_turns

#: What a session is read in, how an identifier is written, what it is.
Key = tuple[str, str, str]


@dataclass
class Measured:
    """Counts of planted identifiers, by language, how they are written and what they are.

    The language is ``en`` or ``other``: most others have no model, and one figure over both
    would hide how either does. Words are counted by it too.

    ``masked_words`` over ``words`` is the share of all words that the engine covers.
    """

    planted: Counter[Key] = field(default_factory=Counter)
    found: Counter[Key] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    masked_words: Counter[str] = field(default_factory=Counter)


def measure(
    engine: Engine, *, sessions: int, seed: int, progress: Callable[[int, int], None]
) -> Measured:
    """Read ``sessions`` of the demonstration, spread over its studies, and count."""
    measured, done = Measured(), 0
    for study in STUDIES:
        for session in generate_sessions(seed, study, sessions // len(STUDIES)):
            _add(measured, engine, session)
            done += 1
            progress(done, sessions)
    return measured


def _add(measured: Measured, engine: Engine, session: DemonstrationSession) -> None:
    turns = make_turns(session.record.turns)
    account = session.account
    known = (
        KnownIdentifiers.none()
        if account is None
        else KnownIdentifiers(account.full_name, account.email)
    )
    findings = engine.deidentify(turns, language=session.record.language, known=known).findings
    language = "en" if (session.record.language or "en").split("-")[0] == "en" else "other"
    for planted in session.planted:
        key = (language, planted.manner.value, planted.entity_type.value)
        measured.planted[key] += 1
        measured.found[key] += _covered(planted.span, turns, findings)
    measured.words[language] += sum(len(turn.text.split()) for turn in turns)
    measured.masked_words[language] += sum(
        len(turns[f.span.turn].text[f.span.start : f.span.end].split()) for f in findings
    )


def _covered(span: Span, turns: tuple[Turn, ...], findings: tuple[Finding, ...]) -> bool:
    """Whether every letter and digit of the span lies in some finding."""
    mine = [finding.span for finding in findings if finding.span.overlaps(span)]
    text = turns[span.turn].text
    return all(
        any(found.start <= place < found.end for found in mine)
        for place in range(span.start, span.end)
        if text[place].isalnum()
    )
