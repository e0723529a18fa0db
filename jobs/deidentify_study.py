"""De-identifying one study with several processes, watched from the terminal."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from uuid import UUID

from data_access.review import Progress
from domain.permissions import Actor
from jobs.children import end_with_parent
from jobs.worker import work_until_done
from services import deidentification_progress
from services.installation import Installation, open_installation
from services.installation import use as use_installation
from settings import Settings

_LOOK_SECONDS = 0.5


def deidentify_study(
    installation: Installation,
    actor: Actor,
    study_id: UUID,
    *,
    processes: int,
    progress: Callable[[Progress], None],
) -> Progress:
    """Run until no session of the study waits; resumable, since every result is kept at once.

    A process that dies is noticed and its sessions are taken on by the others when its lease
    ends. KeyboardInterrupt stops the processes after the session each is at.
    """
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    workers = [
        context.Process(target=_work, args=(installation.settings, study_id, stop), daemon=True)
        for _ in range(processes)
    ]
    for worker in workers:
        worker.start()
    try:
        while True:
            held = deidentification_progress.progress(installation, actor, study_id)
            progress(held)
            if not any(worker.is_alive() for worker in workers):
                return held
            time.sleep(_LOOK_SECONDS)
    finally:
        stop.set()
        for worker in workers:
            worker.join()


def _work(settings: Settings, study_id: UUID, stop: threading.Event) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    use_installation(open_installation(settings))
    work_until_done(study_id, stop)
