"""Which program this process runs: a version, and a digest of its source as it was at the start."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
#: What decides by which rules a process works; screens and documents do not.
_SOURCES = ("domain", "data_access", "deidentification", "services", "jobs")


def _read() -> str:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    digest = hashlib.sha256()
    for folder in _SOURCES:
        for path in sorted((_ROOT / folder).rglob("*.py")):
            digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\n")
            digest.update(path.read_bytes())
    return f"{project['version']}+{digest.hexdigest()[:8]}"


#: Read once, at the start: after an update on disk a process that still runs is the older one.
VERSION = _read()
