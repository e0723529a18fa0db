"""Tables of what is on hold: by rule with what settles it, and session by session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from components.chips import chip
from components.html import Markup, element, text
from components.styles import BASE_STYLE


@dataclass(frozen=True, slots=True)
class HoldLine:
    """One rule that holds sessions; ``address`` is None where the reader settles nothing."""

    rule: str
    sessions: int
    why: str
    uses: str
    who: str
    what: str
    way: str
    address: str | None


@dataclass(frozen=True, slots=True)
class HeldLine:
    """One session on hold; ``address`` is None for those who may not open it."""

    name: str
    address: str | None
    study: str
    completed: str
    policy: str
    plan: str
    imported: str
    uses: str


def draw_holds(lines: Sequence[HoldLine]) -> None:
    """Draw the rules in the order given."""
    names = ("Rule", "Sessions", "Why they wait", "For", "What settles it", "Where")
    st.html(BASE_STYLE + element("table", _head(names), *map(_hold, lines), class_="plain"))


def draw_held(lines: Sequence[HeldLine]) -> None:
    """Draw a page of sessions."""
    names = ("Session", "Study", "Completed", "Policy", "Plan", "Imported", "Waits for")
    st.html(BASE_STYLE + element("table", _head(names), *map(_held, lines), class_="plain"))


def _head(names: Sequence[str]) -> Markup:
    return element(
        "tr",
        *(
            element("th", text(name), class_="number" if name == "Sessions" else None)
            for name in names
        ),
    )


def _hold(line: HoldLine) -> Markup:
    where = text(line.way or "–")
    if line.address is not None:
        where = element("a", text(line.way), href=line.address, target="_self")
    return element(
        "tr",
        element("td", chip(line.rule, "wait"), class_="whole"),
        element("td", text(f"{line.sessions:,}"), class_="number"),
        element("td", text(line.why)),
        element("td", text(line.uses)),
        element("td", element("strong", text(f"{line.who}. ")), text(line.what)),
        element("td", where, class_="whole"),
    )


def _held(line: HeldLine) -> Markup:
    name = text(line.name)
    if line.address is not None:
        name = element("a", text(line.name), href=line.address, target="_self")
    return element(
        "tr",
        element("td", name, class_="whole"),
        *(
            element("td", text(cell))
            for cell in (
                line.study,
                line.completed,
                line.policy,
                line.plan,
                line.imported,
                line.uses,
            )
        ),
    )
