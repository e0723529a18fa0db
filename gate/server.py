"""The web process: Streamlit behind the gate, kept light."""

from __future__ import annotations

import gc
import importlib
import logging
import os
import secrets
import traceback
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
import uvicorn
from authlib.deprecate import AuthlibDeprecationWarning
from starlette.middleware import Middleware

from domain.errors import ClearanceError
from gate.callback import PROVIDER
from gate.guard import Guard
from gate.internals import (
    CALLBACK_PATH,
    collect_after_every_run,
    limit_uploads,
    serve_navigation_only,
)
from gate.origin import check_start, public_origin
from services import installation
from services.keys import cookie_secret
from settings import Settings, settings

_ROOT = Path(__file__).resolve().parent.parent
_LOG = logging.getLogger("clearance")

# Streamlit uses a client of Authlib's that 2.0 will drop; 1.9.9 is pinned.
warnings.simplefilter("ignore", AuthlibDeprecationWarning)

#: Imported before the memory is frozen; a module first imported by a click would stay
#: among what the collector walks.
_EARLY = (
    "pandas",
    "plotly.graph_objects",
    "pyarrow",
    "sqlalchemy.dialects.postgresql",
    "pages.front.rooms",
)


def auth_secrets(configuration: Settings) -> dict[str, Any]:
    """Streamlit's ``[auth]`` section, made from our settings; there is no secrets file."""
    issuer = (configuration.oidc_issuer or "").rstrip("/")
    secret = configuration.oidc_client_secret
    return {
        "auth": {
            "redirect_uri": f"{public_origin(configuration)}{CALLBACK_PATH}",
            "cookie_secret": cookie_secret(configuration),
            PROVIDER: {
                "client_id": configuration.oidc_client_id,
                "client_secret": secret.get_secret_value() if secret else "development",
                "server_metadata_url": configuration.oidc_metadata_url
                or f"{issuer}/.well-known/openid-configuration",
                "client_kwargs": {
                    "scope": "openid email profile",
                    "prompt": configuration.oidc_prompt or "login",
                },
                # Asks the provider for `auth_time`, from which the age of a sign-in counts.
                "authorize_params": {
                    "max_age": str(int(configuration.session_max_age.total_seconds()))
                },
            },
        }
    }


def report(error: Exception) -> bool:
    """Tell the person a reference, and the log where it happened; neither says with what.

    An exception's text can hold participants' words, so only its class and the places in
    the code are logged.
    """
    if isinstance(error, ClearanceError):
        # A rule of ours spoke: its sentence is meant for the person, and nothing is broken.
        st.error(str(error))
        return True
    reference = secrets.token_hex(4)
    places = "".join(
        f"\n  {frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    )
    _LOG.error("error %s: %s%s", reference, type(error).__name__, places)
    st.error(
        f"Something went wrong on our side, and nothing was changed. "
        f"Tell an administrator the reference **{reference}**."
    )
    return True


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Load everything once, then take it out of the collector's daily walk.

    Streamlit would collect all generations after every script run (``runner.postScriptGC``,
    off in .streamlit/config.toml); over everything that pandas and Plotly bring along that
    costs 50 to 100 ms each time (see docs/architecture.md, decision 7). Python's own collector
    goes on, when there is something to collect; frozen objects it does not walk.
    """
    installation.current()
    serve_navigation_only()
    for module in _EARLY:
        importlib.import_module(module)
    if os.environ.get("CLEARANCE_NO_FREEZE") == "1":
        collect_after_every_run()
    else:
        gc.collect()
        gc.freeze()
    yield


def build(configuration: Settings) -> st.App:
    """The ASGI app: Streamlit's, with the gate before it."""
    check_start(configuration)
    limit_uploads(configuration.upload_limit_mb)
    return st.App(
        str(_ROOT / "app.py"),
        secrets=auth_secrets(configuration),
        lifespan=lifespan,
        middleware=[Middleware(Guard)],
        on_script_error=report,
    )


def serve() -> None:
    """Run the web process until it is told to stop."""
    configuration = settings()
    app = build(configuration)
    uvicorn.run(
        app,
        host=configuration.host,
        port=configuration.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws_ping_interval=20.0,
        # As Streamlit has it too: a click sends some fifty messages, and packing each costs more
        # than a local network takes to carry them.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=3,
        proxy_headers=False,
    )
