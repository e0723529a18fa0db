"""Voices: how a participant types, and what that does to plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from demonstration.dice import Dice
from demonstration.planted import Piece

_WORD = re.compile(r"[A-Za-z][a-z]{3,}")
_SENTENCE_START = re.compile(r"(^|[.!?…]\s+|\n)(\w)")
_ENDS_SENTENCE = re.compile(r"(?:[.!?…][\"”’)]?\s+|\n)$")
#: Slips that recur in typed English; anything else is two letters changing places.
_SLIPS = {
    "because": "becuase", "definitely": "definately", "really": "realy", "their": "thier",
    "would": "woudl", "with": "wiht", "that": "taht", "just": "jsut", "people": "poeple",
    "which": "wich", "probably": "probly", "believe": "beleive", "receive": "recieve",
    "something": "somthing", "actually": "actualy", "separate": "seperate", "until": "untill",
    "their's": "theirs", "necessary": "neccesary", "already": "allready", "about": "abotu",
}  # fmt: skip
_SHORTHAND = (
    ("I'm", "im"),
    ("don't", "dont"),
    ("it's", "its"),
    ("can't", "cant"),
    ("didn't", "didnt"),
    ("I've", "ive"),
    ("doesn't", "doesnt"),
    ("that's", "thats"),
)


@dataclass(frozen=True, slots=True)
class Voice:
    """How somebody types.

    Attributes
    ----------
    talkative
        0 to 1: how often optional clauses, asides and stories are said.
    lower
        Never uses capitals.
    slips
        Probability of a slip in a word of four letters or more.
    careless, careless_names
        Probabilities that contact details and the like, and that names, are not written as
        a form would have them.
    hedges, emoji
        Probabilities that a turn opens with a hedge, ends with an emoji.
    mood
        ``keen``, ``mixed`` or ``wary`` about AI.
    drops_full_stop, drops_apostrophes, dashes
        Habits.
    """

    talkative: float
    lower: bool
    slips: float
    careless: float
    careless_names: float
    hedges: float
    emoji: float
    mood: str
    drops_full_stop: bool
    drops_apostrophes: bool
    dashes: bool


def voice_of(dice: Dice, language: str) -> Voice:
    """Draw a voice; capitals, slips and apostrophes matter in some languages only."""
    talkative = dice.pick((0.08, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0))
    lower = dice.chance(0.2)
    slips = dice.pick((0.0, 0.0, 0.0, 0.004, 0.01, 0.025))
    careless = dice.pick((0.0, 0.15, 0.3, 0.6)) + (0.2 if lower else 0.0)
    # Whoever never uses capitals has names capitalised by the telephone now and then.
    careless_names = dice.pick((0.8, 0.95, 1.0)) if lower else dice.pick((0.0, 0.0, 0.0, 0.12))
    hedges = dice.pick((0.0, 0.05, 0.12, 0.25))
    emoji = dice.pick((0.0, 0.0, 0.0, 0.0, 0.05, 0.2))
    mood = dice.pick(("keen", "keen", "mixed", "mixed", "mixed", "wary", "wary"))
    drops = dice.chance(0.5 if lower else 0.12)
    apostrophes = dice.chance(0.5 if lower else 0.06)
    dashes = dice.chance(0.3)
    european = language not in ("ja", "ar")
    return Voice(
        talkative=talkative,
        lower=lower and european,
        slips=slips if language == "en" else 0.0,
        careless=careless if european else 0.0,
        careless_names=careless_names if european else 0.0,
        hedges=hedges,
        emoji=emoji,
        mood=mood,
        drops_full_stop=drops and european,
        drops_apostrophes=apostrophes and language == "en",
        dashes=dashes,
    )


def spoken(pieces: list[Piece], voice: Voice, dice: Dice) -> list[Piece]:
    """The pieces as that voice types them. Identifiers keep the form they were given."""
    said: list[Piece] = []
    opens = True
    for piece in pieces:
        text = piece.text
        if piece.planted is None and text:
            text = text.lower() if voice.lower else _with_capitals(text, opens)
            if voice.drops_apostrophes:
                for right, short in _SHORTHAND:
                    text = text.replace(right, short).replace(right.lower(), short)
            if voice.slips:
                text = _with_slips(text, voice.slips, dice)
            if voice.dashes:
                text = text.replace(" - ", " – ")
        if text:
            opens = bool(_ENDS_SENTENCE.search(text[-4:])) or (opens and not text.strip())
            said.append(Piece(text, piece.planted, piece.manner))
    if voice.drops_full_stop and said and said[-1].planted is None:
        last = said[-1]
        if last.text.endswith(".") and not last.text.endswith(".."):
            said[-1] = Piece(last.text[:-1], last.planted, last.manner)
    return said


def with_capitals(pieces: list[Piece]) -> list[Piece]:
    """The pieces with a capital where the turn opens on plain words."""
    if not pieces or pieces[0].planted is not None:
        return pieces
    first = pieces[0].text
    return [Piece(first[:1].upper() + first[1:], pieces[0].planted, pieces[0].manner), *pieces[1:]]


def _with_capitals(text: str, opens: bool) -> str:
    if not opens and not any(stop in text for stop in ".!?…\n"):
        return text

    def raised(match: re.Match[str]) -> str:
        if match.start() == 0 and not match[1] and not opens:
            return match[0]
        return match[1] + match[2].upper()

    return _SENTENCE_START.sub(raised, text)


def _with_slips(text: str, probability: float, dice: Dice) -> str:
    def slipped(match: re.Match[str]) -> str:
        word = match[0]
        likelier = 6 if word in _SLIPS else 1
        if not dice.chance(probability * likelier):
            return word
        if word in _SLIPS:
            return _SLIPS[word]
        at = 1 + dice.below(len(word) - 2)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    return _WORD.sub(slipped, text)
