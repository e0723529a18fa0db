"""What each address is: open, closed, ours, or for people who are signed in."""

from __future__ import annotations

import re
from enum import Enum
from urllib.parse import quote

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
    PACKAGE = "package"
    NUMBERS = "numbers"
    PUBLICATION = "publication"
    PAGE = "page"
    SIGNED_IN = "signed-in"


SIGN_IN_PATH = "/sign-in"
SIGN_IN_START_PATH = "/sign-in/start"
PACKAGE_PATH = "/package"
NUMBERS_PATH = "/metrics-csv"
PUBLICATION_PATH = "/publication-file"

_EXACT = {
    "/_stcore/health": Door.OPEN,
    "/favicon.png": Door.FAVICON,
    SIGN_IN_PATH: Door.SIGN_IN,
    SIGN_IN_START_PATH: Door.SIGN_IN_START,
    PACKAGE_PATH: Door.PACKAGE,
    NUMBERS_PATH: Door.NUMBERS,
    PUBLICATION_PATH: Door.PUBLICATION,
    internals.LOGIN_PATH: Door.LOGIN,
    internals.CALLBACK_PATH: Door.CALLBACK,
    internals.LOGOUT_PATH: Door.LOGOUT,
    "/_stcore/host-config": Door.SIGNED_IN,
}
#: First parts of the addresses that Streamlit keeps to itself.
_STREAMLITS = {"_stcore", "media", "component", "auth", "oauth2callback"}
#: Parts that its frontend may put behind a page's address.
_STREAMLITS_ANYWHERE = {"_stcore", "media", "component"}
#: A page's address with its query: one plain name, nothing that could mean another host.
_PAGE_ADDRESS = re.compile(r"(/[A-Za-z0-9_-]*)(\?[!-~]*)?")
_LONGEST_ADDRESS = 2_000


def door(path: str) -> Door:
    """The guard of a path; what is not known of Streamlit's own routes stays closed."""
    parts = [part for part in path.split("/") if part]
    path = "/" + "/".join(parts)
    if path in _EXACT:
        return _EXACT[path]
    if path.startswith(internals.UPLOAD_PREFIX + "/"):
        return Door.UPLOAD
    if parts[:1] == ["static"] and len(parts) > 1:
        # Streamlit's bundle, and nothing that holds anybody's data.
        return Door.OPEN
    if parts and (parts[0] in _STREAMLITS or parts[:2] == ["app", "static"]):
        return Door.CLOSED
    return Door.CLOSED if _STREAMLITS_ANYWHERE.intersection(parts) else Door.PAGE


def safe_next(address: str | None) -> str:
    """An address to return to after sign-in: on this site, a page, or else the front page."""
    if not address or len(address) > _LONGEST_ADDRESS:
        return "/"
    found = _PAGE_ADDRESS.fullmatch(address.partition("#")[0])
    if found is None or "\\" in address or door(found[1]) is not Door.PAGE:
        return "/"
    return found[0]


def sign_in_address(next_address: str, reason: str | None = None) -> str:
    """The sign-in page, with where to go afterwards and why one is there."""
    parts = []
    if next_address != "/":
        parts.append(f"next={quote(next_address, safe='')}")
    if reason:
        parts.append(f"reason={quote(reason, safe='')}")
    return SIGN_IN_PATH + ("?" + "&".join(parts) if parts else "")
