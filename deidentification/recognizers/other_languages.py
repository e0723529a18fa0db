"""Ages and institutions as other languages than English write them.

They are searched in every transcript: sessions without a model have nothing else, and people
mix languages. Kinds of institution and words for age are each language's ordinary ones.
"""

from __future__ import annotations

import re

from presidio_analyzer import EntityRecognizer

from deidentification.boundaries import WORD_END, WORD_START
from deidentification.recognizers.phrases import Phrase, PhraseRecognizer

_NUMBER = r"(?:1[01]\d|[1-9]\d)"
_CAPITAL = r"(?=[^\W\d_a-z])[^\W_][\w'’&-]{0,30}"
#: Years of practice are counted with the same words as years of life.
_NOT_PRACTICE = r"(?!\s(?:de|d['’]|di|in|im|en|em|Erfahrung|lang|haciendo|trabajando|fazendo)\b)"
_KIND = (
    "Universität|Hochschule|Institut|Stiftung|Verlag|Klinik|Universidade|Universidad|Instituto|"
    "Fundación|Fundação|Colegio|Colégio|Escuela|Escola|Editorial|Editora|Clínica|Université|"
    "École|Lycée|Collège|Fondation|Éditions|Clinique|Università|Istituto|Fondazione|Liceo|"
    "Universiteit|Hogeschool|Stichting|Universitet|Uniwersytet|Fundacja"
)


def other_language_recognizers(language: str) -> list[EntityRecognizer]:
    """The recognisers of this module for one language of the analyser."""
    return [
        PhraseRecognizer(
            "ForeignAgeRecognizer",
            "AGE",
            [
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?:j['’]ai|tengo|tenho|tiene|tem|ho|ich bin|bin jetzt|"
                        rf"mam|мне|ben ik|ik ben)\s(?:\w{{2,9}}\s)?(?P<id>{_NUMBER})\s?"
                        rf"(?:ans|años|anos|anni|jahre(?:\salt)?|lat|лет|год|года|jaar){WORD_END}"
                        rf"{_NOT_PRACTICE}",
                        re.IGNORECASE,
                    ),
                    0.75,
                    "A number of years said of oneself, as an age is.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}ich bin\s(?:jetzt\s|schon\s|erst\s)?(?P<id>{_NUMBER})"
                        r"(?=\s{0,2}(?:$|[.,!?;\n])|\sund\b)",
                        re.IGNORECASE,
                    ),
                    0.65,
                    "A number said of oneself, as an age is.",
                ),
                Phrase(
                    re.compile(r"(?P<id>(?<!\d)[1-9]\d{1,2})\s?[歳才岁歲](?![月以])"),
                    0.8,
                    "A number with the sign for years of age.",
                ),
                Phrase(
                    re.compile(r"عمري\s(?:هو\s)?(?P<id>\d{2,3})"),
                    0.8,
                    "A number after the word for one's age.",
                ),
            ],
            language=language,
        ),
        PhraseRecognizer(
            "ForeignInstitutionRecognizer",
            "ORGANIZATION",
            [
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>(?:{_KIND})\s"
                        rf"(?:(?:de|der|des|du|del|della|do|da|di|für|van|la|las|los)\s){{0,2}}"
                        rf"{_CAPITAL}(?:\s(?:(?:de|e|y|et|und)\s)?{_CAPITAL}){{0,2}})"
                    ),
                    0.7,
                    "It opens like the name of an institution.",
                ),
                Phrase(
                    re.compile(
                        r"(?P<id>[\u4e00-\u9fff\u30a1-\u30ff]{2,8}"
                        r"(?:大学|大學|研究所|製作所|株式会社|病院|医院|出版社|高校|公司))"
                    ),
                    0.7,
                    "It ends like the name of an institution.",
                ),
                Phrase(
                    re.compile(
                        r"(?P<id>(?:جامعة|معهد|مستشفى|شركة|مؤسسة|مدرسة)\s[\u0621-\u064a]{3,20})"
                    ),
                    0.65,
                    "It opens like the name of an institution.",
                ),
            ],
            language=language,
        ),
    ]
