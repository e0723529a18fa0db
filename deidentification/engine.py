"""The engine: a session's turns in, findings with consistent replacements out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deidentification.account import find_known
from deidentification.allow_list import AllowList
from deidentification.boundaries import snap
from deidentification.configuration import Configuration, load_configuration
from deidentification.engine_digest import engine_digest
from deidentification.hits import Hit
from deidentification.known import KnownIdentifiers
from deidentification.leak_check import RemovedValue, Survivor, find_survivors
from deidentification.lexicon import Lexicon, load_lexicon
from deidentification.overlaps import resolve
from deidentification.propagation import propagate
from deidentification.pseudonyms import assign
from deidentification.remembered import RememberedAnalyses
from deidentification.widening import widen
from domain.findings import Finding, apply_findings
from domain.spans import Span
from domain.transcripts import Speaker, Turn
from domain.vocabulary import Coverage

if TYPE_CHECKING:
    from deidentification.analysis import TextAnalyser
    from deidentification.languages import LanguageDetector

__all__ = ["Coverage", "Engine", "KnownIdentifiers", "Result"]


@dataclass(frozen=True, slots=True)
class Result:
    """What the engine proposes for one session.

    Attributes
    ----------
    findings
        In reading order, never overlapping.
    language
        ISO 639-1 code that the session was read in.
    coverage
        Whether a language model took part.
    engine_digest
        SHA-256 (hex) of everything that decides on findings: see
        :func:`deidentification.engine_digest.engine_digest`.
    language_assumed
        Whether the default language was taken because too little was said to tell.
    """

    findings: tuple[Finding, ...]
    language: str
    coverage: Coverage
    engine_digest: str
    language_assumed: bool = False


class Engine:
    """De-identifies sessions; one for each worker process.

    Make it with :meth:`load`, which takes seconds and a few hundred megabytes: never in the
    web process.
    """

    def __init__(
        self,
        configuration: Configuration,
        lexicon: Lexicon,
        analyser: TextAnalyser,
        detector: LanguageDetector,
    ) -> None:
        self._configuration = configuration
        self._lexicon = lexicon
        self._analyser = analyser
        self._detector = detector
        self._allow_list = AllowList(configuration.allow_list)
        self._priority = configuration.priority()
        self._remembered = RememberedAnalyses(configuration.cache_characters)
        self._digest = engine_digest(configuration, analyser.versions())

    @classmethod
    def load(cls, config_path: Path | None = None) -> Engine:
        """Load the models that a configuration names; without a path, the package's own.

        Raises :class:`~domain.errors.BadInput` when the configuration cannot be used or a
        model is not installed. Nothing is downloaded.
        """
        # Here, not above: importing them costs seconds and memory that the web process saves.
        from deidentification.analysis import TextAnalyser
        from deidentification.languages import LanguageDetector

        configuration = load_configuration(config_path)
        lexicon = load_lexicon(configuration.words)
        return cls(
            configuration,
            lexicon,
            TextAnalyser(configuration, lexicon),
            LanguageDetector(configuration.default_language, configuration.language_confidence),
        )

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what decides on findings; stored with every result."""
        return self._digest

    def survivors(
        self, turns: Sequence[Turn], findings: Sequence[Finding], known: KnownIdentifiers
    ) -> tuple[Survivor, ...]:
        """What would still identify somebody once these findings are replaced: the leak check.

        Places are those of the final text.
        """
        removed = [
            RemovedValue(
                finding.entity_type,
                turns[finding.span.turn].text[finding.span.start : finding.span.end],
            )
            for finding in findings
        ]
        final = [apply_findings(turn.text, turn.index, tuple(findings)) for turn in turns]
        return find_survivors(final, known, removed, self._lexicon, allows=self._allow_list.allows)

    def deidentify(
        self, turns: Sequence[Turn], *, language: str | None, known: KnownIdentifiers
    ) -> Result:
        """Find what identifies somebody in a session, and what stands in its place.

        Parameters
        ----------
        turns
            The session's turns. Findings name them by ``index``.
        language
            BCP 47 tag of the session, or None to have it detected.
        known
            What the account says about the participant.
        """
        from deidentification.languages import LanguageSource

        spoken = self._detector.language_of(turns, language)
        has_model = spoken.code in self._configuration.models
        texts = [turn.text for turn in turns]
        hits = self._hits(turns, spoken.code if has_model else None, known)
        further = propagate(texts, hits, self._lexicon)
        resolved = [
            widen(text, resolve(text, self._snapped(text, [*own, *more]), self._priority))
            for text, own, more in zip(texts, hits, further, strict=True)
        ]
        return Result(
            findings=self._findings(turns, resolved, known),
            language=spoken.code,
            coverage=Coverage.FULL if has_model else Coverage.PATTERNS_ONLY,
            engine_digest=self._digest,
            language_assumed=spoken.source is LanguageSource.ASSUMED,
        )

    def _hits(
        self, turns: Sequence[Turn], language: str | None, known: KnownIdentifiers
    ) -> list[list[Hit]]:
        """What each turn alone and the account say; only the former is remembered."""
        alone = self._alone(turns, language)
        return [
            [*own, *find_known(turn.text, known, self._lexicon)]
            for turn, own in zip(turns, alone, strict=True)
        ]

    def _alone(self, turns: Sequence[Turn], language: str | None) -> list[tuple[Hit, ...]]:
        """What each turn says by itself: remembered, or found in all the new ones together.

        Interviewers' turns are read less closely: what identifies somebody there is an echo
        of what the participant said, and is found as such.
        """
        from deidentification.analysis import Text
        from deidentification.nlp_pipe import PATTERNS_LANGUAGE

        pipe = language or PATTERNS_LANGUAGE
        readings = [(f"{pipe} {turn.speaker}", turn.text) for turn in turns]
        held = {reading: self._remembered.get(*reading) for reading in readings}
        new = {
            reading: turn.speaker is Speaker.PARTICIPANT
            for reading, turn in zip(readings, turns, strict=True)
            if held[reading] is None
        }
        found = self._analyser.analyse(
            [Text(text, closely) for (_, text), closely in new.items()], pipe
        )
        for reading, hits in zip(new, found, strict=True):
            held[reading] = hits
            self._remembered.put(*reading, hits)
        return [held[reading] or () for reading in readings]

    @staticmethod
    def _snapped(text: str, hits: Sequence[Hit]) -> list[Hit]:
        snapped: list[Hit] = []
        for hit in hits:
            stretch = snap(text, hit.start, hit.end, hit.entity_type)
            if stretch is not None:
                snapped.append(
                    Hit(*stretch, hit.entity_type, hit.score, hit.source, hit.why, hit.trusted)
                )
        return snapped

    def _findings(
        self, turns: Sequence[Turn], resolved: Sequence[Sequence[Hit]], known: KnownIdentifiers
    ) -> tuple[Finding, ...]:
        placed = [(turn, hit) for turn, hits in zip(turns, resolved, strict=True) for hit in hits]
        replacements = assign(
            [(hit.entity_type, turn.text[hit.start : hit.end]) for turn, hit in placed],
            (turn.text for turn in turns),
            self._configuration.label,
            [known.full_name] if known.full_name else [],
        )
        return tuple(
            Finding(
                span=Span(turn.index, hit.start, hit.end),
                entity_type=hit.entity_type,
                score=round(hit.score, 4),
                source=hit.source,
                why=hit.why,
                replacement=replacement,
            )
            for (turn, hit), replacement in zip(placed, replacements, strict=True)
        )
