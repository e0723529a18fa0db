"""Headers that go with every answer, and cookies as we set them."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders

#: Streamlit's bundle styles inline and loads inline components as blobs. Nothing else may
#: load, frame or be talked to, and no script that stands in the page runs.
_CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "connect-src 'self' {websocket}",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


def protect(headers: MutableHeaders, *, netloc: str, secure: bool, cacheable: bool) -> None:
    """Add the protective headers to an answer."""
    websocket = f"{'wss' if secure else 'ws'}://{netloc}"
    headers["Content-Security-Policy"] = _CONTENT_POLICY.format(websocket=websocket)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        _secure_cookies(headers)
    if not cacheable:
        headers["Cache-Control"] = "no-store"


def _secure_cookies(headers: MutableHeaders) -> None:
    """Mark every cookie that leaves under https; behind a proxy Streamlit marks none of its own."""
    cookies = headers.getlist("set-cookie")
    del headers["set-cookie"]
    for one in cookies:
        marked = "secure" in (part.strip().lower() for part in one.split(";")[1:])
        headers.append("set-cookie", one if marked else f"{one}; Secure")


def cookie(name: str, value: str, *, secure: bool, path: str = "/", seconds: int | None) -> str:
    """A ``Set-Cookie`` header no script can read and no other site can send along."""
    parts = [f"{name}={value}", f"Path={path}", "HttpOnly", "SameSite=Lax"]
    if seconds is not None:
        parts.append(f"Max-Age={seconds}")
    if secure:
        parts.append("Secure")
    return "; ".join(parts)
