"""The development provider: on this machine only, and gone with whoever started it."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest

from tests.live.processes import Live, free_port

_PARENT = """
import sys, time
from jobs import children
from jobs.ports import wait_for
port = sys.argv[1]
child = children.start("jobs.development_provider", port, environment={})
wait_for(f"http://127.0.0.1:{port}/.well-known/openid-configuration", child, "The provider")
print(child.pid, flush=True)
sys.stdin.read()
"""


def _listening(process: psutil.Process) -> set[str]:
    return {
        connection.laddr.ip
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's promise is Linux's")
def test_it_ends_when_its_parent_is_killed_outright() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(free_port())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        provider = psutil.Process(int(parent.stdout.readline()))
        assert _listening(provider) == {"127.0.0.1"}
        parent.kill()
        provider.wait(timeout=20)
    assert not provider.is_running()


def test_the_app_listens_on_this_machine_only(live: Live) -> None:
    assert _listening(psutil.Process(live.web.process.pid)) == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"CLEARANCE_HOST": "0.0.0.0"}, "anyone be anyone"),
        ({"CLEARANCE_PUBLIC_URL": "https://clearance.example.org"}, "anyone be anyone"),
        ({"CLEARANCE_ENVIRONMENT": "production"}, "Production refuses"),
        ({"CLEARANCE_COOKIE_SECRET": "short"}, "too short"),
    ],
)
def test_the_web_process_does_not_start_beside_it_beyond_this_machine(
    live: Live, environment: dict[str, str], said: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gate"],
        env={
            "PATH": "/usr/bin:/bin",
            "CLEARANCE_DATA_DIR": str(live.data_dir),
            "CLEARANCE_PORT": str(free_port()),
            "CLEARANCE_OIDC_ISSUER": live.issuer,
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
