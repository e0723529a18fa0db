"""Signing in and talking to the app without a browser: httpx and raw websockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlsplit

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.live.processes import Web

_SECONDS = 30.0
_XSRF = "_streamlit_xsrf"


def client(web: Web) -> httpx.Client:
    """A browser's worth of cookies, following nothing by itself."""
    return httpx.Client(base_url=web.origin, timeout=_SECONDS, trust_env=False)


def follow(browser: httpx.Client, address: str, *, until: str, most: int = 8) -> httpx.Response:
    """Follow redirects until the answer is no redirect or leads to a path given."""
    response = browser.get(address)
    for _ in range(most):
        location = response.headers.get("location")
        if location is None or urlsplit(location).path == until:
            return response
        response = browser.get(str(response.url.join(location)))
    raise AssertionError(f"more than {most} redirects; the last one to {location}")


def sign_in(web: Web, email: str, next_address: str = "/") -> tuple[httpx.Client, httpx.Response]:
    """Sign in at the development provider; the browser, and the answer that let it in or not."""
    browser = client(web)
    choice = follow(browser, f"/sign-in/start?next={quote(next_address, safe='')}", until="")
    assert choice.status_code == 200, choice.text
    answer = browser.post(str(choice.url), data={"sub": email})
    return browser, browser.get(answer.headers["location"])


def signed_in(web: Web, email: str) -> httpx.Client:
    """The browser of somebody who is in."""
    browser, answer = sign_in(web, email)
    assert answer.headers["location"] == "/", answer.headers["location"]
    # The frontend asks for the health first, and is given the token for its websocket with it.
    browser.get("/_stcore/health")
    return browser


class Screen:
    """A Streamlit websocket as the frontend would hold it."""

    def __init__(self, web: Web, connection: ClientConnection) -> None:
        self._web = web
        self._connection = connection

    def run(self, page: str = "", **rerun: object) -> list[ForwardMsg]:
        """Ask for a run of a page and collect what comes until it is finished or refused."""
        self.ask(page, **rerun)
        return self.until_finished()

    def ask(self, page: str = "", **rerun: object) -> None:
        """Ask for a run of a page, as the frontend does or as somebody forges it."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.context_info.url = f"{self._web.origin}/{page}"
        message.rerun_script.context_info.timezone = "UTC"
        for name, value in rerun.items():
            setattr(message.rerun_script, name, value)
        self._connection.send(message.SerializeToString())

    def send(self, frame: bytes | str) -> None:
        """Send a frame as it is."""
        self._connection.send(frame)

    def until_finished(self) -> list[ForwardMsg]:
        """Every message up to the end of a run, or of the connection."""
        came: list[ForwardMsg] = []
        try:
            while True:
                message = self._message()
                came.append(message)
                if message.WhichOneof("type") == "script_finished":
                    return came
        except ConnectionClosed:
            return came

    def goodbye(self) -> str | None:
        """Wait for the server to close; where it sent the screen, if anywhere."""
        address = None
        try:
            while True:
                message = self._message()
                if message.WhichOneof("type") == "auth_redirect":
                    address = message.auth_redirect.url
        except ConnectionClosed:
            return address

    def _message(self) -> ForwardMsg:
        frame = self._connection.recv(timeout=_SECONDS)
        assert isinstance(frame, bytes)
        message = ForwardMsg()
        message.ParseFromString(frame)
        return message


@contextmanager
def screen(
    web: Web,
    browser: httpx.Client | None = None,
    *,
    cookie: str | None = None,
    origin: str | None = None,
    host: str | None = None,
    reconnects_to: str | None = None,
    headers: dict[str, str] | None = None,
) -> Iterator[Screen]:
    """Open the app's websocket with somebody's cookies."""
    held = cookie if cookie is not None else cookies_of(browser)
    sent = {**(headers or {}), **({"Cookie": held} if held else {})}
    subprotocols = ["streamlit"]
    if browser is not None:
        subprotocols.append(browser.cookies.get(_XSRF) or "none")
    if reconnects_to is not None:
        subprotocols.append(reconnects_to)
    netloc = host or web.netloc
    with connect(
        f"ws://{netloc}/_stcore/stream",
        sock=socket.create_connection(("127.0.0.1", web.port)),
        origin=origin or web.origin,  # type: ignore[arg-type]
        subprotocols=subprotocols,  # type: ignore[arg-type]
        additional_headers=sent,
        open_timeout=_SECONDS,
        max_size=None,
        proxy=None,
    ) as connection:
        yield Screen(web, connection)


def cookies_of(browser: httpx.Client | None) -> str:
    """The ``Cookie`` header that a browser would send with the websocket."""
    if browser is None:
        return ""
    return "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar if one.path == "/")


def drawn(messages: list[ForwardMsg]) -> str:
    """All that a run drew, as text to look into."""
    return "\n".join(str(message) for message in messages if message.WhichOneof("type") == "delta")


def kinds(messages: list[ForwardMsg]) -> set[str]:
    """The kinds of the messages that came."""
    return {message.WhichOneof("type") or "" for message in messages}


def navigation(messages: list[ForwardMsg]) -> set[str]:
    """The addresses in the navigation that a run sent."""
    return {
        page.url_pathname
        for message in messages
        if message.WhichOneof("type") == "navigation"
        for page in message.navigation.app_pages
    }
