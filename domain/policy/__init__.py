"""The policy (stand-in until the engine lands)."""

from __future__ import annotations

from datetime import UTC, datetime


def governing_version(completed_at: datetime | None) -> str | None:
    """Which policy version governs."""
    if completed_at is None:
        return None
    if datetime(2025, 12, 1, tzinfo=UTC) <= completed_at < datetime(2026, 1, 1, tzinfo=UTC):
        return "2025-12"
    if completed_at >= datetime(2026, 3, 23, tzinfo=UTC):
        return "2026-03-23"
    return None
