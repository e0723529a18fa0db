"""Addresses as other countries write them, and those of armed forces."""

from __future__ import annotations

import re

from presidio_analyzer import EntityRecognizer

from deidentification.boundaries import WORD_END, WORD_START
from deidentification.recognizers.phrases import Phrase, PhraseRecognizer

_NUMBER = r"\d{1,5}[a-zA-Z]?(?:[-/]\d{1,4}[a-zA-Z]?)?"
_WORD = r"[^\W\d_][\w'’.-]{0,30}"
_CAPITAL = r"(?=[^\W\d_a-z])[^\W\d_][\w'’.-]{0,30}"
_OF = r"(?:(?:de|del|della|dei|degli|delle|da|do|dos|das|di|du|des|la|las|los|le|les|l'|d'|dr\.|św\.|gen\.)\s?){0,3}"
#: Kinds of street that stand before the name; the short ones with their full stop.
_BEFORE = (
    r"(?:(?:rambla|acceso|urbanización|urbanizacion|glorieta|cuesta|pasaje|callejón|rotonda|stretto|borgo|contrada|viaduto|"
    r"alameda|ladeira|rodovia|estrada|ulica|aleja|aleje|osiedle|rua|avenida|travessa|praça|calle|carrer|paseo|camino|viale|"
    r"piazza|piazzale|vicolo|rue|chemin|impasse|allée|bulevardul|calea|şoseaua|jalan|đường|улица|проспект|rruga|leoforos|"
    r"odos|οδός)\s|(?:ul|al|os|pl|avda|jl|ул|пр)\.\s?|c/\s?)"
)
#: The same, but words of English too: these need a name with its capital.
_BEFORE_CAPITAL = r"(?i:via|corso|plaza|passage|boulevard|avenue|largo|quai|cours|ronda|strada|plac|beco|quadra)\s"
#: Kinds of street that end a name's last word, and those that stand after it.
_FUSED = (
    r"straße|strasse|str\.|weg|platz|gasse|allee|ufer|damm|straat|laan|kade|plein|dreef|singel|gracht|steenweg|gatan|"
    r"vägen|gata|gade|vej|veien|vegen|veg|katu|kuja|utca|stien|torg|plads|ulice|vegur|stræti|lei|baan|hof"
)
_AFTER = r"utca|útja|út|tér|u\.|krt\.|körút|ulice|náměstí|třída|trg|cesta|ulica|sokak|sokağı|caddesi|cad\.|sok\.|tie|iela|gatvė|tänav|enparantza|kalea"
_NUMBERED = r"(?:no\.?\s?|nr\.?\s?|n°\s?|nº\s?|number\s)?"
_NOT_YEAR = r"(?!(?:19|20)\d\d(?!\w))"
_UNIT = r"(?:apt|apartment|suite|ste|unit|flat|floor|room|piso|appartamento|interno|wohnung|lgh|leilighet)\.?[ \t]*#?\d{1,5}[a-z]?"
_BREAK = r"[ \t]*[,\n][\s>?|]{0,8}"


def street_abroad_recognizers(language: str) -> list[EntityRecognizer]:
    """The recogniser of this module for one language of the analyser."""
    return [
        PhraseRecognizer(
            "StreetAbroadRecognizer",
            "STREET_ADDRESS",
            [
                Phrase(
                    re.compile(
                        rf"(?<![^\W_])(?P<id>(?:{_NUMBER},?\s)?{_BEFORE}{_OF}{_WORD}(?:\s{_OF}{_WORD}){{0,3}}?,?\s"
                        rf"{_NUMBERED}{_NOT_YEAR}{_NUMBER}){WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.65,
                    "A word for a street in another language, a name and a house number.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>(?:{_NUMBER},?\s)?{_BEFORE_CAPITAL}{_OF}{_CAPITAL}(?:\s{_OF}{_CAPITAL}){{0,3}}?,?\s"
                        rf"{_NUMBERED}{_NOT_YEAR}{_NUMBER}){WORD_END}"
                    ),
                    0.65,
                    "A word for a street in another language, a name and a house number.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>(?:{_NUMBER},?\s)?[^\W\d_][\w-]{{2,30}}(?:{_FUSED}),?\s{_NUMBERED}"
                        rf"{_NOT_YEAR}{_NUMBER}){WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.65,
                    "A street's name as written in other languages, and a house number.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>(?:{_NUMBER},?\s)?{_WORD}(?:\s{_WORD}){{0,2}}\s(?:{_AFTER})\s{_NUMBERED}{_NOT_YEAR}{_NUMBER}\.?)"
                        rf"{WORD_END}"
                    ),
                    0.65,
                    "A street's name as written in other languages, and a house number.",
                    accept=lambda text, start, _end: text[start].isupper() or text[start].isdigit(),
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>(?:(?:psc|cmr|unit)\s\d{{1,5}},?\s?box\s\d{{1,5}}|(?:uss|usns|usnv|usav|uscgc|hms)\s{_WORD}(?:\s{_WORD})?)"
                        rf"[\s,>?|]{{1,8}}(?:apo|fpo|dpo),?\s(?:aa|ae|ap)\s\d{{5}}(?:-\d{{4}})?){WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.85,
                    "An address of armed forces.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>(?:psc|cmr|unit)\s\d{{1,5}},?\s?box\s\d{{1,5}}|(?:apo|fpo|dpo),?\s(?:aa|ae|ap)\s\d{{5}}){WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.8,
                    "Part of an address of armed forces.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>{_NUMBER},?\s{_WORD}(?:\s{_WORD}){{0,4}}?(?:\s{_NUMBER})?)(?={_BREAK}{_UNIT}|\s{_UNIT})",
                        re.IGNORECASE,
                    ),
                    0.65,
                    "A number and names before the number of a flat or suite.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}{_UNIT}{_BREAK}(?P<id>[^\W\d_][^\n,\d]{{1,40}}{_BREAK}(?:[A-Za-z]{{2,3}}{_BREAK})?"
                        rf"[^\n,\d]{{0,40}}?\s?\d{{4,6}}(?:-\d{{4}})?){WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.65,
                    "What stands between the number of a flat and a postal code.",
                ),
                Phrase(
                    re.compile(
                        rf"(?i:{WORD_START}(?:corner|intersection|crossing|junction)\sof)\s(?P<id>{_WORD}(?:\s{_WORD}){{0,3}}?\sand\s"
                        rf"(?:{_WORD}\s){{0,3}}{_WORD}(?:\s{_NUMBER})?)(?=\s{{0,2}}(?:$|[.,!?;:)\n])|\s(?:for|in|is|was|where|with|at|when)\b)"
                    ),
                    0.6,
                    "Two streets after words for where they meet.",
                ),
            ],
            language=language,
        ),
    ]
