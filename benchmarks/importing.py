"""How fast a file is imported, and that the memory it takes does not grow with the file."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from data_access.migrate import migrate
from demonstration.files import write_study
from demonstration.generate import Size
from demonstration.studies import FINDING_OUT
from jobs import demonstration_staff
from services import studies
from services.installation import open_installation
from settings import Settings


@dataclass(frozen=True, slots=True)
class Imported:
    """One file taken in by the command line, in a process of its own."""

    sessions: int
    seconds: float
    peak_megabytes: float


def measure(sessions: int) -> Imported:
    """Import that many short demonstration sessions into a new installation."""
    with tempfile.TemporaryDirectory(prefix="clearance-bench-") as directory:
        data = Path(directory) / "data"
        installation = open_installation(Settings(data_dir=data))
        migrate(installation.database)
        administrator = demonstration_staff.first_administrator(installation)
        studies.add(
            installation,
            administrator,
            slug=FINDING_OUT.slug,
            title=FINDING_OUT.title,
            opens_on=FINDING_OUT.opens_on,
            closes_on=FINDING_OUT.closes_on,
        )
        files = write_study(Path(directory), FINDING_OUT, sessions, 7, size=Size.SHORT)
        began = time.perf_counter()
        process = subprocess.Popen(
            [
                *(sys.executable, "cli.py", "import", "transcripts", str(files.sessions)),
                *("--study", FINDING_OUT.slug, "--accounts", str(files.accounts)),
                *("--choices", str(files.choices)),
            ],
            env={**os.environ, "CLEARANCE_DATA_DIR": str(data)},
            stdout=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        installation.database.close()
    if status != 0:
        raise RuntimeError("The import that was to be measured failed.")
    return Imported(sessions, seconds, usage.ru_maxrss / 1_024)
