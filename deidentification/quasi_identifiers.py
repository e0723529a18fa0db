"""Finding quasi-identifiers: in what participants say of themselves, and in what the engine found.

Patterns and lists, no model: it runs beside the engine and costs next to nothing. Values are folded
so that the same trait of two participants is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import yaml

from deidentification.boundaries import WORD_END, WORD_START
from deidentification.quasi_phrases import told
from deidentification.text_mapping import folded
from domain.findings import Finding
from domain.quasi_identifiers import QuasiCategory, QuasiIdentifier
from domain.spans import Span
from domain.transcripts import Speaker, Turn

_TERMS = Path(__file__).with_name("quasi_terms.yaml")
#: What the engine's findings are about, where they are about the participant at all.
_FOUND = {
    "LOCATION": QuasiCategory.PLACE,
    "STREET_ADDRESS": QuasiCategory.PLACE,
    "ORGANIZATION": QuasiCategory.EMPLOYER,
    "OCCUPATION": QuasiCategory.OCCUPATION,
    "PUBLICATION": QuasiCategory.PUBLICATION,
}
_AGES = frozenset({"AGE", "BIRTH_DATE"})
#: Endings of words for people by what they do; "bit" and "fan" are none of them.
_DOER = (
    r"(?:[a-z][a-z'-]*)?(?:ologist|ician|grapher|maker|smith|wright|keeper|writer|worker|engineer|"
    r"designer|developer|manager|director|teacher|lecturer|nurse|doctor|surgeon|lawyer|"
    r"accountant|analyst|architect|artist|scientist|researcher|technician|consultant|editor|"
    r"translator|musician|composer|painter|sculptor|photographer|carpenter|baker|chef|farmer|"
    r"librarian|curator|journalist|therapist|pharmacist|dentist|veterinarian|mechanic|"
    r"electrician|plumber|pilot|driver|coach|producer|illustrator|animator|potter|weaver|tailor)"
)
_WORK = re.compile(
    r"\b(?:i'm|i am|im|i work as|i worked as|working as|i've been|i was|my job as)\s(?:an?|the)\s"
    rf"((?:[a-z][a-z'-]*\s){{0,3}}?{_DOER})\b",
    re.IGNORECASE,
)
_PROJECT = re.compile(
    r"\b(?:my|our)\s(?:own\s)?((?:[a-z-]+\s){0,2}(?:documentary|novel|memoir|album|podcast|"
    r"exhibition|thesis|dissertation|invention|patent|webcomic|film|opera|musical|board game))\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{1,3}(?!\d)")
_TENS_STEMS = ("twent", "thirt", "fort", "fift", "sixt", "sevent", "eight", "ninet")
#: Not "thirteen" or "eighteen", and not "eight".
_TENS = re.compile(rf"(?:{'|'.join(_TENS_STEMS)})(?=y|ies|ieth)")
_TEENS = frozenset("thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split())


def find_quasi_identifiers(
    turns: Sequence[Turn], findings: Sequence[Finding]
) -> tuple[QuasiIdentifier, ...]:
    """What a participant said of themselves that counts together, each trait at its first place."""
    first: dict[tuple[QuasiCategory, str], QuasiIdentifier] = {}
    for found in sorted(
        [*_from_words(turns), *_from_findings(turns, findings)], key=lambda each: each.span
    ):
        first.setdefault(found.trait, found)
    return tuple(first.values())


def _from_words(turns: Sequence[Turn]) -> Iterator[QuasiIdentifier]:
    for turn in turns:
        if turn.speaker is not Speaker.PARTICIPANT:
            continue
        said = turn.text.replace("’", "'")
        for category, value, pattern in _terms():
            for match in pattern.finditer(said):
                yield _at(category, value, turn, match, 0)
        for match in _WORK.finditer(said):
            yield _at(QuasiCategory.OCCUPATION, folded(match[1]), turn, match, 1)
        for match in _PROJECT.finditer(said):
            yield _at(QuasiCategory.PROJECT, folded(match[1]), turn, match, 1)
        for each in told(said):
            span = Span(turn.index, each.start, each.end)
            yield QuasiIdentifier(each.category, each.value, span)


def _from_findings(turns: Sequence[Turn], findings: Sequence[Finding]) -> Iterator[QuasiIdentifier]:
    for finding in findings:
        turn = turns[finding.span.turn]
        if turn.speaker is not Speaker.PARTICIPANT:
            continue
        said = turn.text[finding.span.start : finding.span.end]
        if finding.entity_type in _AGES:
            band = age_band(said)
            if band is not None:
                yield QuasiIdentifier(QuasiCategory.AGE, band, finding.span)
        elif finding.entity_type in _FOUND:
            value = " ".join(folded(said).split())
            if value:
                yield QuasiIdentifier(_FOUND[finding.entity_type], value, finding.span)


def age_band(said: str) -> str | None:
    """The ten years that a stated age lies in; None when no age in years is stated.

    In figures or in words: "34", "34yo", "fifty two", "late thirties", "40th", "thirty-something".
    """
    plain = folded(said).strip()
    found = _NUMBER.match(plain)
    if found is not None:
        years = int(found[0])
    else:
        named = _TENS.search(plain)
        if named is None:
            return "10 to 19" if plain.split("-")[0].split(" ")[0] in _TEENS else None
        years = 10 * (2 + _TENS_STEMS.index(named[0]))
    if not 13 <= years <= 110:
        return None
    decade = years // 10 * 10
    return f"{decade} to {decade + 9}"


def _at(
    category: QuasiCategory, value: str, turn: Turn, match: re.Match[str], group: int
) -> QuasiIdentifier:
    return QuasiIdentifier(category, value, Span(turn.index, match.start(group), match.end(group)))


@cache
def _terms() -> tuple[tuple[QuasiCategory, str, re.Pattern[str]], ...]:
    """Each value of the lists with the pattern of its words, the longest first."""
    held = yaml.safe_load(_TERMS.read_text(encoding="utf-8"))
    return tuple(
        (
            QuasiCategory(category),
            value,
            re.compile(
                WORD_START
                + "(?:"
                + "|".join(re.escape(word) for word in sorted(said, key=len, reverse=True))
                + ")"
                + WORD_END,
                re.IGNORECASE,
            ),
        )
        for category, values in held.items()
        for value, said in values.items()
    )
