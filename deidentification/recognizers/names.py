"""People's names: introduced, told by the words around them, or known as first names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from presidio_analyzer import EntityRecognizer

from deidentification.boundaries import WORD_END, WORD_START
from deidentification.lexicon import NEVER_NAMES, Lexicon
from deidentification.recognizers.phrases import Phrase, PhraseRecognizer
from deidentification.text_mapping import folded

_LETTERS = r"[^\W\d_]"
_WORD = rf"{_LETTERS}(?:{_LETTERS}|['-](?={_LETTERS})){{0,30}}"
_CAPITALISED = rf"(?=[^\W\d_a-z]){_WORD}"
_PARTICLE = r"(?:de|da|di|del|della|van|von|der|den|la|le|bin|ibn|al|el|dos|du|ter|ten|st\.?)"
#: Up to three further words of a name, when capitalised, with particles and initials.
_MORE = rf"(?:\s(?:{_PARTICLE}\s){{0,2}}(?:(?=[^\W\d_a-z]{_LETTERS}){_WORD}|[A-Z]\.)){{0,3}}"
_FULL = rf"{_CAPITALISED}{_MORE}"
_ANY = rf"{_WORD}{_MORE}"
#: What may follow a lower-case name that no list knows: a stop, or a word that goes on.
_AFTER_NAME = re.compile(
    r"\s{0,2}(?:$|[.,!?;:)\n-]|(?:and|but|i|i'm|im|from|here|or|who|btw|lol|y|und|et|e)\b)",
    re.IGNORECASE,
)
_DEMONYM = re.compile(r"(?:ian|ish|ese|can|ist|er|or|ive|ing|ed)$", re.IGNORECASE)

#: What spaCy gives every entity. Presidio keeps the highest score for one stretch, so phrases
#: that prove a name stand above it, lest the proof be dropped.
_MODEL_SCORE = 0.85
#: Names that "my boss ..." goes on with as verbs.
_ALSO_VERBS = frozenset(
    {"chase", "drew", "grant", "hunt", "made", "mark", "may", "rose", "rush", "will"}
)

_Accept = Callable[[str, int, int], bool]


def name_recognizers(language: str, lexicon: Lexicon) -> list[EntityRecognizer]:
    """The recognisers of this module for one language of the analyser."""
    checks = _Checks(lexicon)
    relations = _either(lexicon.words.relations)
    introductions = _either(lexicon.words.introductions)
    return [
        PhraseRecognizer(
            "IntroductionRecognizer",
            "PERSON",
            [
                _phrase(
                    rf"(?i:{WORD_START}(?:{introductions}))[:,]?\s{{1,2}}[\"']?(?P<id>{_ANY})",
                    0.95,
                    "It follows words by which people introduce themselves.",
                    checks.introduced,
                ),
                _phrase(
                    rf"(?i:{WORD_START}(?:{introductions}))[:,]?\s{{1,2}}"
                    rf"(?P<id>{_LETTERS}{{1,30}}\.?\s{_LETTERS}{{2,30}})"
                    r"(?=\s{0,2}(?:$|[.,!?;:)\n])|\s(?i:and|but|i|i'm|im|from|btw)\b)",
                    0.95,
                    "It follows words by which people introduce themselves.",
                    checks.two_words,
                ),
                _phrase(
                    rf"(?i:{WORD_START}(?:i'm|i am|im|this is|it's|it is))\s(?P<id>{_ANY})",
                    0.9,
                    "It follows words by which people introduce themselves.",
                    checks.said_of_oneself,
                ),
                _phrase(
                    rf"{WORD_START}(?P<id>{_ANY})(?=\s(?i:here){WORD_END}(?:[,.!]|\s[-–]|$))",
                    0.88,
                    "A first name by which somebody announces themselves.",
                    checks.known,
                ),
            ],
            language=language,
        ),
        PhraseRecognizer(
            "RelationRecognizer",
            "PERSON",
            [
                _phrase(
                    rf"(?i:{WORD_START}(?:my|our|his|her|their|a|an|"
                    rf"the)\s(?:{_WORD}\s)?(?:{relations})s?"
                    r"(?:,|:|'s\sname\sis|(?:,|\sis|\swas)?\s(?:named|called))?)"
                    rf"\s(?P<id>{_ANY})",
                    0.9,
                    "It follows a word for somebody whom the participant knows.",
                    checks.told,
                ),
                _phrase(
                    rf"(?i:{WORD_START}(?:my|our)\s(?:{_WORD}\s)?(?:{relations})\s(?:is|was))"
                    rf"\s(?P<id>{_ANY})",
                    0.7,
                    "It follows a word for somebody whom the participant knows.",
                    checks.known,
                ),
                _phrase(
                    rf"(?i:{WORD_START}(?:someone|somebody|guy|woman|man|girl|boy|person|"
                    rf"artist|writer|"
                    r"lady|kid|child|baby|student|teacher|designer|musician)\s(?:named|called))"
                    rf"\s(?P<id>{_ANY})",
                    0.9,
                    "It follows words that name somebody.",
                    checks.introduced,
                ),
                _phrase(
                    rf"{WORD_START}(?P<id>{_ANY})(?=,?\s?(?:\(|(?i:who\s?(?:is|'s)\s))?(?i:my|"
                    rf"our)\s(?i:{relations}){WORD_END})",
                    0.88,
                    "A word for somebody whom the participant knows follows it.",
                    checks.known_or_capital,
                ),
                _phrase(
                    rf"{WORD_START}(?P<id>{_ANY})(?=\s(?i:from\s(?:accounting|accounts|"
                    rf"marketing|sales|hr|it|legal|"
                    r"finance|design|engineering|work|school|church|the\soffice|my\s\w+)|"
                    r"on\smy\steam|in\smy\steam|at\smy\soffice))",
                    0.88,
                    "The words after it say where the participant knows the person from.",
                    checks.listed,
                ),
                _phrase(
                    rf"(?i:{WORD_START}(?:i|we)\s(?:asked|told|emailed|texted|messaged|phoned|married|hired|met))"
                    rf"\s(?P<id>{_ANY})",
                    0.88,
                    "The words before it speak of somebody whom the participant talked to.",
                    checks.listed,
                ),
            ],
            language=language,
        ),
        PhraseRecognizer(
            "TitleRecognizer",
            "PERSON",
            [
                _phrase(
                    rf"{WORD_START}(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Herr|Frau|Señora?|"
                    rf"Madame|Monsieur)\.?\s(?P<id>{_FULL})",
                    0.88,
                    "It follows a form of address.",
                    checks.not_a_street,
                ),
                _phrase(
                    rf"{WORD_START}(?:mr|mrs|ms|dr|prof|"
                    rf"professor)\.?\s(?P<id>{_LETTERS}{{3,30}}){WORD_END}",
                    0.7,
                    "It follows a form of address.",
                    checks.not_a_word,
                ),
            ],
            language=language,
        ),
        PhraseRecognizer(
            "FirstNameRecognizer",
            "PERSON",
            [
                _phrase(
                    rf"{WORD_START}(?P<id>{_FULL}){WORD_END}",
                    0.6,
                    "It opens with a common first name.",
                    checks.opens_with_a_first_name,
                ),
                _phrase(
                    rf"{WORD_START}(?P<id>[a-zà-ž]{{4,20}}){WORD_END}(?!['-]{_LETTERS}{{3}})",
                    0.55,
                    "A common first name, typed without its capital.",
                    checks.is_a_plain_first_name,
                ),
            ],
            language=language,
        ),
    ]


class _Checks:
    """What decides whether a stretch that could be a name is taken for one."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def introduced(self, text: str, start: int, end: int) -> bool:
        """After an introduction anything is a name but a word of the sentence's course."""
        first = _first_word(text, start, end)
        if folded(first) in NEVER_NAMES:
            return False
        if first[0].isupper() or folded(first) in self._lexicon.first_names:
            return True
        if first.endswith(("ed", "ing", "ly")):
            return False
        return bool(_AFTER_NAME.match(text, end))

    def two_words(self, text: str, start: int, end: int) -> bool:
        """A first name and a surname, both perhaps without their capitals."""
        return self.introduced(text, start, end) and all(
            folded(word) not in NEVER_NAMES for word in text[start:end].split()
        )

    def said_of_oneself(self, text: str, start: int, end: int) -> bool:
        """ "I'm" goes on in a thousand ways: a known first name, or a capital and a stop."""
        first = _first_word(text, start, end)
        if self.known(text, start, end):
            return True
        if folded(first) in self._lexicon.first_names - NEVER_NAMES and not first[0].isupper():
            return bool(_AFTER_NAME.match(text, end))
        return (
            first[0].isupper()
            and not first.isupper()
            and folded(first) not in NEVER_NAMES
            and folded(first) not in self._lexicon.ambiguous
            and not _DEMONYM.search(first)
            and bool(_AFTER_NAME.match(text, end))
        )

    def known(self, text: str, start: int, end: int) -> bool:
        """A listed first name; one that is a word too needs its capital."""
        first = _first_word(text, start, end)
        plain = folded(first)
        if plain in self._lexicon.plain_first_names:
            return True
        return first[0].isupper() and plain in self._lexicon.first_names - NEVER_NAMES

    def listed(self, text: str, start: int, end: int) -> bool:
        """A listed first name in any letter case: the words around leave no other reading."""
        plain = folded(_first_word(text, start, end))
        return plain in self._lexicon.first_names - NEVER_NAMES

    def told(self, text: str, start: int, end: int) -> bool:
        """After a telling word a capital is enough, or a listed first name."""
        first = _first_word(text, start, end)
        if folded(first) in NEVER_NAMES:
            return False
        if folded(first) in self._lexicon.first_names - _ALSO_VERBS:
            return True
        return first[0].isupper() and not first.isupper()

    def known_or_capital(self, text: str, start: int, end: int) -> bool:
        """As :meth:`told`, but a capital that only opens a sentence is none."""
        return self.known(text, start, end) or (
            self.told(text, start, end) and not opens_sentence(text, start)
        )

    def not_a_street(self, text: str, start: int, end: int) -> bool:
        """A form of address is followed by a name, not by a function word."""
        return folded(_first_word(text, start, end)) not in NEVER_NAMES

    def not_a_word(self, text: str, start: int, end: int) -> bool:
        """A lower-case word after a title, unless it is a function word."""
        return folded(text[start:end]) not in NEVER_NAMES

    def opens_with_a_first_name(self, text: str, start: int, end: int) -> bool:
        """A listed first name with its capital; if also a word, only before a surname."""
        first = _first_word(text, start, end)
        plain = folded(first)
        if plain in self._lexicon.plain_first_names:
            return len(first) > 2
        return (
            plain in self._lexicon.first_names - NEVER_NAMES
            and " " in text[start:end]
            and not opens_sentence(text, start)
        )

    def is_a_plain_first_name(self, text: str, start: int, end: int) -> bool:
        """A listed first name that is no word."""
        return folded(text[start:end]) in self._lexicon.plain_first_names


def opens_sentence(text: str, start: int) -> bool:
    """Whether nothing but blanks, quotes or brackets stands before it in its sentence."""
    before = text[max(0, start - 8) : start].rstrip(" \t\"'([*_“‘")
    return not before or before[-1] in ".!?\n:;…•-–—>"


def _first_word(text: str, start: int, end: int) -> str:
    found = re.match(_WORD, text[start:end])
    return found[0] if found else text[start:end]


def _phrase(pattern: str, score: float, why: str, accept: _Accept) -> Phrase:
    return Phrase(re.compile(pattern), score, why, trusted=score > _MODEL_SCORE, accept=accept)


def _either(words: Iterable[str]) -> str:
    """Alternatives, the longest first, blanks of any length between words."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(r"\s{1,2}".join(map(re.escape, word.split())) for word in ordered)
