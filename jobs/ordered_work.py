"""The same work on many items in several processes, results in the items' order."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing.connection import wait
from typing import TypeVar

from domain.errors import ClearanceError

_Item = TypeVar("_Item")
_Made = TypeVar("_Made")

#: Items sent to a process at once: enough that sending costs nothing beside the work.
_CHUNK = 4
#: Chunks in work or waiting for each process; bounds memory whatever the file's length.
_AHEAD = 2


def in_order(
    work: Callable[[_Item], _Made],
    items: Iterable[_Item],
    *,
    prepare: Callable[[], object],
    processes: int | None = None,
) -> Iterator[_Made]:
    """Yield ``work(item)`` for each item, in order, made by several processes.

    Items are read only a few ahead of what is done. The processes end with this one, however
    it ends.

    Parameters
    ----------
    work, prepare
        Module-level functions; ``prepare`` runs once in each process.
    processes
        One for each core this process may use, when not given.

    Raises
    ------
    ClearanceError
        When a process dies, for example for lack of memory.
    """
    count = processes or _cores()
    pool = ProcessPoolExecutor(
        count,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(prepare,),
    )
    waiting: deque[Future[list[_Made]]] = deque()
    chunks = _chunks(iter(items))
    try:
        for chunk in islice(chunks, count * _AHEAD):
            waiting.append(pool.submit(_work_on, work, chunk))
        while waiting:
            made = waiting.popleft().result()
            for chunk in islice(chunks, 1):
                waiting.append(pool.submit(_work_on, work, chunk))
            yield from made
    except BrokenProcessPool as error:
        raise ClearanceError(
            "A worker process ended before its work was done, perhaps for lack of memory. "
            "Nothing was kept; free some memory and run it again."
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _chunks(items: Iterator[_Item]) -> Iterator[list[_Item]]:
    while chunk := list(islice(items, _CHUNK)):
        yield chunk


def _work_on(work: Callable[[_Item], _Made], chunk: list[_Item]) -> list[_Made]:
    return [work(item) for item in chunk]


def _begin(prepare: Callable[[], object]) -> None:
    # Ctrl-C reaches every process of the terminal; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    prepare()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
