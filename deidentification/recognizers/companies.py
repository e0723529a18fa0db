"""Companies and institutions typed without capitals, told by what ends their names."""

from __future__ import annotations

import re

from presidio_analyzer import EntityRecognizer

from deidentification.boundaries import WORD_END, WORD_START
from deidentification.familiarity import family_names, is_unfamiliar, ordinary_words
from deidentification.lexicon import NEVER_NAMES, listed
from deidentification.recognizers.phrases import Phrase, PhraseRecognizer
from deidentification.text_mapping import folded

_GENERAL = listed("not_places.txt")
_SORTS = listed("kinds_of_institution.txt")
_FIELDS = listed("fields_of_business.txt")
#: A name does not open with one of these, and a pattern must not begin to read there.
_NOT_FIRST = r"(?!(?:a|an|and|as|at|but|by|from|for|in|is|it|my|of|on|or|our|so|than|that|the|their|this|to|was|we|were|who|with|your)\s)"
_WORD = rf"{_NOT_FIRST}(?-i:(?![^\W\d_a-zß-ÿ]))[^\W\d_][\w'’&-]{{1,30}}"
_ANY = rf"{_NOT_FIRST}[^\W\d_][\w'’&-]{{1,30}}"
_CAPITAL = r"(?=[^\W\d_a-z])[^\W\d_][\w'’&-]{1,30}"
#: Legal forms and the like: nothing but a company ends so.
_FORM = (
    r"plc|ltd|inc|llc|llp|gmbh|corp|corporation|s\.?a\.?r\.?l|pty|pvt|bhd|oyj|(?-i:SE|SA|NV|AG|ASA|AB)|"
    r"ltda|lda|sp\.?\s?z\s?o\.?\s?o|s\.r\.o|a\.s|k\.s|kft|nyrt|zrt|kkt|s\.?l\.?u|s\.coop|s\.a\.?u?|és\stársa|et\sfils|"
    r"(?:and|&|y|e|et|og|och|und)\s(?:asociados|associés|associati|associados|söhne|hijos|figli|filhos|fils|sønner|söner)|"
    r"(?:and|&)\s(?:sons|daughters|co|associates|brothers|partners)|co\.?,?\s?ltd|holdings"
)
_KIND = (
    r"media|studios?|design|designs|films|books|games|press|creative|audio|labs?|interactive|publishing|"
    r"consulting|consultants|analytics|biotech|logistics|architects|architecture|collective|agency|"
    r"pharma|pharmaceuticals|health|healthcare|foods|group|systems|software|technologies|tech|capital|"
    r"energy|insurance|bank|hotels?|cafe|bakery|brewery|brewing|records|pictures|productions|"
    r"solutions|industries|ventures|robotics|aerospace|motors|airlines|textiles|ceramics|furniture|"
    r"interiors|landscapes|gardens|photography|animation|entertainment|comics|digital|digital agency|"
    r"therapeutics|diagnostics|sciences|instruments|electronics|engineering|construction|properties|"
    r"realty|law|legal|wealth|financial|advisors|associates|theatre|theater|orchestra|ensemble|gallery"
)
_INSTITUTION = (
    r"(?:(?:state|community|technical|city|county|national|royal|general|memorial|regional|medical|"
    r"children's|high|primary|elementary|grammar|middle|secondary|art|music|law|business)\s){0,2}"
    r"(?:university|uni|college|polytechnic|institute|hospital|clinic|academy|conservatory|school|"
    r"library|council|church|museum|gallery|centre|center|foundation|trust)"
    r"(?:\sof\s(?:modern\s|fine\s|applied\s)?(?:art|arts|design|music|technology|medicine|science|law|education|history|nursing))?"
)
_WORKS = (
    r"(?:work(?:s|ed|ing)?|intern(?:ed|ing|ship)?|freelanc(?:e|ed|ing)|job|gig|project|contract(?:ed|ing)?|"
    r"position|role|started|employed|hired|client|commission|been|was|were|am|i'm|folks|people|team|guys|"
    r"everyone|manager|boss|colleagues?|designer|engineer|editor|developer|over|back|here|studied|study|"
    r"taught|teach|degree|masters|phd|enrolled)\s(?:is\s)?(?:at|for|with|by|from)"
    r"|laid\soff\sfrom|fired\sfrom|(?:i|we|she|he)\s(?:left|quit|joined)|(?:went|goes|go|going)\sto|"
    r"(?:graduated|dropped\sout)\s(?:from|of)|merger\swith|sold\sto"
)


def company_recognizers(language: str) -> list[EntityRecognizer]:
    """The recogniser of this module for one language of the analyser."""
    return [
        PhraseRecognizer(
            "CompanyRecognizer",
            "ORGANIZATION",
            [
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>{_WORD}(?:\s(?:of\sthe\s|of\s|the\s|&\s|and\s)?{_WORD}){{0,3}}?,?\s(?:{_FORM})){WORD_END}\.?",
                        re.IGNORECASE,
                    ),
                    0.6,
                    "A legal form of companies ends it.",
                    accept=_is_company,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>{_CAPITAL}(?:\s(?:of\sthe\s|of\s|the\s|&\s|and\s)?{_CAPITAL}){{0,3}}?,?\s(?i:{_FORM})){WORD_END}\.?"
                    ),
                    0.7,
                    "A legal form of companies ends it.",
                    accept=_is_company,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?:{_WORKS})\s(?:the\s)?"
                        rf"(?P<id>{_WORD}(?:\s(?:&\s|and\s)?{_WORD}){{0,2}}?\s(?:{_KIND})){WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.55,
                    "It ends like a company's name and follows words for working there.",
                    accept=_is_named,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>{_WORD}(?:\s{_WORD}){{0,2}}?\s(?:{_KIND}|{_INSTITUTION})){WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.5,
                    "A word of no dictionary before one that ends names of companies.",
                    accept=_is_coined,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?:{_WORKS})\s(?:the\s)?"
                        rf"(?P<id>{_WORD}(?:\s{_WORD}){{0,2}}?\s{_INSTITUTION}){WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.55,
                    "A name and a kind of institution after words for belonging to it.",
                    accept=_is_named,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>(?:technical\s|catholic\s|federal\s|open\s)?(?:university|uni|college|institute|academy|bank)\s"
                        rf"of\s(?:the\s)?{_WORD}(?:\s{_WORD})?){WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.55,
                    "A kind of institution, and the place it is named after.",
                    accept=_ends_in_a_name,
                ),
                Phrase(
                    re.compile(
                        rf"(?i:{WORD_START}the)\s(?P<id>{_ANY}(?:,?\s(?:and\s|&\s)?{_ANY}){{0,3}}?)(?=\s(?i:offices?|headquarters|hq|"
                        rf"campus|branch|factory|warehouse)\b)"
                    ),
                    0.5,
                    "A name before the word for where an employer sits.",
                    accept=_is_strange,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>{_CAPITAL},\s(?:{_CAPITAL},\s)?{_CAPITAL},?\s(?:and|&|og|och|und|y|et)\s{_CAPITAL}){WORD_END}"
                    ),
                    0.5,
                    "Surnames in a row, as partners name their firm.",
                    accept=_are_surnames,
                ),
            ],
            language=language,
        )
    ]


def _words(text: str, start: int, end: int) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", folded(text[start:end]))


def _is_company(text: str, start: int, end: int) -> bool:
    """Something stands before the legal form that is neither a function word nor a sort."""
    words = _words(text, start, end)
    return words[0] not in NEVER_NAMES | _GENERAL | _SORTS | _FIELDS and any(
        word not in NEVER_NAMES for word in words[:-1]
    )


def _is_named(text: str, start: int, end: int) -> bool:
    """The words before the kind are no function words and describe no field of business."""
    words = _words(text, start, end)[:-1]
    return bool(words) and not any(
        word in NEVER_NAMES | _GENERAL | _SORTS | _FIELDS
        or word.endswith(("ing", "n't", "er", "ly"))
        for word in words
    )


def _is_coined(text: str, start: int, end: int) -> bool:
    """The name's first word is in no dictionary, however it may be put together."""
    first, *rest = _words(text, start, end)
    return (
        is_unfamiliar(first)
        and not text[start:end].split()[0].isupper()
        and not any(word in NEVER_NAMES for word in rest[:-1] if word != "of")
    )


def _ends_in_a_name(text: str, start: int, end: int) -> bool:
    """What the institution is named after is in no dictionary, so not "university of life"."""
    words = _words(text, start, end)
    after = words[words.index("of") + 1 :]
    return any(is_unfamiliar(word) for word in after) or all(
        word not in ordinary_words() for word in after
    )


def _is_strange(text: str, start: int, end: int) -> bool:
    """One of the words is in no dictionary, or all have a capital and some are surnames."""
    words = _words(text, start, end)
    return any(is_unfamiliar(word) for word in words)


def _are_surnames(text: str, start: int, end: int) -> bool:
    """At least two of them are surnames and nothing else."""
    return sum(word in family_names() for word in _words(text, start, end)) >= 2
