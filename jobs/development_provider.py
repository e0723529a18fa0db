"""The development sign-in provider: real OpenID Connect, for this machine only.

The ``oidc-provider-mock`` package, with the demonstration's people to choose from and pages
of our own, because its pages ask another host for a stylesheet.
"""

from __future__ import annotations

import logging
import sys
import warnings
from pathlib import Path

import uvicorn
from authlib.deprecate import AuthlibDeprecationWarning
from jinja2 import ChoiceLoader, FileSystemLoader

from jobs.children import end_with_parent
from jobs.demonstration_staff import PEOPLE

# The provider package still uses modules that Authlib will drop in 2.0; 1.9 is pinned.
warnings.simplefilter("ignore", AuthlibDeprecationWarning)

import oidc_provider_mock  # noqa: E402
from oidc_provider_mock import User  # noqa: E402

_TEMPLATES = Path(__file__).parent / "provider_templates"
_LOOPBACK = "127.0.0.1"


def main(port: int) -> None:
    """Serve on the loopback address until the launcher ends."""
    end_with_parent()
    people = [
        User(
            sub=person.email,
            claims={"email": person.email, "email_verified": True, "name": person.name},
        )
        for person in PEOPLE
    ]
    app = oidc_provider_mock.app(user_claims=people)
    app.debug = False
    app.jinja_loader = ChoiceLoader([FileSystemLoader(_TEMPLATES), app.jinja_loader])
    app.jinja_env.globals["people"] = {person.email: person for person in PEOPLE}
    logging.getLogger("oidc_provider_mock").setLevel(logging.ERROR)
    uvicorn.run(
        app, interface="wsgi", host=_LOOPBACK, port=port, log_level="error", access_log=False
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
