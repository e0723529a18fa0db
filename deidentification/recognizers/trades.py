"""Rare occupations: what identifies only together with other things."""

from __future__ import annotations

import re

from presidio_analyzer import EntityRecognizer

from deidentification.boundaries import WORD_END, WORD_START
from deidentification.lexicon import NEVER_NAMES, listed
from deidentification.recognizers.phrases import Phrase, PhraseRecognizer
from deidentification.text_mapping import folded

_COMMON = listed("common_jobs.txt")
_EVERYDAY = _COMMON | listed("everyday_people.txt") | listed("fields_of_business.txt") | NEVER_NAMES
#: How words for people by what they do end, and some that end otherwise.
_DOER = re.compile(
    r"(?:er|ers|or|ors|ist|ists|ian|ians|eur|eurs|euse|wright|smith|monger|ant|nose|poet|coach|guide|"
    r"chef|cook|scribe|sage|herald|judge|clerk|nurse|vet|pilot|cowboy|jockey|groom|mime|clown)s?$"
)
_WORD = r"[^\W\d_][\w'’-]{1,30}"
_ENDS = (
    r"(?=\s{0,2}(?:$|[.,!?;:()\n]|[-–—]\s)|\s(?:and|i|you|we|or|at|but|by|for|from|here|in|near|now|on|since|so|"
    r"because|these|to|mostly|mainly|where|which|while|"
    r"there|who|with)\b)"
)
_WORKS = (
    r"(?:i|he|she)(?:'m|\sam|'ve been|\shave been)?\s(?:\w{1,10}\s)?"
    r"(?:work(?:s|ed|ing)?|make (?:a|my) living|earn (?:a|my) living)\sas\s(?:an?|the)"
)
_BEING = (
    r"i'm|i\sam|im|i\swas|i've\sbeen|being|i\sbecame|(?:trained|training|apprenticed|employed|"
    r"qualified|started(?:\sout)?|retired|living|career|life|day\sjob|i\swork|i\sworked|working)\sas|(?:trained|training|"
    r"studying|hired|paid)\s(?:to\s(?:be|become)|as)|(?:to|i|they|never|who)\smeet|met|married\sto"
)
_JOB = (
    r"my\s(?:day\s)?(?:job|trade|profession|occupation|craft|calling|job\stitle|title|role|main\sgig)(?:\s?[?:,]|\sis|\swas|'s)"
    r"(?:\sbeing|\sas)?"
)
_FEW = (
    r"there(?:'s|\s(?:are|is))\s(?:\w{1,8}\s){0,2}?(?:one|two|three|four|five|six|ten|few|\d|handful\sof|a\sdozen)|"
    r"(?:only|just)\s(?:two|three|four|five|six|\d)|the\s(?:only|last)\s(?:two|three|few)"
)
_ONLY = (
    r"(?:i'm|i am|im|being|as|one of)\s(?:\w{1,10}\s)?the\s"
    r"(?:only|last|first|two|three|few|youngest)"
    r"(?:\s(?:female|male|black|remaining|full-time|working|two|three|few))?"
)


def _is_rare(text: str, start: int, end: int) -> bool:
    """More than one word, or one that no list of common jobs has; never only common words."""
    words = [folded(word) for word in text[start:end].replace("-", " ").split()]
    telling = [word for word in words if word not in _COMMON | NEVER_NAMES]
    return bool(telling) and words[0] not in NEVER_NAMES


def _is_rare_trade(text: str, start: int, end: int) -> bool:
    """Somebody who does something, and not what very many people call themselves."""
    words = [folded(word) for word in re.split(r"[\s-]+", text[start:end])]
    last = words[-1]
    if not _DOER.search(last) or words[0] in NEVER_NAMES or is_demonym(text, start, end):
        return False
    singular = last.removesuffix("s")
    if len(words) == 1:
        return singular not in _EVERYDAY and last not in _EVERYDAY and len(last) > 5
    return any(word not in _EVERYDAY for word in (*words[:-1], singular))


def _is_rare_after_article(text: str, start: int, end: int) -> bool:
    """As :func:`_is_rare_trade`, with the article that stands before a trade."""
    before = text[max(0, start - 4) : start].lower().split()
    return bool(before) and before[-1] in ("a", "an") and _is_rare_trade(text, start, end)


def is_demonym(text: str, start: int, end: int) -> bool:
    """ "I'm an Australian" is no trade: what has a capital inside a sentence is something else."""
    return text[end - 1].isalpha() and text[start:end].split()[-1][0].isupper()


def _is_craft(text: str, start: int, end: int) -> bool:
    """What is made, kept or studied must itself be out of the common."""
    words = [folded(word) for word in text[start:end].split()]
    if words[-1] in _COMMON:
        return False
    before = words[-2] if len(words) > 1 else ""
    return before not in _COMMON | NEVER_NAMES


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
                        rf"{WORD_START}(?:{_BEING})\s(?:an?\s)(?P<id>{_WORD}(?:\s{_WORD}){{0,3}}?){_ENDS}",
                        re.IGNORECASE,
                    ),
                    0.55,
                    "An occupation that few people have, after words by which people say what they are.",
                    accept=_is_rare_trade,
                ),
                Phrase(
                    re.compile(
                        rf"(?:^|[.!?,;\n]\s{{0,2}}|\b(?:honestly|and|but|so|well|yeah|speaking|obviously)\s)as\san?\s"
                        rf"(?P<id>{_WORD}(?:\s{_WORD}){{0,3}}?)(?=,?\s(?:i|i'm|i've|im|my|we|you)\s)",
                        re.IGNORECASE,
                    ),
                    0.55,
                    "An occupation that few people have, in which the participant says to speak.",
                    accept=_is_rare_trade,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>{_WORD}(?:\s{_WORD}){{0,2}})(?=\s(?:by\s(?:trade|profession|training)|for\sa\sliving)\b)",
                        re.IGNORECASE,
                    ),
                    0.55,
                    "The words after it say that it is a trade.",
                    accept=_is_rare_after_article,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?:{_JOB})\s(?:an?\s|the\s)?(?P<id>{_WORD}(?:\s{_WORD}){{0,3}}?){_ENDS}",
                        re.IGNORECASE,
                    ),
                    0.55,
                    "It follows words for one's job.",
                    accept=_is_rare_trade,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?:{_FEW})\s(?P<id>{_WORD}(?:\s{_WORD}){{0,3}}?)(?=\s(?:in|left|around|here|on|within|anywhere)\b)",
                        re.IGNORECASE,
                    ),
                    0.6,
                    "The words before it say that there are hardly any others.",
                    accept=_is_rare_trade,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}work(?:ed|s|ing)?\s(?:for|at)\s[^.!?\n]{{3,60}}?\sas\s(?:an?\s|the\s)?"
                        rf"(?P<id>{_WORD}(?:\s{_WORD}){{0,3}}(?:,\s{_WORD})?)(?=,?\s(?:but|until|and|for|since|before|from)\b|[.!?])",
                        re.IGNORECASE,
                    ),
                    0.55,
                    "An occupation after the employer.",
                    accept=_is_rare,
                ),
                Phrase(
                    re.compile(
                        rf"[^\W\d_],\sthe\s(?P<id>{_WORD}(?:,?\s{_WORD}){{0,6}}),\s(?:said|says|told|tells|explains|explained|wrote|writes)\b",
                        re.IGNORECASE,
                    ),
                    0.6,
                    "It stands between a name and what that person said.",
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
    ]
