"""One running installation: its database, keys, clock. Opened once a process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from data_access.database import Database, connect
from data_access.encryption import IdentityCipher
from services.checkpoints import Checkpoints
from services.keys import checkpoint_key, identity_keys
from settings import Settings, settings


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Installation:
    """What every service call works with; handed in, so that tests bring their own."""

    settings: Settings
    database: Database
    cipher: IdentityCipher
    checkpoints: Checkpoints
    now: Callable[[], datetime] = _now


def open_installation(configuration: Settings) -> Installation:
    """Connect to the database and load the keys that the settings name."""
    return Installation(
        settings=configuration,
        database=connect(configuration),
        cipher=IdentityCipher(identity_keys(configuration)),
        checkpoints=Checkpoints(
            configuration.checkpoint_dir or configuration.data_dir / "checkpoints",
            checkpoint_key(configuration),
        ),
    )


_current: Installation | None = None


def current() -> Installation:
    """This process's installation; opened from the environment at the first call."""
    global _current
    if _current is None:
        _current = open_installation(settings())
    return _current


def use(installation: Installation | None) -> None:
    """Make that one this process's installation; tests and the server's start call it."""
    global _current
    _current = installation
