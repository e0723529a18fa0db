"""A world with confirmed sessions, for pages of shares."""

from __future__ import annotations

from tests.services.shares.conftest import world as world
