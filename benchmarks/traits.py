"""Traits that the demonstration plants nowhere, in sentences of their own: found, and rightly so?

Education, research area, tools, career stage and projects, each in several wordings. Both halves
were written before the patterns, which were mended by the first alone. Both are by the same hand,
which flatters; what people say otherwise is found less often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from deidentification.quasi_identifiers import find_quasi_identifiers
from domain.quasi_identifiers import QuasiCategory, QuasiIdentifier
from domain.transcripts import Speaker, Turn


class Half(StrEnum):
    """Whether patterns were mended by what they missed in a sentence."""

    SEEN = "mended by"
    HELD_BACK = "held back"


_Said = dict[QuasiCategory, tuple[tuple[str, ...], tuple[str, ...]]]

#: For each category wordings and values, which are combined each with each.
_SEEN: _Said = {
    QuasiCategory.EDUCATION: (
        ("I have a {} from a college up north.", "I did my {} years ago.", "It was my {}, really."),
        (
            "PhD in botany",
            "diploma in graphic design",
            "master's in library science",
            "degree in physics",
            "BA in history",
            "certificate in welding",
        ),
    ),
    QuasiCategory.RESEARCH_AREA: (
        ("My research is on {}.", "I study {} at the coast.", "I'm a researcher in {}, mostly."),
        (
            "marine ecology",
            "medieval law",
            "protein folding",
            "urban planning",
            "speech perception",
            "soil chemistry",
        ),
    ),
    QuasiCategory.TOOL: (
        ("I use {} every day.", "We do everything in {}.", "My main tool is {}, I suppose."),
        ("Photoshop", "QGIS", "MATLAB", "Cinema 4D", "Airtable", "Figma"),
    ),
    QuasiCategory.CAREER_STAGE: (
        ("I'm {}, so it matters.", "I was {} back then.", "As {} I see it differently."),
        (
            "a junior designer",
            "an intern",
            "a retired engineer",
            "self-employed",
            "a trainee",
            "a senior editor",
        ),
    ),
    QuasiCategory.PROJECT: (
        ("I'm working on {}.", "I've been making {} since spring.", "Last year I finished {}."),
        (
            "a documentary about lighthouse keepers",
            "a dictionary of Cornish swear words",
            "an opera for puppets",
            "a map of every well in the county",
            "a board game about beekeeping",
            "a quilt that shows the flood",
        ),
    ),
}
_HELD_BACK: _Said = {
    QuasiCategory.EDUCATION: (
        ("I hold a {} and never used it.", "After my {} I moved here.", "My {} was hard to get."),
        (
            "doctorate in theology",
            "bachelor's in music",
            "associate degree in nursing",
            "diploma in horticulture",
            "MA in translation",
            "degree in mathematics",
        ),
    ),
    QuasiCategory.RESEARCH_AREA: (
        ("My lab works on {}.", "I specialise in {}, if you like.", "My field is {}."),
        (
            "coral genetics",
            "Byzantine coinage",
            "battery materials",
            "migration policy",
            "sleep disorders",
            "glacier dynamics",
        ),
    ),
    QuasiCategory.TOOL: (
        ("I rely on {} for that.", "I draw in {} these days.", "I switched to {} last year."),
        ("Affinity Designer", "ArcGIS", "Stata", "Rhino", "Logic Pro", "Procreate"),
    ),
    QuasiCategory.CAREER_STAGE: (
        ("I am {} now.", "At the moment I'm {}.", "Being {} helps."),
        (
            "a first-year student",
            "semi-retired",
            "a postdoc",
            "between jobs",
            "a team lead",
            "an apprentice",
        ),
    ),
    QuasiCategory.PROJECT: (
        ("I spent two years on {}.", "I'm building {}.", "I am writing {}, slowly."),
        (
            "a history of the harbour in postcards",
            "a robot that folds kites",
            "a memoir about my grandmother's bakery",
            "an app for bell ringers",
            "a cookbook of famine recipes",
            "a musical about the canal diggers",
        ),
    ),
}
#: Sentences that say nothing of the kind, though they sound like it.
_DECOYS = {
    Half.SEEN: (
        "I have a lot of ideas and a plan for each.",
        "I study the brief first and then I ask for more.",
        "I use it every day, and ChatGPT too.",
        "I'm working on it, and on a couple of other things.",
        "My research is on hold. My work is mostly done.",
        "There is a degree of truth in that, to a large degree.",
        "I'm making a list of questions for you.",
        "I was in the middle of a sentence.",
    ),
    Half.HELD_BACK: (
        "I rely on it for a lot of things, and on AI for a few.",
        "I switched to another way of doing it last year.",
        "I am writing a few of them again.",
        "I'm building on what others did, in a way.",
        "My field is full of people like that.",
        "I specialise in nothing, and I study what I need.",
        "I have a certificate on the wall for it somewhere.",
        "I spent two hours on a version of it.",
    ),
}


@dataclass(slots=True)
class Counts:
    """Traits planted, those of them listed, and all that was listed, by category."""

    planted: Counter[QuasiCategory] = field(default_factory=Counter)
    found: Counter[QuasiCategory] = field(default_factory=Counter)
    listed: Counter[QuasiCategory] = field(default_factory=Counter)

    def recall(self, category: QuasiCategory) -> float:
        """Share of the planted traits that are listed."""
        return self.found[category] / self.planted[category]

    def precision(self, category: QuasiCategory) -> float:
        """Share of the sentences' listed traits that were planted; 1 when none is listed."""
        return self.found[category] / self.listed[category] if self.listed[category] else 1.0


#: What this module plants.
CATEGORIES = tuple(_SEEN)


def measure(half: Half) -> Counts:
    """List the traits of each sentence and count them; a trait counts where its words stand."""
    counts = Counts()
    for text, category, start, end in _sentences(half):
        said = find_quasi_identifiers([Turn(0, Speaker.PARTICIPANT, text, "User")], ())
        right = [
            each
            for each in said
            if each.category is category and each.span.start < end and start < each.span.end
        ]
        if category is not None:
            counts.planted[category] += 1
            counts.found[category] += bool(right)
            # Two words for one trait are one; what stands elsewhere is another.
            counts.listed[category] += bool(right)
        counts.listed.update(
            each.category for each in said if each not in right and not _is_told(each, start, end)
        )
    return counts


def _is_told(each: QuasiIdentifier, start: int, end: int) -> bool:
    """Whether a planted value says it too: "PhD in botany" tells a degree and a science."""
    return each.span.start < end and start < each.span.end


def _sentences(half: Half) -> Iterator[tuple[str, QuasiCategory | None, int, int]]:
    held = _SEEN if half is Half.SEEN else _HELD_BACK
    for category, (wordings, values) in held.items():
        for wording in wordings:
            at = wording.index("{}")
            for value in values:
                yield wording.format(value), category, at, at + len(value)
    for text in _DECOYS[half]:
        yield text, None, 0, 0
