"""Looking after open screens, so that one clears within seconds of its sign-in's end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

import anyio.to_thread

from domain.sign_in import Ended
from services.installation import Installation
from services.sign_in import ended_among

#: A screen nobody clicks on is cleared this long after its sign-in ended, at the latest.
WATCH_SECONDS = 2.0
#: A browser that takes longer to hear goodbye must not keep the others from hearing it.
_GOODBYE_SECONDS = 5.0
_LOG = logging.getLogger("clearance")

Leave = Callable[[Ended], Awaitable[None]]


class Watch:
    """The open websockets of this process by their session tokens.

    All of them are asked about in one query every few seconds. What ends in this process
    itself, a sign-out in another tab, is told at once.
    """

    def __init__(self, seconds: float = WATCH_SECONDS) -> None:
        self._seconds = seconds
        self._open: dict[str, set[Leave]] = {}
        self._looking: asyncio.Task[None] | None = None

    @contextmanager
    def over(self, installation: Installation, token: str, leave: Leave) -> Iterator[None]:
        """Look after one websocket while the block lasts; ``leave`` is called at its end."""
        self._open.setdefault(token, set()).add(leave)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(installation))
        try:
            yield
        finally:
            self._open[token].discard(leave)
            if not self._open[token]:
                del self._open[token]

    async def tell(self, ended: Mapping[str, Ended]) -> None:
        """Let every open websocket of these sign-ins leave."""
        await asyncio.gather(
            *(
                self._goodbye(leave, why)
                for token, why in ended.items()
                for leave in self._open.get(token, ())
            )
        )

    async def _look(self, installation: Installation) -> None:
        while self._open:
            await asyncio.sleep(self._seconds)
            tokens = list(self._open)
            try:
                ended = await anyio.to_thread.run_sync(
                    lambda asked=tokens: ended_among(installation, asked)  # type: ignore[misc]
                )
            except Exception as error:  # noqa: BLE001 - the next look may find the database back
                _LOG.warning("could not look after open screens: %s", type(error).__name__)
                continue
            await self.tell(ended)

    @staticmethod
    async def _goodbye(leave: Leave, why: Ended) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(leave(why), _GOODBYE_SECONDS)
