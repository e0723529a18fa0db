"""How well and how fast the engine de-identifies, beside stock Presidio, in one run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tldextract
import yaml
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider

from benchmarks.planting import PlantedTranscript, plant
from benchmarks.quasi import demonstration_sessions, listed_shares
from deidentification.configuration import DEFAULT_PATH, load_configuration
from deidentification.engine import Engine, KnownIdentifiers
from deidentification.evaluation import Score, score
from demonstration.planted import Manner
from domain.quasi_identifiers import QuasiCategory
from domain.spans import Span
from domain.transcripts import Speaker, Turn
from jobs.labelled_rows import LabelledText
from jobs.measure_demonstration import Measured, Reader, by_engine, count, measure

_LANGUAGE = "en"
_SEED = 7


@dataclass(frozen=True, slots=True)
class ReaderFigures:
    """What one reader did with the same texts.

    Attributes
    ----------
    left_standing
        Share of planted identifiers not wholly covered, by the manner they are written in.
    masked, unplanted
        Share of all words that were covered, and of those that were although nothing was
        planted there.
    seconds
        Processor time for one session.
    labelled
        Counts on the labelled file, when one was given.
    """

    name: str
    left_standing: dict[Manner, float]
    masked: float
    unplanted: float
    seconds: float
    labelled: Score | None


def compare(
    sessions: int,
    labelled: Sequence[LabelledText],
    progress: Callable[[int, int], None],
    interviews: Path | None = None,
) -> tuple[ReaderFigures, ...]:
    """Let each reader read the same demonstration sessions and labelled texts, one by one.

    Stock Presidio comes first; its share of the processor is what ratios are taken to. It
    knows no accounts, as it comes. The last reads everything again with what it remembers.
    With ``interviews``, an import file, the demonstration's sentences are planted in those
    transcripts, which are read in place of the demonstration's.
    """
    engine = Engine.load()
    readers: list[tuple[str, Reader]] = [
        ("stock Presidio", stock_presidio()),
        ("one model", by_engine(_without_second_model())),
        ("as configured", by_engine(engine)),
        ("the same, second look", by_engine(engine)),
    ]
    given = _given(sessions, interviews)
    return tuple(
        _figures(name, read, sessions, labelled, progress, given) for name, read in readers
    )


def listed(sessions: int, interviews: Path | None = None) -> dict[QuasiCategory, float]:
    """Share of planted traits that the list of quasi-identifiers names, by category."""
    held = (
        demonstration_sessions(_SEED, sessions)
        if interviews is None
        else ((each.turns, each.planted) for each in _given(sessions, interviews))
    )
    return listed_shares(Engine.load(), held)


def _given(sessions: int, interviews: Path | None) -> tuple[PlantedTranscript, ...]:
    return () if interviews is None else tuple(plant(interviews, _SEED, _LANGUAGE))[:sessions]


def stock_presidio() -> Reader:
    """Presidio as its documentation starts it: every recognizer, the whole spaCy pipe."""
    # As it comes it asks another host for its list of domains; it has one of its own.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
    model = load_configuration().models[_LANGUAGE].package
    provider = NlpEngineProvider(
        nlp_configuration={
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": _LANGUAGE, "model_name": model}],
        }
    )
    analyzer = AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=[_LANGUAGE])

    def read(turns: Sequence[Turn], language: str, _known: KnownIdentifiers) -> list[Span]:
        return [
            Span(turn.index, found.start, found.end)
            for turn in turns
            for found in analyzer.analyze(turn.text, language=language)
            if found.start < found.end
        ]

    return read


def _without_second_model() -> Engine:
    content = yaml.safe_load(DEFAULT_PATH.read_text(encoding="utf-8"))
    content["token_classifier"] = None
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / DEFAULT_PATH.name
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        return Engine.load(path)


def _figures(
    name: str,
    read: Reader,
    sessions: int,
    labelled: Sequence[LabelledText],
    progress: Callable[[int, int], None],
    given: Sequence[PlantedTranscript],
) -> ReaderFigures:
    # What a reader does only once, such as compiling patterns, is not the sessions' time.
    read([_said("Anna Kowalska works in Oslo.")], _LANGUAGE, KnownIdentifiers.none())
    if given:
        held = Measured()
        for done, each in enumerate(given, start=1):
            count(held, read, each.turns, _LANGUAGE, each.known, each.planted)
            progress(done, len(given))
    else:
        held = measure(
            read, sessions=sessions, seed=_SEED, progress=progress, languages=(_LANGUAGE,)
        )
    return ReaderFigures(
        name,
        {manner: held.left_standing(manner.value) for manner in Manner},
        held.masked_words / held.words if held.words else 0.0,
        held.unplanted_words / held.words if held.words else 0.0,
        held.seconds / held.sessions if held.sessions else 0.0,
        _score(read, labelled) if labelled else None,
    )


def _score(read: Reader, labelled: Sequence[LabelledText]) -> Score:
    total = Score()
    for each in labelled:
        found = read([_said(each.text)], _LANGUAGE, KnownIdentifiers.none())
        total += score(
            each.text,
            [(start, end) for start, end, _kind in each.spans],
            [(span.start, span.end) for span in found],
        )
    return total


def _said(text: str) -> Turn:
    return Turn(0, Speaker.PARTICIPANT, text, "User")
