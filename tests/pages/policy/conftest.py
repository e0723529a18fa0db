"""A world with confirmed sessions, for the pages of the policy."""

from __future__ import annotations

from tests.services.shares.conftest import world as world
