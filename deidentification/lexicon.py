"""The names and words that recognisers and searches share, as sets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from deidentification.configuration import Words
from deidentification.text_mapping import folded


def listed(name: str) -> frozenset[str]:
    """The folded words of a list beside this module; lines with ``#`` are for readers."""
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return frozenset(folded(word) for line in lines if line[:1] != "#" for word in line.split())


def word_list(name: str) -> frozenset[str]:
    """The words of a published list under ``words``, which is folded already."""
    text = (Path(__file__).with_name("words") / name).read_text(encoding="utf-8")
    return frozenset(
        word for line in text.splitlines() if not line.startswith("#") for word in line.split()
    )


#: Words that never are a name where a name could stand. The same for every language that
#: patterns know, since a transcript may mix them.
NEVER_NAMES = listed("never_names.txt")


@dataclass(frozen=True)
class Lexicon:
    """Word lists from the configuration and the list of first names, folded for comparing."""

    words: Words
    first_names: frozenset[str]

    @cached_property
    def ambiguous(self) -> frozenset[str]:
        """Names that are everyday words too."""
        return frozenset(folded(word) for word in self.words.ambiguous_names)

    @cached_property
    def plain_first_names(self) -> frozenset[str]:
        """First names that are nothing else, so that they count in lower case as well."""
        return self.first_names - self.ambiguous - NEVER_NAMES

    def is_ordinary(self, token: str) -> bool:
        """Whether a folded word says nothing alone: too short, a function word, or ambiguous."""
        return len(token) < 3 or token in NEVER_NAMES or token in self.ambiguous


def load_lexicon(words: Words) -> Lexicon:
    """The configuration's words with the package's list of first names."""
    return Lexicon(words=words, first_names=listed("first_names.txt"))
