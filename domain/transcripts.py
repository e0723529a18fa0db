"""Transcripts: turns, their speakers, and the labelled text form they are exchanged in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import BadInput


class Speaker(StrEnum):
    """Who said a turn."""

    INTERVIEWER = "interviewer"
    PARTICIPANT = "participant"


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance of a session, immutable once imported.

    Attributes
    ----------
    index
        Place in the session, from 0.
    speaker
        Who said it.
    text
        What was said, without the speaker's label. Offsets elsewhere count its Unicode
        code points.
    label
        The label it stood under in a labelled file, so that the file's own words for
        the speakers come back on output.
    """

    index: int
    speaker: Speaker
    text: str
    label: str


#: A label opens a turn only at the start of a line; ``Assistant`` and ``AI`` are the
#: two names the public interview files use for the interviewer.
_LABEL = re.compile(r"^(Assistant|AI|User):[ \t]?", re.MULTILINE)
_SPEAKER_OF_LABEL = {
    "Assistant": Speaker.INTERVIEWER,
    "AI": Speaker.INTERVIEWER,
    "User": Speaker.PARTICIPANT,
}
_LABEL_OF_SPEAKER = {Speaker.INTERVIEWER: "AI", Speaker.PARTICIPANT: "User"}


def make_turns(said: Iterable[tuple[Speaker, str]]) -> tuple[Turn, ...]:
    """Number utterances that arrive with their speakers already known."""
    return tuple(
        Turn(index, speaker, text, _LABEL_OF_SPEAKER[speaker])
        for index, (speaker, text) in enumerate(said)
    )


def parse_labelled(text: str) -> tuple[Turn, ...]:
    """Split a transcript written as ``Assistant:``/``AI:``/``User:`` paragraphs into turns.

    The blank lines between two turns belong to neither. Raises
    :class:`~domain.errors.BadInput` when no label opens the text or no turn says anything.
    """
    marks = list(_LABEL.finditer(text))
    if not marks or text[: marks[0].start()].strip():
        raise BadInput(
            "The transcript does not open with a speaker's label "
            "(Assistant:, AI: or User:). Put one at the start of each turn."
        )
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    turns = tuple(
        Turn(index, _SPEAKER_OF_LABEL[mark[1]], text[mark.end() : end].strip("\r\n \t"), mark[1])
        for index, (mark, end) in enumerate(zip(marks, ends, strict=True))
    )
    if not any(turn.text for turn in turns):
        raise BadInput("The transcript has labels but no words. Leave the session out of the file.")
    return turns


def format_labelled(turns: Sequence[Turn]) -> str:
    """Write turns back in the labelled form, one blank line between two turns."""
    return "\n\n".join(f"{turn.label}: {turn.text}" for turn in turns)
