"""Completing a sign-in: Streamlit and Authlib verify the provider's answer, then we decide.

Streamlit writes every claim into a readable cookie that lives thirty days. We take the
claims out of its answer before it leaves, decide whether this person may come in, and send
the browser only a reference to a session that the server can end.
"""

from __future__ import annotations

from collections.abc import Iterable
from http.cookies import SimpleCookie
from typing import Any

import anyio.to_thread
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.errors import Refused
from domain.sign_in import Claims, read_claims
from gate import internals
from gate.headers import cookie
from gate.identity import TOKEN_FIELD, token_of, who
from gate.origin import public_origin
from gate.paths import safe_next, sign_in_address
from services.acts import refuse
from services.installation import Installation
from services.sign_in import SignedIn, sign_in, sign_out

NEXT_COOKIE = "clearance_next"
PROVIDER = "clearance"

#: A cookie this long cannot travel; the sign-out then goes without the provider's hint.
_LONGEST_TOKEN_COOKIE = 3_500


async def complete(
    installation: Installation, app: ASGIApp, scope: Scope, receive: Receive, send: Send
) -> None:
    """Let Streamlit handle the provider's answer and replace its own answer with ours."""
    request = Request(scope)
    answer = await _answer_of(app, scope, receive)
    response = await _decide(installation, request, answer)
    # The state of this sign-in is used up; that of another one begun in a second tab is not.
    for one in answer:
        if one.startswith(f"{internals.BEGUN_COOKIE}="):
            response.headers.append("set-cookie", one)
    await response(scope, receive, send)


async def _answer_of(app: ASGIApp, scope: Scope, receive: Receive) -> list[str]:
    """The ``Set-Cookie`` headers of Streamlit's answer; nothing else of it is of use."""
    cookies: list[str] = []

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            cookies.extend(MutableHeaders(raw=message["headers"]).getlist("set-cookie"))

    await app(scope, receive, keep)
    return cookies


async def _decide(
    installation: Installation, request: Request, set_cookies: Iterable[str]
) -> Response:
    settings = installation.settings
    origin = public_origin(settings)
    values = _values(set_cookies)
    claims_held = internals.read_signed_cookie(values, internals.USER_COOKIE)
    if claims_held is None:
        # Going back in the browser repeats an answer that was used up; who is in stays in.
        if isinstance(await who(installation, request, active=False), SignedIn):
            return RedirectResponse("/", 303)
        # The provider sends people back here after a sign-out too, with nothing to say.
        if not request.query_params:
            return clear(
                RedirectResponse(sign_in_address("/", "signed-out"), 303), secure=origin.secure
            )
        await anyio.to_thread.run_sync(lambda: _audit_failure(installation))
        return clear(RedirectResponse(sign_in_address("/", "provider"), 303), secure=origin.secure)
    try:
        claims = read_claims(
            claims_held,
            issuer=settings.oidc_issuer or "",
            client_id=settings.oidc_client_id,
            now=installation.now(),
        )
    except Refused as refused:
        failure = refused
        await anyio.to_thread.run_sync(
            lambda: refuse(installation, None, "sign-in", "staff", failure)
        )
        return clear(
            RedirectResponse(sign_in_address("/", refused.rule), 303), secure=origin.secure
        )
    try:
        token = await anyio.to_thread.run_sync(lambda: sign_in(installation, claims))
    except Refused as refused:
        return clear(
            RedirectResponse(sign_in_address("/", refused.rule), 303), secure=origin.secure
        )
    # Whoever was signed in in this browser before is so no longer, here or at the server.
    before = token_of(request.cookies)
    await anyio.to_thread.run_sync(lambda: sign_out(installation, before))
    return _come_in(
        installation,
        request,
        claims,
        token,
        internals.read_signed_cookie(values, internals.TOKENS_COOKIE),
    )


def _come_in(
    installation: Installation,
    request: Request,
    claims: Claims,
    token: str,
    tokens_held: dict[str, Any] | None,
) -> Response:
    settings = installation.settings
    origin = public_origin(settings)
    seconds = int(settings.session_max_age.total_seconds())
    response = RedirectResponse(safe_next(request.cookies.get(NEXT_COOKIE)), 303)
    identity = {
        "is_logged_in": True,
        "origin": str(origin),
        "provider": PROVIDER,
        "iss": claims.issuer,
        "sub": claims.subject,
        TOKEN_FIELD: token,
    }
    signed = internals.sign_cookie(internals.USER_COOKIE, identity)
    response.headers.append(
        "set-cookie", cookie(internals.USER_COOKIE, signed, secure=origin.secure, seconds=seconds)
    )
    hint = (tokens_held or {}).get("id_token")
    if isinstance(hint, str) and len(hint) <= _LONGEST_TOKEN_COOKIE:
        # Only the sign-out needs it, so only the sign-out's address is sent it.
        response.headers.append(
            "set-cookie",
            cookie(
                internals.TOKENS_COOKIE,
                internals.sign_cookie(internals.TOKENS_COOKIE, {"id_token": hint}),
                secure=origin.secure,
                path=internals.LOGOUT_PATH,
                seconds=seconds,
            ),
        )
    response.headers.append("set-cookie", cookie(NEXT_COOKIE, "", secure=origin.secure, seconds=0))
    return response


def clear(response: Response, *, secure: bool) -> Response:
    """Take every sign-in cookie out of the browser."""
    for name, path in (
        (internals.USER_COOKIE, "/"),
        (internals.TOKENS_COOKIE, "/"),
        (internals.TOKENS_COOKIE, internals.LOGOUT_PATH),
        (NEXT_COOKIE, "/"),
    ):
        response.headers.append("set-cookie", cookie(name, "", secure=secure, path=path, seconds=0))
    return response


def _values(set_cookies: Iterable[str]) -> dict[str, str]:
    """Names and values that an answer would set; deletions left out."""
    values: dict[str, str] = {}
    for header in set_cookies:
        parsed: SimpleCookie = SimpleCookie()
        parsed.load(header)
        for name, morsel in parsed.items():
            if morsel.value and morsel["max-age"] != "0":
                values[name] = morsel.value
    return values


def _audit_failure(installation: Installation) -> None:
    refuse(
        installation,
        None,
        "sign-in",
        "staff",
        Refused(
            "The provider's answer did not complete a sign-in.",
            rule="sign-in.provider",
            remedy="Try again.",
        ),
    )
