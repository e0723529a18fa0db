"""The websocket: no script runs for a stranger, and every message is checked as it comes."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.sign_in import Ended
from gate import internals
from gate.identity import resume, token_of
from gate.paths import sign_in_address
from services.installation import Installation

#: Streamlit's own subprotocol name, echoed when we accept only to say goodbye.
_SUBPROTOCOL = "streamlit"
#: A screen nobody clicks on is cleared this long after its sign-in ended, at the latest.
WATCH_SECONDS = 15.0


async def guard_stream(
    installation: Installation,
    app: ASGIApp,
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    watch_seconds: float = WATCH_SECONDS,
) -> None:
    """Carry a websocket for as long as its sign-in holds.

    A stranger's is refused before it opens. One whose sign-in ended is told where to go and
    closed, so that the screen clears instead of trying again for ever.
    """
    token = token_of(HTTPConnection(scope).cookies)
    standing = await resume(installation, token, active=True)
    if standing is Ended.NOT_SIGNED_IN:
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    if isinstance(standing, Ended):
        await receive()
        await send({"type": "websocket.accept", "subprotocol": _SUBPROTOCOL})
        await _leave(send, standing)
        return
    connection = _Connection(installation, token, receive, send)
    watcher = asyncio.create_task(connection.watch(watch_seconds))
    try:
        await app(scope, connection.receive, connection.send)
    finally:
        watcher.cancel()
        with suppress(asyncio.CancelledError):
            await watcher


class _Connection:
    """One open websocket between the browser and Streamlit."""

    def __init__(
        self, installation: Installation, token: str | None, receive: Receive, send: Send
    ) -> None:
        self._installation = installation
        self._token = token
        self._receive = receive
        self._send = send
        self._over = asyncio.Event()
        self._sending = asyncio.Lock()

    async def receive(self) -> Message:
        """The next message from the browser, once its sign-in was found to hold."""
        while True:
            message = await self._next()
            if message["type"] != "websocket.receive":
                return message
            frame = message.get("bytes") or b""
            standing = await resume(
                self._installation, self._token, active=internals.is_somebodys_doing(frame)
            )
            if not isinstance(standing, Ended):
                return message
            await self._end(standing)
            return {"type": "websocket.disconnect", "code": 1008}

    async def send(self, message: Message) -> None:
        """Pass a message on to the browser, unless the sign-in is over."""
        async with self._sending:
            if not self._over.is_set():
                await self._send(message)

    async def watch(self, seconds: float) -> None:
        """Look now and then whether the sign-in ended, so that an idle screen clears too."""
        while not self._over.is_set():
            await asyncio.sleep(seconds)
            standing = await resume(self._installation, self._token, active=False)
            if isinstance(standing, Ended):
                await self._end(standing)

    async def _next(self) -> Message:
        """A message, or a disconnect as soon as the watcher ends the sign-in."""
        coming = asyncio.ensure_future(self._receive())
        over = asyncio.ensure_future(self._over.wait())
        await asyncio.wait({coming, over}, return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        if coming.done():
            return coming.result()
        coming.cancel()
        return {"type": "websocket.disconnect", "code": 1008}

    async def _end(self, why: Ended) -> None:
        async with self._sending:
            if self._over.is_set():
                return
            self._over.set()
            with suppress(RuntimeError, OSError):
                await _leave(self._send, why)


async def _leave(send: Send, why: Ended) -> None:
    address = sign_in_address("/", why.value)
    await send({"type": "websocket.send", "bytes": internals.redirect_message(address)})
    await send({"type": "websocket.close", "code": 1008})
