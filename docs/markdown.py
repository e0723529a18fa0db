"""Markdown tables, with cells that cannot break them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells may hold anything."""
    lines = ["| " + " | ".join(header) + " |", "| " + " | ".join("---" for _ in header) + " |"]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def code(text: str) -> str:
    """Text as code, on one line."""
    return f"`{' '.join(text.split())}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
