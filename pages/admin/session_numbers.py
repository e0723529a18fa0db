"""Session numbers as people write them into a field."""

from __future__ import annotations

from domain.errors import BadInput


def session_numbers(written: str) -> list[int]:
    """The numbers in a line such as ``12, 31``; BadInput when something else is in it."""
    parts = written.replace(",", " ").split()
    if not all(part.isascii() and part.isdigit() and len(part) <= 15 for part in parts):
        raise BadInput("Write the sessions' numbers with commas between, for example: 12, 31.")
    return [int(part) for part in parts]
