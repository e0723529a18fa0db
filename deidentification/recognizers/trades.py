"""Rare occupations and one's own publications: what identifies only together with other things."""

from __future__ import annotations

import re

from presidio_analyzer import EntityRecognizer

from deidentification.boundaries import WORD_END, WORD_START
from deidentification.lexicon import NEVER_NAMES, listed
from deidentification.recognizers.phrases import Phrase, PhraseRecognizer
from deidentification.text_mapping import folded

_COMMON = listed("common_jobs.txt")
_WORD = r"[^\W\d_][\w'’-]{1,30}"
_CAPITAL = r"(?=[^\W\d_a-z])[^\W_][\w'’&-]{0,30}"
_ENDS = (
    r"(?=\s{0,2}(?:$|[.,!?;:()\n]|[-–—]\s)|\s(?:and|at|but|by|for|from|here|in|near|now|on|since|so|"
    r"because|these|to|mostly|mainly|where|which|while|"
    r"there|who|with)\b)"
)
_WORKS = (
    r"(?:i|he|she)(?:'m|\sam|'ve been|\shave been)?\s(?:\w{1,10}\s)?"
    r"(?:work(?:s|ed|ing)?|make (?:a|my) living|earn (?:a|my) living)\sas\s(?:an?|the)"
)
_ONLY = (
    r"(?:i'm|i am|im|being|as|one of)\s(?:\w{1,10}\s)?the\s"
    r"(?:only|last|first|two|three|few|youngest)"
    r"(?:\s(?:female|male|black|remaining|full-time|working|two|three|few))?"
)
_PUBLISHED = (
    r"(?:(?:published|appeared|featured|printed|serialised|serialized|reviewed)\s(?:\w{1,10}\s)?in|"
    r"(?:wrote|write|written|column|columnist|essay|article|paper|story|poem)\s(?:for|in))"
)
_OWN_WORK = (
    r"my\s(?:\w{1,12}\s){0,2}(?:book|novel|memoir|album|ep|single|film|documentary|podcast|"
    r"newsletter|blog|comic|webcomic|zine|play|thesis|dissertation|paper|song|game|collection|"
    r"poetry collection|channel|show|series)(?:,|\sis|\swas|\sis\scalled|\scalled|,\scalled|"
    r"\stitled|,\stitled|\sentitled|\snamed)"
)


def _is_rare(text: str, start: int, end: int) -> bool:
    """More than one word, or one that no list of common jobs has; never only common words."""
    words = [folded(word) for word in text[start:end].replace("-", " ").split()]
    telling = [word for word in words if word not in _COMMON | NEVER_NAMES]
    return bool(telling) and words[0] not in NEVER_NAMES


def _is_craft(text: str, start: int, end: int) -> bool:
    """What is made, kept or studied must itself be out of the common."""
    words = [folded(word) for word in text[start:end].split()]
    if words[-1] in _COMMON:
        return False
    before = words[-2] if len(words) > 1 else ""
    return before not in _COMMON | NEVER_NAMES


def _is_title(text: str, start: int, end: int) -> bool:
    first = folded(text[start:end].split()[0])
    return first not in NEVER_NAMES and first not in _COMMON


def trade_recognizers(language: str) -> list[EntityRecognizer]:
    """The recognisers of this module for one language of the analyser."""
    return [
        PhraseRecognizer(
            "RareOccupationRecognizer",
            "OCCUPATION",
            [
                Phrase(
                    re.compile(
                        rf"(?:{WORD_START}(?:i'm|i am|im|being|as|was)\s|(?:^|[.!?\n])\s{{0,2}})an?\s"
                        rf"(?P<id>(?:{_WORD}\s){{0,2}}(?:{_WORD}\s(?:maker|tuner|grader|voicer|binder|"
                        rf"restorer|conservator|keeper|breeder|carver|blower|engraver|gilder|taster|"
                        rf"caller|handler)|\w{{3,20}}(?:wright|monger|smith|ologist|onomist|"
                        rf"keeper|binder|thier|ermist))){WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.55,
                    "A craft or speciality that few people have.",
                    accept=_is_craft,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?:{_WORKS})\s(?P<id>{_WORD}(?:\s{_WORD}){{0,3}}?){_ENDS}",
                        re.IGNORECASE,
                    ),
                    0.6,
                    "An occupation that few people have, after words that announce one.",
                    accept=_is_rare,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?:{_ONLY})\s(?P<id>{_WORD}(?:\s{_WORD}){{0,3}}?)"
                        rf"(?=\s(?:in|at|here|on|from|left|for\smiles|around)\b)",
                        re.IGNORECASE,
                    ),
                    0.65,
                    "The words before it say that there are hardly any others.",
                    accept=_is_rare,
                ),
            ],
            language=language,
        ),
        PhraseRecognizer(
            "PublicationRecognizer",
            "PUBLICATION",
            [
                Phrase(
                    re.compile(
                        rf"(?i:{WORD_START}{_PUBLISHED})\s(?i:the\s|a\s)?[\"“'‘]?(?P<id>{_CAPITAL}"
                        rf"(?:\s(?:of\s|and\s|&\s|the\s|for\s|on\s){{0,2}}{_CAPITAL}){{0,5}})"
                    ),
                    0.6,
                    "It follows words that say where something was published.",
                    accept=_is_title,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>(?:{_CAPITAL}\s(?:of\s|and\s|for\s)?){{0,4}}"
                        r"(?:Journal|Review|Quarterly|Proceedings|Transactions|Annals|Gazette|"
                        rf"Bulletin){WORD_END}"
                        rf"(?:\s(?:of|in|on|for)\s{_CAPITAL}"
                        rf"(?:\s(?:and\s|of\s)?{_CAPITAL}){{0,4}})?)"
                    ),
                    0.6,
                    "Named like a journal.",
                    accept=lambda text, start, end: " " in text[start:end],
                ),
                Phrase(
                    re.compile(
                        rf"(?i:{WORD_START}{_OWN_WORK})\s[\"“'‘*_]{{0,2}}(?P<id>{_CAPITAL}"
                        rf"(?:\s(?:of\s|and\s|&\s|the\s|for\s|a\s|in\s|to\s){{0,2}}{_CAPITAL}){{0,6}})"
                    ),
                    0.6,
                    "The title of a work that the participant calls their own.",
                    accept=_is_title,
                ),
            ],
            language=language,
        ),
    ]
