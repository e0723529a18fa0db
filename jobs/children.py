"""Child processes that end with their parent, whatever way it ends."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_PR_SET_PDEATHSIG = 1
_PARENT = "CLEARANCE_PARENT_PID"


def start(module: str, *arguments: str, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start ``python -m module`` in a session of its own, so that Ctrl-C reaches us alone."""
    return subprocess.Popen(  # noqa: S603 - this interpreter, modules of our own
        [sys.executable, "-m", module, *arguments],
        cwd=_ROOT,
        env={**os.environ, **environment, _PARENT: str(os.getpid())},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def end_with_parent() -> None:
    """Ask the kernel to end this process when the one that started it is gone.

    Linux only; elsewhere a parent that is killed outright leaves its children behind. A
    parent that ended before we asked is seen by its process number.
    """
    parent = os.environ.get(_PARENT)
    if parent is None or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):
        sys.exit(0)


def stop_all(running: Sequence[subprocess.Popen[bytes]], seconds: float = 8.0) -> None:
    """End children together: ask all of them first, then insist with those that stay."""
    for child in running:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + seconds
    for child in running:
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
