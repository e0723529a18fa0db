"""A name found once is found everywhere in the session."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from deidentification.account import name_parts
from deidentification.boundaries import WORD_END, WORD_START
from deidentification.familiarity import is_unfamiliar
from deidentification.hits import Hit
from deidentification.lexicon import Lexicon
from deidentification.text_mapping import fold, folded

SOURCE = "propagation"
#: Kinds whose value, once found, is the same identifier wherever it stands.
_WHOLE = frozenset(
    [
        "USER_NAME",
        "EMAIL_ADDRESS",
        "PHONE_NUMBER",
        "URL",
        "STREET_ADDRESS",
        "LOCATION",
        "ORGANIZATION",
        "ID_NUMBER",
    ]
)
#: A shorter account name or number is a word or a count as well.
_SHORTEST_KEY = 4
#: Shorter words of an organisation's or a place's name name nothing alone.
_SHORTEST_PART = 5
_WHY_WHOLE = "The same words were found elsewhere in this session."
_WHY_PART = "It is part of a name found elsewhere in this session."


@dataclass(frozen=True, slots=True)
class Form:
    """One way in which a found value may stand elsewhere.

    Attributes
    ----------
    key
        The folded words, joined by one blank.
    any_case
        Whether it counts without its capital.
    whole
        Whether it is the whole value, not a part.
    """

    key: str
    any_case: bool
    whole: bool


def forms_of(value: str, entity_type: str, trusted: bool, lexicon: Lexicon) -> Iterator[Form]:
    """The forms in which a found value is searched for.

    Whole values count in any letter case when they have several words or are proven
    (``trusted``) or no everyday word; a name's parts count with a capital, or in any case
    when proven or a listed first name, and everyday words never count as parts.
    """
    key = " ".join(re.findall(r"[^\W_]+", folded(value)))
    if len(key) < 2 or entity_type not in _WHOLE | {"PERSON"}:
        return
    words = key.split()
    if entity_type in ("LOCATION", "ORGANIZATION"):
        if not lexicon.is_ordinary(key):
            yield Form(key, any_case=len(words) > 1 or is_unfamiliar(key), whole=True)
        if len(words) > 1:
            for part in words:
                if len(part) >= _SHORTEST_PART and is_unfamiliar(part):
                    yield Form(part, any_case=False, whole=False)
        return
    if entity_type != "PERSON":
        # What is left of an address that a model cut up ("at") is searched for nowhere.
        if len(key) < _SHORTEST_KEY or all(lexicon.is_ordinary(word) for word in words):
            return
        yield Form(key, any_case=True, whole=True)
        return
    if len(words) > 1 or not lexicon.is_ordinary(key):
        yield Form(
            key,
            any_case=len(words) > 1 or trusted or _is_only_a_name(key, lexicon),
            whole=True,
        )
    if len(words) > 1:
        for part in name_parts(value):
            if not lexicon.is_ordinary(part):
                yield Form(part, any_case=trusted or _is_only_a_name(part, lexicon), whole=False)


def _is_only_a_name(word: str, lexicon: Lexicon) -> bool:
    """A listed first name that is no word, or a word that no dictionary has."""
    return word in lexicon.plain_first_names or is_unfamiliar(word)


def propagate(
    texts: Sequence[str], found: Sequence[Iterable[Hit]], lexicon: Lexicon
) -> list[list[Hit]]:
    """Further hits for each text, for what was found in any of them.

    Parameters
    ----------
    texts
        The session's turns.
    found
        The hits of each turn, in the same order.
    """
    seeds: dict[str, tuple[Form, str, float]] = {}
    for text, hits in zip(texts, found, strict=True):
        for hit in hits:
            value = text[hit.start : hit.end]
            for form in forms_of(value, hit.entity_type, hit.trusted, lexicon):
                known = seeds.get(form.key)
                if known is None or (form.any_case and not known[0].any_case):
                    seeds[form.key] = (form, hit.entity_type, hit.score)
    if not seeds:
        return [[] for _ in texts]
    pattern = _any_of(seeds)
    return [list(_matches(text, pattern, seeds)) for text in texts]


def _any_of(keys: Iterable[str]) -> re.Pattern[str]:
    ordered = sorted(keys, key=lambda key: (-len(key), key))
    spaced = (r"[\W_]{1,3}".join(map(re.escape, key.split(" "))) for key in ordered)
    return re.compile(f"{WORD_START}(?:{'|'.join(spaced)}){WORD_END}")


def _matches(
    text: str, pattern: re.Pattern[str], seeds: dict[str, tuple[Form, str, float]]
) -> Iterator[Hit]:
    plain = fold(text)
    for match in pattern.finditer(plain.text):
        form, entity_type, score = seeds[" ".join(re.findall(r"[^\W_]+", match[0]))]
        start, end = plain.original(*match.span())
        if form.any_case or text[start].isupper() or not text[start].isalpha():
            why = _WHY_WHOLE if form.whole else _WHY_PART
            yield Hit(start, end, entity_type, score, SOURCE, why)
