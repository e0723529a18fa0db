"""Commands about packages that left: verify one, and hand out the key that does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from rich.console import Console

from domain.errors import ClearanceError
from services.keys import release_key
from services.shares.packages import verify_package
from settings import settings

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)
app = typer.Typer(help="Packages that left.", no_args_is_help=True)


@app.command("verify")
def verify(
    package: Annotated[Path, typer.Argument(help="The zip file that was received.")],
    key: Annotated[Path, typer.Option(help="The public key, as `release key` printed it.")],
) -> None:
    """Check a package's signature and every file in it; needs no database. 1 if altered."""
    try:
        verdict = verify_package(package, key.read_bytes())
    except (ClearanceError, OSError) as error:
        err.print(str(error), markup=False, highlight=False)
        raise typer.Exit(2) from error
    if verdict.problems:
        for problem in verdict.problems:
            err.print(f"{package.name}: {problem}.", markup=False, highlight=False)
        raise typer.Exit(1)
    what = (
        f"share {verdict.share}, {verdict.sessions} sessions"
        if verdict.publication is None
        else f"publication {verdict.publication}"
    )
    out.print(
        f"{package.name} is as it left: {what}, {verdict.files} files.",
        markup=False,
        highlight=False,
    )


@app.command("key")
def key() -> None:
    """Print the public key that packages are verified with; recipients may have it."""
    try:
        held = release_key(settings())
    except ClearanceError as error:
        err.print(str(error), markup=False, highlight=False)
        raise typer.Exit(2) from error
    pem = held.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    typer.echo(pem.decode(), nl=False)
