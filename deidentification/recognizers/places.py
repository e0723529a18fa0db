"""Street addresses and the postal codes that follow them."""

from __future__ import annotations

import re

from presidio_analyzer import EntityRecognizer

from deidentification.boundaries import WORD_END, WORD_START
from deidentification.recognizers.phrases import Phrase, PhraseRecognizer

_STREET = (
    r"street|st|avenue|ave|av|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|terrace|"
    r"square|sq|highway|hwy|parkway|pkwy|circle|cir|crescent|close|grove|gardens|mews|row|alley|"
    r"trail|quay|hill|park|way|walk"
)
#: Of these, the ones that are told from ordinary words without a capital.
_PLAIN_STREET = r"street|avenue|ave|road|rd|boulevard|blvd|lane|terrace|crescent|parkway|pkwy"
_NUMBER = r"\d{1,5}[a-zA-Z]?(?:[-/]\d{1,4}[a-zA-Z]?)?"
_NAME = r"(?:[NSEW]\.?\s)?(?:[^\W\d_a-z][\w'.-]{0,30}\s|\d{1,3}(?:st|nd|rd|th)\s){1,4}"
_NOT_NAMED = (
    r"(?!(?:a|an|and|at|by|down|few|for|from|hours?|in|is|minutes?|mins?|months?|more|of|on|or|"
    r"other|people|per|percent|steps?|the|their|times?|to|up|years?|years?|different|new|more)\s)"
)
_UNIT = r"(?:,?\s{1,2}(?:(?:apt|apartment|unit|suite|ste|flat|floor|fl|room|rm)\.?\s?#?\s?\w{1,6}|#\s?\w{1,6}))?"
_STATE = (
    r"A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|"
    r"T[NX]|UT|V[AT]|W[AIVY]|AB|BC|MB|NB|NL|NS|ON|PE|QC|SK|NSW|VIC|QLD|TAS|ACT"
)
_ZIP = r"(?:\d{5}(?:-\d{4})?|[A-Z]\d[A-Z]\s?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})"
#: ", Springfield, IL 62704": what goes on belongs to the same address.
_TAIL = (
    rf"(?:,?\s{{1,3}}(?:[^\W\d_a-z][\w'.-]{{1,30}}\s?){{1,3}})?(?:,?\s{{1,3}}(?:{_STATE}){WORD_END})?"
    rf"(?:,?\s{{1,3}}{_ZIP}{WORD_END})?"
)


def place_recognizers(language: str) -> list[EntityRecognizer]:
    """The recognisers of this module for one language of the analyser."""
    return [
        PhraseRecognizer(
            "StreetAddressRecognizer",
            "STREET_ADDRESS",
            [
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>{_NUMBER},?\s{_NAME}(?i:{_STREET}){WORD_END}\.?"
                        rf"(?i:{_UNIT})(?:(?=,){_TAIL})?)"
                    ),
                    0.8,
                    "A house number, a name and a word for a street.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>{_NUMBER}\s(?:{_NOT_NAMED}[^\W\d_][\w'-]{{1,30}}\s){{1,3}}"
                        rf"(?:{_PLAIN_STREET}){WORD_END}{_UNIT})",
                        re.IGNORECASE,
                    ),
                    0.65,
                    "A number, a name and a word for a street.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>(?:[^\W\d_a-z][\w-]{{1,30}}(?:straße|strasse|str\.|weg|platz|gasse|allee|"
                        rf"straat|laan|gatan|vägen|gade|vej)|(?:Calle|Avenida|Rua|Via|Viale|Piazza|Plaza|Carrer)"
                        rf"\s(?:(?:de|del|della|da|do|dos|di|la|las|los)\s){{0,2}}[^\W\d_a-z][\w'-]{{1,30}}),?\s{_NUMBER}){WORD_END}"
                    ),
                    0.75,
                    "A street's name as written in other languages, and a house number.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>{_NUMBER},?\s(?:bis\s)?(?:rue|avenue|boulevard|place|chemin|impasse)"
                        rf"\s(?:(?:de|du|des|la|le|l'|d')\s?){{0,2}}[^\W\d_][\w'-]{{1,30}}){WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.75,
                    "A house number and a street's name as written in French.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>p\.?\s?o\.?\s?box\s\d{{1,6}}){WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.8,
                    "A post-office box.",
                ),
            ],
            language=language,
            needs=r"\d",
        ),
        PhraseRecognizer(
            "ZipCodeRecognizer",
            "ZIP_CODE",
            [
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?i:zip(?:\s?code)?|post(?:al)?\s?code)(?i:\sis|:)?\s{{1,2}}(?P<id>{_ZIP}|\d{{4,6}}){WORD_END}"
                    ),
                    0.8,
                    "It follows words that announce a postal code.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?:{_STATE}),?\s{{1,2}}(?P<id>\d{{5}}(?:-\d{{4}})?){WORD_END}"
                    ),
                    0.7,
                    "Five digits after a state's abbreviation.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>[A-Z]{{1,2}}\d[A-Z\d]?\s\d[ABD-HJLNP-UW-Z]{{2}}|[ABCEGHJ-NPRSTVXY]\d[A-Z]\s\d[A-Z]\d)"
                        + WORD_END
                    ),
                    0.7,
                    "Written like a British or Canadian postal code.",
                ),
            ],
            language=language,
            needs=r"\d",
        ),
    ]
