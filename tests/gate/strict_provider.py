"""A second OpenID provider, independent of the development one, that forgives nothing.

Written from OpenID Connect Core 1.0 and RFC 7636: an issuer with a path, ES256, ``aud`` as a
string, PKCE with S256 and a nonce demanded, every code good for one use, the client's secret
checked, ``prompt`` of ``select_account`` refused as strict providers do, no end-session
address. A test can spoil the token it is about to sign.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT = "clearance-at-the-lab"
SECRET = "a secret of the lab's own"
_PATH = "/tenants/lab"

Claims = dict[str, Any]
Spoil = Callable[[Claims], Claims]


@dataclass
class StrictProvider:
    """The provider's state; ``person`` is who is at its keyboard."""

    port: int
    person: Claims = field(default_factory=dict)
    spoil: Spoil = dict
    unsigned: bool = False
    foreign_key: bool = False
    refused: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _key: ECKey = field(default_factory=lambda: _new_key("lab-1"))
    _other_key: ECKey = field(default_factory=lambda: _new_key("lab-1"))

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}{_PATH}"

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route(f"{_PATH}/.well-known/openid-configuration", self._metadata),
                Route(f"{_PATH}/keys", self._keys),
                Route(f"{_PATH}/authorize", self._authorize),
                Route(f"{_PATH}/token", self._token, methods=["POST"]),
            ]
        )

    async def _metadata(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
        )

    async def _keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        wanted = {
            "client": asked.get("client_id") == CLIENT,
            "response_type": asked.get("response_type") == "code",
            "scope": {"openid", "email"} <= set(asked.get("scope", "").split()),
            "pkce": asked.get("code_challenge_method") == "S256"
            and len(asked.get("code_challenge", "")) == 43,
            "nonce": len(asked.get("nonce", "")) >= 16,
            "state": len(asked.get("state", "")) >= 16,
            "prompt": asked.get("prompt") in (None, "login"),
            "max_age": asked.get("max_age", "").isdigit(),
        }
        missing = [name for name, held in wanted.items() if not held]
        if missing:
            self.refused.extend(missing)
            return PlainTextResponse(f"invalid_request: {', '.join(missing)}", 400)
        code = secrets.token_urlsafe(24)
        self._codes[code] = asked
        answer = urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
        return RedirectResponse(f"{asked['redirect_uri']}?{answer}", 302)

    async def _token(self, request: Request) -> Response:
        form = {key: str(value) for key, value in (await request.form()).items()}
        asked = self._codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        sound = (
            asked is not None
            and request.headers.get("authorization") == f"Basic {basic}"
            and form.get("grant_type") == "authorization_code"
            and form.get("redirect_uri") == asked["redirect_uri"]
            and challenge == asked["code_challenge"]
        )
        if not sound or asked is None:
            self.refused.append("token")
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(
            {
                "access_token": secrets.token_urlsafe(24),
                "token_type": "Bearer",
                "expires_in": 300,
                "id_token": self._id_token(asked["nonce"]),
            },
            headers={"Cache-Control": "no-store"},
        )

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = self.spoil(
            {
                "iss": self.issuer,
                "aud": CLIENT,
                "iat": now,
                "exp": now + 300,
                "auth_time": now - 2,
                "nonce": nonce,
                "email_verified": True,
                **self.person,
            }
        )
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.unsigned:
            return _unsigned(claims)
        key = self._other_key if self.foreign_key else self._key
        return jwt.encode({"alg": "ES256", "kid": "lab-1"}, claims, key)


@contextmanager
def serving() -> Iterator[StrictProvider]:
    """Run the provider in a thread for as long as the block lasts."""
    # Who connects before the server is up waits in the socket's queue.
    listening = socket.create_server(("127.0.0.1", 0))
    provider = StrictProvider(listening.getsockname()[1])
    server = uvicorn.Server(uvicorn.Config(provider.app(), log_level="error"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join(10)


def _new_key(name: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": name, "use": "sig", "alg": "ES256"})


def _unsigned(claims: Claims) -> str:
    def part(value: Claims) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'kid': 'lab-1'})}.{part(claims)}."
