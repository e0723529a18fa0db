"""Transcripts for the editor's tests: a short one of hard characters, and a long one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from components.redaction_editor import EditorFinding, EditorTrait, EntityLabel
from domain.findings import Finding
from domain.spans import Span
from domain.transcripts import Speaker, Turn, make_turns

TYPES = (
    EntityLabel("PERSON", "Name", "person"),
    EntityLabel("LOCATION", "Place", "place"),
    EntityLabel("ORGANIZATION", "Organisation", "organisation"),
    EntityLabel("AGE", "Age", "time"),
    EntityLabel("EMAIL_ADDRESS", "E-mail", "contact"),
)
FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"  # three people, joined into one picture
_NAMES = {
    "Priya Shah": "PERSON",
    "Priya": "PERSON",
    "Zoe\u0308": "PERSON",
    "\u05e0\u05d5\u05e2\u05d4": "PERSON",
    "\u0641\u0627\u0637\u0645\u0629": "PERSON",
    "Lisbon": "LOCATION",
    "Universit\u00e9 d'Acier": "ORGANIZATION",
    "priya@lab.example": "EMAIL_ADDRESS",
}
_SHORT = (
    (Speaker.INTERVIEWER, "Who do you work with? <b>Take</b> your **time**."),
    (
        Speaker.PARTICIPANT,
        f"\U0001f600 I work with Priya Shah {FAMILY} in Lisbon, and Zoe\u0308 too.",
    ),
    (
        Speaker.PARTICIPANT,
        "\u05d0\u05e0\u05d9 \u05e2\u05d5\u05d1\u05d3\u05ea \u05e2\u05dd \u05e0\u05d5\u05e2\u05d4 \U0001f680 \u05d1\u05ea\u05dc \u05d0\u05d1\u05d9\u05d1.",  # noqa: E501
    ),
    (Speaker.INTERVIEWER, "And PRIYA, how did you meet? <script>alert(1)</script>"),
    (
        Speaker.PARTICIPANT,
        "\U0001d4d0\U0001d4d1 Priya wrote to priya@lab.example; Priyanka did not.",
    ),
)
_SAID = (
    "We compare notes \U0001f600 every week and Priya Shah keeps the list of what failed.",
    f"The group {FAMILY} moved to Lisbon last spring; Zoe\u0308 stayed behind with the machines.",
    "\u05d0\u05e0\u05d9 \u05e2\u05d5\u05d1\u05d3\u05ea \u05e2\u05dd \u05e0\u05d5\u05e2\u05d4 \U0001f680 \u05e2\u05dc \u05de\u05d3\u05d9\u05d3\u05d5\u05ea \u05e9\u05dc \u05de\u05d9\u05dd.",  # noqa: E501
    "\u0623\u0639\u0645\u0644 \u0645\u0639 \u0641\u0627\u0637\u0645\u0629 \u0639\u0644\u0649 \u0642\u064a\u0627\u0633 \u0627\u0644\u0645\u064a\u0627\u0647 \u0643\u0644 \u0623\u0633\u0628\u0648\u0639.",  # noqa: E501
    "The grant of Universit\u00e9 d'Acier ended, so mail priya@lab.example and hope.",
)
_FILLER = (
    " Most of what we do is waiting for a reading that makes sense, and then doing it again with"
    " the other probe to be sure that it was not the weather that we measured."
)


@dataclass(frozen=True, slots=True)
class World:
    """One session: its turns, what the machine found, and what the leak check looks for."""

    name: str
    turns: tuple[Turn, ...]
    findings: tuple[EditorFinding, ...]
    secret: str | None = None
    must_read_whole: bool = False
    types: tuple[EntityLabel, ...] = TYPES
    traits: tuple[EditorTrait, ...] = ()

    @property
    def found(self) -> tuple[Finding, ...]:
        """The findings as the domain knows them."""
        return tuple(
            Finding(f.span, f.entity_type, f.score, f.source, f.why, f.replacement)
            for f in self.findings
        )


@cache
def world(name: str) -> World:
    """The world of that name: its first letters say which kind it is."""
    if name.startswith("long"):
        return World(name, *_long())
    turns = make_turns(_SHORT)
    found = _find(turns, [text for text in _NAMES if text != "Priya"])
    if name.startswith("traits"):
        return World(name, turns, found, traits=_traits(turns))
    if name.startswith("leak"):
        return World(name, turns, found, secret="Priyanka", must_read_whole=True)
    return World(name, turns, found)


def _traits(turns: tuple[Turn, ...]) -> tuple[EditorTrait, ...]:
    """One that a finding covers already, and two that nothing covers, with emoji before them."""
    said = (
        (1, "Lisbon", "Place", "LOCATION", ("[a city]",)),
        (1, "work with", "Occupation", "OCCUPATION", ("[a craft]", "[an office job]")),
        (4, "Priyanka", "Project", "PROJECT", ("[a project]",)),
    )
    return tuple(
        EditorTrait(Span(turn, at, at + len(text)), label, "nobody else", entity_type, categories)
        for turn, text, label, entity_type, categories in said
        for at in (turns[turn].text.index(text),)
    )


def _long() -> tuple[tuple[Turn, ...], tuple[EditorFinding, ...]]:
    said = []
    while sum(len(text) for _, text in said) < 60_000:
        number = len(said)
        who = Speaker.PARTICIPANT if number % 4 else Speaker.INTERVIEWER
        said.append((who, _SAID[number % len(_SAID)] + _FILLER))
    turns = make_turns(said)
    return turns, _find(turns, list(_NAMES))[:300]


def _find(turns: tuple[Turn, ...], names: list[str]) -> tuple[EditorFinding, ...]:
    findings: list[EditorFinding] = []
    for turn in turns:
        taken: list[Span] = []
        for text in names:
            at = turn.text.find(text)
            if at == -1:
                continue
            span = Span(turn.index, at, at + len(text))
            if any(span.overlaps(other) for other in taken):
                continue
            taken.append(span)
            findings.append(
                EditorFinding(
                    id=f"f{turn.index}-{at}",
                    span=span,
                    entity_type=_NAMES[text],
                    score=0.85,
                    source="spaCy",
                    why="The language model reads it as a name.",
                    replacement=f"[{_NAMES[text]}_1]",
                )
            )
    return tuple(sorted(findings, key=lambda finding: finding.span))
