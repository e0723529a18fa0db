"""What commands share: the installation they work in, in whose name, and how refusals are said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from domain.errors import BadInput, ClearanceError
from domain.permissions import Actor
from services import access
from services import installation as installations
from services.installation import Installation

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)

As = Annotated[
    str | None,
    typer.Option(
        "--as",
        help="E-mail of the member of staff in whose name this is done; "
        "the first administrator, in a development installation.",
    ),
]


@contextmanager
def desk() -> Iterator[Installation]:
    """The installation, with every refusal as a sentence and an exit code."""
    installation: Installation | None = None
    try:
        installation = installations.current()
        yield installation
    except BadInput as error:
        err.print(str(error), markup=False, highlight=False)
        raise typer.Exit(2) from error
    except ClearanceError as error:
        err.print(str(error), markup=False, highlight=False)
        raise typer.Exit(1) from error
    finally:
        if installation is not None:
            installation.database.close()
            installations.use(None)


def who_is(installation: Installation, email: str | None) -> Actor:
    """In whose name a command is run."""
    return access.actor_for_command_line(installation, email)
