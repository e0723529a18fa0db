"""A worker's heartbeat: says every few seconds that the worker is there, and what it is at."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from domain.permissions import Actor
from services.installation import Installation
from services.operations import telling

#: Several to the two minutes after which a worker counts as silent.
BEAT_SECONDS = 15.0


def name_of(process: int) -> str:
    """The name in claims of a process on this machine."""
    return f"{socket.gethostname()}:{process}"


class Heart:
    """Beats in a thread of its own, whatever the worker does, until it is stopped.

    A worker that is killed says nothing any more; one that is told to stop says that it leaves.
    """

    def __init__(self, installation: Installation, service: Actor, name: str) -> None:
        self._installation = installation
        self._service = service
        self._name = name
        self._started_at = installation.now()
        self._doing: tuple[str, datetime] | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heart", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """End, and say that the worker leaves."""
        self._stop.set()
        self._thread.join(timeout=2)

    @contextmanager
    def at(self, what: str) -> Iterator[None]:
        """Tell what the worker is at, for as long as the block takes."""
        self._doing = (what, self._installation.now())
        try:
            yield
        finally:
            self._doing = None

    def _beat(self) -> None:
        while True:
            telling.beat(
                self._installation, self._service, self._name, self._started_at, self._doing
            )
            if self._stop.wait(BEAT_SECONDS):
                break
        telling.leave(self._installation, self._service, self._name)
