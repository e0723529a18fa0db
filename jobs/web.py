"""The web process as a child of the launcher: the same as ``python -m gate``, and gone with it."""

from __future__ import annotations

import sys

from domain.errors import ClearanceError
from gate.server import serve
from jobs.children import end_with_parent

if __name__ == "__main__":
    end_with_parent()
    try:
        serve()
    except ClearanceError as error:
        sys.exit(f"Clearance did not start: {error}")
