"""The middleware that stands before Streamlit: every request and websocket passes here."""

from __future__ import annotations

from urllib.parse import quote

import anyio.to_thread
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.errors import Refused
from domain.sign_in import Ended
from domain.vocabulary import Role
from gate import internals
from gate.callback import NEXT_COOKIE, PROVIDER, clear, complete
from gate.front_page import FAVICON, front_page
from gate.headers import cookie, protect
from gate.identity import token_of, who
from gate.metrics_file import hand_over_numbers
from gate.origin import is_loopback, public_origin
from gate.packages import hand_over
from gate.paths import SIGN_IN_START_PATH, Door, door, safe_next, sign_in_address
from gate.publication_files import hand_over_publication
from gate.sign_in_page import sign_in_page
from gate.stream import guard_stream
from gate.watch import Watch
from services.acts import refuse
from services.installation import Installation, current
from services.sign_in import SignedIn, sign_out

_NEXT_SECONDS = 600


class Guard:
    """ASGI middleware; without a live sign-in nothing behind it runs."""

    def __init__(self, app: ASGIApp, installation: Installation | None = None) -> None:
        self._app = app
        self._given = installation
        self._watch = Watch()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Decide on one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        installation = self._given or current()
        origin = public_origin(installation.settings)
        connection = HTTPConnection(scope)
        host = connection.headers.get("host", "")
        if scope["type"] == "websocket":
            same_site = host == origin.netloc and connection.headers.get("origin") == str(origin)
            if not same_site or scope["path"] != internals.STREAM_PATH:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
                return
            await guard_stream(installation, self._app, scope, receive, send, self._watch)
            return
        guard = door(scope["path"])

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                protect(
                    headers,
                    netloc=origin.netloc,
                    secure=origin.secure,
                    cacheable=guard in (Door.OPEN, Door.FAVICON),
                )
            await send(message)

        if host != origin.netloc:
            response = _elsewhere(installation, Request(scope), host)
            await response(scope, receive, send_protected)
            return
        await self._http(installation, guard, scope, receive, send_protected)

    async def _http(
        self, installation: Installation, guard: Door, scope: Scope, receive: Receive, send: Send
    ) -> None:
        request = Request(scope)
        if guard in (Door.OPEN, Door.LOGIN):
            await self._app(scope, receive, send)
        elif guard is Door.CALLBACK:
            await complete(installation, self._app, scope, receive, send)
        elif guard is Door.LOGOUT:
            await self._log_out(installation, request, scope, receive, send)
        else:
            response = await self._answer(installation, guard, request)
            await (response or self._app)(scope, receive, send)

    async def _answer(
        self, installation: Installation, guard: Door, request: Request
    ) -> Response | None:
        """Our own answer to a request, or None to let Streamlit answer."""
        if guard is Door.CLOSED:
            return PlainTextResponse("Not found.", 404)
        if guard is Door.FAVICON:
            return FileResponse(FAVICON, headers={"Cache-Control": "public, max-age=86400"})
        secure = public_origin(installation.settings).secure
        wanted = request.query_params.get("next")
        if guard is Door.SIGN_IN:
            start = f"{SIGN_IN_START_PATH}?{request.url.query}"
            return HTMLResponse(sign_in_page(start, request.query_params.get("reason")))
        if guard is Door.SIGN_IN_START:
            response: Response = RedirectResponse(internals.login_address(PROVIDER), 303)
            response.headers.append(
                "set-cookie",
                cookie(NEXT_COOKIE, _as_cookie(wanted), secure=secure, seconds=_NEXT_SECONDS),
            )
            return response
        standing = await who(installation, request, active=False)
        if guard is Door.PAGE:
            return _page(request, standing, secure=secure)
        if isinstance(standing, Ended):
            return PlainTextResponse("Sign in first.", 401)
        if guard is Door.PACKAGE:
            return await hand_over(installation, request, standing)
        if guard is Door.NUMBERS:
            return await hand_over_numbers(installation, request, standing)
        if guard is Door.PUBLICATION:
            return await hand_over_publication(installation, request, standing)
        if guard is Door.UPLOAD and Role.ADMINISTRATOR not in standing.actor.roles:
            await _audit_upload(installation, standing)
            return PlainTextResponse("Only administrators upload files.", 403)
        return None

    async def _log_out(
        self,
        installation: Installation,
        request: Request,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            response = PlainTextResponse("Another site cannot sign you out.", 403)
            await response(scope, receive, send)
            return
        token = token_of(request.cookies)
        await anyio.to_thread.run_sync(lambda: sign_out(installation, token))
        if token is not None:
            await self._watch.tell({token: Ended.SIGNED_OUT})
        secure = public_origin(installation.settings).secure

        async def send_cleared(message: Message) -> None:
            if message["type"] == "http.response.start":
                cleared = clear(Response(), secure=secure)
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name, value)
                        for name, value in cleared.raw_headers
                        if name == b"set-cookie"
                    ),
                ]
            await send(message)

        await self._app(scope, receive, send_cleared)


def _page(request: Request, standing: SignedIn | Ended, *, secure: bool) -> Response:
    if request.method not in ("GET", "HEAD"):
        return PlainTextResponse("Not allowed.", 405)
    if isinstance(standing, SignedIn):
        return _front_page(request.url.path)
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    reason = None if standing is Ended.NOT_SIGNED_IN else standing.value
    return clear(RedirectResponse(sign_in_address(safe_next(here), reason), 303), secure=secure)


def _front_page(path: str) -> Response:
    if path.startswith("//") or path.strip("/").count("/"):
        # Pages have one name each; the bundle's addresses are relative to that.
        return PlainTextResponse("Not found.", 404)
    if path != "/" and path.endswith("/"):
        return RedirectResponse(path.rstrip("/"), 308)
    return HTMLResponse(front_page())


def _elsewhere(installation: Installation, request: Request, host: str) -> Response:
    """Another name of this machine goes to the one we use; any other host is refused."""
    origin = public_origin(installation.settings)
    name, _, port = host.rpartition(":")
    ours = is_loopback(installation.settings.host) and not installation.settings.public_url
    if ours and is_loopback(name) and port == str(installation.settings.port):
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{origin}{request.url.path}{query}", 307)
    return PlainTextResponse("Unknown host.", 421)


async def _audit_upload(installation: Installation, standing: SignedIn) -> None:
    refused = Refused(
        "Uploading a file takes the role administrator.",
        rule="role.import-transcripts",
        remedy="Ask an administrator to import the file.",
    )
    await anyio.to_thread.run_sync(
        lambda: refuse(installation, standing.actor, "upload", "file", refused)
    )


def _as_cookie(address: str | None) -> str:
    """A checked address in a form that a cookie can hold."""
    return quote(safe_next(address), safe="/?=&%+,:-._~")
