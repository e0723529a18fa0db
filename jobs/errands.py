"""A process that does what was asked for behind the page and needs more than a worker holds.

The audit chain is walked whole; nothing of that stays in a worker's memory afterwards, and a
worker can be told to stop meanwhile.
"""

from __future__ import annotations

import os

from jobs.children import end_with_parent
from jobs.heart import name_of
from services import access, installation, operations
from services.operations import walking


def main() -> None:
    """Do all that waits, and end."""
    end_with_parent()
    here = installation.current()
    name = name_of(os.getpid())
    monitor = access.service_actor(here, operations.SERVICE)
    while walking.walk_one(here, monitor, name):
        pass
    here.database.close()


if __name__ == "__main__":
    main()
