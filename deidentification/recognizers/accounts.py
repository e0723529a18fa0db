"""Account names without an @ sign: after a network's name, or written as only such names are."""

from __future__ import annotations

import re

from presidio_analyzer import EntityRecognizer

from deidentification.boundaries import WORD_END, WORD_START
from deidentification.familiarity import is_unfamiliar, is_word
from deidentification.lexicon import Lexicon
from deidentification.recognizers.phrases import Phrase, PhraseRecognizer
from deidentification.text_mapping import folded

_NETWORK = (
    r"instagram|insta|ig|twitter|tik\s?tok|discord|telegram|tg|snapchat|snap|twitch|reddit|git\s?hub|"
    r"gitlab|linked\s?in|youtube|yt|deviant\s?art|behance|dribbble|soundcloud|bandcamp|steam|patreon|"
    r"ko-?fi|tumblr|skype|whatsapp|wechat|line|viber|signal|mastodon|bluesky|threads|etsy|art\s?station|"
    r"ao3|wattpad|medium|substack|pinterest|facebook|fb|kakao|vk|xbox|psn|orcid|venmo|cash\s?app|paypal"
)
_ANNOUNCES = (
    rf"(?:(?:my|our|the)\s)?(?:(?:{_NETWORK})|handle|user\s?name|gamer\s?tag|screen\s?name|nick|alias)"
    r"(?:\s(?:handle|tag|user\s?name|name|account|id|page|channel|profile))?"
)
_LINK = r"(?:\s?[:=,–-]\s?|\s(?:is|its|it's|as|at|under|by|called|named|i'm|im)\s|'s\s|\s)"
_NAME = r"@?[^\W_](?:[\w.-]{1,38}\w)"
_SIGNS = re.compile(r"\w[._]\w|\d")
_PARTS = re.compile(r"[^\W\d_]+")


def account_recognizers(language: str, lexicon: Lexicon) -> list[EntityRecognizer]:
    """The recogniser of this module for one language of the analyser."""

    def is_named(text: str, start: int, end: int) -> bool:
        """Not the next word of the sentence: signs or digits inside, or no word of the language."""
        found = folded(text[start:end]).lstrip("@")
        if _SIGNS.search(found):
            return any(mark.isalpha() for mark in found)
        return found.isalpha() and not is_word(found)

    def is_of_somebody(text: str, start: int, end: int) -> bool:
        """Of its parts one is a name or in no dictionary: "read_csv" and "train_test" are code."""
        parts = [folded(part) for part in _PARTS.findall(text[start:end])]
        called = text[end : end + 1] in ("(", "[")
        return not called and any(
            part in lexicon.first_names or is_unfamiliar(part) for part in parts
        )

    return [
        PhraseRecognizer(
            "AccountNameRecognizer",
            "USER_NAME",
            [
                Phrase(
                    re.compile(
                        rf"{WORD_START}{_ANNOUNCES}{_LINK}[\"'“]?(?P<id>{_NAME}){WORD_END}",
                        re.IGNORECASE,
                    ),
                    0.7,
                    "It follows a network's name and is no word of the sentence.",
                    accept=is_named,
                ),
                Phrase(
                    re.compile(
                        rf"(?<![\w@./-])(?P<id>[^\W\d_][\w.]{{0,30}}_[\w.]{{0,30}}[^\W_]){WORD_END}"
                    ),
                    0.5,
                    "Written in one word with an underscore, as account names are.",
                    accept=is_of_somebody,
                ),
            ],
            language=language,
        )
    ]
