"""A process that takes the snapshots that are due, and ends."""

from __future__ import annotations

from jobs.children import end_with_parent
from services import access, installation, metrics
from services.metrics_snapshots import take_due


def main() -> None:
    """Take them."""
    end_with_parent()
    here = installation.current()
    take_due(here, access.service_actor(here, metrics.SERVICE))
    here.database.close()


if __name__ == "__main__":
    main()
