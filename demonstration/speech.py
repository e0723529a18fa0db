"""Speech: turns as they are said, with the truth about each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from demonstration.cast import Cast
from demonstration.dice import Dice
from demonstration.planted import Piece, PlantedIdentifier, join
from demonstration.templates import Template, write
from demonstration.voices import spoken, with_capitals
from domain.transcripts import Speaker

_SENTENCE = re.compile(r"[^.!?…。؟\n]+[.!?…。؟]?")
_QUOTATION_MARKS = frozenset('"„“”«»「」')
_SPACES = re.compile(r" {2,}")
_SPACE_BEFORE_STOP = re.compile(r" ([.,])")
_QUOTABLE = range(14, 90)


class Speech:
    """What has been said so far in one session.

    ``turns`` and ``planted`` are its outcome; the interviewer speaks as printed, the
    participant in their own voice. ``mentioned`` holds the slots of the last answer.
    """

    def __init__(self, cast: Cast, dice: Dice) -> None:
        self.cast = cast
        self.dice = dice
        self.turns: list[tuple[Speaker, str]] = []
        self.planted: list[PlantedIdentifier] = []
        self.last_answer: list[Piece] = []
        self.mentioned: set[str] = set()
        self._voice = cast.person.voice
        self._gap = "" if cast.person.language == "ja" else " "
        self._fill = cast.filler(dice, self._voice)
        self._printed = cast.filler(dice, None)

    def ask(self, *parts: Template | str) -> None:
        """The interviewer says the parts, joined as they are."""
        pieces: list[Piece] = []
        for part in parts:
            pieces.extend(
                [Piece(part)]
                if isinstance(part, str)
                else write(part, self.dice, 1.0, self._printed)
            )
        self._say(Speaker.INTERVIEWER, with_capitals([piece for piece in pieces if piece.text]))

    def answer(self, *parts: Template, asides: Sequence[Template] = (), after: str = "") -> None:
        """The participant says the parts, then the asides, then pastes ``after``.

        The asides are no part of the answer: they are never quoted back.
        """
        self.mentioned.clear()
        self.last_answer = self._spoken(parts)
        beside = self._spoken(asides)
        gap = [Piece(self._gap)] if self.last_answer and beside else []
        pasted = [Piece(after)] if after else []
        self._say(Speaker.PARTICIPANT, [*self.last_answer, *gap, *beside, *pasted])

    def _spoken(self, parts: Sequence[Template]) -> list[Piece]:
        pieces: list[Piece] = []
        for part in parts:
            said = write(part, self.dice, self._voice.talkative, self._typed)
            pieces.extend([Piece(self._gap), *said] if pieces and said else said)
        return spoken(_tidy(pieces), self._voice, self.dice)

    def quotation(self) -> list[Piece] | None:
        """A sentence of the last answer, whole and short enough to quote, or None."""
        text = "".join(piece.text for piece in self.last_answer)
        found = [
            (match.start() + len(match[0]) - len(match[0].lstrip()), match.end())
            for match in _SENTENCE.finditer(text)
            if len(match[0].strip()) in _QUOTABLE and not _QUOTATION_MARKS & set(match[0])
        ]
        if not found:
            return None
        start, end = self.dice.pick(found)
        return _cut(self.last_answer, start, end - (text[end - 1] in ".。"))

    def ask_about(self, before: str, quoted: list[Piece], after: str) -> None:
        """The interviewer repeats the participant's own words, identifiers and all."""
        self._say(Speaker.INTERVIEWER, [Piece(before), *quoted, Piece(after)])

    def _typed(self, slot: str) -> list[Piece]:
        self.mentioned.add(slot)
        return self._fill(slot)

    def _say(self, speaker: Speaker, pieces: list[Piece]) -> None:
        text, planted = join(len(self.turns), pieces)
        self.turns.append((speaker, text))
        self.planted.extend(planted)


def _tidy(pieces: list[Piece]) -> list[Piece]:
    """Without the doubled spaces that empty alternatives leave behind."""
    tidy: list[Piece] = []
    ends_with_space = True
    for piece in pieces:
        text = piece.text
        if piece.planted is None:
            if "  " in text:
                text = _SPACES.sub(" ", text)
            text = _SPACE_BEFORE_STOP.sub(r"\1", text)
            if ends_with_space:
                text = text.lstrip(" ")
        if text:
            tidy.append(Piece(text, piece.planted, piece.manner))
            ends_with_space = text[-1] in " \n"
    if tidy and tidy[-1].planted is None:
        tidy[-1] = Piece(tidy[-1].text.rstrip(), tidy[-1].planted, tidy[-1].manner)
    return tidy


def _cut(pieces: list[Piece], start: int, end: int) -> list[Piece] | None:
    """The stretch from ``start`` to ``end``, or None when that would cut an identifier."""
    kept: list[Piece] = []
    at = 0
    for piece in pieces:
        low, high = max(start, at), min(end, at + len(piece.text))
        if low < high:
            if piece.planted is not None and high - low < len(piece.text):
                return None
            kept.append(Piece(piece.text[low - at : high - at], piece.planted, piece.manner))
        at += len(piece.text)
    return kept
