"""Patterns of contact details and numbers that recognisers and the leak check share.

They are searched in normalised text (:func:`deidentification.text_mapping.normalise`). Each
repetition is bounded, so that a hostile turn costs no more than its length.
"""

from __future__ import annotations

import re

from deidentification.boundaries import WORD_END, WORD_START
from deidentification.familiarity import is_word
from deidentification.text_mapping import folded

#: Top-level domains that stand without ``https://`` in ordinary typing. A longer list would
#: read "done.so" and other forgotten blanks as addresses.
_TOP_LEVEL = (
    "com|net|org|edu|gov|info|biz|io|ai|app|dev|co|me|tv|art|design|studio|music|film|blog|shop|"
    "store|site|online|xyz|uk|us|ca|au|nz|ie|de|fr|es|it|nl|be|ch|at|pt|se|no|dk|fi|pl|cz|ru|jp|"
    "kr|cn|in|br|mx|ar|za|ng|ke|eu"
)
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"

EMAIL = re.compile(rf"(?<![\w.+-])[\w.+%'-]{{1,64}}@{_LABEL}(?:\.{_LABEL}){{1,6}}", re.IGNORECASE)

_AT = r"(?:\s{0,2}[\(\[{<]\s?(?:at|@)\s?[\)\]}>]\s{0,2}|\s{1,2}at\s{1,2}|\s?@\s?)"
_DOT = (
    r"(?:\s{0,2}[\(\[{<]\s?(?:dot|\.)\s?[\)\]}>]\s{0,2}|\s{1,2}(?:dot|punto|point|"
    r"punkt)\s{1,2}|\s?\.\s?)"
)
_JOIN = (
    r"(?:\s\.\s|\s{1,2}(?:dot|underscore|dash|hyphen|minus|plus)\s{1,2}|"
    r"\s{0,2}[\(\[]\s?dot\s?[\)\]]\s{0,2})"
)
#: An address written in words: "ann at mail dot com", "ann (at) mail [dot] com".
SPELLED_EMAIL = re.compile(
    rf"{WORD_START}[\w.+-]{{1,64}}(?:{_JOIN}[\w.+-]{{1,64}}){{0,3}}{_AT}"
    rf"[^\W_][\w-]{{0,62}}(?:{_DOT}[^\W_][\w-]{{0,62}}){{0,2}}{_DOT}(?:{_TOP_LEVEL}){WORD_END}",
    re.IGNORECASE,
)

#: The same in French, Spanish, Portuguese, Italian and German, which name the sign itself.
FOREIGN_EMAIL = re.compile(
    rf"{WORD_START}[\w.+-]{{1,64}}\s{{1,2}}(?:arobase|arroba|chiocciola|klammeraffe|"
    rf"@)\s{{1,2}}[\w-]{{1,62}}"
    rf"(?:\s{{1,2}}(?:point|punto|ponto|punkt)\s{{1,2}}[\w-]{{2,62}}){{1,3}}{WORD_END}",
    re.IGNORECASE,
)

URL = re.compile(
    r"(?:https?://|ftp://|www\.)[^\s<>\"'\])}]{2,2000}"
    rf"|(?<![\w.@-])(?:{_LABEL}\.){{1,4}}(?:{_TOP_LEVEL})(?![\w-])(?:/[^\s<>\"'\])}}]{{0,2000}})?",
    re.IGNORECASE,
)
#: "mysite dot com": an address in words.
SPELLED_URL = re.compile(
    rf"{WORD_START}(?:www\s{{1,2}}dot\s{{1,2}})?[^\W_][\w-]{{2,62}}"
    rf"(?:\s{{1,2}}dot\s{{1,2}}[^\W_][\w-]{{1,62}}){{0,2}}\s{{1,2}}dot\s{{1,2}}"
    rf"(?:com|net|org|io|co|art|studio|dev|app)(?:\s{{1,2}}dot\s{{1,2}}uk)?{WORD_END}"
    rf"(?:\s{{1,2}}slash\s{{1,2}}[^\W_][\w-]{{0,62}}){{0,4}}",
    re.IGNORECASE,
)

HANDLE = re.compile(r"(?<![\w@.])@[^\W\d_](?:[\w.]{0,38}\w)?(?![\w@])|(?<![\w@.])@\d\w{1,38}")

_GAP = r"[\s.\-–/]{0,2}"
PHONE = re.compile(
    # International, North American, and national numbers with a trunk zero.
    rf"(?<![\w.])(?:(?:\+|00){_GAP}\d{{1,3}}(?:{_GAP}\(?\d{{1,5}}\)?){{2,6}}"
    rf"|(?:1{_GAP})?\(?[2-9]\d{{2}}\)?{_GAP}\d{{3}}{_GAP}\d{{4}}"
    rf"|\(?0\d{{1,4}}\)?[\s.\-/]{{1,2}}\d{{2,5}}(?:[\s.\-/]\d{{2,5}}){{0,3}})(?![\w]|\.\d)"
)
#: Seven or more digits that belong together, or five or more in a code with letters. Neither
#: amounts ("1,000,000", "$12.50") nor pairs of years ("2019-2021").
LONG_NUMBER = re.compile(
    r"(?<![\w.,$€£-])(?!\d{1,5}-\d{1,5}(?![\d-]))\d(?:[ -]?\d){6,30}(?![\w%]|[.,]\d)"
    r"|(?<![\w-])(?=[A-Z0-9-]{6,24}(?![\w-]))[A-Z]{1,5}-?(?:\d-?){5,18}[A-Z]{0,2}(?![\w-])"
)

_DIGIT_WORD = "zero|oh|one|two|three|four|five|six|seven|eight|nine"
#: Digits of which some are written as words, with "double" and "triple" among them: read one by
#: one, or begun in words and gone on with in groups of figures.
SPELLED_NUMBER = re.compile(
    rf"{WORD_START}(?:(?:double|triple|{_DIGIT_WORD}|\d{{1,6}})[\s,.-]{{1,3}}){{1,20}}"
    rf"(?:{_DIGIT_WORD}|\d{{1,6}}){WORD_END}",
    re.IGNORECASE,
)
_SPOKEN = re.compile(rf"(double|triple)?[\s,.-]{{0,3}}({_DIGIT_WORD})", re.IGNORECASE)


def spelled_digits(found: str) -> tuple[int, int]:
    """How many digits a match of :data:`SPELLED_NUMBER` stands for, and how many are in words."""
    spoken = sum(
        {"double": 2, "triple": 3}.get(times.lower(), 1) for times, _ in _SPOKEN.findall(found)
    )
    return spoken + sum(mark.isdigit() for mark in found), spoken


#: Top-level domains that are also words of a next sentence.
_WORDS_TOO = frozenset({"art", "at", "be", "es", "film", "in", "it", "me", "music", "no", "us"})


def is_web_address(found: str) -> bool:
    """Whether a match of :data:`URL` is one: "end.So" is a forgotten blank, not a site.

    Without a scheme the top-level domain must be in lower case, and no word of its own unless
    a path follows.
    """
    if found.lower().startswith(("http://", "https://", "ftp://", "www.")):
        return True
    host, _, path = found.partition("/")
    top = host.rsplit(".", 1)[-1]
    if top in _WORDS_TOO and not path:
        # "ofelia71.art" is an address, "this is my work.art matters" is not.
        label = re.sub(r"[\W\d_]", "", folded(host.rsplit(".", 1)[0]))
        return top.islower() and not is_word(label) and host.islower()
    return top.islower() and any(mark.isalpha() for mark in host.split(".")[0])


#: "find me @ann_lee. No more": an account's name that ends its sentence.
_HANDLE_AND_STOP = re.compile(rf"\s@[\w-]{{1,62}}\.\s(?:{'|'.join(sorted(_WORDS_TOO))})$")


def is_spelled_address(found: str) -> bool:
    """A match of :data:`SPELLED_EMAIL` needs a sign of being one beyond "look at this. In ..."."""
    found = found.lower()
    if _HANDLE_AND_STOP.search(found):
        return False
    if "@" in found or "(" in found or "[" in found:
        return True
    if re.search(r"\sat\s(?:an?|the|this|that|my|your|our|its|every|each|one)\s", found):
        return False  # "look at the dot in the corner"
    return bool(re.search(r"\sdot\s", found)) or bool(
        re.search(r"\sat\s\S+\.[a-z]{2,6}$", found)
        and re.search(r"mail|yahoo|outlook|icloud|proton|aol|live\.", found)
    )


_COUNTING = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def is_spelled_number(found: str) -> bool:
    """Seven digits and more, two of them in words, are a number when they do not merely count."""
    words = re.findall(r"[a-z]+|\d", found.lower())
    digits, spoken = spelled_digits(found)
    return digits >= 7 and spoken >= 2 and words != _COUNTING[: len(words)]


def is_phone(found: str) -> bool:
    """Whether a match of :data:`PHONE` has as many digits as phone numbers have."""
    return 7 <= sum(mark.isdigit() for mark in found) <= 15
