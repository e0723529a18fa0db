"""Panels of the session page: facts, redactions by type, what may be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from components.chips import chip
from components.html import Markup, element, join, text
from components.session_table import Chip
from components.styles import BASE_STYLE
from components.transcript import family
from domain.engine_changes import EngineChanges
from domain.findings import Finding


def draw_chips(chips: Iterable[Chip]) -> None:
    """A line of chips."""
    st.html(BASE_STYLE + join(chip(each.word, each.tone, each.reason) for each in chips))


def draw_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Names and values, in two columns."""
    rows = (
        element("tr", element("th", text(name)), element("td", text(value)))
        for name, value in facts
    )
    st.html(BASE_STYLE + element("table", *rows, class_="plain"))


def draw_uses(uses: Sequence[tuple[str, Chip, str, str]]) -> None:
    """Use by use: what it is, the answer, its rule and clause, and why."""
    head = _head("Use", "Answer", "Rule", "Why")
    rows = (
        element(
            "tr",
            element("td", text(use)),
            element("td", chip(answer.word, answer.tone)),
            element("td", text(rule)),
            element("td", text(why)),
        )
        for use, answer, rule, why in uses
    )
    st.html(BASE_STYLE + element("table", head, *rows, class_="plain"))


def draw_redactions(findings: Sequence[Finding]) -> None:
    """Every redaction, grouped by type: what stands instead, who found it, how sure, why."""
    by_type: dict[str, list[Finding]] = {}
    for finding in findings:
        by_type.setdefault(finding.entity_type, []).append(finding)
    for kind in sorted(by_type, key=lambda name: (-len(by_type[name]), name)):
        mine = by_type[kind]
        name = kind.replace("_", " ").capitalize()
        with st.expander(f"{name} · {len(mine)}"):
            rows = (
                element(
                    "tr",
                    element("td", text(str(finding.span.turn + 1)), class_="number"),
                    element(
                        "td",
                        element(
                            "bdi",
                            text(finding.replacement),
                            class_=f"placeholder {family(finding.entity_type)}",
                        ),
                    ),
                    element("td", text(finding.source)),
                    element("td", text(f"{finding.score:.2f}"), class_="number"),
                    element("td", text(finding.why)),
                )
                for finding in mine
            )
            head = _head("Turn", "Stands instead", "Found by", "Score", "Why")
            st.html(BASE_STYLE + element("table", head, *rows, class_="plain"))


def draw_engine_changes(changes: EngineChanges) -> None:
    """What a new run of the machine found, lost or named otherwise; places, not words."""
    said = [
        *(("found now", finding, finding.entity_type) for finding in changes.added),
        *(("no longer found", finding, finding.entity_type) for finding in changes.gone),
        *(
            ("another type", now, f"{then.entity_type} → {now.entity_type}")
            for then, now in changes.retyped
        ),
    ]
    rows = (
        element(
            "tr",
            element("td", text(str(finding.span.turn + 1)), class_="number"),
            element("td", text(what)),
            element("td", text(kind.replace("_", " ").capitalize())),
            element("td", text(finding.source)),
            element("td", text(finding.why)),
        )
        for what, finding, kind in sorted(said, key=lambda entry: entry[1].span)
    )
    head = _head("Turn", "Change", "Type", "Found by", "Why")
    st.html(BASE_STYLE + element("table", head, *rows, class_="plain"))


def _head(*names: str) -> Markup:
    return element("tr", *(element("th", text(name)) for name in names))
