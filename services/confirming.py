"""Confirming a review: all decided, hidden checks resolved, no survivor, then frozen."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from data_access import decisions, review_quality
from deidentification.leak_check import SurvivorKind
from domain.digests import turns_digest
from domain.errors import ChangedMeanwhile, Refused
from domain.hidden_checks import caught
from domain.permissions import Actor
from domain.review_outcomes import review_outcomes
from domain.spans import Span
from domain.vocabulary import ReviewState
from services import double_reviews
from services.accounts import known_accounts
from services.acts import act
from services.installation import Installation
from services.leak_checks import survivors_in
from services.review_desk import Desk, load_desk, reviewable, set_of
from services.shares.seals import seal_of_confirmation


@dataclass(frozen=True, slots=True)
class Surviving:
    """Something that must not leave and would: what kind of thing, and where it was said."""

    span: Span
    kind: SurvivorKind


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What became of asking to confirm: a set, or what stands in its way.

    ``missed`` counts the places of a hidden finding that the reviewer had left standing; they
    are shown from now on. ``differs`` is told of a second review alone: in how many stretches it
    is another than the first, and where there are any, the session is open again.
    """

    set_digest: bytes | None
    survivors: tuple[Surviving, ...]
    missed: int = 0
    differs: int | None = None


def confirm(
    installation: Installation, actor: Actor, session_id: UUID, version: int
) -> Confirmation:
    """Freeze a session's redactions, when all is decided and nothing survives.

    Survivors are no refusal: they are named so that they can be decided, and the check that
    found them is audited. Their places are those of the original.

    Raises
    ------
    ChangedMeanwhile
        When somebody decided after ``version``.
    Refused
        When findings are undecided, or turns of a session that must be read whole were not
        read by the actor, and as :func:`open_desk`; audited.
    """
    with act(installation, actor, "review.confirm", "session", object_id=str(session_id)) as done:
        # Held first: what is read of it then is what an erasure under way has left.
        decisions.lock(done.connection, session_id)
        row, rule = reviewable(installation, actor, done.connection, session_id)
        done.study_id = row.study_id
        desk = load_desk(installation, done.connection, actor, row)
        if desk.version != version:
            raise ChangedMeanwhile(
                "Somebody decided on this session meanwhile, so it was not confirmed. "
                "Look at what changed and confirm again."
            )
        _check_complete(desk)
        if desk.hidden:
            missed = _resolve_check(installation, done.connection, actor, desk)
            done.detail.update(check=len(desk.hidden), missed=missed, version=version)
            if missed:
                return Confirmation(None, (), missed)
        held = set_of(desk)
        double_reviews.check_settled(actor, desk, held)
        final = held.apply(desk.turns)
        participant = desk.row.participant_id
        account = known_accounts(installation, {participant}).get(participant)
        survivors = survivors_in(final, desk.turns, held, account)
        if survivors:
            done.detail.update(survivors=len(survivors), version=version)
            return Confirmation(
                None,
                tuple(
                    Surviving(held.original(desk.turns[it.turn], it.start, it.end), it.kind)
                    for it in survivors
                ),
            )
        output = turns_digest(final)
        set_id = decisions.keep_set(
            done.connection,
            session_id,
            row.study_id,
            held,
            output_digest=output,
            check_seal=seal_of_confirmation(installation.cipher, session_id, held, output, account),
            confirmed_by=actor.staff_id,
            now=installation.now(),
        )
        if desk.blind and desk.double is not None:
            differs = double_reviews.finish(
                installation, done.connection, actor, desk, desk.double, set_id
            )
            done.detail.update(set=held.digest.hex(), second=True, differs=differs, rule=rule)
            return Confirmation(held.digest, (), differs=differs)
        if desk.unsettled:
            left = double_reviews.settle(installation, done.connection, actor, desk, held, set_id)
            done.detail.update(settled=True, left_standing=left)
        decisions.set_state(done.connection, session_id, ReviewState.CONFIRMED, set_id)
        double_reviews.draw(installation, done.connection, actor, desk, set_id)
        review_quality.keep_outcomes(
            done.connection,
            set_id,
            session_id,
            row.study_id,
            actor.staff_id,
            review_outcomes(desk.machine, [kept.decision for kept in desk.decisions]),
            installation.now(),
        )
        done.detail.update(set=held.digest.hex(), output=output.hex(), version=version, rule=rule)
        return Confirmation(held.digest, ())


def _resolve_check(
    installation: Installation, connection: Connection, actor: Actor, desk: Desk
) -> int:
    """Keep what became of a hidden check; in how many places it was missed."""
    found = caught(desk.hidden, [kept.decision for kept in desk.decisions])
    if desk.row.current_run_id is not None:
        review_quality.resolve_check(
            connection,
            desk.row.id,
            desk.row.study_id,
            desk.row.current_run_id,
            actor.staff_id,
            desk.hidden,
            found,
            installation.now(),
        )
    return len(desk.hidden) - found


def _check_complete(desk: Desk) -> None:
    if desk.open_findings:
        left = len(desk.open_findings)
        raise Refused(
            f"{left} {'finding is' if left == 1 else 'findings are'} not decided, so the session "
            "cannot be confirmed.",
            rule="review.all-decided",
            remedy="Decide each finding; the list can show only what is left.",
        )
    if desk.must_read_whole:
        left = len(desk.turns) - len(desk.read)
        if left > 0:
            raise Refused(
                f"No model reads this session's language, and {left} of its turns were not before "
                "your eyes, so you cannot confirm it.",
                rule="review.read-whole",
                remedy="Read it to the end; what you have read is kept.",
            )
