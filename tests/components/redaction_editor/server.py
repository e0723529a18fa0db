"""Serves the desk with the product's own headers, so that its Content-Security-Policy holds."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st
import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gate.headers import protect


class Protected:
    """Puts the gate's headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                netloc = f"127.0.0.1:{sys.argv[1]}"
                protect(headers, netloc=netloc, secure=False, cacheable=False)
            await send(message)

        await self.app(scope, receive, answer if scope["type"] == "http" else send)


if __name__ == "__main__":
    app = st.App(str(Path(__file__).with_name("desk.py")), middleware=[Middleware(Protected)])
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
