"""Ports on this machine: finding a free one, and waiting until something answers there."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from domain.errors import ClearanceError

_TRIES = 50
_PAUSE_SECONDS = 0.1
#: Our own addresses are on this machine; a proxy that the environment names cannot reach them.
_DIRECT = build_opener(ProxyHandler({}))


def free_port(host: str, wanted: int, what: str, say: Callable[[str], None]) -> int:
    """The wanted port, or the next one that is free; says so when it is another.

    Raises
    ------
    ClearanceError
        When fifty in a row are in use, or the machine has no such address.
    """
    last = min(wanted + _TRIES, 65_536)
    for port in range(wanted, last):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except socket.gaierror as error:
                raise ClearanceError(
                    f"CLEARANCE_HOST is {host}, which is no address of this machine. "
                    "Use 127.0.0.1, or one of its own."
                ) from error
            except OSError:
                continue
        if port != wanted:
            say(f"Port {wanted} is in use, so {what} takes {port}.")
        return port
    raise ClearanceError(
        f"Ports {wanted} to {last - 1} are all in use. Set CLEARANCE_PORT to another."
    )


def wait_for(
    address: str, child: subprocess.Popen[bytes], what: str, seconds: float = 60.0
) -> None:
    """Wait until an address answers, whatever it says.

    Raises
    ------
    ClearanceError
        When the process that should answer has ended, or the time is over.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise ClearanceError(f"{what} ended before it answered; its message is above.")
        try:
            with _DIRECT.open(address, timeout=2):
                return
        except HTTPError:
            return
        except (URLError, OSError):
            time.sleep(_PAUSE_SECONDS)
    raise ClearanceError(f"{what} did not answer at {address} in {seconds:.0f} seconds.")
