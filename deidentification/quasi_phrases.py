"""What participants say of their education, field, tools, stage and projects in words of their own.

The lists of ``quasi_terms.yaml`` know what many people say; these phrases read what only one may
say: the field of a degree, what somebody does research on, the one thing they are making.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from deidentification.boundaries import WORD_END, WORD_START
from deidentification.lexicon import NEVER_NAMES, listed
from deidentification.text_mapping import folded
from domain.quasi_identifiers import QuasiCategory

_WORD = r"[^\W\d_][\w'-]{1,30}"
#: Where the words for a thing end: at a stop, or at a word that goes on with something else.
_ENDS = (
    r"(?=\s{0,2}(?:$|[.,!?;:()\n]|[-–—]\s)|\s(?:and|at|but|by|for|from|here|i|in|mostly|now|on|so|since|that|then|"
    r"there|these|this|though|to|when|where|which|while|who|with|years|is|was|has|had|did|does|made|"
    r"gave|helped|taught|would|will|can)\b)"
)
_FIELD = rf"{_WORD}(?:\s(?:and\s|of\s)?{_WORD}){{0,2}}?"
_DEGREE = (
    r"(?:associate|associate's|bachelor|bachelor's|bachelors|master|master's|masters|doctoral|honours|"
    r"honors|graduate|postgraduate)?\s?(?:degree|diploma|certificate)|"
    r"ph\.?d|doctorate|master's|masters|bachelor's|bachelors|(?-i:B\.?A|M\.?A|B\.?Sc|M\.?Sc|M\.?F\.?A|B\.?F\.?A)"
)
_RESEARCH = (
    r"(?:my|our)\s(?:research|phd|thesis|dissertation|lab|group|doctorate)\s(?:is|was|works?|worked|studies|looks)\s"
    r"(?:on|about|at|in)|i(?:'m|\sam)?\s(?:study|studied|research|specialise\sin|specialize\sin|specialised\sin)|"
    r"(?:my\s)?(?:field|speciality|specialty)\s(?:is|was)|(?:researcher|lecturer|postdoc|professor|scientist|fellow)\sin"
)
_USES = (
    r"(?:i|we)\s(?:mostly\s|mainly\s|still\s|only\s)?(?:use|used|rely\son|draw\sin|work\sin|write\sin|design\sin|edit\sin|"
    r"model\sin|record\sin|switched\sto|moved\sto|swear\sby)|(?:do|did|is|made|done)\s(?:it\sall\s|everything\s|all\s)?in|"
    r"my\s(?:main\s|favourite\s|favorite\s)?(?:tool|software|program|programme)\s(?:is|was)"
)
_NAMED = (
    r"(?=[^\W\d_a-z])\w(?:[\w+#-]|\.(?=\w)){1,20}(?:\s(?!AI\b)(?=[^\W_a-z])\w[\w+#]{0,20}){0,2}"
)
_MAKES = (
    r"(?:i'm|i\sam|im|we're|we\sare|i've\sbeen|i\shave\sbeen|we've\sbeen)\s(?:slowly\s|currently\s|now\s|still\s)?"
    r"(?:working\son|making|building|writing|developing|designing|composing|editing|finishing|producing)|"
    r"(?:i|we)\s(?:spent\s(?:\w+\s){1,3}on|finished|built|made|wrote|designed|published|composed)|"
    r"my\s(?:\w+\s)?project\s(?:is|was)"
)
#: A thing with what it is about: that is what one remembers of somebody.
_THING = (
    rf"an?\s{_WORD}(?:\s{_WORD}){{0,2}}?\s(?:about|of|for|on|in|that|which|where)\s"
    rf"(?:(?:a|an|the|my|our|every|all)\s)?{_WORD}(?:\s{_WORD}){{0,5}}"
)
#: Tools that nearly everybody who is asked about AI uses say nothing of anybody.
_EVERYBODYS = frozenset(
    "ai chatgpt gpt claude gemini copilot google word internet it english i a the zoom email "
    "llm llms".split()
)
_GENERAL = listed("not_places.txt") | listed("modern_words.txt")
#: "A list of questions" and "a couple of things" are no projects.
_AMOUNTS = frozenset(
    "bit bunch couple deal few group kind list lot number pair part piece range series set sort "
    "sum ton way while version copy draft lots point habit case".split()
)

#: How research goes, not what it is about.
_NO_FIELD = frozenset("hold pause track top beginning ending going done full fine private".split())


class Told(NamedTuple):
    """A trait told by a phrase: its category, its folded value, and where it stands."""

    category: QuasiCategory
    value: str
    start: int
    end: int


def _is_field(value: str) -> bool:
    """What is studied is named by words that mean something, and not "the brief" or "what I need"."""
    words = value.split()
    return len(value) > 3 and words[0] not in NEVER_NAMES | _GENERAL | _NO_FIELD


def _is_tool(value: str) -> bool:
    return value.split()[0] not in _EVERYBODYS | NEVER_NAMES


def _is_project(value: str) -> bool:
    words = value.split()
    return words[1] not in _AMOUNTS and words[2] not in _AMOUNTS and words[-1] not in NEVER_NAMES


_PHRASES: tuple[tuple[QuasiCategory, re.Pattern[str], Callable[[str], bool]], ...] = (
    (
        QuasiCategory.EDUCATION,
        re.compile(
            rf"{WORD_START}(?P<id>(?:{_DEGREE})\sin\s{_FIELD}){_ENDS}",
            re.IGNORECASE,
        ),
        lambda value: _is_field(value.rsplit(" in ", 1)[-1]),
    ),
    (
        QuasiCategory.RESEARCH_AREA,
        re.compile(rf"{WORD_START}(?:{_RESEARCH})\s(?P<id>{_FIELD}){_ENDS}", re.IGNORECASE),
        _is_field,
    ),
    (
        QuasiCategory.TOOL,
        re.compile(rf"(?i:{WORD_START}(?:{_USES}))\s(?P<id>{_NAMED}){WORD_END}"),
        _is_tool,
    ),
    (
        QuasiCategory.PROJECT,
        re.compile(
            rf"{WORD_START}(?:{_MAKES})\s(?P<id>{_THING})"
            r"(?=\s{0,2}(?:$|[.,!?;:()\n]|[-–—]\s)|\s(?:since|and|but|so|now|with|when|these)\b)",
            re.IGNORECASE,
        ),
        _is_project,
    ),
)


def told(said: str) -> Iterator[Told]:
    """The traits that phrases of a participant's words tell; ``said`` has plain apostrophes."""
    for category, pattern, holds in _PHRASES:
        for match in pattern.finditer(said):
            value = " ".join(folded(match["id"]).split())
            if value and holds(value):
                yield Told(category, value, *match.span("id"))
