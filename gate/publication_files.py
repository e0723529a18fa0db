"""Handing over a publication's files and its package, by our own route, each on record."""

from __future__ import annotations

from uuid import UUID

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from domain.errors import Refused
from domain.publications.contents import FIGURE_PNG, FIGURE_SVG, METHODS, NUMBERS
from services.installation import Installation
from services.publications import reading
from services.sign_in import SignedIn

#: What the package is asked for as, beside the names of the files.
PACKAGE = "package"
_KINDS = {
    FIGURE_PNG: "image/png",
    FIGURE_SVG: "image/svg+xml",
    NUMBERS: "text/csv; charset=utf-8",
    METHODS: "text/plain; charset=utf-8",
}


async def hand_over_publication(
    installation: Installation, request: Request, standing: SignedIn
) -> Response:
    """A frozen file, for those who may see the publication; the package, once it is published."""
    if request.method != "GET":
        return PlainTextResponse("Not allowed.", 405)
    if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        return PlainTextResponse("Open it from the publication's page.", 403)
    wanted = request.query_params.get("file", "")
    try:
        publication_id = UUID(request.query_params.get("id", ""))
    except ValueError:
        return PlainTextResponse("No publication is named.", 404)
    try:
        if wanted == PACKAGE:
            taken = await anyio.to_thread.run_sync(
                lambda: reading.take_package(installation, standing.actor, publication_id)
            )
            name, content = f"clearance-publication-{taken.number}.zip", taken.package
        else:
            name, content = await anyio.to_thread.run_sync(
                lambda: reading.take_file(installation, standing.actor, publication_id, wanted)
            )
    except Refused as refused:
        return PlainTextResponse(str(refused), 403)
    # The picture stands in the page; all else is saved, and never opened as a page of ours.
    in_a_page = wanted == FIGURE_PNG and request.headers.get("sec-fetch-dest") == "image"
    shown = "inline" if in_a_page else "attachment"
    return Response(
        content,
        media_type=_KINDS.get(wanted, "application/zip"),
        headers={"Content-Disposition": f'{shown}; filename="{name}"'},
    )
