"""Names typed without capitals: words that no English sentence has otherwise.

People type "asked jarmila", "the zadar office", "oyeyemi says". No model reads that well, but
such words are in no dictionary, and what stands beside them tells what they name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from presidio_analyzer import AnalysisExplanation, LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from deidentification.familiarity import (
    family_names,
    given_names,
    is_listed_name,
    is_unfamiliar,
    towns,
)
from deidentification.lexicon import NEVER_NAMES, Lexicon
from deidentification.recognizers.names import opens_sentence
from deidentification.text_mapping import folded

SOURCE = "UnfamiliarWordRecognizer"
_WORD = re.compile(r"[^\W\d_]{1,40}(?:['’][^\W\d_]{1,40})*")
_GAP = re.compile(r"(?:[ \t]{1,2}|-)(?:(?:de|da|di|del|van|von|der|den|la|le|al|el|bin)[ \t])?")
_BEFORE_HYPHEN = re.compile(r"([^\W\d_]{1,40})-$")
_AFTER_HYPHEN = re.compile(r"-([^\W\d_]{1,40})")
_BLANK = re.compile(r"[ \t]{1,2}")
#: A turn with more of them among its words is in another language, or no prose.
_FOREIGN_SHARE = 0.25
_FEWEST_TO_TELL = 8
_LONGEST_TOWN = 3
_SCORE, _LISTED_SCORE = 0.5, 0.55
_WHERE = frozenset(
    "in near around outside across into visit visited left leaving reach downtown".split()
)
_EMPLOYED = frozenset(["at", "for", "joined"])
_WITH = frozenset(
    "i'm im its with by and or than ask asks asked tell told thank thanks thanking hi hey hello dear call called "
    "calls met meet show showed showing emailed texted messaged phoned hired married named shoutout "
    "love loved like miss missed saw trust trusted teach taught let make made help helped".split()
)
#: Words that only say more of the one before: what people do stands after them.
_BETWEEN = frozenset(
    "always never usually often once still just really also then only even".split()
)
#: After a word in lower case that is in no dictionary these speak of somebody, seldom of a thing.
_GOES_ON = frozenset("is was has had does did will would can could from here who".split())
_FELLOWS = frozenset(["and i", "and me", "and us", "and we"])
_WHY_DOES = "In no dictionary, and what follows is something that people do."
_WHY_WITH = "In no dictionary, and it stands where people are named."
_WHY_WHERE = "In no dictionary, and it stands where places are named."
_WHY_EMPLOYED = "In no dictionary, and it stands where employers are named."
_WHY_NAME = "No ordinary word, but a listed name."
_WHY_TOWN = "No ordinary word, but the name of a town."


@dataclass(frozen=True, slots=True)
class _Said:
    """One word of the text."""

    start: int
    end: int
    plain: str
    capital: bool
    unfamiliar: bool


class UnfamiliarWordRecognizer(LocalRecognizer):
    """People, places and employers by words that are in no dictionary."""

    def __init__(self, language: str, lexicon: Lexicon, allows: Callable[[str], bool]) -> None:
        self._lexicon = lexicon
        self._allows = allows
        self._deeds = frozenset(lexicon.words.deeds)
        super().__init__(
            supported_entities=["PERSON", "LOCATION", "ORGANIZATION"],
            name=SOURCE,
            supported_language=language,
        )

    def load(self) -> None:
        """Nothing to load: the lists are read when first asked."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Every name that only its own strangeness gives away."""
        del nlp_artifacts
        words = [self._said(text, match) for match in _WORD.finditer(text)]
        strange = sum(word.unfamiliar and not word.capital for word in words)
        if len(words) >= _FEWEST_TO_TELL and strange > _FOREIGN_SHARE * len(words):
            return []
        results, at = [], 0
        while at < len(words):
            end, kind, why = self._named(text, words, at)
            if kind in entities:
                results.append(self._result(words[at].start, words[end - 1].end, kind, why))
            at = max(end, at + 1)
        return results

    def _said(self, text: str, match: re.Match[str]) -> _Said:
        said = match[0]
        plain = folded(said)
        bare = plain.removesuffix("'s")
        return _Said(
            match.start(),
            match.start() + len(said) - (len(plain) - len(bare)),
            bare,
            said[0].isupper(),
            (bare in self._lexicon.plain_first_names or is_unfamiliar(bare))
            and not self._allows(bare)
            and not self._is_compounded(text, match.start(), match.end(), bare),
        )

    @staticmethod
    def _is_compounded(text: str, start: int, end: int, bare: str) -> bool:
        """Whether a hyphen joins it to an ordinary word: "human-ness", "ghibli-style"."""
        if is_listed_name(bare):
            return False
        joined = [_BEFORE_HYPHEN.search(text, max(0, start - 40), start)]
        joined.append(_AFTER_HYPHEN.match(text, end))
        return any(found and not is_unfamiliar(folded(found[1])) for found in joined)

    def _named(self, text: str, words: Sequence[_Said], at: int) -> tuple[int, str, str]:
        """Where the name that opens at a word ends, its kind, and why; an empty kind for none."""
        for count in range(_LONGEST_TOWN, 1, -1):
            several = words[at : at + count]
            if len(several) == count and self._is_town(text, several):
                return at + count, "LOCATION", _WHY_TOWN
        end = self._end(text, words, at)
        if end == at and self._is_capital_name(text, words, at):
            return at + 1, "PERSON", _WHY_DOES
        if end == at:
            return at, "", ""
        return (end, *self._kind(text, words, at, end))

    @staticmethod
    def _is_town(text: str, several: Sequence[_Said]) -> bool:
        together = all(
            _BLANK.fullmatch(text, before.end, after.start) for before, after in pairwise(several)
        )
        return together and " ".join(word.plain for word in several) in towns()

    def _end(self, text: str, words: Sequence[_Said], at: int) -> int:
        """After the last word that belongs to the name; ``at`` itself when none begins there."""
        first = words[at]
        if not first.unfamiliar and not self._may_open(words, at):
            return at
        end = at + 1
        while end < len(words) and end - at < 4:
            word = words[end]
            if not _GAP.fullmatch(text, words[end - 1].end, word.start):
                break
            surname = (
                word.plain in self._lexicon.ambiguous
                and word.plain not in NEVER_NAMES
                and word.plain not in self._deeds
            )
            if not word.unfamiliar and not (surname and self._stops(text, words, end)):
                break
            end += 1
        # "will" and "rose" are names only with a word beside them that can be nothing else.
        return end if any(word.unfamiliar for word in words[at:end]) else at

    def _is_capital_name(self, text: str, words: Sequence[_Said], at: int) -> bool:
        """A first name that is a word too, with a capital inside its sentence: "then Crystal signs"."""
        word = words[at]
        return (
            word.capital
            and word.plain in self._lexicon.first_names
            and word.plain not in NEVER_NAMES
            and not self._allows(word.plain)
            and not opens_sentence(text, word.start)
            and self._does(text, words, at + 1)
        )

    def _may_open(self, words: Sequence[_Said], at: int) -> bool:
        """Whether a first name that is a word too stands before a lower-case surname: "will szabo"."""
        plain = words[at].plain
        return (
            plain in self._lexicon.ambiguous
            and plain in self._lexicon.first_names
            and plain not in NEVER_NAMES
            and not words[at].capital
            and at + 1 < len(words)
            and not words[at + 1].capital
        )

    def _stops(self, text: str, words: Sequence[_Said], at: int) -> bool:
        """Whether after a word the sentence stops or goes on as it does after a name."""
        if at + 1 == len(words):
            return True
        after = words[at + 1]
        between = text[words[at].end : after.start]
        return bool(between.strip()) or after.plain in NEVER_NAMES or after.plain in self._deeds

    def _kind(self, text: str, words: Sequence[_Said], at: int, end: int) -> tuple[str, str]:
        plain = " ".join(word.plain for word in words[at:end])
        capital = words[at].capital
        before = self._before(text, words, at)
        person = any(
            word.plain in self._lexicon.plain_first_names
            or word.plain in given_names()
            or word.plain in family_names()
            for word in words[at:end]
        )
        town = plain in towns()
        if self._does(text, words, end):
            return "PERSON", _WHY_DOES
        if capital:
            # What has its capital is the models' to read, but where only people are named.
            return ("PERSON", _WHY_WITH) if person and before in _WITH else ("", "")
        if before in _WHERE:
            return "LOCATION", _WHY_WHERE
        if before in ("from", "to") and not person:
            return "LOCATION", _WHY_WHERE
        if before in _EMPLOYED and not town:
            return "ORGANIZATION", _WHY_EMPLOYED
        if town and not person:
            return "LOCATION", _WHY_TOWN
        if before in _WITH:
            return "PERSON", _WHY_WITH
        if self._goes_on(text, words, end):
            return "PERSON", _WHY_DOES
        if person or town:
            return ("PERSON", _WHY_NAME) if person else ("LOCATION", _WHY_TOWN)
        return "", ""

    @staticmethod
    def _before(text: str, words: Sequence[_Said], at: int) -> str:
        if at == 0 or not _BLANK.fullmatch(text, words[at - 1].end, words[at].start):
            return ""
        return words[at - 1].plain

    def _does(self, text: str, words: Sequence[_Said], end: int) -> bool:
        """Whether what follows is something that only people do."""
        at = end
        while at < len(words) and _BLANK.fullmatch(text, words[at - 1].end, words[at].start):
            if words[at].plain in self._deeds:
                return True
            if words[at].plain not in _BETWEEN:
                return False
            at += 1
        return False

    @staticmethod
    def _goes_on(text: str, words: Sequence[_Said], end: int) -> bool:
        after = words[end : end + 2]
        if not after or not _BLANK.fullmatch(text, words[end - 1].end, after[0].start):
            return False
        return after[0].plain in _GOES_ON or " ".join(word.plain for word in after) in _FELLOWS

    def _result(self, start: int, end: int, kind: str, why: str) -> RecognizerResult:
        score = _LISTED_SCORE if why in (_WHY_NAME, _WHY_TOWN) else _SCORE
        return RecognizerResult(
            entity_type=kind,
            start=start,
            end=end,
            score=score,
            analysis_explanation=AnalysisExplanation(
                recognizer=SOURCE, original_score=score, textual_explanation=why
            ),
            recognition_metadata={
                RecognizerResult.RECOGNIZER_NAME_KEY: SOURCE,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            },
        )
