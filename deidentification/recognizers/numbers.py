"""Phone numbers, account numbers and the long numbers of documents."""

from __future__ import annotations

import re

from presidio_analyzer import EntityRecognizer

from deidentification import patterns
from deidentification.boundaries import WORD_END, WORD_START
from deidentification.recognizers.phrases import Phrase, PhraseRecognizer

_DOCUMENTS = (
    r"passport|licen[cs]e|employee|student|member(?:ship)?|patient|account|badge|staff|customer|case|policy|"
    r"insurance|social\ssecurity|ssn|national\sinsurance|nino?|tax|visa|permit|id|identity\scard"
)


def number_recognizers(language: str) -> list[EntityRecognizer]:
    """The recognisers of this module for one language of the analyser."""
    return [
        PhraseRecognizer(
            "NumberRecognizer",
            "PHONE_NUMBER",
            [
                Phrase(
                    patterns.PHONE,
                    0.6,
                    "Digits grouped like a phone number.",
                    accept=_is_phone,
                ),
                Phrase(
                    patterns.SPELLED_NUMBER,
                    0.6,
                    "Seven or more digits in a row, two or more of them written as words.",
                    accept=_has_words,
                ),
                Phrase(
                    re.compile(
                        rf"(?:{WORD_START}(?:call|text|phone|cell|mobile|number|whatsapp|reach|"
                        rf"ring|tel)"
                        r"\D{0,20})(?P<id>\d{3}[\s.-]\d{4})(?![\d-])",
                        re.IGNORECASE,
                    ),
                    0.6,
                    "Seven digits after words that announce a phone number.",
                ),
            ],
            language=language,
        ),
        PhraseRecognizer(
            "TypedIbanRecognizer",
            "IBAN_CODE",
            [
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>[a-z]{{2}}\d{{2}}(?:\s?[a-z0-9]){{11,30}}){WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.8,
                    "Letters and digits like an international bank account's, and its check digits are right.",
                    accept=_is_iban,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}iban\W{{0,3}}(?:is\s|number\s|no\.?\s)?(?P<id>[a-z]{{2}}\d{{2}}(?:\s?[a-z0-9]{{2,6}}){{3,9}}){WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.7,
                    "It follows the word for an international bank account number.",
                ),
            ],
            language=language,
        ),
        PhraseRecognizer(
            "LongNumberRecognizer",
            "ID_NUMBER",
            [
                Phrase(
                    patterns.LONG_NUMBER,
                    0.5,
                    "A number long enough to name one account, document or person.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?:passport|licen[cs]e|employee|student|member(?:ship)?|"
                        rf"patient|"
                        r"account|badge|staff|customer|order|case|policy|reference|ref|tax|id)"
                        r"(?:\s(?:number|no\.?|num|id|#|code)){1,2}(?:\sis|:|\s#)?\s{1,2}"
                        r"#?(?P<id>(?=[\w-]{0,20}\d)[A-Z0-9][A-Z0-9-]{3,20})" + WORD_END,
                        re.IGNORECASE,
                    ),
                    0.7,
                    "It follows words that announce an identification number.",
                ),
                Phrase(
                    re.compile(
                        rf"(?i:{WORD_START}(?:{_DOCUMENTS})(?:\s(?:number|no\.?|num|id|#|code)){{0,2}}(?:\sis|:|\s#)?)\s{{1,2}}"
                        rf"(?P<id>(?:[A-Z]{{1,3}}[ -]?)?\d{{2,5}}(?:[ -]\d{{2,5}}){{1,4}}(?:[ -]?[A-Z]{{1,2}})?){WORD_END}"
                    ),
                    0.7,
                    "Groups of digits after words that announce an identification number.",
                ),
            ],
            language=language,
        ),
    ]


def _is_phone(text: str, start: int, end: int) -> bool:
    return patterns.is_phone(text[start:end])


def _is_iban(text: str, start: int, end: int) -> bool:
    """ISO 13616: the first four moved to the end and letters read as 10 to 35, modulo 97 is 1."""
    plain = re.sub(r"\s", "", text[start:end]).upper()
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(mark, 36)) for mark in plain[4:] + plain[:4])) % 97 == 1


def _has_words(text: str, start: int, end: int) -> bool:
    return patterns.is_spelled_number(text[start:end])
