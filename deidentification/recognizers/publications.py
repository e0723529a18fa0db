"""Where somebody has published, and the works they call their own."""

from __future__ import annotations

import re

from presidio_analyzer import EntityRecognizer

from deidentification.boundaries import WORD_END, WORD_START
from deidentification.familiarity import ordinary_words
from deidentification.lexicon import NEVER_NAMES, listed
from deidentification.recognizers.phrases import Phrase, PhraseRecognizer
from deidentification.text_mapping import folded

_COMMON = listed("common_jobs.txt")
_MODERN = listed("modern_words.txt")
_CAPITAL = r"(?=[^\W\d_a-z])[^\W_][\w'’&-]{0,30}"
_LINK = r"(?:(?:of|and|&|the|for|on|a|an|in|to|with|from)\s)"
_TITLE = rf"{_CAPITAL}(?:\s{_LINK}{{0,2}}{_CAPITAL}){{0,6}}"
_PUBLISHED = (
    r"(?:published|appeared|featured|printed|serialised|serialized|reviewed|cited|profiled)\s(?:\w{1,10}\s)?in|"
    r"(?:wrote|write|written|writing|column|columnist|edit(?:ed|ing)?|illustrat(?:ed|ing)|reviewing|reviewed|freelance)\s(?:for|in)|"
    r"(?:essay|article|paper|story|poem|piece|chapter|review|letter|op-ed|column|manuscript|preprint|study|work|"
    r"photo|illustration|write-up)s?\s(?:(?:just|recently|finally)\s)?(?:(?:came|coming|is|was|got|ran|"
    r"run|went|goes)\s)?(?:(?:out|published|accepted|printed|featured|forthcoming|up)\s)?(?:in|by|to|at|for)|"
    r"(?:rejected|accepted|commissioned|turned\sdown|picked\sup|published|bought)\s(?:by|with|at)|"
    r"submit(?:ted|ting)?\s(?:\w{1,8}\s)?to|(?:editor|reviewer|referee|correspondent|critic|columnist)\s(?:at|of|for|with)"
)
_WORK = (
    r"book|novel|novella|memoir|album|ep|single|film|documentary|podcast|newsletter|blog|comic|webcomic|zine|"
    r"play|thesis|dissertation|paper|song|game|collection|chapbook|anthology|musical|opera|screenplay|exhibition|"
    r"graphic\snovel|channel|show|series|trilogy|magazine|exhibit|installation|short|short\sfilm"
)
_OWN = rf"(?:my|our|his|her)\s(?:\w{{1,12}}\s){{0,3}}?(?:{_WORK})"
_CALLED = (
    r"(?:,|:|\sis|\swas|\sis\scalled|\scalled|,\scalled|\stitled|,\stitled|\sentitled|\snamed)"
)


def _is_title(text: str, start: int, end: int) -> bool:
    first, *more = (folded(word) for word in text[start:end].split())
    if first in NEVER_NAMES and not more:
        return False
    alone = text[start:end]
    return bool(more) or (
        first not in _COMMON and first not in _MODERN and not alone.isupper() and "-" not in alone
    )


def _is_full_title(text: str, start: int, end: int) -> bool:
    """Without a word like "called" before it a title shows by several capitals."""
    words = text[start:end].split()
    capitals = [word for word in words if word[0].isupper()]
    return len(capitals) > 1 or folded(words[0]) not in ordinary_words() | _MODERN


def publication_recognizers(language: str) -> list[EntityRecognizer]:
    """The recogniser of this module for one language of the analyser."""
    return [
        PhraseRecognizer(
            "PublicationRecognizer",
            "PUBLICATION",
            [
                Phrase(
                    re.compile(
                        rf"(?i:{WORD_START}(?:{_PUBLISHED}))\s(?i:the\s|a\s)?[\"“'‘]?(?P<id>{_TITLE})"
                    ),
                    0.6,
                    "It follows words that say where something was published.",
                    accept=_is_title,
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?P<id>(?:{_CAPITAL}\s(?:of\s|and\s|for\s)?){{0,4}}"
                        r"(?:Journal|Review|Quarterly|Proceedings|Transactions|Annals|Gazette|"
                        rf"Bulletin){WORD_END}"
                        rf"(?:\s(?:of|in|on|for)\s{_CAPITAL}"
                        rf"(?:\s(?:and\s|of\s)?{_CAPITAL}){{0,4}})?)"
                    ),
                    0.6,
                    "Named like a journal.",
                    accept=lambda text, start, end: " " in text[start:end],
                ),
                Phrase(
                    re.compile(
                        rf"{WORD_START}(?:in|to|by|with|from|for|at)\s(?:the\s)?(?P<id>(?:\w{{3,20}}\s)?(?:journal|annals|"
                        r"proceedings|transactions|archives|bulletin|review)\sof\s(?:the\s)?[\w-]{4,25}"
                        r"(?:\s(?:and\s)?[\w-]{4,25}){0,2}?)(?=\s{0,2}(?:$|[.,!?;:)\n])|\s(?:and|but|last|this|in|"
                        r"on|twice|once|which|so|i|where|with|for)\b)",
                        re.IGNORECASE,
                    ),
                    0.6,
                    "Named like a journal, without its capitals.",
                ),
                Phrase(
                    re.compile(
                        rf"(?i:{WORD_START}{_OWN}{_CALLED})\s[\"“'‘*_]{{0,2}}(?P<id>{_TITLE})"
                    ),
                    0.6,
                    "The title of a work that the participant calls their own.",
                    accept=_is_title,
                ),
                Phrase(
                    re.compile(
                        rf"(?i:{WORD_START}{_OWN})\s[\"“'‘*_]{{0,2}}(?P<id>(?:(?:The|A|An|In|On|Of)\s)?{_TITLE})"
                    ),
                    0.5,
                    "The title of a work that the participant calls their own.",
                    accept=_is_full_title,
                ),
            ],
            language=language,
        ),
    ]
