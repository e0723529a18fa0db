"""The websocket: no script runs for a stranger, and every message is checked as it comes."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import anyio.to_thread
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.permissions import Actor
from domain.sign_in import Ended
from gate import internals
from gate.forged import forged_room, note_forged
from gate.identity import resume, token_of
from gate.paths import sign_in_address
from gate.watch import Watch
from services.installation import Installation

#: Streamlit's own subprotocol name, echoed when we accept only to say goodbye.
_SUBPROTOCOL = "streamlit"
#: How long a browser may take from the sign-out's button to the provider's page.
_WAY_OUT_SECONDS = 15.0


async def guard_stream(
    installation: Installation,
    app: ASGIApp,
    scope: Scope,
    receive: Receive,
    send: Send,
    watch: Watch,
) -> None:
    """Carry a websocket for as long as its sign-in holds.

    A stranger's is refused before it opens. One whose sign-in ended is told where to go and
    closed, so that the screen clears instead of trying again for ever.
    """
    connection = HTTPConnection(scope)
    token = token_of(connection.cookies)
    # A browser that opens its connection again by itself is no sign of a person.
    again = internals.is_reconnection(connection.headers.get("sec-websocket-protocol", ""))
    standing = await resume(installation, token, active=not again)
    if token is None or standing is Ended.NOT_SIGNED_IN:
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    if isinstance(standing, Ended):
        await receive()
        await send({"type": "websocket.accept", "subprotocol": _SUBPROTOCOL})
        await _leave(send, standing)
        return
    stream = _Stream(installation, token, receive, send, again=again)
    with watch.over(installation, token, stream.end):
        await app(scope, stream.receive, stream.send)


class _Stream:
    """One open websocket between the browser and Streamlit."""

    def __init__(
        self, installation: Installation, token: str, receive: Receive, send: Send, *, again: bool
    ) -> None:
        self._installation = installation
        self._token = token
        self._receive = receive
        self._send = send
        self._over = asyncio.Event()
        self._sending = asyncio.Lock()
        #: Until when this screen, whose person signs out in it, is on its way to the provider.
        self._signing_out_until = 0.0
        #: The page asks for a run right after it reconnects; that is not a click either.
        self._first_is_automatic = again

    async def receive(self) -> Message:
        """The next message from the browser, once its sign-in was found to hold."""
        while True:
            message = await self._next()
            if message["type"] != "websocket.receive":
                return message
            doing = internals.is_somebodys_doing(message.get("bytes") or b"")
            if doing and self._first_is_automatic:
                self._first_is_automatic = doing = False
            standing = await resume(self._installation, self._token, active=doing)
            if not isinstance(standing, Ended):
                await self._note_forged(message.get("bytes") or b"", standing.actor)
                return message
            await self.end(standing)

    async def send(self, message: Message) -> None:
        """Pass a message on to the browser, unless the sign-in is over."""
        async with self._sending:
            if self._over.is_set():
                return
            if internals.sends_to_sign_out(message.get("bytes") or b""):
                self._signing_out_until = asyncio.get_running_loop().time() + _WAY_OUT_SECONDS
            await self._send(message)

    async def end(self, why: Ended) -> None:
        """Send the browser to the sign-in page, and nothing more after that.

        The screen in which somebody signs out is left alone for a while: a redirect now
        would call it back before it has reached the provider's own sign-out.
        """
        on_its_way = asyncio.get_running_loop().time() < self._signing_out_until
        if self._over.is_set() or (why is Ended.SIGNED_OUT and on_its_way):
            return
        self._over.set()
        async with self._sending:
            with suppress(RuntimeError, OSError):
                await _leave(self._send, why)

    async def _note_forged(self, frame: bytes, actor: Actor) -> None:
        room = forged_room(frame)
        if room is not None:
            await anyio.to_thread.run_sync(lambda: note_forged(self._installation, actor, room))

    async def _next(self) -> Message:
        """A message, or a disconnect as soon as the sign-in is over."""
        coming = asyncio.ensure_future(self._receive())
        over = asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait({coming, over}, return_when=asyncio.FIRST_COMPLETED)
            if coming.done() and not self._over.is_set():
                return coming.result()
            return {"type": "websocket.disconnect", "code": 1008}
        finally:
            coming.cancel()
            over.cancel()


async def _leave(send: Send, why: Ended) -> None:
    address = sign_in_address("/", why.value)
    await send({"type": "websocket.send", "bytes": internals.redirect_message(address)})
    await send({"type": "websocket.close", "code": 1008})
