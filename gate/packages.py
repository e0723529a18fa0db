"""Handing over a package: by our own route, never by Streamlit's media store."""

from __future__ import annotations

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from domain.errors import Refused
from services.installation import Installation
from services.shares import fetching
from services.sign_in import SignedIn


async def hand_over(installation: Installation, request: Request, standing: SignedIn) -> Response:
    """The package behind the address's link, for the person it was made for, once."""
    if request.method != "GET":
        return PlainTextResponse("Not allowed.", 405)
    if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        # A link on another site would use it up unasked.
        return PlainTextResponse("Open the link from the request's page.", 403)
    token = request.query_params.get("link", "")
    try:
        taken = await anyio.to_thread.run_sync(
            lambda: fetching.take(installation, standing.actor, token)
        )
    except Refused as refused:
        return PlainTextResponse(str(refused), 403)
    name = f"clearance-share-{taken.share_number}.zip"
    return Response(
        taken.package,
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
