"""The worker processes beside the web process, started again when one ends."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping

from jobs import children

#: A worker that ends this often would end for ever: something is wrong with it.
_MOST_RESTARTS = 3


class WorkerPool:
    """As many ``jobs.worker`` processes as the settings ask for.

    A worker can end for reasons of its own (out of memory over one long session); the web
    process need not end with it. What the worker held is claimed again when its lease ends.
    """

    def __init__(
        self, count: int, environment: Mapping[str, str], say: Callable[[str], None]
    ) -> None:
        self._environment = environment
        self._say = say
        self._restarts = 0
        self.running = [self._start() for _ in range(count)]

    def look(self) -> None:
        """Start workers again that have ended; give up on them, aloud, after a few times."""
        for place, worker in enumerate(self.running):
            code = worker.poll()
            if code is None:
                continue
            if self._restarts >= _MOST_RESTARTS:
                self.running.pop(place)
                self._say(
                    f"A de-identification worker ended again (exit code {code}) and stays off. "
                    "Sessions wait until Clearance is started anew; its message is above."
                )
                return
            self._restarts += 1
            self._say(f"A de-identification worker ended (exit code {code}); starting another.")
            self.running[place] = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return children.start("jobs.worker", environment=self._environment)
