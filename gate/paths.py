"""What each address is: open, closed, ours, or for people who are signed in."""

from __future__ import annotations

from enum import Enum
from urllib.parse import quote, urlsplit

from gate import internals


class Door(Enum):
    """How an address is guarded."""

    OPEN = "open"
    FAVICON = "favicon"
    CLOSED = "closed"
    SIGN_IN = "sign-in"
    SIGN_IN_START = "sign-in-start"
    LOGIN = "login"
    CALLBACK = "callback"
    LOGOUT = "logout"
    UPLOAD = "upload"
    PAGE = "page"
    SIGNED_IN = "signed-in"


SIGN_IN_PATH = "/sign-in"
SIGN_IN_START_PATH = "/sign-in/start"

_EXACT = {
    "/_stcore/health": Door.OPEN,
    "/favicon.png": Door.FAVICON,
    SIGN_IN_PATH: Door.SIGN_IN,
    SIGN_IN_START_PATH: Door.SIGN_IN_START,
    internals.LOGIN_PATH: Door.LOGIN,
    internals.CALLBACK_PATH: Door.CALLBACK,
    internals.LOGOUT_PATH: Door.LOGOUT,
    "/_stcore/host-config": Door.SIGNED_IN,
}
#: Streamlit's bundle, and nothing that holds anybody's data.
_OPEN_PREFIXES = ("/static/",)
_CLOSED_PREFIXES = ("/_stcore/", "/media", "/component", "/app/static", "/auth/", "/oauth2callback")


def door(path: str) -> Door:
    """The guard of a path; what is not known of Streamlit's own routes stays closed."""
    path = "/" + path.strip("/")
    if path in _EXACT:
        return _EXACT[path]
    if path.startswith(internals.UPLOAD_PREFIX + "/"):
        return Door.UPLOAD
    if path.startswith(_OPEN_PREFIXES):
        return Door.OPEN
    if path.startswith(_CLOSED_PREFIXES) or any(
        f"/{inner}/" in path for inner in ("_stcore", "media", "component")
    ):
        return Door.CLOSED
    return Door.PAGE


def safe_next(address: str | None) -> str:
    """An address to return to after sign-in: on this site, a page, or else the front page."""
    if not address or len(address) > 2_000:
        return "/"
    parts = urlsplit(address)
    on_site = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    plain = not any(mark in address for mark in ("\\", "\r", "\n", "\t"))
    if not on_site or not plain or address.startswith("//") or door(parts.path) is not Door.PAGE:
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")


def sign_in_address(next_address: str, reason: str | None = None) -> str:
    """The sign-in page, with where to go afterwards and why one is there."""
    parts = []
    if next_address != "/":
        parts.append(f"next={quote(next_address, safe='')}")
    if reason:
        parts.append(f"reason={quote(reason, safe='')}")
    return SIGN_IN_PATH + ("?" + "&".join(parts) if parts else "")
