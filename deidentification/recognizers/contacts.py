"""E-mail in words, web addresses and handles."""

from __future__ import annotations

import re

from presidio_analyzer import EntityRecognizer

from deidentification import patterns
from deidentification.boundaries import WORD_END, WORD_START
from deidentification.recognizers.phrases import Phrase, PhraseRecognizer

_NETWORKS = (
    r"instagram|insta|ig|twitter|tiktok|tik tok|discord|telegram|snapchat|snap|twitch|reddit|"
    r"github|"
    r"linkedin|youtube|deviantart|behance|soundcloud|bandcamp|steam|patreon|tumblr|skype|whatsapp|"
    r"wechat|mastodon|bluesky|threads|etsy|artstation|ao3|wattpad"
)
#: An account's name: one word, and not one that only reads like the sentence's next word.
_NAMED = r"(?P<id>@?[\w][\w.-]{1,38}\w)"
_NOT_A_NAME = frozenset(
    [
        "account",
        "and",
        "also",
        "because",
        "but",
        "for",
        "full",
        "handle",
        "has",
        "have",
        "here",
        "idea",
        "is",
        "just",
        "mainly",
        "mostly",
        "name",
        "not",
        "often",
        "only",
        "page",
        "pretty",
        "really",
        "still",
        "that",
        "the",
        "there",
        "this",
        "too",
        "username",
        "usually",
        "very",
        "was",
        "where",
        "which",
        "with",
        "would",
    ]
)


def contact_recognizers(language: str) -> list[EntityRecognizer]:
    """The recognisers of this module for one language of the analyser."""
    return [
        PhraseRecognizer(
            "SpelledEmailRecognizer",
            "EMAIL_ADDRESS",
            [
                Phrase(patterns.EMAIL, 0.9, "Written like an e-mail address."),
                Phrase(
                    patterns.SPELLED_EMAIL,
                    0.85,
                    "An e-mail address with its signs written as words or set apart.",
                    accept=_is_address,
                ),
                Phrase(
                    patterns.FOREIGN_EMAIL,
                    0.85,
                    "An e-mail address with its signs written as words.",
                ),
            ],
            language=language,
        ),
        PhraseRecognizer(
            "WebAddressRecognizer",
            "URL",
            [
                Phrase(
                    patterns.URL,
                    0.8,
                    "Written like a web address.",
                    accept=_is_web_address,
                ),
                Phrase(patterns.SPELLED_URL, 0.7, "A web address with its dots written as words."),
            ],
            language=language,
        ),
        PhraseRecognizer(
            "HandleRecognizer",
            "USER_NAME",
            [
                Phrase(patterns.HANDLE, 0.8, "An @ sign opens it, as in an account's name."),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?:{_NETWORKS}|user|screen|gamer)(?:\s(?:handle|name|"
                        rf"account|tag|id))"
                        rf"(?:'s|\s(?:is|was))?[:\s]{{1,3}}\"?{_NAMED}",
                        re.IGNORECASE,
                    ),
                    0.75,
                    "It follows words that announce an account's name.",
                    accept=_is_handle,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?:handle|username|user ?name|gamertag|screen ?name)"
                        rf"(?:'s|\s(?:is|was)|:)\s{{1,2}}\"?{_NAMED}",
                        re.IGNORECASE,
                    ),
                    0.75,
                    "It follows words that announce an account's name.",
                    accept=_is_handle,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?:{_NETWORKS})(?:\sis|'s|:|\sas|\sat|\s-|\sunder)\s{{1,2}}"
                        r"(?P<id>(?=[\w.-]{0,38}[\d_.])[^\W_][\w.-]{1,38}\w)",
                        re.IGNORECASE,
                    ),
                    0.7,
                    "It follows a social network's name and is written like an account's name.",
                    accept=_is_handle,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?:(?:{_NETWORKS}|handle|username|user ?name|gamertag|"
                        r"screen ?name|account|nickname|find me|follow me)"
                        rf"(?:'s|\s(?:is|was|as|at|under|on))?(?:\s(?:{_NETWORKS}))?"
                        r"(?:\s(?:is|as|at|under))?)[:,]?\s{1,2}"
                        r"(?P<id>(?:at\s)?[^\W_]{1,30}(?:\s(?:underscore|dot|dash|hyphen|period)"
                        rf"\s[^\W_]{{1,30}}){{1,4}}){WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.75,
                    "An account's name with its signs written as words.",
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>(?:at\s)?[^\W_]{{1,30}}(?:\s(?:underscore|unterstrich|"
                        rf"guion bajo|guión bajo|tiret bas)\s[^\W_]{{1,30}}){{1,4}}){WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.65,
                    "An account's name with its signs written as words.",
                ),
                Phrase(
                    re.compile(r"(?<![^\W_])@\s(?P<id>[^\W\d_][^\W_]{0,30}[_\d]\w{0,30})(?![\w@])"),
                    0.7,
                    "An account's name after an @ sign that stands apart.",
                ),
                Phrase(
                    re.compile(rf"{WORD_START}(?P<id>u/\w{{2,30}}){WORD_END}"),
                    0.75,
                    "Written like a Reddit account.",
                ),
                Phrase(
                    re.compile(rf"{WORD_START}(?P<id>\w[\w.]{{1,30}}#\d{{4}}){WORD_END}"),
                    0.75,
                    "Written like a Discord account.",
                ),
            ],
            language=language,
        ),
    ]


def _is_address(text: str, start: int, end: int) -> bool:
    return patterns.is_spelled_address(text[start:end])


def _is_web_address(text: str, start: int, end: int) -> bool:
    return patterns.is_web_address(text[start:end])


def _is_handle(text: str, start: int, end: int) -> bool:
    """A plain word counts only when the sentence stops after it."""
    found = text[start:end].lower().lstrip("@")
    if found in _NOT_A_NAME:
        return False
    if re.search(r"[\d_.]", found):
        return True
    return not found.endswith("ing") and bool(re.match(r"\s{0,2}(?:$|[.,!?;:)\"\n])", text[end:]))
