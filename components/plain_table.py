"""A calm table for short lists: text as text, numbers to the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from components.html import Markup, element, text
from components.styles import BASE_STYLE


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name and its cells.

    ``number`` aligns to the right; ``whole`` keeps each cell on one line.
    """

    name: str
    cells: Sequence[str]
    number: bool = False
    whole: bool = False

    @property
    def style(self) -> str | None:
        """The class of the column's cells."""
        return "number" if self.number else "whole" if self.whole else None


def draw_table(columns: Sequence[Column]) -> None:
    """Draw columns of equal length side by side."""
    head = element("tr", *(_head(column) for column in columns))
    rows = (
        element(
            "tr",
            *(
                element("td", text(cell), class_=column.style)
                for column, cell in zip(columns, cells, strict=True)
            ),
        )
        for cells in zip(*(column.cells for column in columns), strict=True)
    )
    st.html(BASE_STYLE + element("table", head, *rows, class_="plain"))


def _head(column: Column) -> Markup:
    return element("th", text(column.name), class_=column.style)
