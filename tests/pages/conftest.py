"""The app as a signed-in person would see it, without gate and browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from domain.permissions import Actor
from domain.sign_in import Claims
from services import installation as installations
from services import sign_in
from services.installation import Installation

ROOT = Path(__file__).resolve().parents[2]

#: An app whose person has signed in, on the page of that address.
Visit = Callable[..., AppTest]


def shown(at: AppTest) -> str:
    """Everything on the screen as one string: HTML as it is sent, widgets by their labels."""
    return "\n".join(legible(part) for block in (at.main, at.sidebar) for part in _leaves(block))


def legible(part: object) -> str:
    """What one part of the screen says, as people read it: no backslash before a mark."""
    value = getattr(part, "value", None)
    if isinstance(value, pd.DataFrame):
        return value.to_csv()
    written = str(
        value or getattr(part, "body", None) or getattr(getattr(part, "proto", None), "body", "")
    )
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", written)


def _leaves(block: object) -> Iterator[object]:
    children = getattr(block, "children", None)
    if not children:
        yield block
        return
    for child in children.values():
        yield from _leaves(child)


@pytest.fixture
def visit(installation: Installation) -> Iterator[Visit]:
    installations.use(installation)

    def run(actor: Actor | None, address: str = "", **params: str) -> AppTest:
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
        if actor is not None:
            name = actor.label.split()[0].lower()
            token = sign_in.sign_in(
                installation,
                Claims("https://id.example", name, f"{name}@clearance.example", installation.now()),
            )
            at.user = {"is_logged_in": True, "clearance_session": token}
        at.run()
        # Pages are functions here; AppTest.switch_page knows files alone.
        at._page_hash = calc_hash(address)
        at.context = {"url": f"http://127.0.0.1/{address}"}
        for key, value in params.items():
            at.query_params[key] = value
        return at.run() if address or params else at

    yield run
    installations.use(None)
