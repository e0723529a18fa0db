"""Identifiers known from the account, searched in every turn, interviewer's echoes included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from deidentification.boundaries import WORD_END, WORD_START
from deidentification.hits import Hit
from deidentification.known import KnownIdentifiers
from deidentification.lexicon import Lexicon
from deidentification.spellings import broken_up
from deidentification.text_mapping import fold, folded

SOURCE = "account"
_GAP = r"[\W_]{0,4}"
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_TITLES = frozenset("mr mrs ms miss mx dr prof professor sir dame jr sr ii iii iv phd md".split())


@dataclass(frozen=True, slots=True)
class _Search:
    pattern: re.Pattern[str]
    entity_type: str
    why: str
    #: An everyday word too: counts only with a capital inside a sentence.
    ambiguous: bool = False


def find_known(text: str, known: KnownIdentifiers, lexicon: Lexicon) -> Iterator[Hit]:
    """Every place where a turn holds the account's name, its parts, or its e-mail.

    Letter case, accents and invisible characters do not matter. A part of the name that is
    also an everyday word ("Will", "Rose") counts alone only when capitalised inside a
    sentence; beside another part of the name it always counts.
    """
    searches = _searches(known.full_name or "", known.email or "", lexicon)
    if not searches:
        return
    plain = fold(text)
    parts = frozenset(name_parts(known.full_name or ""))
    for search in searches:
        for match in search.pattern.finditer(plain.text):
            start, end = plain.original(*match.span())
            if search.ambiguous and not _is_capital_inside(text, start):
                continue
            if search.entity_type == "USER_NAME" and parts.issuperset(match[0].split()):
                continue  # the name written out, which the name's own search finds as a person
            yield Hit(start, end, search.entity_type, 1.0, SOURCE, search.why, trusted=True)


def name_parts(name: str) -> tuple[str, ...]:
    """The folded words of a name, without titles and initials."""
    words = _NOT_LETTERS.split(folded(name))
    return tuple(word for word in words if len(word) > 1 and word not in _TITLES)


def _is_capital_inside(text: str, start: int) -> bool:
    if not text[start].isupper():
        return False
    before = text[max(0, start - 8) : start].rstrip(" \t\"'([*_“‘")
    return bool(before) and before[-1] not in ".!?\n:;…•-–—>"


# Sessions of one participant come one after the other; the cache holds few on purpose.
@lru_cache(maxsize=64)
def _searches(full_name: str, email: str, lexicon: Lexicon) -> tuple[_Search, ...]:
    return (*_email_searches(email, lexicon), *_name_searches(full_name, lexicon))


def _name_searches(full_name: str, lexicon: Lexicon) -> Iterator[_Search]:
    parts = name_parts(full_name)
    if len(parts) > 1:
        orders = [parts, (parts[-1], *parts[:-1]), (parts[0], parts[-1]), (parts[-1], parts[0])]
        for order in dict.fromkeys(orders):
            yield _Search(
                _words(_GAP.join(map(re.escape, order))),
                "PERSON",
                "It is the name in the participant's account.",
            )
    for part in dict.fromkeys(parts):
        yield _Search(
            _words(broken_up(part)),
            "PERSON",
            "It is part of the name in the participant's account.",
            ambiguous=lexicon.is_ordinary(part),
        )
    yield from _unspaced_name(full_name)


def _unspaced_name(full_name: str) -> Iterator[_Search]:
    """Names in scripts without spaces between words ("王小明") are searched without borders."""
    name = "".join(folded(full_name).split())
    if len(name) >= 2 and re.fullmatch("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+", name):
        spread = r"\s{0,2}".join(map(re.escape, name))
        yield _Search(re.compile(spread), "PERSON", "It is the name in the participant's account.")


def _email_searches(email: str, lexicon: Lexicon) -> Iterator[_Search]:
    local, at, domain = folded(email).strip().partition("@")
    if not at or not local or not domain:
        return
    signs = {
        ".": r"(?:\s?\.\s?|\s{0,2}[\[(]?dot[\])]?\s{0,2})",
        "_": r"(?:_|\s{1,2}underscore\s{1,2})",
    }
    signs["-"] = r"(?:-|\s{1,2}(?:dash|hyphen)\s{1,2})"
    spelled_local = "".join(signs.get(mark, re.escape(mark)) for mark in local)
    spelled_domain = "".join(signs.get(mark, re.escape(mark)) for mark in domain)
    yield _Search(
        _words(rf"{spelled_local}\s?(?:@|[\[(]\s?at\s?[\])]|\sat\s)\s?{spelled_domain}"),
        "EMAIL_ADDRESS",
        "It is the e-mail address of the participant's account.",
    )
    if len(local) >= 3 and local not in lexicon.words.impersonal_mailboxes:
        loose = _GAP.join(re.escape(piece) for piece in re.split(r"[\W_]+", local) if piece)
        if loose:
            yield _Search(
                _words(loose),
                "USER_NAME",
                "It is the part before the @ of the account's e-mail address.",
                ambiguous=lexicon.is_ordinary(local),
            )
    for word in dict.fromkeys(_NOT_LETTERS.split(local)):
        if len(word) >= 4 and word not in lexicon.words.impersonal_mailboxes:
            yield _Search(
                _words(re.escape(word)),
                "PERSON",
                "It is part of the account's e-mail address.",
                ambiguous=lexicon.is_ordinary(word),
            )
    if domain not in lexicon.words.public_mail_domains:
        yield _Search(
            _words(spelled_domain), "URL", "It is the domain of the account's e-mail address."
        )


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{WORD_START}{pattern}{WORD_END}")
