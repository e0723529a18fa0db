"""The leak check: what of a person still stands in the final text of a session.

It reads the text that would leave, not the findings, so it also sees what nobody found.
It says where and what kind, and never quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from deidentification import patterns
from deidentification.account import find_known
from deidentification.boundaries import WORD_END, WORD_START
from deidentification.known import KnownIdentifiers
from deidentification.lexicon import Lexicon
from deidentification.propagation import forms_of
from deidentification.spellings import broken_up
from deidentification.text_mapping import MappedText, fold, folded, normalise

_REPLACEMENT = re.compile(r"\[[A-Z][A-Z_]*(?:_\d+)?\]")
#: "Marias" and "Maria's": an ending does not hide a name.
_POSSESSIVE = r"(?:'?s)?"
#: Stands in the place of a replacement while searching: a letter of no script, so that
#: nothing is found across or inside "[PERSON_1]".
_BLANK = "\ue000"


class SurvivorKind(StrEnum):
    """What kind of thing survived."""

    ACCOUNT = "account identifier"
    REMOVED_VALUE = "removed value"
    REMOVED_PART = "part of a removed name"
    EMAIL = "e-mail address"
    PHONE = "phone number"
    URL = "web address"
    HANDLE = "handle"
    LONG_NUMBER = "long number"


@dataclass(frozen=True, slots=True, repr=False)
class RemovedValue:
    """A text that a redaction covers somewhere in the session; never printed."""

    entity_type: str
    text: str

    def __repr__(self) -> str:
        return f"RemovedValue({self.entity_type}, text hidden)"


@dataclass(frozen=True, slots=True, order=True)
class Survivor:
    """One place in the final text that must not stay.

    ``start`` and ``end`` are code points in the final text of that turn.
    """

    turn: int
    start: int
    end: int
    kind: SurvivorKind


def find_survivors(
    texts: Sequence[str],
    known: KnownIdentifiers,
    removed_values: Iterable[RemovedValue],
    lexicon: Lexicon,
    *,
    allows: Callable[[str], bool] = lambda _text: False,
) -> tuple[Survivor, ...]:
    """Every place where something that must be gone still stands, in reading order.

    Letter case, accents, invisible characters and the spacing between words are folded.
    A removed name is also searched by its parts, as far as they are no everyday words; what
    was removed as a place or an organisation, by all of its words together.

    Parameters
    ----------
    texts
        The final text of each turn, replacements in place.
    removed_values
        What the redactions covered, from the original turns.
    allows
        Whether a contact detail may stand, such as a public product's address; not asked
        for the account's or removed values.
    """
    searches = list(_value_searches(removed_values, lexicon))
    found = {
        Survivor(turn, start, end, kind)
        for turn, text in enumerate(texts)
        for start, end, kind in _in_text(_blanked(text), known, searches, lexicon, allows)
    }
    return tuple(sorted(found))


def _in_text(
    text: str,
    known: KnownIdentifiers,
    searches: Sequence[tuple[re.Pattern[str], bool, SurvivorKind]],
    lexicon: Lexicon,
    allows: Callable[[str], bool],
) -> Iterator[tuple[int, int, SurvivorKind]]:
    for hit in find_known(text, known, lexicon):
        yield hit.start, hit.end, SurvivorKind.ACCOUNT
    plain = fold(text)
    for pattern, any_case, kind in searches:
        for match in pattern.finditer(plain.text):
            start, end = plain.original(*match.span())
            if any_case or not text[start].islower():
                yield start, end, kind
    yield from _contacts(normalise(text), allows)


#: The first kind that covers a place names it.
_CONTACTS: tuple[tuple[re.Pattern[str], SurvivorKind, Callable[[str], bool]], ...] = (
    (patterns.EMAIL, SurvivorKind.EMAIL, lambda _found: True),
    (patterns.SPELLED_EMAIL, SurvivorKind.EMAIL, patterns.is_spelled_address),
    (patterns.URL, SurvivorKind.URL, patterns.is_web_address),
    (patterns.HANDLE, SurvivorKind.HANDLE, lambda _found: True),
    (patterns.PHONE, SurvivorKind.PHONE, patterns.is_phone),
    (patterns.LONG_NUMBER, SurvivorKind.LONG_NUMBER, lambda _found: True),
    (patterns.SPELLED_NUMBER, SurvivorKind.LONG_NUMBER, patterns.is_spelled_number),
    (patterns.SPELLED_URL, SurvivorKind.URL, lambda _found: True),
)


def _contacts(
    plain: MappedText, allows: Callable[[str], bool]
) -> Iterator[tuple[int, int, SurvivorKind]]:
    covered: list[tuple[int, int]] = []
    for pattern, kind, is_meant in _CONTACTS:
        for match in pattern.finditer(plain.text):
            start, end = match.span()
            if any(start < there_end and there < end for there, there_end in covered):
                continue
            if not is_meant(match[0]) or allows(match[0].rstrip(".,;:!?")):
                continue
            covered.append((start, end))
            yield *plain.original(start, end), kind


def _value_searches(
    removed_values: Iterable[RemovedValue], lexicon: Lexicon
) -> Iterator[tuple[re.Pattern[str], bool, SurvivorKind]]:
    wanted: dict[str, tuple[bool, SurvivorKind]] = {}
    for value in removed_values:
        for form in forms_of(value.text, value.entity_type, trusted=False, lexicon=lexicon):
            kind = SurvivorKind.REMOVED_VALUE if form.whole else SurvivorKind.REMOVED_PART
            any_case = form.any_case or wanted.get(form.key, (False, kind))[0]
            wanted[form.key] = (any_case, kind)
        for key, in_any_case in _further_forms(value, lexicon):
            wanted.setdefault(key, (in_any_case, SurvivorKind.REMOVED_PART))
        digits = re.sub(r"\D", "", folded(value.text))
        if len(digits) >= 6:
            wanted.setdefault(" ".join(digits), (True, SurvivorKind.REMOVED_VALUE))
    for key, (any_case, kind) in wanted.items():
        if key.replace(" ", "").isdigit():
            spread = r"[\W_]{0,3}".join(map(re.escape, key.replace(" ", "")))
        else:
            spread = broken_up(key) + _POSSESSIVE
        yield re.compile(f"{WORD_START}{spread}{WORD_END}"), any_case, kind


def _further_forms(value: RemovedValue, lexicon: Lexicon) -> Iterator[tuple[str, bool]]:
    """What of a removed value says as much as all of it, and whether in any letter case."""
    plain = folded(value.text)
    if value.entity_type == "EMAIL_ADDRESS":
        local = " ".join(re.findall(r"[^\W_]+", plain.partition("@")[0]))
        if "@" in plain and len(local) > 3 and local not in lexicon.words.impersonal_mailboxes:
            yield local, not lexicon.is_ordinary(local)
    elif value.entity_type == "STREET_ADDRESS":
        street = re.findall(r"[^\W\d_]+", plain.partition(",")[0])
        if len(street) > 1 and any(len(word) > 3 for word in street):
            yield " ".join(street), False


def _blanked(text: str) -> str:
    return _REPLACEMENT.sub(lambda match: _BLANK * len(match[0]), text)
