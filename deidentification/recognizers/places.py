"""Street addresses and the postal codes that follow them."""

from __future__ import annotations

import re

from presidio_analyzer import EntityRecognizer

from deidentification.boundaries import WORD_END, WORD_START
from deidentification.lexicon import NEVER_NAMES, listed
from deidentification.recognizers.phrases import Phrase, PhraseRecognizer
from deidentification.text_mapping import folded

_STREET = (
    r"street|st|avenue|ave|av|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|terrace|"
    r"square|sq|highway|hwy|parkway|pkwy|circle|cir|crescent|close|grove|gardens|mews|row|alley|"
    r"trail|quay|hill|park|way|walk"
)
#: Of these, the ones that are told from ordinary words without a capital.
_PLAIN_STREET = r"street|avenue|ave|road|rd|boulevard|blvd|lane|terrace|crescent|parkway|pkwy"
#: Of these, the ones after which a number can only be the house's.
_LONG_STREET = r"street|avenue|road|boulevard|lane|terrace|crescent|square|close|drive"
_NUMBER = r"\d{1,5}[a-zA-Z]?(?:[-/]\d{1,4}[a-zA-Z]?)?"
_NAME = r"(?:[NSEW]\.?\s)?(?:[^\W\d_a-z][\w'.-]{0,30}\s|\d{1,3}(?:st|nd|rd|th)\s){1,4}"
_NOT_NAMED = (
    r"(?!(?:a|an|and|at|by|down|few|for|from|hours?|in|is|minutes?|mins?|months?|more|of|on|or|"
    r"other|people|per|percent|steps?|the|their|times?|to|up|years?|years?|different|new|more)\s)"
)
_UNIT = (
    r"(?:,?\s{1,2}(?:(?:apt|apartment|unit|suite|ste|flat|floor|fl|room|rm)\.?\s?#?\s?\w{1,6}|"
    r"#\s?\w{1,6}))?"
)
_STATE = (
    r"A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|"
    r"T[NX]|UT|V[AT]|W[AIVY]|AB|BC|MB|NB|NL|NS|ON|PE|QC|SK|NSW|VIC|QLD|TAS|ACT"
)
_ZIP = r"(?:\d{5}(?:-\d{4})?|[A-Z]\d[A-Z]\s?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})"
#: ", Springfield, IL 62704": what goes on belongs to the same address.
_TAIL = (
    rf"(?:,?\s{{1,3}}(?:[^\W\d_a-z][\w'.-]{{1,30}}\s?){{1,3}})?"
    rf"(?:,?\s{{1,3}}(?:{_STATE}){WORD_END})?"
    rf"(?:,?\s{{1,3}}{_ZIP}{WORD_END})?"
)


#: What "I live in" and "I work at" go on with when no name follows.
_GENERAL = listed("not_places.txt")
#: General words that end a name when one of its own stands before them.
_INSTITUTIONS = frozenset(
    {"agency", "art", "church", "college", "company", "design", "hospital", "media", "museum"}
    | {"music", "publishing", "school", "software", "studios", "theater", "theatre"}
)
#: Up to four words, the capitalised ones freely, others until the sentence stops or turns.
_CAPITALS = (
    r"(?:[^\W\d_a-z][\w&'-]{0,30}(?:\s(?:of\s|and\s|&\s|the\s|"
    r"de\s)?(?=[^\W\d_a-z])[\w&'-]{1,30}){0,4})"
)
_PLAIN = r"(?:[^\W\d_][\w&'-]{1,30}(?:\s[^\W\d_][\w&'-]{1,30}){0,3}?)"
_TURN = (
    r"(?=\s{0,2}(?:$|[.,!?;:()\n]|\s-\s)|\s(?:and|as|at|btw|but|currently|doing|for|from|in|"
    r"lol|now|"
    r"on|rn|since|so|these|where|which|while|who|with)\b)"
)


def _is_named(text: str, start: int, end: int) -> bool:
    words = [folded(word) for word in text[start:end].split()]
    if words[0] in NEVER_NAMES | _GENERAL:
        return False
    return words[-1] not in _GENERAL or (len(words) > 1 and words[-1] in _INSTITUTIONS)


def _placed(announced: str, score: float, why: str) -> list[Phrase]:
    """After words that announce it: a name with capitals, or one without."""
    before = rf"(?i:{WORD_START}(?:{announced}))\s(?i:the\s)?"
    return [
        Phrase(re.compile(rf"{before}(?P<id>{_CAPITALS})"), score, why, accept=_is_named),
        Phrase(
            re.compile(rf"{before}(?P<id>{_PLAIN}){_TURN}", re.IGNORECASE),
            score,
            why,
            accept=_is_named,
        ),
    ]


_LIVES = (
    r"(?:i|we|i'm|i am|im|i've|i was|who|he|she|they|family|parents)\s(?:\w{1,9}\s)?"
    r"(?:live in|lives in|living in|lived in|grew up in|was born in|born in|moved to|relocated to|"
    r"based in|based out of|come from|comes from|originally from)|i'm from|im from|i am from|"
    r"my hometown(?: is|,)|my home town(?: is|,)"
)
_WORKS = (
    r"(?:i|we|i'm|i am|im|who|he|she|husband|wife|i've|i used to|i currently|"
    r"i mostly)\s(?:\w{1,9}\s)?"
    r"(?:work at|works at|worked at|working at|work for|works for|worked for|working for|"
    r"employed by|employed at|interned at|interned for|studied at|study at|teach at|taught at|"
    r"studying at|teaching at|teaches at|lecture at|trained at|enrolled at|volunteer at|"
    r"freelance for|contract for|got hired by|hired by|graduated from|went to school at)|"
    r"my employer(?: is|,)|my company(?: is|,)|my company is called|my business is called|"
    r"my studio is called"
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
                        rf"{WORD_START}(?P<id>{_NUMBER}\s"
                        rf"(?:{_NOT_NAMED}[^\W\d_][\w'-]{{1,30}}\s){{1,3}}"
                        rf"(?:{_PLAIN_STREET}){WORD_END}{_UNIT})",
                        re.IGNORECASE,
                    ),
                    0.65,
                    "A number, a name and a word for a street.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>(?:[^\W\d_a-z][\w-]{{1,30}}(?:straße|strasse|"
                        rf"str\.|weg|platz|gasse|allee|"
                        rf"straat|laan|gatan|vägen|gade|vej)|(?:Calle|Avenida|Rua|Via|Viale|"
                        rf"Piazza|Plaza|Carrer)"
                        rf"\s(?:(?:de|del|della|da|do|dos|di|la|las|"
                        rf"los)\s){{0,2}}[^\W\d_a-z][\w'-]{{1,30}}),?\s{_NUMBER}){WORD_END}"
                    ),
                    0.75,
                    "A street's name as written in other languages, and a house number.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>{_NUMBER},?\s(?:bis\s)?(?:rue|avenue|boulevard|"
                        rf"place|chemin|impasse)"
                        rf"\s(?:(?:de|du|des|la|le|l'|"
                        rf"d')\s?){{0,2}}[^\W\d_][\w'-]{{1,30}}){WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.75,
                    "A house number and a street's name as written in French.",
                ),
                Phrase(
                    re.compile(
                        rf"(?i:{WORD_START}(?:lives?|living|stay(?:ing)?|address(?:\sis|:|\sto)?|located|"
                        rf"resides?|moved|office\sis|house\sis)\s(?:now\s)?(?:at|to|:|is)?\s?)"
                        rf"(?P<id>{_NUMBER},?\s(?=[^\W\d_a-z])[^.?!;\n]{{4,70}}?(?:{_ZIP}{WORD_END}|(?=[.?!;\n]|$)))"
                    ),
                    0.65,
                    "A number and names after words that announce an address.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>(?:{_NAME})(?i:{_LONG_STREET}),?\s"
                        rf"(?i:number\s|no\.?\s|nr\.?\s)?{_NUMBER}){WORD_END}"
                    ),
                    0.65,
                    "A street's name and the house number after it.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>(?:flat|apt|apartment|unit|suite)\.?\s#?\d{{1,5}}[a-z]?)"
                        rf"{WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.5,
                    "The number of a flat.",
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
        ),
        PhraseRecognizer(
            "ResidenceRecognizer",
            "LOCATION",
            _placed(_LIVES, 0.6, "It follows words that say where somebody lives or is from."),
            language=language,
        ),
        PhraseRecognizer(
            "WorkplaceRecognizer",
            "ORGANIZATION",
            _placed(_WORKS, 0.6, "It follows words that say where somebody works or learnt."),
            language=language,
        ),
        PhraseRecognizer(
            "ZipCodeRecognizer",
            "ZIP_CODE",
            [
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?i:zip(?:\s?code)?|post(?:al)?\s?code)(?i:\sis|"
                        rf":)?\s{{1,2}}(?P<id>{_ZIP}|\d{{4,6}}){WORD_END}"
                    ),
                    0.8,
                    "It follows words that announce a postal code.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?:{_STATE}),?\s{{1,2}}"
                        rf"(?P<id>\d{{5}}(?:-\d{{4}})?){WORD_END}"
                    ),
                    0.7,
                    "Five digits after a state's abbreviation.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>[A-Z]{{1,2}}\d[A-Z\d]?\s\d[ABD-HJLNP-UW-Z]{{2}}|"
                        rf"[ABCEGHJ-NPRSTVXY]\d[A-Z]\s\d[A-Z]\d)" + WORD_END
                    ),
                    0.7,
                    "Written like a British or Canadian postal code.",
                ),
            ],
            language=language,
        ),
    ]
