"""What a text must hold for a pattern to match in it: derived from the pattern, tested cheaply.

Nine in ten of the patterns have nothing to find in a turn, and an engine of expressions that
walks the turn to learn so costs far more than asking for a few words. The words come from the
pattern itself, so that no list beside it can fall behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from math import prod
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

#: Stands for any decimal digit among the words; no text holds it by itself.
_DIGIT = "\x00"
_HAS_DIGIT = re.compile(r"\d")
#: Letters that ``re.IGNORECASE`` takes for others beside their lower case: both odd forms of i,
#: the long s, signs for units, final and written forms of Greek and Cyrillic letters.
_ALIKE = str.maketrans("İıſ\u212a\u212bςϐϵϑϰϖϱϕµ\u2126ᲀᲁᲂᲃᲄᲅᲆ", "iiskåσβεθκπρφμωвдосттъ")
#: All that ``\\s`` matches reads as a blank.
_BLANKS = dict.fromkeys((mark for mark in range(0x3001) if chr(mark).isspace()), " ")
#: Longer lists and products of alternatives are not worth looking for one by one.
_MOST_WORDS = 600
_MOST_OF_A_CLASS = 6
_MOST_REPEATED = 2
#: How likely a text is to hold a word by chance, for each of its letters and for other signs.
_BY_LETTER, _BY_SIGN = 0.45, 0.1
#: A requirement that nearly every text meets is not worth asking about.
_TOO_LIKELY = 2.0
_MOST_ASKED = 3
#: Looking for so many words costs about what a needless search does.
_LIKE_CERTAIN = 500

#: One of these words must stand in the text.
_AnyOf = frozenset[str]


@dataclass(frozen=True, slots=True)
class _Part:
    """What is known of a part of a pattern.

    Attributes
    ----------
    exact
        Every text that it can match, when those are few; None otherwise.
    required
        Of each set a text that it matches holds one.
    """

    exact: _AnyOf | None
    required: tuple[_AnyOf, ...] = ()


_NOTHING = _Part(frozenset([""]))
_ANYTHING = _Part(None)


@dataclass(frozen=True, slots=True)
class Telling:
    """Words of which a text must hold some for a pattern to match there."""

    required: tuple[tuple[str, ...], ...]

    def may_match(self, text: str) -> bool:
        """Whether the pattern is worth searching for; False is certain, True is not."""
        held = plain(text).__contains__
        return all(any(map(held, words)) for words in self.required)


@cache
def telling(pattern: re.Pattern[str]) -> Telling:
    """The words without which a pattern matches nothing; none are known for some patterns."""
    tree = parser.parse(pattern.pattern, pattern.flags)
    held = {_shortest(words) for words in _sets(_sequence(tree)) if len(words) <= _MOST_WORDS}
    asked: list[_AnyOf] = []
    for words in sorted((words for words in held if _odds(words) < _TOO_LIKELY), key=_worth):
        if not any(_implies(other, words) for other in asked):
            asked.append(words)
    # The shorter lists first: most texts hold none of their words, and are done with.
    required = sorted(asked[:_MOST_ASKED], key=len)
    return Telling(tuple(tuple(sorted(words)) for words in required))


def _implies(these: _AnyOf, those: _AnyOf) -> bool:
    """Whether a text with one of these words holds one of those with it."""
    return all(any(word in longer for word in those) for longer in these)


def _shortest(words: _AnyOf) -> _AnyOf:
    """Without those that hold another one: whoever asks for "ltd" need not ask for "ltd."."""
    kept: list[str] = []
    for word in sorted(words, key=len):
        if not any(other in word for other in kept):
            kept.append(word)
    return frozenset(kept)


@lru_cache(maxsize=8)
def plain(text: str) -> str:
    """A text without letter case, as its words are looked for; a sign at its end tells of digits."""
    lowered = _plain_letters(text)
    return f"{lowered}{_DIGIT}" if _HAS_DIGIT.search(lowered) else lowered


def _plain_letters(text: str) -> str:
    """In lower case, letter by letter: what stands beside a letter changes nothing."""
    lowered = text.lower() if text.isascii() else text.translate(_ALIKE).lower().translate(_ALIKE)
    return lowered.translate(_BLANKS)


def _sequence(items: Iterable[tuple[Any, Any]]) -> _Part:
    """What several parts after one another need: each on its own, and what they spell together."""
    whole = True
    required: list[_AnyOf] = []
    run: list[_AnyOf] = []
    for code, value in items:
        part = _part(code, value)
        required += part.required
        if part.exact is None:
            required.append(_spelt(run))
            run, whole = [], False
            continue
        if _count([*run, part.exact]) > _MOST_WORDS:
            required.append(_spelt(run))
            whole = False
        run.append(part.exact)
        while len(run) > 1 and _count(run) > _MOST_WORDS:
            # Its end may still be telling without how it begins.
            run.pop(0)
    required.append(_spelt(run))
    return _Part(
        required[-1] if whole else None, tuple(words for words in required if "" not in words)
    )


def _count(run: Sequence[_AnyOf]) -> int:
    return prod(map(len, run))


def _spelt(run: Sequence[_AnyOf]) -> _AnyOf:
    return frozenset("".join(pieces) for pieces in product(*run))


def _part(code: Any, value: Any) -> _Part:
    if code is codes.LITERAL:
        return _Part(_letter(chr(value)))
    if code is codes.IN:
        return _of_class(value)
    if code is codes.SUBPATTERN:
        return _sequence(value[-1])
    if code is codes.BRANCH:
        return _branches([_sequence(branch) for branch in value[1]])
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        return _repeated(*value)
    if code is codes.ASSERT:
        inside = _sequence(value[1])
        return _Part(frozenset([""]), tuple(_sets(inside)))
    if code in (codes.ASSERT_NOT, codes.AT):
        return _NOTHING
    return _ANYTHING


def _letter(mark: str) -> _AnyOf:
    """A letter as :func:`plain` leaves it; the sign for digits stands for what it is."""
    return frozenset([_plain_letters(mark)])


def _of_class(items: Sequence[tuple[Any, Any]]) -> _Part:
    if items == [(codes.CATEGORY, codes.CATEGORY_SPACE)]:
        return _Part(frozenset([" "]))
    if all(_is_digits(code, value) for code, value in items):
        return _Part(None, (frozenset([_DIGIT]),))
    letters = [chr(value) for code, value in items if code is codes.LITERAL]
    if len(letters) < len(items) or len(letters) > _MOST_OF_A_CLASS:
        return _ANYTHING
    return _Part(frozenset(word for mark in letters for word in _letter(mark)))


def _is_digits(code: Any, value: Any) -> bool:
    if code is codes.CATEGORY:
        return value is codes.CATEGORY_DIGIT
    low, high = value if code is codes.RANGE else (value, value)
    return code in (codes.RANGE, codes.LITERAL) and ord("0") <= low <= high <= ord("9")


def _branches(branches: Sequence[_Part]) -> _Part:
    """What either branch needs: of each its best, together."""
    exact: _AnyOf | None = frozenset()
    for branch in branches:
        if exact is not None and branch.exact is not None:
            exact |= branch.exact
        else:
            exact = None
    if exact is not None and len(exact) <= _MOST_WORDS:
        return _Part(exact)
    best: set[str] = set()
    for branch in branches:
        sets = _sets(branch)
        if not sets:
            return _ANYTHING
        rarest: _AnyOf = min(map(_shortest, sets), key=_odds)
        best |= rarest
    return _Part(None, (frozenset(best),) if len(best) <= _MOST_WORDS else ())


def _repeated(least: int, most: int, content: Any) -> _Part:
    part = _sequence(content)
    if least == most == 1:
        return part
    if part.exact is not None and most <= _MOST_REPEATED:
        times = [[part.exact] * count for count in range(least, most + 1)]
        if sum(map(_count, times)) <= _MOST_WORDS:
            return _Part(frozenset().union(*map(_spelt, times)))
    return _Part(None, tuple(_sets(part))) if least else _ANYTHING


def _sets(part: _Part) -> list[_AnyOf]:
    """Every requirement of a part, its own spellings among them."""
    spelt = [part.exact] if part.exact and "" not in part.exact else []
    return [*spelt, *part.required]


def _odds(words: _AnyOf) -> float:
    """Roughly how many of the words a text holds by chance."""
    return sum(map(_odds_of, words))


def _worth(words: _AnyOf) -> tuple[float, list[str]]:
    """The less, the sooner asked: unlikely words first, and few rather than many."""
    return _odds(words) + len(words) / _LIKE_CERTAIN, sorted(words)


def _odds_of(word: str) -> float:
    if len(word) == 1 and not word.isalnum():
        return _TOO_LIKELY if word == " " else _BY_SIGN
    return float(_BY_LETTER ** len(word))
