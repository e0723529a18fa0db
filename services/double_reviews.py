"""Double reviews: drawing a session for a second one, comparing the two, settling differences."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from uuid import UUID, uuid4

from sqlalchemy import Connection

from data_access import decisions, double_reviews, review
from data_access.double_reviews import DoubleRow
from domain.double_review import (
    by_kind,
    check_settlement,
    differences,
    drawn,
    left_standing,
    missed,
    stretches,
    to_withdraw,
)
from domain.permissions import Actor
from domain.redaction import DecisionKind, RedactionSet
from services.installation import Installation
from services.keys import cookie_secret
from services.review_desk import Desk, load_desk


def draw(
    installation: Installation, connection: Connection, actor: Actor, desk: Desk, set_id: UUID
) -> None:
    """Have a confirmed session reviewed a second time, if the draw falls on it.

    The draw is the session's, by a key that reviewers do not have: confirming it anew draws the
    same. A session is reviewed twice once, unless it was opened again before that was done.
    """
    if desk.double is not None:
        return
    percent = double_reviews.percent(connection, desk.row.study_id)
    key = cookie_secret(installation.settings).encode()
    number = hmac.digest(key, b"double review of session " + desk.row.id.bytes, hashlib.sha256)
    if drawn(int.from_bytes(number, "big"), percent):
        double_reviews.draw(
            connection,
            desk.row.id,
            desk.row.study_id,
            set_id,
            actor.staff_id,
            installation.now(),
        )


def finish(
    installation: Installation,
    connection: Connection,
    actor: Actor,
    desk: Desk,
    double: DoubleRow,
    set_id: UUID,
) -> int:
    """End a second review and compare it with the first; in how many stretches they differ.

    From its sealing on its author may see the first. Where the two differ, neither holds: the
    session is open again, what is contested is to be decided anew, and all that either took out
    is out until then. A session that was opened again meanwhile has no second review any more.
    """
    now = installation.now()
    double_reviews.seal(connection, double.id, set_id, now)
    sealed = replace(double, second_set_id=set_id)
    first, second = double_reviews.pair_of_sets(connection, sealed)
    held = stretches(desk.turns, desk.findings, first, second)
    differing = differences(held)
    double_reviews.compared(
        connection,
        double.id,
        desk.row.id,
        desk.row.study_id,
        (double.first_staff, actor.staff_id),
        by_kind(held),
        differing,
        now,
    )
    if differing:
        _open_contested(installation, connection, actor, desk)
    return len(differing)


def check_settled(actor: Actor, desk: Desk, made: RedactionSet) -> None:
    """Raise Refused when the actor may not settle differences as a set does.

    Raises
    ------
    Refused
        When one of the two reviewers leaves standing what one of them took out.
    """
    if desk.double is not None and desk.disputes is not None and desk.unsettled:
        check_settlement(
            actor.staff_id,
            (desk.double.first_staff, desk.double.second_staff),
            left_standing(desk.turns, desk.disputes.differing, made),
        )


def settle(
    installation: Installation,
    connection: Connection,
    actor: Actor,
    desk: Desk,
    made: RedactionSet,
    set_id: UUID,
) -> int:
    """Keep that a set settles the differences, and who had missed what; how many it left."""
    if desk.double is None or desk.disputes is None or not desk.unsettled:
        return 0
    differing = desk.disputes.differing
    left = left_standing(desk.turns, differing, made)
    double_reviews.settle(
        connection,
        desk.double.id,
        set_id,
        actor.staff_id,
        missed(differing, left),
        installation.now(),
    )
    return len(left)


def _open_contested(
    installation: Installation, connection: Connection, actor: Actor, desk: Desk
) -> None:
    """Open the first reviewer's decisions on what is contested, on record, and search anew."""
    now = installation.now()
    held = load_desk(installation, connection, actor, desk.row)
    disputed = () if held.disputes is None else held.disputes.contested
    opened = to_withdraw([kept.decision for kept in held.decisions], disputed)
    if opened:
        decisions.add(
            connection,
            desk.row.id,
            desk.row.study_id,
            actor.staff_id,
            [
                (
                    uuid4(),
                    replace(
                        each,
                        kind=DecisionKind.WITHDRAW,
                        ordinal=held.version + place,
                        decided_at=now,
                        replacement=None,
                        reason="Contested in a second review.",
                    ),
                )
                for place, each in enumerate(opened, start=1)
            ],
        )
    after = load_desk(installation, connection, actor, desk.row)
    words = "\n".join("".join(run.text for run in runs) for runs in after.runs)
    review.index_words(connection, desk.row.id, desk.row.study_id, words)
