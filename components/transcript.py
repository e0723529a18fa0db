"""The transcript: de-identified alone, or beside its original, turn by turn."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from components.html import Markup, element, join, text
from components.styles import TRANSCRIPT_STYLE
from domain.findings import Finding
from domain.transcripts import Speaker, Turn

_PLACEHOLDER = re.compile(r"\[[A-Z][A-Z_]*(?:_\d+)?\]")
_NAMES = {Speaker.INTERVIEWER: "Interviewer", Speaker.PARTICIPANT: "Participant"}
_FAMILIES = {
    "PERSON": "person",
    "USERNAME": "person",
    "TITLE": "person",
    "EMAIL_ADDRESS": "contact",
    "PHONE_NUMBER": "contact",
    "URL": "contact",
    "IP_ADDRESS": "contact",
    "HANDLE": "contact",
    "LOCATION": "place",
    "STREET_ADDRESS": "place",
    "ADDRESS": "place",
    "ZIP_CODE": "place",
    "ORGANIZATION": "organisation",
    "NRP": "organisation",
    "PUBLICATION": "organisation",
    "DATE_TIME": "time",
    "AGE": "time",
    "BIRTH_DATE": "time",
    "DATE_OF_BIRTH": "time",
}


def family(entity_type: str) -> str:
    """The colour family of an entity type; the type's name always stands beside it."""
    return _FAMILIES.get(entity_type, "other")


def draw_transcript(turns: Sequence[Turn]) -> None:
    """One transcript alone; placeholders in it stand out."""
    rows = (
        element(
            "div",
            _speaker(turn),
            _said(_with_placeholders(turn.text)),
            class_=f"turn {turn.speaker}",
        )
        for turn in turns
    )
    _show(element("div", *rows, class_="transcript one", role="list", aria_label="Transcript"))


def _speaker(turn: Turn) -> Markup:
    return element("div", text(_NAMES[turn.speaker]), class_="speaker")


def _said(content: Markup) -> Markup:
    # dir=auto lets a right-to-left turn read from the right and keeps it from its neighbours.
    return element("div", content, class_="said", dir="auto")


def _with_placeholders(said: str) -> Markup:
    parts: list[Markup] = []
    at = 0
    for found in _PLACEHOLDER.finditer(said):
        parts.append(text(said[at : found.start()]))
        kind = re.sub(r"_\d+$", "", found[0][1:-1])
        parts.append(element("bdi", text(found[0]), class_=f"placeholder {family(kind)}"))
        at = found.end()
    parts.append(text(said[at:]))
    return join(parts)


def _spliced(
    said: str, findings: Sequence[Finding], numbered: dict[Finding, int], *, original: bool
) -> Markup:
    parts: list[Markup] = []
    at = 0
    for finding in findings:
        span = finding.span
        parts.append(text(said[at : span.start]))
        shown = said[span.start : span.end] if original else finding.replacement
        parts.append(
            element(
                "mark" if original else "bdi",
                text(shown),
                class_=f"{'found' if original else 'placeholder'} {family(finding.entity_type)}"
                f" f{numbered[finding]}",
                tabindex="0",
                title=f"{_words(finding.entity_type)} · {finding.source} · {finding.why}",
            )
        )
        at = span.end
    parts.append(text(said[at:]))
    return join(parts)


def _words(entity_type: str) -> str:
    return entity_type.replace("_", " ").lower()


def _show(content: Markup) -> None:
    st.html(TRANSCRIPT_STYLE + content)
