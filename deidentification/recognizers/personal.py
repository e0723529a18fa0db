"""Ages, birth dates and exact dates."""

from __future__ import annotations

import re

from presidio_analyzer import EntityRecognizer

from deidentification.boundaries import WORD_END, WORD_START
from deidentification.recognizers.phrases import Phrase, PhraseRecognizer

_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_UNITS = "one|two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_AGE = rf"(?:1[0-1]\d|[1-9]\d?|(?:{_TENS})(?:[-\s](?:{_UNITS}))?|{_TEENS}|{_UNITS})"
_ADULT_AGE = rf"(?:1[0-1]\d|[1-9]\d|(?:{_TENS})(?:[-\s](?:{_UNITS}))?|{_TEENS})"
#: What "I'm 34" must not go on with: then 34 counts something else.
_NOT_COUNTED = (
    r"(?!\s{0,2}(?:%|percent|per cent|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|"
    r"years?(?!\sold)|"
    r"pages?|chapters?|words?|dollars?|bucks|times?|people|episodes?|songs?|pieces?|projects?|"
    r"books?|"
    r"of|or|to|in\s(?:a|to)|out|degrees?|miles?|km|k\b|x\b|st\b|nd\b|rd\b|th\b|and a half|days|"
    r"episodes|drafts?|steps?|sessions?|clients?|employees|stories|[\d.,:/-]*\d))"
)

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?:19|20)\d\d"
_NUMERIC = (
    rf"(?:{_YEAR}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:(?:19|20)?\d\d))"
)
_WRITTEN = (
    rf"(?:{_DAY}\s(?:of\s)?{_MONTH}(?:,?\s{_YEAR})?|{_MONTH}\s(?:the\s)?{_DAY}(?:,?\s{_YEAR})?)"
)
_MONTH_YEAR = rf"{_MONTH}(?:\sof)?,?\s{_YEAR}"
_DECADES = r"twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties|[2-9]0'?s"
_ORDINAL = (
    r"(?:(?:twenty|thirty)[-\s])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|"
    r"tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|"
    r"nineteenth)|twentieth|thirtieth"
)
_SPOKEN_YEAR = (
    rf"(?:nineteen|twenty|two\sthousand(?:\sand)?)"
    rf"(?:[-\s](?:(?:{_TENS})(?:[-\s](?:{_UNITS}))?|{_TEENS}|oh[-\s](?:{_UNITS})|{_UNITS}))?"
)
#: "the third of june nineteen eighty two", "june third", "nineteen eighty two".
_SPOKEN = (
    rf"(?:(?:{_ORDINAL})\s(?:of\s)?{_MONTH}|{_MONTH}\s(?:the\s)?(?:{_ORDINAL}))"
    rf"(?:,?\s(?:in\s)?(?:{_SPOKEN_YEAR}|{_YEAR}))?"
    rf"|nineteen[-\s](?:{_TENS})(?:[-\s](?:{_UNITS}))?"
)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def personal_recognizers(language: str) -> list[EntityRecognizer]:
    """The recognisers of this module for one language of the analyser."""
    return [
        PhraseRecognizer(
            "AgeRecognizer",
            "AGE",
            [
                Phrase(
                    _compiled(
                        rf"{WORD_START}(?P<id>{_AGE}[-\s]{{1,2}}(?:years?|"
                        rf"yrs?)[-\s]{{1,2}}olds?){WORD_END}"
                    ),
                    0.8,
                    "A number followed by years old.",
                ),
                Phrase(
                    _compiled(rf"{WORD_START}(?P<id>{_AGE}\s?(?:y/o|yo)){WORD_END}"),
                    0.8,
                    "A number followed by the short form of years old.",
                ),
                Phrase(
                    _compiled(
                        rf"{WORD_START}(?:i'm|i am|im|i was|i just turned|i turned|i turn|turning|"
                        rf"(?:she|he)(?:'s| is| was| just turned| turned))\s(?:now\s|only\s|"
                        rf"already\s|"
                        rf"almost\s|nearly\s|about\s|just\s|a\s)?(?P<id>{_ADULT_AGE}){WORD_END}"
                        + _NOT_COUNTED
                    ),
                    0.65,
                    "A number said of a person, as an age is.",
                ),
                Phrase(
                    _compiled(
                        rf"{WORD_START}(?:i'll\sbe|i\swill\sbe|i'd\sbe|i\sbecame|about\sto\s(?:be|turn|hit)|being|"
                        rf"turns?|turning|hitting|going\son|reached|reaching|man\sof|woman\sof|person\sof|"
                        rf"already|the\sbig)\s(?P<id>{_ADULT_AGE}){WORD_END}"
                        rf"(?=\s{{0,2}}(?:$|[.,!?;:)\n])|\s(?:this|next|in|on|soon|now|and|made|has|meant|means|was|"
                        rf"is|i|so|but|then|years\sold|before|when|last|years\sof\sage)\b)"
                    ),
                    0.6,
                    "A number said of a person, as an age is.",
                    accept=_is_grown,
                ),
                Phrase(
                    _compiled(
                        rf"{WORD_START}at\s(?P<id>{_ADULT_AGE})(?=,?\s(?:i|i'm|i've|you|one|my|we|he|she|it's)\s"
                        rf"(?!o'?clock))"
                    ),
                    0.55,
                    "A number after at, as an age is.",
                    accept=_is_grown,
                ),
                Phrase(
                    _compiled(
                        rf"{WORD_START}(?P<id>{_AGE}[-\s]?(?:y\.\s?o\.?|years?\s(?:of\sage|young)))"
                    ),
                    0.8,
                    "A number followed by a form of years old.",
                ),
                Phrase(
                    _compiled(
                        rf"{WORD_START}my\s(?P<id>{_ADULT_AGE}(?:st|nd|rd|th))\syear{WORD_END}(?!\s(?:of|as|in|at))"
                    ),
                    0.5,
                    "It counts the years of a life.",
                ),
                Phrase(
                    _compiled(
                        r"(?:^|[.!?\n]\s{0,2})[^\W\d_][\w'-]{1,30}\s[^\W\d_][\w'-]{1,30},\s"
                        r"(?P<id>1[89]|[2-9]\d),\s[^\W\d_][\w'-]{2,30}(?=\s?(?:$|[.,!\n]))"
                    ),
                    0.6,
                    "A number between a name and a place, as people sign letters.",
                ),
                Phrase(
                    _compiled(
                        rf"{WORD_START}in\s(?:my|his|her)\s(?P<id>(?:(?:very\s)?(?:early|mid|middle|"
                        rf"late)[-\s])?(?:{_DECADES})){WORD_END}"
                    ),
                    0.7,
                    "A decade of somebody's life.",
                ),
                Phrase(
                    _compiled(
                        rf"{WORD_START}(?:turned|turning|pushing|approaching|nearing|hit|past|"
                        rf"when\si\swas|side\sof|over\sthe\sage\sof)\s"
                        rf"(?P<id>{_ADULT_AGE}){WORD_END}(?=\s{{0,2}}(?:$|[.,!?;:)\n])|\s(?:and|"
                        r"last|this|next|in|now|so|but|when|before|i|years\sold)\b)"
                    ),
                    0.6,
                    "A number said of a person, as an age is.",
                ),
                Phrase(
                    _compiled(rf"{WORD_START}(?P<id>(?:{_TENS}|[2-9]0)[-\s]?(?:something|ish))"),
                    0.6,
                    "An age left open.",
                ),
                Phrase(
                    _compiled(
                        rf"{WORD_START}(?:my|his|her)\s(?P<id>{_ADULT_AGE}(?:st|nd|rd|th)?"
                        rf"|(?:{_TENS})[-\s](?:first|second|third|fourth|fifth|sixth|seventh|eighth|"
                        rf"ninth)|(?:twent|thirt|fort|fift|sixt|sevent|eight|ninet)ieth)\sbirthday"
                    ),
                    0.7,
                    "It counts a person's birthdays.",
                ),
                Phrase(
                    _compiled(
                        rf"{WORD_START}(?:aged?|at the age of|age of|my age is)(?:\sis|:)?\s{{1,2}}"
                        rf"(?P<id>{_AGE}){WORD_END}" + _NOT_COUNTED
                    ),
                    0.7,
                    "A number after the word age.",
                ),
            ],
            language=language,
        ),
        PhraseRecognizer(
            "BirthDateRecognizer",
            "BIRTH_DATE",
            [
                Phrase(
                    _compiled(
                        rf"{WORD_START}(?:born|birthday|birthdate|date of birth|dob|b-day|"
                        rf"bday|(?:high\sschool\s)?class\sof|birth\syear|year\sof\sbirth|child\sof)\W{{0,3}}"
                        rf"(?:\w{{1,8}}\W{{1,2}}){{0,5}}?(?P<id>{_NUMERIC}|{_WRITTEN}|"
                        rf"{_MONTH_YEAR}|"
                        rf"(?:19|20)\d\d|'\d\d){WORD_END}"
                    ),
                    0.85,
                    "A date or year after words that announce a birth.",
                ),
                Phrase(
                    _compiled(
                        rf"{WORD_START}(?:born|birthday|birthdate|date of birth|dob|b-day|"
                        rf"bday)\W{{0,3}}(?:\w{{1,8}}\W{{1,2}}){{0,4}}?(?P<id>{_SPOKEN}){WORD_END}"
                    ),
                    0.85,
                    "A date in words after words that announce a birth.",
                ),
            ],
            language=language,
        ),
        PhraseRecognizer(
            "ExactDateRecognizer",
            "DATE_TIME",
            [
                Phrase(
                    _compiled(
                        rf"(?<![\w./-])(?P<id>{_NUMERIC}(?:[T\s]\d\d:\d\d(?::\d\d)?)?)"
                        r"(?![\w/-]|\.\d)"
                    ),
                    0.7,
                    "A full calendar date in digits.",
                ),
                Phrase(
                    _compiled(rf"{WORD_START}(?P<id>{_WRITTEN}){WORD_END}"),
                    0.65,
                    "A day and month of the calendar.",
                    accept=_is_calendar_day,
                ),
            ],
            language=language,
        ),
    ]


def _is_grown(text: str, start: int, end: int) -> bool:
    """From eighteen on, or in words: "at 10 I stop" is a time of the day."""
    found = text[start:end]
    return not found.isdigit() or int(found) >= 18


def _is_calendar_day(text: str, start: int, end: int) -> bool:
    """ "may 2 or 3" asks for leave and "march 10 miles" walks: these months need a capital."""
    found = text[start:end]
    month = re.search(r"[^\W\d]{3,}", found)
    word = month[0] if month else ""
    return word.lower() not in {"may", "march", "mar", "dec", "sep"} or word[0].isupper()
