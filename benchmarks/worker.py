"""How fast one worker de-identifies, and how much memory it takes."""

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
from demonstration.studies import FINDING_OUT
from jobs import demonstration_staff
from services import studies
from services.importing.load import ImportFiles, import_transcripts
from services.installation import open_installation
from settings import Settings


@dataclass(frozen=True, slots=True)
class Worked:
    """What one worker process did, the loading of its models included."""

    sessions: int
    seconds: float
    peak_megabytes: float


def measure(sessions: int) -> Worked:
    """Let one worker read that many full-size demonstration sessions."""
    with tempfile.TemporaryDirectory(prefix="clearance-bench-") as directory:
        data = Path(directory) / "data"
        installation = open_installation(Settings(data_dir=data))
        migrate(installation.database)
        administrator = demonstration_staff.first_administrator(installation)
        study = studies.add(
            installation,
            administrator,
            slug=FINDING_OUT.slug,
            title=FINDING_OUT.title,
            opens_on=FINDING_OUT.opens_on,
            closes_on=FINDING_OUT.closes_on,
        )
        files = write_study(Path(directory), FINDING_OUT, sessions, 7)
        import_transcripts(
            installation,
            administrator,
            study,
            ImportFiles(files.sessions, files.accounts, files.choices),
        )
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "cli.py", "deidentify-study", study.slug, "--processes", "1"],
            env={**os.environ, "CLEARANCE_DATA_DIR": str(data)},
            stdout=subprocess.DEVNULL,
        )
        # The largest of the command and the worker it starts, which is the worker.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        installation.database.close()
    if status != 0:
        raise RuntimeError("The de-identification that was to be measured failed.")
    return Worked(sessions, seconds, usage.ru_maxrss / 1_024)
