"""One engine for all tests: loading it takes seconds."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from deidentification.configuration import load_configuration
from deidentification.engine import Engine, KnownIdentifiers, Result
from deidentification.lexicon import Lexicon, load_lexicon
from domain.transcripts import Speaker, Turn, make_turns

Say = Callable[..., tuple[tuple[Turn, ...], Result]]


def refuse(*_: object, **__: object) -> socket.socket:
    """Stands in for a socket: nothing here may open one."""
    raise AssertionError("The engine opened a socket.")


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The package's own engine, loaded without a network."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", refuse)
        return Engine.load()


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test of this folder opens a socket, and none of another folder is kept from it."""
    monkeypatch.setattr(socket, "socket", refuse)


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return load_lexicon(load_configuration().words)


@pytest.fixture
def say(engine: Engine) -> Say:
    """De-identify what a participant says, turn by turn."""

    def said(
        *texts: str,
        language: str | None = "en",
        full_name: str | None = None,
        email: str | None = None,
    ) -> tuple[tuple[Turn, ...], Result]:
        turns = make_turns((Speaker.PARTICIPANT, text) for text in texts)
        known = KnownIdentifiers(full_name, email)
        return turns, engine.deidentify(turns, language=language, known=known)

    return said


@pytest.fixture
def clean(say: Say) -> Callable[..., list[str]]:
    """What is left of each turn, with replacements in place."""
    from domain.findings import apply_findings

    def cleaned(*texts: str, **about: str | None) -> list[str]:
        turns, result = say(*texts, **about)
        return [apply_findings(turn.text, turn.index, result.findings) for turn in turns]

    return cleaned
