"""From cookies to a sign-in: what the browser carries, and what the server makes of it."""

from __future__ import annotations

from collections.abc import Mapping

import anyio.to_thread
from starlette.requests import HTTPConnection

from domain.sign_in import Ended
from gate import internals
from services import sign_in
from services.installation import Installation
from services.sign_in import SignedIn

#: Field of Streamlit's signed identity cookie that holds our own session token.
TOKEN_FIELD = "clearance_session"  # noqa: S105 - the name of a field, not a secret


def token_of(cookies: Mapping[str, str]) -> str | None:
    """Our session token in the browser's identity cookie; None when absent or forged."""
    held = internals.read_signed_cookie(cookies, internals.USER_COOKIE)
    token = None if held is None else held.get(TOKEN_FIELD)
    return token if isinstance(token, str) else None


async def who(
    installation: Installation, connection: HTTPConnection, *, active: bool
) -> SignedIn | Ended:
    """The sign-in behind a request or websocket, asked of the database now."""
    return await resume(installation, token_of(connection.cookies), active=active)


async def resume(
    installation: Installation, token: str | None, *, active: bool
) -> SignedIn | Ended:
    """Ask the database off the event loop, so that one slow answer holds up nobody else."""
    return await anyio.to_thread.run_sync(
        lambda: sign_in.resume(installation, token, active=active)
    )
