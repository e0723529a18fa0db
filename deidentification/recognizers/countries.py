"""Countries and territories by name, in every language that patterns read.

The names come from the time-zone database's list of ISO 3166 (package ``tzdata``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from presidio_analyzer import EntityRecognizer

from deidentification.boundaries import WORD_END, WORD_START
from deidentification.recognizers.phrases import Phrase, PhraseRecognizer

#: Countries whose names are given names, words or other things too: left to the models.
_AMBIGUOUS = frozenset(
    {
        "american",
        "british",
        "chad",
        "dominica",
        "dutch",
        "french",
        "georgia",
        "guinea",
        "jersey",
        "jordan",
        "keeling",
        "niger",
        "north",
        "south",
        "western",
    }
)
#: Countries that are everyday words in lower case.
_CAPITAL_ONLY = frozenset({"china", "turkey", "cuba", "mali", "oman", "togo", "peru", "palau"})
_IN_BRACKETS = re.compile(r"\s*\(([^)]*)\)")


def country_recognizers(language: str) -> list[EntityRecognizer]:
    """The recogniser of this module for one language of the analyser."""
    names = country_names()
    plain = [name for name in names if name.lower() not in _CAPITAL_ONLY]
    capital = [name for name in names if name.lower() in _CAPITAL_ONLY]
    why = "The name of a country or territory (ISO 3166)."
    return [
        PhraseRecognizer(
            "CountryRecognizer",
            "LOCATION",
            [
                Phrase(_any_of(plain, re.IGNORECASE), 0.6, why),
                Phrase(_any_of(capital, re.NOFLAG), 0.6, why),
            ],
            language=language,
        )
    ]


@cache
def country_names() -> tuple[str, ...]:
    """The names that are nothing else, the longest first."""
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    listed = [line.split("\t")[1] for line in table.splitlines() if line[:1] != "#"]
    names = {name for stated in listed for name in _forms(stated)}
    return tuple(
        sorted((n for n in names if n.lower() not in _AMBIGUOUS), key=lambda n: (-len(n), n))
    )


def _forms(stated: str) -> Iterator[str]:
    """ "Myanmar (Burma)" is two names; "Bosnia & Herzegovina" is written with "and"."""
    bracketed = _IN_BRACKETS.search(stated)
    outside = _IN_BRACKETS.sub("", stated)
    for name in (outside, bracketed.group(1) if bracketed else ""):
        # "Dem. Rep.", "UK", "north": not names by themselves.
        if len(name) > 3 and "." not in name and name[0].isupper():
            yield name
            if "&" in name:
                yield name.replace("&", "and")


def _any_of(names: list[str], flags: re.RegexFlag) -> re.Pattern[str]:
    listed = "|".join(re.escape(name).replace(r"\ ", r"\s") for name in names)
    return re.compile(
        rf"{WORD_START}(?P<id>(?:(?:People['’]s\s)?(?:Federal\s|Democratic\s)?Republic\sof\s"
        rf"(?:the\s)?)?(?:{listed})){WORD_END}",
        flags,
    )
