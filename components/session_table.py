"""The table of sessions: a row opens its session, chips say consent and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from components.chips import chip
from components.html import Markup, element, join, text
from components.styles import BASE_STYLE

_STYLE = """<style>
.sessions { border-collapse: collapse; width: 100%; font-size: .93rem; }
.sessions th { text-align: left; font-weight: 600; opacity: .7; padding: .4rem .75rem .4rem 0;
  border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
.sessions td { padding: .55rem .75rem .35rem 0; vertical-align: top;
  border-bottom: 1px solid color-mix(in srgb, currentColor 10%, transparent); }
.sessions tr:hover td { background: color-mix(in srgb, currentColor 4%, transparent); }
.sessions td.number, .sessions th.number { text-align: right; font-variant-numeric: tabular-nums; }
.sessions a { font-weight: 600; color: inherit; text-decoration-color: #1f5f5b88; }
.sessions small { display: block; opacity: .65; }
.sessions td:first-child small { white-space: nowrap; }
.sessions .study { max-width: 17rem; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }
.sessions .chip { font-size: .78rem; padding: 0 .45rem; margin: 0 .2rem .2rem 0; }
</style>"""


@dataclass(frozen=True, slots=True)
class Chip:
    """A chip's word, tone and reason."""

    word: str
    tone: str
    reason: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One session as the table shows it."""

    address: str
    name: str
    participant: str
    study: str
    completed: str
    language: str
    state: str
    words: int
    findings: str
    consent: tuple[Chip, ...]
    outcome: tuple[Chip, ...]


_HEAD = ("Session", "Completed", "Language", "Words", "Found", "Choices", "What may leave")


def draw_sessions(rows: Sequence[TableRow]) -> None:
    """Draw one page of sessions."""
    head = element(
        "tr",
        *(
            element("th", text(name), class_="number" if name in ("Words", "Found") else None)
            for name in _HEAD
        ),
    )
    body = join(_row(row) for row in rows)
    table = element("table", element("thead", head), element("tbody", body), class_="sessions")
    st.html(BASE_STYLE + _STYLE + table)


def _row(row: TableRow) -> Markup:
    return element(
        "tr",
        element(
            "td",
            element("a", text(row.name), href=row.address, target="_self"),
            element("small", text(row.participant)),
        ),
        element(
            "td",
            text(row.completed),
            element("small", text(row.state)),
            element("small", text(row.study), class_="study", title=row.study)
            if row.study
            else Markup(""),
        ),
        element("td", text(row.language)),
        element("td", text(f"{row.words:,}"), class_="number"),
        element("td", text(row.findings), class_="number"),
        element("td", _chips(row.consent)),
        element("td", _chips(row.outcome)),
    )


def _chips(chips: Sequence[Chip]) -> Markup:
    return join(chip(each.word, each.tone, each.reason, stop=False) for each in chips)
