"""Handing over the numbers behind the charts, by our own route."""

from __future__ import annotations

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from domain.errors import Refused
from services import metrics
from services.installation import Installation
from services.sign_in import SignedIn


async def hand_over_numbers(
    installation: Installation, request: Request, standing: SignedIn
) -> Response:
    """A study's newest snapshot as CSV, or one chart of it; the same cells as on the screen."""
    if request.method != "GET":
        return PlainTextResponse("Not allowed.", 405)
    slug, chart = (request.query_params.get(name, "") for name in ("study", "chart"))
    try:
        name, content = await anyio.to_thread.run_sync(
            lambda: metrics.as_csv(installation, standing.actor, slug, chart)
        )
    except Refused as refused:
        return PlainTextResponse(str(refused), 403)
    return Response(
        content,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
