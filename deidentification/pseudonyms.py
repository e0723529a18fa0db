"""What stands in place of an identifier: the same everywhere in a session."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from deidentification.account import name_parts
from deidentification.text_mapping import folded

_TAKEN = re.compile(r"\[([A-Z_]+_\d+)\]")
_DIGITS = frozenset({"PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "ID_NUMBER"})


@dataclass
class _Person:
    words: set[str]
    label: str | None = None
    last_seen: int = -1


@dataclass
class _Register:
    """The people of a session, by the words of their names."""

    people: list[_Person] = field(default_factory=list)
    by_word: dict[str, list[_Person]] = field(default_factory=lambda: defaultdict(list))

    def add(self, words: Sequence[str]) -> None:
        """Join a name of several words to the person whose name holds it, or is held by it."""
        wanted = set(words)
        for person in self.by_word[words[0]]:
            if person.words <= wanted or wanted <= person.words:
                self._extend(person, wanted)
                return
        person = _Person(set())
        self.people.append(person)
        self._extend(person, wanted)

    def find(self, words: Sequence[str], at: int) -> _Person:
        """The person a mention means: of several that fit, the one mentioned last."""
        wanted = set(words)
        fitting = [
            person
            for person in self.by_word[words[0]]
            if wanted <= person.words or person.words <= wanted
        ]
        if not fitting:
            person = _Person(set())
            self.people.append(person)
            self._extend(person, wanted)
            fitting = [person]
        person = max(fitting, key=lambda person: person.last_seen)
        person.last_seen = at
        return person

    def _extend(self, person: _Person, words: set[str]) -> None:
        for word in sorted(words - person.words):
            self.by_word[word].append(person)
        person.words |= words


def assign(
    mentions: Sequence[tuple[str, str]],
    texts: Iterable[str],
    label: Callable[[str], str] = lambda entity_type: entity_type,
    full_names: Iterable[str] = (),
) -> list[str]:
    """One replacement for each mention, numbered in reading order.

    "Maria Lopez", "Maria" and "Ms Lopez" are one person; where two people share a word of
    their names, that word alone means the one mentioned last.

    Parameters
    ----------
    mentions
        Entity type and text of each finding, in reading order.
    texts
        The session's turns: a replacement that somebody typed is not given to anybody else.
    label
        What stands in the brackets for an entity type.
    full_names
        Names known to be one person's, which link their parts even when nobody says them whole.
    """
    taken = {found for text in texts if "[" in text for found in _TAKEN.findall(text)}
    counts: dict[str, int] = defaultdict(int)
    values: dict[tuple[str, str], str] = {}
    people = _Register()
    names = [name_parts(text) if kind == "PERSON" else () for kind, text in mentions]
    whole = [*names, *(name_parts(name) for name in full_names)]
    for words in sorted(whole, key=len, reverse=True):
        if len(words) > 1:
            people.add(words)

    def next_label(kind: str) -> str:
        while True:
            counts[kind] += 1
            candidate = f"{label(kind)}_{counts[kind]}"
            if candidate not in taken:
                return f"[{candidate}]"

    replacements: list[str] = []
    for at, ((kind, text), words) in enumerate(zip(mentions, names, strict=True)):
        if words:
            person = people.find(words, at)
            person.label = person.label or next_label(kind)
            replacements.append(person.label)
            continue
        key = (kind, _key(kind, text))
        if key not in values:
            values[key] = next_label(kind)
        replacements.append(values[key])
    return replacements


def _key(kind: str, text: str) -> str:
    plain = folded(text)
    if kind in _DIGITS and any(mark.isdigit() for mark in plain):
        return re.sub(r"[\W_]+", "", plain)
    if kind == "EMAIL_ADDRESS":
        plain = re.sub(r"\s*[\[(]?\b(?:at)\b[\])]?\s*", "@", plain) if "@" not in plain else plain
        plain = re.sub(r"\s*[\[(]?\bdot\b[\])]?\s*", ".", plain)
        return "".join(plain.split())
    return " ".join(re.findall(r"[^\W_]+", plain)) or plain
