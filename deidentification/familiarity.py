"""Which words are language, and which can only be names: people type names without capitals.

A word in lower case that no list of ordinary words holds, that is not made of such words and is
not one of them misspelt is seldom anything but a name: of a person, a town, a company, an account.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from deidentification.lexicon import NEVER_NAMES, listed, word_list

#: The language whose words the lists hold.
DICTIONARY_LANGUAGE = "en"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
#: Endings that make a word of a word, with what stood in their place before.
_ENDINGS = (
    ("ies", "y"), ("ied", "y"), ("ier", "y"), ("iest", "y"), ("ily", "y"), ("iness", "y"),
    ("s", ""), ("es", ""), ("es", "e"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"),
    ("er", ""), ("er", "e"), ("ers", ""), ("ers", "e"), ("est", ""), ("est", "e"), ("ly", ""),
    ("ness", ""), ("less", ""), ("able", ""), ("able", "e"), ("y", ""), ("y", "e"), ("ish", ""),
    ("ist", ""), ("ists", ""), ("ism", ""), ("ize", ""), ("ise", ""), ("ized", ""), ("ised", ""),
    ("izing", ""), ("ising", ""), ("ization", ""), ("ity", ""), ("ity", "e"), ("ally", ""),
    ("ability", "able"), ("ability", "e"), ("ability", ""),
)  # fmt: skip
#: Beginnings that make a word of a word.
_OPENINGS = (
    "anti", "auto", "bio", "co", "counter", "cyber", "de", "dis", "eco", "electro", "geo", "hyper",
    "immuno", "in", "inter", "intra", "kilo", "macro", "mega", "meta", "micro", "milli", "mini",
    "mis", "mono", "multi", "nano", "neuro", "non", "omni", "out", "over", "para", "photo", "poly",
    "post", "pre", "proto", "pseudo", "psycho", "quasi", "radio", "re", "retro", "semi", "socio",
    "stereo", "sub", "super", "tele", "thermo", "trans", "tri", "ultra", "un", "under", "uni", "up",
)  # fmt: skip
#: What makes a word for people of a word.
_PEOPLE = frozenset(["man", "men", "woman", "women", "person", "people"])
#: How words of the sciences and abstract ones end; names do not.
_LEARNED = (
    "omics", "ology", "ologies", "ological", "ologist", "ologists", "onomy", "scopy", "scopic",
    "graphy", "graphic", "metry", "metric", "metrics", "ization", "isation", "ification",
    "iveness", "ousness", "ousness", "lessness", "fulness", "ability", "ibility", "tional",
    "ically", "ously", "izing", "ising", "ified", "ifying", "genesis", "genic", "itis", "oid",
    "oids", "osis", "phobia", "phobic", "philia", "centric", "tastic", "aholic", "ish",
)  # fmt: skip
#: Shorter words are one letter away from too much to be called misspelt.
_SHORTEST_MISSPELT = 6
#: In three letters a swap makes too much of too much.
_SHORTEST_SLIP = 4
#: Words put together need parts of at least that length: "story" and "board".
_SHORTEST_PART = 4
_SHORTEST_STEM = 3


@cache
def ordinary_words() -> frozenset[str]:
    """Words of the language, folded: English ones, and those that patterns know of others."""
    return word_list("ordinary_words.txt") | listed("modern_words.txt") | NEVER_NAMES


@cache
def towns() -> frozenset[str]:
    """Towns that are no ordinary words, folded, their words joined by one blank."""
    return frozenset(name.replace("_", " ") for name in word_list("towns.txt"))


@cache
def family_names() -> frozenset[str]:
    """Surnames that are no ordinary words, folded."""
    return word_list("surnames.txt")


@cache
def given_names() -> frozenset[str]:
    """Given names of the lists that are no ordinary words, folded."""
    return word_list("given_names.txt")


@lru_cache(maxsize=5_000)
def is_unfamiliar(word: str) -> bool:
    """Whether a folded word of letters is no word of the language, nor made of them or misspelt.

    A listed name is never taken for a misspelt word, however near one it is.
    """
    if len(word) < 3 or not word.isalpha() or word in ordinary_words():
        return False
    if is_listed_name(word):
        return True
    if _is_word(word) or _is_sound(word) or word.endswith(_LEARNED) or _is_composed(word):
        return False
    return not _is_misspelt(word)


def is_word(word: str) -> bool:
    """Whether a folded word is an ordinary one or an ending away from one."""
    return _is_word(word)


def is_listed_name(word: str) -> bool:
    """Whether a folded word that is no ordinary one is a listed name of people or a town."""
    return word in family_names() or word in given_names() or word in towns()


def _is_word(word: str) -> bool:
    if word in ordinary_words():
        return True
    return any(base in ordinary_words() for base in _bases(word))


def _is_sound(word: str) -> bool:
    """ "hmmm", "soooo" and "hahaha" are sounds."""
    return any(letter * 3 in word for letter in set(word)) or (len(set(word)) <= 2 < len(word))


def _bases(word: str) -> Iterator[str]:
    """What a word may be derived from by one ending."""
    for ending, before in _ENDINGS:
        if word.endswith(ending):
            stem = word[: -len(ending)]
            if len(stem) < _SHORTEST_STEM:
                continue
            yield stem + before
            if len(stem) > _SHORTEST_STEM and stem[-1] == stem[-2]:
                yield stem[:-1]


def _is_composed(word: str) -> bool:
    """Two ordinary words, or one after a beginning that makes words: "storyboards", "retype"."""
    for at in range(2, len(word) - _SHORTEST_STEM + 1):
        first, second = word[:at], word[at:]
        if not _is_word(second):
            continue
        if second in _PEOPLE and _is_word(first):
            return True
        if first in _OPENINGS or (
            len(first) >= _SHORTEST_STEM and len(second) >= _SHORTEST_PART and _is_word(first)
        ):
            return True
    return False


def is_slip(word: str) -> bool:
    """Whether a folded word is an ordinary one with two neighbouring letters swapped: "taht".

    A listed name never is.
    """
    if len(word) < _SHORTEST_SLIP or word in ordinary_words() or is_listed_name(word):
        return False
    return _is_swapped(word)


def _is_swapped(word: str) -> bool:
    return any(
        _is_word(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
        for at in range(len(word) - 1)
    )


def _is_misspelt(word: str) -> bool:
    """Whether one slip of a finger makes it of an ordinary word; the first letter is seldom wrong."""
    if _is_swapped(word):
        return True
    return len(word) >= _SHORTEST_MISSPELT and any(map(_is_word, _one_letter_away(word)))


def _one_letter_away(word: str) -> Iterator[str]:
    """The words that it would be with a letter less, more or other after the first."""
    for at in range(1, len(word) + 1):
        before, after = word[:at], word[at:]
        if after:
            yield before + after[1:]
        for letter in _LETTERS:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]
