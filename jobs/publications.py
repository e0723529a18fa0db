"""A process that freezes and publishes what waits for it, and ends.

A solver protects publications and a drawing library draws them; neither stays in a worker's memory.
"""

from __future__ import annotations

from jobs.children import end_with_parent
from services import access, installation, metrics
from services.publications import working


def main() -> None:
    """Do all that waits."""
    end_with_parent()
    here = installation.current()
    service = access.service_actor(here, metrics.SERVICE)
    while working.work_one(here, service, "publications"):
        pass
    here.database.close()


if __name__ == "__main__":
    main()
