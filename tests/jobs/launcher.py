"""A launcher started as people start it: a child process with a data directory of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import psutil

ROOT = Path(__file__).resolve().parents[2]
OPEN = "Clearance is open at "
_PATIENCE = 60.0


@dataclass
class Launcher:
    """A running ``python -m jobs.run`` and what it said so far."""

    process: subprocess.Popen[str]
    data_dir: Path
    said: list[str] = field(default_factory=list)
    _lines: Queue[str | None] = field(default_factory=Queue)

    def read(self) -> None:
        """Collect its lines until it closes its output; runs in a thread."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def wait_until_said(self, words: str) -> str:
        """The first line that holds the words; fails with all it said when none comes."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            try:
                line = self._lines.get(timeout=deadline - time.monotonic())
            except Empty:
                break
            if line is None:
                break
            self.said.append(line)
            if words in line:
                return line
        raise AssertionError(f"It never said “{words}”, but: " + "\n".join(self.said))

    def address(self) -> str:
        """Where the app is open."""
        return self.wait_until_said(OPEN).split(OPEN, 1)[1].strip()

    def family(self) -> list[psutil.Process]:
        """Its children and theirs."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def database(self) -> psutil.Process:
        """The embedded server it uses."""
        pid_file = self.data_dir / "postgres" / "postmaster.pid"
        return psutil.Process(int(pid_file.read_text().splitlines()[0]))

    def end(self, signal_number: int) -> int:
        """Send a signal and wait; the exit code."""
        self.process.send_signal(signal_number)
        return self.process.wait(_PATIENCE)


@contextmanager
def launched(data_dir: Path, port: int, **environment: str) -> Iterator[Launcher]:
    """Start a launcher; whatever happens, nothing of it stays."""
    process = subprocess.Popen(
        # As a shell starts it in the background: with SIGINT ignored.
        ["/bin/sh", "-c", "trap '' INT; exec \"$0\" -m jobs.run", sys.executable],
        cwd=ROOT,
        env={
            **os.environ,
            "CLEARANCE_DATA_DIR": str(data_dir),
            "CLEARANCE_PORT": str(port),
            "CLEARANCE_DEMONSTRATION": "false",
            **environment,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    launcher = Launcher(process, data_dir)
    reader = Thread(target=launcher.read, daemon=True)
    reader.start()
    try:
        yield launcher
    finally:
        left = launcher.family() if process.poll() is None else []
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
        for child in left:
            if child.is_running():
                child.kill()
        process.wait()
        reader.join(5)


def gone(processes: list[psutil.Process]) -> bool:
    """Whether all of them end within a while."""
    return not psutil.wait_procs(processes, timeout=20)[1]


def free_ports(count: int) -> int:
    """The first of so many free ports in a row."""
    for start in range(18_600, 19_600, count):
        if all(_is_free(port) for port in range(start, start + count)):
            return start
    raise AssertionError("no free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
