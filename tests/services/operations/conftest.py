"""Fixtures for tests of operations: the services that speak, and a worker that is alive."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain.operations.findings import findings
from domain.permissions import Actor
from services import access, operations
from services.installation import Installation
from services.operations import reading, telling

#: What is said of the desk, as sentences.
Said = Callable[[], list[str]]


@pytest.fixture
def engine(installation: Installation) -> Actor:
    return access.service_actor(installation, telling.ENGINE)


@pytest.fixture
def monitor(installation: Installation) -> Actor:
    return access.service_actor(installation, operations.SERVICE)


@pytest.fixture
def beat(installation: Installation, engine: Actor) -> Callable[..., None]:
    def beats(name: str = "vm:1") -> None:
        telling.beat(installation, engine, name, installation.now())

    return beats


@pytest.fixture
def said(installation: Installation, monitor: Actor) -> Said:
    def sentences() -> list[str]:
        report = reading.report_for_monitoring(installation, monitor)
        return [each.what for each in findings(report)]

    return sentences
