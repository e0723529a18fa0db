"""Organisations by what their names end or begin with, and by the words that announce them."""

from __future__ import annotations

import re

from presidio_analyzer import EntityRecognizer

from deidentification.boundaries import WORD_END, WORD_START
from deidentification.lexicon import NEVER_NAMES, listed
from deidentification.recognizers.phrases import Phrase, PhraseRecognizer
from deidentification.text_mapping import folded

_GENERAL = listed("not_places.txt")
_CAPITAL = r"(?=[^\W\d_a-z])[^\W_][\w'’&.-]{0,30}"
_WORD = r"[^\W\d_][\w'&-]{1,30}"
#: Legal forms of companies, as registers of several countries write them.
_LEGAL = (
    r"inc|llc|llp|ltd|limited|plc|corp|corporation|gmbh|ag|ug|kg|ohg|s\.a\.|sarl|s\.?r\.?l|"
    r"s\.?p\.?a|b\.?v|n\.?v|oy|ab|a/s|aps|pty|lda|ltda|s\.l"
)
#: What names of institutions end with; each needs a capital, since all are ordinary words.
_KIND = (
    "University|Universität|Universidad|College|Academy|Conservatory|Conservatoire|Institute|"
    "Hospital|Clinic|Foundation|Museum|Gallery|Library|Theatre|Theater|Orchestra|Ensemble|"
    "School|Studio|Studios|Press|Publishing|Publishers|Records|Agency|Pictures|Productions|"
    "Collective|Workshop|Associates|Partners|Group|Labs?|Society|Bakery|Verlag|Bank|Holdings|"
    "Consulting|Solutions|Industries|Interiors|Architects|Entertainment|Council|Ministry"
)
_ANNOUNCED = (
    r"(?:company|employer|studio|firm|agency|business|label|school|university|college|"
    r"publisher|band|startup|start-up|shop|gallery|nonprofit|charity)"
    r"(?:\s(?:i|we)\s(?:work|run|own|founded|started|teach)(?:\s(?:at|for|in))?)?"
    r"(?:\sis|'s|,)?\s(?:called|named)"
)
_TURN = (
    r"(?=\s{0,2}(?:$|[.,!?;:()\n]|\s?[-–—]\s)|\s(?:and|as|at|because|but|by|doing|for|from|i|in|"
    r"it|lol|now|on|since|so|that|then|there|they|we|where|which|while|who|with)\b)"
)
#: What lower-case "... university" opens with when it is a sort of university and no name.
_SORTS = listed("kinds_of_institution.txt")


def _is_no_sort(text: str, start: int, end: int) -> bool:
    """Every word before the kind is neither a function word nor one that describes."""
    words = [folded(word) for word in text[start:end].split()[:-1]]
    return not any(word in NEVER_NAMES | _GENERAL | _SORTS for word in words)


def _is_named(text: str, start: int, end: int) -> bool:
    """Neither end is an ordinary word, and a lone kind ("University") names nothing."""
    words = [folded(word) for word in text[start:end].split()]
    return words[0] not in NEVER_NAMES | _GENERAL and words[-1] not in NEVER_NAMES


def institution_recognizers(language: str) -> list[EntityRecognizer]:
    """The recognisers of this module for one language of the analyser."""
    return [
        PhraseRecognizer(
            "InstitutionRecognizer",
            "ORGANIZATION",
            [
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>{_CAPITAL}(?:\s(?:&\s|and\s)?{_CAPITAL}){{0,3}},?\s"
                        rf"(?i:{_LEGAL}){WORD_END}\.?)"
                    ),
                    0.75,
                    "A legal form of companies ends it.",
                    accept=_is_named,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>(?:{_CAPITAL}\s(?:&\s|and\s|of\s|for\s)?){{1,4}}"
                        rf"(?:{_KIND}){WORD_END}"
                        rf"(?:\sof\s(?:the\s)?{_CAPITAL}(?:\s(?:and\s)?{_CAPITAL}){{0,2}})?)"
                    ),
                    0.65,
                    "It ends like the name of an institution.",
                    accept=_is_named,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>(?i:university|universität|universidad|college|"
                        rf"institute|academy|school|hospital|museum|bank|ministry|council)\s"
                        rf"(?i:of|de|for)\s(?i:the\s)?{_CAPITAL}(?:\s(?:and\s)?{_CAPITAL}){{0,2}})"
                    ),
                    0.65,
                    "It follows a kind of institution and names it.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?:at|with|for|from|joined|by)\s(?:the\s)?(?P<id>"
                        rf"{_WORD}(?:\s{_WORD}){{0,2}}?\s(?:university|college|institute|hospital|"
                        rf"clinic|academy|foundation|museum|conservatory|films|foods|comics|records|"
                        rf"pictures|publishing|press|productions|collective)){WORD_END}"
                    ),
                    0.6,
                    "A name and a kind of institution after the word for belonging to it.",
                    accept=_is_no_sort,
                ),
                Phrase(
                    re.compile(
                        rf"(?i:{WORD_START}{_ANNOUNCED})\s(?i:the\s)?[\"'“]?"
                        rf"(?P<id>{_WORD}(?:\s{_WORD}){{0,3}}?(?:\s(?:and|&)\s{_WORD}(?=[.!?,\n]|$))?)"
                        rf"[\"'”]?{_TURN}",
                        re.IGNORECASE,
                    ),
                    0.7,
                    "It follows words that give an organisation its name.",
                    accept=_is_named,
                ),
            ],
            language=language,
        ),
    ]
