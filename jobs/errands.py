"""A process that does what was asked for behind the page and needs more than a worker holds.

Publications are protected by a solver and drawn; the audit chain is walked whole. Neither stays
in a worker's memory afterwards.
"""

from __future__ import annotations

import os
import socket

from jobs.children import end_with_parent
from services import access, installation, metrics, operations
from services.publications import working


def main() -> None:
    """Do all that waits, and end."""
    end_with_parent()
    here = installation.current()
    name = f"{socket.gethostname()}:{os.getpid()}"
    publisher = access.service_actor(here, metrics.SERVICE)
    while working.work_one(here, publisher, name):
        pass
    monitor = access.service_actor(here, operations.SERVICE)
    while operations.verify_one(here, monitor, name):
        pass
    here.database.close()


if __name__ == "__main__":
    main()
