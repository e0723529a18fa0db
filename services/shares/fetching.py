"""Fetching a package: a link for one person, once, for a short time, on record."""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from data_access import erasure, releases
from data_access.releases import TakenPackage
from domain.errors import BadInput, Refused
from domain.permissions import Act, Actor, check
from domain.shares.lifecycle import ShareState
from domain.shares.release import OFFER_HOLDS_FOR
from services.acts import act
from services.installation import Installation
from services.shares.visibility import visible

_TOKEN_BYTES = 32
_SHORTEST_REASON = 10
_NOT_ALLOWED = "42501"


def offer(
    installation: Installation, actor: Actor, share_id: UUID, reason: str | None = None
) -> str:
    """Make a link to a package, for the actor alone; its token.

    A package that was fetched before is offered again only for a reason.

    Raises
    ------
    Refused
        When nothing was released, or the actor neither asked for it nor approved it; audited.
    BadInput
        When it was fetched before and the reason says too little.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with act(installation, actor, "package.offer", "share", object_id=str(share_id)) as done:
        check(actor, Act.RELEASE_SHARE)
        row = visible(done.connection, actor, share_id)
        done.study_id = row.study_id
        done.detail.update(number=row.number)
        if row.state is not ShareState.RELEASED:
            raise Refused(
                f"The request is {row.state.value}, so there is no package to fetch.",
                rule="share.released",
                remedy="A package is offered once it is released, until it is recalled.",
            )
        if erasure.package_destroyed_at(done.connection, share_id) is not None:
            raise Refused(
                "A session in it was erased, so our copy of the package was destroyed.",
                rule="share.package-destroyed",
                remedy="Recall the release, and ask for a share of what is left.",
            )
        said = (reason or "").strip() or None
        done.purpose = said
        fetched = any(each.fetched_at for each in releases.offers(done.connection, share_id))
        if fetched and (said is None or len(said) < _SHORTEST_REASON):
            raise BadInput("It was fetched already. Say why it is needed again.")
        try:
            releases.offer(
                done.connection,
                share_id=share_id,
                staff_id=actor.staff_id,
                token_digest=_digest(token),
                reason=said,
                now=installation.now(),
                expires_at=installation.now() + OFFER_HOLDS_FOR,
            )
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _NOT_ALLOWED:
                raise
            raise Refused(
                "Only who asked for a share or voted on it fetches its package.",
                rule="share.fetcher",
                remedy="Ask the requester or one of the approvers.",
            ) from None
    return token


def take(installation: Installation, actor: Actor, token: str) -> TakenPackage:
    """The package behind a link; the link is used up with it.

    Raises
    ------
    Refused
        When the link is another's, was used, is too old, or the package was recalled; which it
        is, is not told. Audited.
    """
    with act(installation, actor, "package.fetch", "share") as done:
        check(actor, Act.RELEASE_SHARE)
        taken = releases.take(done.connection, _digest(token), installation.now())
        if taken is None:
            raise Refused(
                "This link opens nothing for you: it was used, is too old, or is not yours.",
                rule="share.package-once",
                remedy="Open the request and ask for another link.",
            )
        done.object_id = str(taken.share_id)
        done.study_id = taken.study_id
        done.detail.update(number=taken.share_number, package=taken.package_digest.hex())
    return taken


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
