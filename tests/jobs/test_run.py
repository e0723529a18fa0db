"""``make run`` from outside: first start, Ctrl-C, a second start, a kill, a port that is taken.

One life of one installation, told in order, because each start costs seconds. The data
directory has a space in its name.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import psutil
import pytest

from data_access import embedded
from tests.jobs.launcher import ROOT, Launcher, free_ports, gone, launched

_DIRECT = build_opener(ProxyHandler({}))
pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def data_dir(server_directory: Path) -> Path:
    return server_directory / "a folder with spaces" / "data"


def _answers(address: str) -> bool:
    with _DIRECT.open(f"{address}/_stcore/health", timeout=5) as answer:
        return bool(answer.status == 200)


def _command_line(data_dir: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "cli.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "CLEARANCE_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _modules(launcher: Launcher) -> set[str]:
    """The ``python -m`` modules among a launcher's children."""
    lines = [process.cmdline() for process in launcher.family()]
    return {line[line.index("-m") + 1] for line in lines if "-m" in line}


def test_an_installation_starts_stops_and_comes_back_whatever_befalls_it(data_dir: Path) -> None:
    port = free_ports(4)

    with launched(data_dir, port) as first:
        assert first.address() == f"http://127.0.0.1:{port}"
        assert _answers(f"http://127.0.0.1:{port}")
        first.wait_until_said("Ctrl-C stops everything")
        assert {"jobs.development_provider", "jobs.web", "jobs.worker"} <= _modules(first)
        _command_line(data_dir, "staff", "first", "nia@example.org", "Nia Adeyemi")

        with launched(data_dir, port + 2) as twice:
            twice.wait_until_said("it is running already with the data in")
            assert twice.process.wait(20) == 1
        assert _answers(f"http://127.0.0.1:{port}"), "the first must not notice the second"

        family = [*first.family(), first.database()]
        assert first.end(signal.SIGINT) == 0
        assert gone(family), "Ctrl-C left a process behind"
        first.wait_until_said("Stopping")
    assert not (data_dir / "postgres" / "postmaster.pid").exists()

    with socket.create_server(("127.0.0.1", port)), launched(data_dir, port) as second:
        assert second.address() == f"http://127.0.0.1:{port + 1}"
        assert any(
            f"Port {port} is in use, so the app takes {port + 1}." in line for line in second.said
        )
        assert "nia@example.org" in _command_line(
            data_dir, "staff", "list", "--as", "nia@example.org"
        )
        family = second.family()
        second.end(signal.SIGKILL)
        assert gone(family), "children outlived a launcher that was killed"

    with launched(data_dir, port) as third:
        assert third.address() == f"http://127.0.0.1:{port}"
        assert "nia@example.org" in _command_line(
            data_dir, "staff", "list", "--as", "nia@example.org"
        )
        family = [*third.family(), third.database()]
        assert third.end(signal.SIGTERM) == 0
        assert gone(family)


def test_production_is_not_started_with_people_whom_anybody_can_be(data_dir: Path) -> None:
    with launched(data_dir, free_ports(1), CLEARANCE_ENVIRONMENT="production") as launcher:
        launcher.wait_until_said("In production start python -m gate")
        assert launcher.process.wait(20) == 1
    assert not (data_dir / "postgres").exists()


def test_a_stale_process_number_does_not_block_the_database(server_directory: Path) -> None:
    """After a power cut the file can name a process that is something else by now."""
    directory = server_directory / "with a space" / "postgres"
    embedded.start(directory, disposable=True).release()
    (directory / "postmaster.pid").write_text(f"{os.getpid()}\n{directory}\n1\n5432\n")
    server = embedded.start(directory, disposable=True)
    try:
        held = int((directory / "postmaster.pid").read_text().splitlines()[0])
        assert held != os.getpid()
        assert psutil.pid_exists(held)
    finally:
        server.release()


def test_a_worker_that_ends_is_started_again_and_at_last_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from jobs import children
    from jobs.worker_pool import WorkerPool

    def ended(_module: str, **_: object) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
        process.wait()
        return process

    monkeypatch.setattr(children, "start", ended)
    said: list[str] = []
    pool = WorkerPool(1, {}, said.append)
    while pool.running:
        pool.look()
    assert [line for line in said if "starting another" in line] == said[:-1]
    assert "stays off" in said[-1]
    assert all("exit code 3" in line for line in said)
