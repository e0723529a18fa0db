"""Plant the demonstration's sentences, whose identifiers are known, into given transcripts."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from deidentification.known import KnownIdentifiers
from demonstration.generate import generate_sessions
from demonstration.planted import PlantedIdentifier
from demonstration.records import DemonstrationSession
from demonstration.studies import STUDIES
from domain.spans import Span
from domain.transcripts import Speaker, Turn
from jobs.transcript_rows import checked_ids, tasks_of

_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+(?=\s|$)|\n|$)")
_BOUNDARY = re.compile(r"(?<=[.!?])\s+(?=\S)")
#: Sentences planted in one transcript: about as many identifiers as talkative people leave.
_SENTENCES = 10


@dataclass(frozen=True, slots=True)
class PlantedTranscript:
    """A given transcript with sentences of one demonstration participant in it."""

    turns: tuple[Turn, ...]
    known: KnownIdentifiers
    planted: tuple[PlantedIdentifier, ...]


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    planted: tuple[PlantedIdentifier, ...]


def plant(interviews: Path, seed: int, language: str) -> Iterator[PlantedTranscript]:
    """Each transcript of an import file, with one demonstration participant's sentences in it.

    Raises :class:`~domain.errors.BadInput` when a row cannot be used.
    """
    checked_ids(interviews)
    donors = _donors(seed, language)
    for number, task in enumerate(tasks_of(interviews, {})):
        donor = next(donors)
        account = donor.account
        turns, planted = _planted(task.turns, _sentences(donor), random.Random(seed + number))
        known = (
            KnownIdentifiers(account.full_name, account.email)
            if account
            else KnownIdentifiers.none()
        )
        yield PlantedTranscript(turns, known, planted)


def _donors(seed: int, language: str) -> Iterator[DemonstrationSession]:
    """Sessions in that language, without end: each study's next part after the one before."""
    first = 0
    while True:
        for study in STUDIES:
            for session in generate_sessions(seed, study, 20, first=first):
                if session.record.language == language and session.planted:
                    yield session
        first += 20


def _sentences(donor: DemonstrationSession) -> list[_Sentence]:
    """What the participant said with an identifier in it, cut at the ends of sentences."""
    found = []
    for index, (speaker, text) in enumerate(donor.record.turns):
        if speaker is not Speaker.PARTICIPANT:
            continue
        mine = [each for each in donor.planted if each.span.turn == index]
        for match in _SENTENCE.finditer(text):
            low, high = match.span()
            inside = [each for each in mine if low <= each.span.start and each.span.end <= high]
            cut = [each for each in mine if each.span.start < high and low < each.span.end]
            if inside and inside == cut:
                found.append(
                    _Sentence(match[0], tuple(_moved(each, index, -low) for each in inside))
                )
    return found


def _moved(each: PlantedIdentifier, turn: int, by: int) -> PlantedIdentifier:
    return replace(each, span=Span(turn, each.span.start + by, each.span.end + by))


def _planted(
    turns: Sequence[Turn], sentences: list[_Sentence], dice: random.Random
) -> tuple[tuple[Turn, ...], tuple[PlantedIdentifier, ...]]:
    texts = [turn.text for turn in turns]
    held: list[PlantedIdentifier] = []
    places = [turn.index for turn in turns if turn.speaker is Speaker.PARTICIPANT]
    chosen = dice.sample(sentences, min(_SENTENCES, len(sentences))) if places else []
    for sentence in chosen:
        turn = dice.choice(places)
        text = texts[turn]
        free = [
            at
            for at in (0, *(match.end() for match in _BOUNDARY.finditer(text)))
            if not any(it.span.turn == turn and it.span.start < at < it.span.end for it in held)
        ]
        at = dice.choice(free)
        texts[turn] = f"{text[:at]}{sentence.text} {text[at:]}"
        by = len(sentence.text) + 1
        held = [
            _moved(it, turn, by) if it.span.turn == turn and it.span.start >= at else it
            for it in held
        ]
        held += [_moved(it, turn, at) for it in sentence.planted]
    return (
        tuple(replace(turn, text=text) for turn, text in zip(turns, texts, strict=True)),
        tuple(held),
    )
