"""What the gate does to a websocket's messages, on a real database with a clock moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.types import Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server import server_util

from data_access.tables import WebSession
from domain.sign_in import Claims, Ended
from domain.vocabulary import Role
from gate import internals
from gate.identity import TOKEN_FIELD
from gate.stream import guard_stream
from gate.watch import Watch
from services import sign_in
from services.installation import Installation
from tests.conftest import Clock, Hire

_LONG = timedelta(minutes=10)


@pytest.fixture
def token(installation: Installation, hire: Hire, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(server_util, "get_cookie_secret", lambda: "s" * 64)
    hire("Rosa", Role.AUDITOR)
    now = installation.now()
    return sign_in.sign_in(installation, Claims("i", "s", "rosa@clearance.example", now))


class Browser:
    """The far end of a websocket: what it sends, and what reached it."""

    def __init__(self, token: str, *, again: bool = False) -> None:
        signed = internals.sign_cookie(internals.USER_COOKIE, {TOKEN_FIELD: token})
        protocols = b"streamlit, token, 7c1d" if again else b"streamlit, token"
        self.scope: Scope = {
            "type": "websocket",
            "headers": [
                (b"cookie", f"{internals.USER_COOKIE}={signed}".encode()),
                (b"sec-websocket-protocol", protocols),
            ],
        }
        self.sent: asyncio.Queue[Message] = asyncio.Queue()
        self.came: list[Message] = []

    async def receive(self) -> Message:
        return await self.sent.get()

    async def send(self, message: Message) -> None:
        self.came.append(message)

    def click(self, *, automatic: bool = False) -> None:
        message = BackMsg()
        message.rerun_script.is_auto_rerun = automatic
        self.sent.put_nowait({"type": "websocket.receive", "bytes": message.SerializeToString()})

    def leave(self) -> None:
        self.sent.put_nowait({"type": "websocket.disconnect", "code": 1000})

    @property
    def redirects(self) -> list[str]:
        urls = []
        for message in self.came:
            forward = ForwardMsg()
            forward.ParseFromString(message.get("bytes") or b"")
            if forward.WhichOneof("type") == "auth_redirect":
                urls.append(forward.auth_redirect.url)
        return urls


class App:
    """Stands where Streamlit does; remembers what the gate let through to it."""

    def __init__(self, on_message: Callable[[Send], Awaitable[None]] | None = None) -> None:
        self.reached: list[Message] = []
        self._on_message = on_message

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            self.reached.append(message)
            if message["type"] == "websocket.disconnect":
                return
            if self._on_message is not None:
                await self._on_message(send)


def carry(installation: Installation, browser: Browser, app: App, watch: Watch) -> None:
    async def both() -> None:
        async with asyncio.timeout(20):
            await guard_stream(
                installation, app, browser.scope, browser.receive, browser.send, watch
            )

    asyncio.run(both())


def last_active(installation: Installation) -> object:
    with installation.database.transaction(None) as connection:
        return connection.execute(select(WebSession.last_active_at)).scalar_one()


@pytest.mark.parametrize(
    ("automatic", "again", "clicks", "counts"),
    [
        (False, False, 1, True),
        (True, False, 1, True),  # opening the page is somebody's doing
        (True, True, 3, False),
        (False, True, 1, False),  # the run that the page asks for by itself
        (False, True, 2, True),
    ],
)
def test_only_what_somebody_does_counts_as_activity(
    installation: Installation,
    clock: Clock,
    token: str,
    automatic: bool,
    again: bool,
    clicks: int,
    counts: bool,
) -> None:
    before = last_active(installation)
    clock.advance(_LONG)
    browser, app = Browser(token, again=again), App()
    for _ in range(clicks):
        browser.click(automatic=automatic)
    browser.leave()
    carry(installation, browser, app, Watch())
    assert len(app.reached) == clicks + 1
    assert (last_active(installation) != before) is counts


def test_a_message_after_the_end_reaches_nothing_and_the_screen_is_sent_away(
    installation: Installation, token: str
) -> None:
    async def then_sign_out(_send: Send) -> None:
        await asyncio.to_thread(sign_in.sign_out, installation, token)
        browser.click()

    browser, app = Browser(token), App(then_sign_out)
    browser.click()
    carry(installation, browser, app, Watch())
    assert [message["type"] for message in app.reached] == [
        "websocket.receive",
        "websocket.disconnect",
    ]
    assert browser.redirects == ["/sign-in?reason=signed-out"]
    assert browser.came[-1] == {"type": "websocket.close", "code": 1008}


def test_nothing_is_drawn_any_more_once_the_sign_in_is_over(
    installation: Installation, token: str
) -> None:
    watch = Watch()

    async def draw_afterwards(send: Send) -> None:
        await watch.tell({token: Ended.BY_ADMINISTRATOR})
        await send({"type": "websocket.send", "bytes": b"somebody's words"})

    browser, app = Browser(token), App(draw_afterwards)
    browser.click()
    carry(installation, browser, app, watch)
    assert {"type": "websocket.send", "bytes": b"somebody's words"} not in browser.came
    assert browser.redirects == ["/sign-in?reason=by-administrator"]


def test_a_screen_nobody_touches_is_sent_away_by_the_watch(
    installation: Installation, clock: Clock, token: str
) -> None:
    async def grow_old(_send: Send) -> None:
        clock.advance(installation.settings.session_idle_limit)

    browser, app = Browser(token), App(grow_old)
    browser.click()
    carry(installation, browser, app, Watch(seconds=0.01))
    assert browser.redirects == ["/sign-in?reason=idle"]


def test_the_screen_in_which_somebody_signs_out_is_not_called_back(
    installation: Installation, token: str
) -> None:
    watch = Watch()

    async def sign_out(send: Send) -> None:
        way_out = internals.redirect_message(internals.LOGOUT_PATH)
        await send({"type": "websocket.send", "bytes": way_out})
        await asyncio.to_thread(sign_in.sign_out, installation, token)
        await watch.tell({token: Ended.SIGNED_OUT})
        browser.click(automatic=True)
        browser.leave()

    browser, app = Browser(token), App(sign_out)
    browser.click()
    carry(installation, browser, app, watch)
    assert browser.redirects == [internals.LOGOUT_PATH]
    assert [message["type"] for message in app.reached] == [
        "websocket.receive",
        "websocket.disconnect",
    ]


def test_whoever_comes_back_after_the_end_is_told_and_no_script_runs(
    installation: Installation, token: str
) -> None:
    sign_in.sign_out(installation, token)
    browser, app = Browser(token), App()
    browser.sent.put_nowait({"type": "websocket.connect"})
    carry(installation, browser, app, Watch())
    assert app.reached == []
    assert browser.redirects == ["/sign-in?reason=signed-out"]
