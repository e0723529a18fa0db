"""``python -m gate``: the web process alone, for production behind a reverse proxy."""

from __future__ import annotations

import sys

from domain.errors import ClearanceError
from gate.server import serve

try:
    serve()
except ClearanceError as error:
    sys.exit(f"Clearance did not start: {error}")
