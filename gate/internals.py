"""Everything of Streamlit's that is not its public interface, in one place.

Proven with streamlit 1.67.0, which requirements.in pins. ``tests/gate/test_internals.py``
fails loudly when an upgrade moves any of it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from streamlit import auth_util, config, file_util
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.pages_manager import PagesManager
from streamlit.util import calc_hash
from streamlit.web.server import server_util
from streamlit.web.server.starlette import starlette_app_utils, starlette_server_config

USER_COOKIE = server_util.AUTH_COOKIE_NAME
TOKENS_COOKIE = server_util.TOKENS_COOKIE_NAME
#: Holds the state, nonce and PKCE verifier of sign-ins that have begun.
BEGUN_COOKIE = starlette_server_config.SESSION_COOKIE_NAME
STREAM_PATH = "/_stcore/stream"
UPLOAD_PREFIX = "/_stcore/upload_file"
LOGIN_PATH = "/auth/login"
LOGOUT_PATH = "/auth/logout"
CALLBACK_PATH = "/oauth2callback"
#: Longer messages draw something; they are not parsed to see whether they redirect.
_LONGEST_REDIRECT = 1_000


def login_address(provider: str) -> str:
    """Where Streamlit's own sign-in starts, as ``st.login(provider)`` would address it."""
    return f"{LOGIN_PATH}?provider={auth_util.encode_provider_token(provider)}"


def read_signed_cookie(cookies: Mapping[str, str], name: str) -> dict[str, Any] | None:
    """What Streamlit put in a signed cookie, put together when it was split; None if forged."""
    secret = server_util.get_cookie_secret()

    def one(cookie: str) -> bytes | None:
        held = cookies.get(cookie)
        if held is None:
            return None
        return starlette_app_utils.decode_signed_value(secret, cookie, held.encode("latin-1"))

    try:
        content = auth_util.get_cookie_with_chunks(one, name)
        value = None if content is None else json.loads(content)
    except (ValueError, TypeError):
        return None
    return value if isinstance(value, dict) else None


def sign_cookie(name: str, value: Mapping[str, Any]) -> str:
    """A cookie value that Streamlit accepts as its own."""
    secret = server_util.get_cookie_secret()
    signed = starlette_app_utils.create_signed_value(secret, name, json.dumps(dict(value)))
    return signed.decode("latin-1")


def serve_navigation_only() -> None:
    """Turn off the older mode in which the files of ``pages/`` are pages by themselves.

    Streamlit decides between the two when a run first reaches ``st.navigation``; until then
    the first visitor of a process is told that the page they asked for does not exist.
    """
    PagesManager.uses_pages_directory = False


def index_html() -> str:
    """The page that loads Streamlit's frontend."""
    with open(os.path.join(file_util.get_static_dir(), "index.html"), encoding="utf-8") as file:
        return file.read()


def limit_uploads(megabytes: int) -> None:
    """Set the size above which Streamlit stops reading an upload."""
    config.set_option("server.maxUploadSize", megabytes)


def collect_after_every_run() -> None:
    """Have Streamlit collect garbage after each run, as it does unless told otherwise."""
    config.set_option("runner.postScriptGC", True)


def is_reconnection(subprotocols: str) -> bool:
    """Whether a browser opens a websocket again for a session it had.

    Streamlit's frontend then sends that session's id as the third subprotocol.
    """
    entries = [entry.strip() for entry in subprotocols.split(",")]
    return len(entries) >= 3 and bool(entries[2])


def redirect_message(address: str) -> bytes:
    """A message that makes Streamlit's frontend leave for another address at once."""
    message = ForwardMsg()
    message.auth_redirect.url = address
    return bytes(message.SerializeToString())


def sends_to_sign_out(frame: bytes) -> bool:
    """Whether a message to the browser is ``st.logout``'s: leave for the sign-out's address."""
    if len(frame) > _LONGEST_REDIRECT or LOGOUT_PATH.encode() not in frame:
        return False
    message = ForwardMsg()
    message.ParseFromString(frame)
    return message.WhichOneof("type") == "auth_redirect"


def page_hash(address: str) -> str:
    """By which hash Streamlit's messages name the page of that address."""
    return calc_hash(address)


def page_asked_for(frame: bytes) -> tuple[str, str] | None:
    """Hash of the page that a message asks for, and the path its address names; None without."""
    message = BackMsg()
    try:
        message.ParseFromString(frame)
    except Exception:  # noqa: BLE001 - protobuf's error class differs between its backends
        return None
    if message.WhichOneof("type") != "rerun_script" or not message.rerun_script.page_script_hash:
        return None
    asked = message.rerun_script
    return asked.page_script_hash, urlsplit(asked.context_info.url).path.strip("/")


def is_somebodys_doing(frame: bytes) -> bool:
    """Whether a websocket frame comes from a person's act, not from a timer of the page."""
    message = BackMsg()
    try:
        message.ParseFromString(frame)
    except Exception:  # noqa: BLE001 - protobuf's error class differs between its backends
        return False
    if message.WhichOneof("type") != "rerun_script":
        return False
    return not message.rerun_script.is_auto_rerun
