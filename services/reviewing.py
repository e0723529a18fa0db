"""Reviewing a session: the desk it is opened on, and decisions as they are made."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import Connection

from data_access import decisions, double_reviews, review, review_queue
from deidentification.configuration import load_configuration
from domain.errors import BadInput, ChangedMeanwhile
from domain.permissions import Actor
from domain.reading_pace import believable
from domain.redaction import RedactionDecision
from domain.transcripts import Turn
from domain.vocabulary import ReviewState
from services.acts import act
from services.installation import Installation
from services.review_desk import Desk as Desk
from services.review_desk import load_desk, reviewable, set_of
from services.review_queue import LEASE

_SHORTEST_PURPOSE = 10
#: More than a person decides between two saves; a message with more is not from a screen.
MOST_AT_ONCE = 5_000


def open_desk(installation: Installation, actor: Actor, session_id: UUID, purpose: str) -> Desk:
    """Open a session for review, for a stated purpose; audited with it.

    Raises
    ------
    BadInput
        When the purpose says too little.
    Refused
        Under the policy's rule when it does not allow the reading, R10 without a grant among
        them, and when the machine has not read the session yet; audited.
    """
    with act(
        installation,
        actor,
        "review.open",
        "session",
        object_id=str(session_id),
        purpose=purpose.strip() or None,
    ) as done:
        check_purpose(purpose)
        row, rule = reviewable(installation, actor, done.connection, session_id)
        done.study_id = row.study_id
        done.detail.update(rule=rule)
        now = installation.now()
        desk = load_desk(installation, done.connection, actor, row)
        _keep_on_desk(installation, done.connection, actor, desk)
        # From here on the reading is timed.
        if decisions.reading(done.connection, session_id, actor.staff_id) is None:
            decisions.note_read(done.connection, session_id, row.study_id, actor.staff_id, (), now)
        done.detail.update(second=desk.blind)
        return desk


def check_purpose(purpose: str) -> None:
    """Raise BadInput when a purpose says too little to be worth recording."""
    if len(purpose.strip()) < _SHORTEST_PURPOSE:
        raise BadInput("State your purpose in a few words: what you review the session for.")


def look_again(installation: Installation, actor: Actor, session_id: UUID) -> Desk:
    """The desk as it is now, for a screen that is open already; only refusals are audited.

    Raises
    ------
    Refused
        As :func:`open_desk`.
    """
    with act(
        installation, actor, "review.open", "session", object_id=str(session_id), record=False
    ) as done:
        row, _rule = reviewable(installation, actor, done.connection, session_id)
        return load_desk(installation, done.connection, actor, row)


def save(
    installation: Installation,
    actor: Actor,
    session_id: UUID,
    version: int,
    made: Sequence[tuple[UUID, RedactionDecision]],
    read: Collection[int] = (),
) -> int:
    """Keep decisions, all or none; the session's version afterwards.

    A message that comes twice is kept once: decisions whose ids are known are passed over.

    Parameters
    ----------
    version
        The version the decisions were made on.
    made
        Decisions with the ids that the screen gave them, in order.
    read
        Turns that the actor has had before their eyes.

    Raises
    ------
    ChangedMeanwhile
        When somebody, or another tab, decided after ``version``; nothing is kept.
    BadInput
        When a span does not fit the transcript, or there are too many decisions at once.
    Refused
        As :func:`open_desk`.
    """
    with act(installation, actor, "review.decide", "session", object_id=str(session_id)) as done:
        decisions.lock(done.connection, session_id)
        row, _rule = reviewable(installation, actor, done.connection, session_id)
        done.study_id = row.study_id
        desk = load_desk(installation, done.connection, actor, row)
        known = {kept.id for kept in desk.decisions}
        fresh = [(identifier, decision) for identifier, decision in made if identifier not in known]
        _note_read(installation, done.connection, actor, desk, read)
        now = desk.version
        if not fresh:
            done.changed_nothing = True
            return now
        _check_batch(desk.turns, fresh)
        if now != version + len(known & {identifier for identifier, _ in made}):
            raise ChangedMeanwhile(
                "Somebody decided on this session meanwhile, so nothing of this was saved. "
                "Look at what changed, then put yours on top or take theirs."
            )
        numbered = [
            (identifier, replace(decision, ordinal=now + place, decided_at=installation.now()))
            for place, (identifier, decision) in enumerate(fresh, start=1)
        ]
        decisions.add(
            done.connection,
            session_id,
            row.study_id,
            actor.staff_id,
            numbered,
            second=desk.blind,
        )
        if not desk.blind:
            index_words(done.connection, load_desk(installation, done.connection, actor, row))
            decisions.set_state(done.connection, session_id, ReviewState.IN_REVIEW, None)
        _keep_on_desk(installation, done.connection, actor, desk)
        done.detail.update(decisions=len(fresh), version=now + len(fresh), second=desk.blind)
        return now + len(fresh)


@cache
def entity_types() -> tuple[str, ...]:
    """The entity types a reviewer can choose from, the engine's own."""
    return load_configuration().entities


def index_words(connection: Connection, desk: Desk) -> None:
    """Keep the search to the words that are left: what is taken out is not found any more."""
    words = "\n".join(turn.text for turn in set_of(desk).apply(desk.turns))
    review.index_words(connection, desk.row.id, desk.row.study_id, words)


def _keep_on_desk(
    installation: Installation, connection: Connection, actor: Actor, desk: Desk
) -> None:
    now = installation.now()
    if desk.blind:
        double_reviews.renew(connection, desk.row.id, actor.staff_id, now + LEASE)
    else:
        review_queue.take(connection, desk.row.id, actor.staff_id, now=now, lease=LEASE)


def _note_read(
    installation: Installation,
    connection: Connection,
    actor: Actor,
    desk: Desk,
    read: Collection[int],
) -> None:
    """Keep what was read, as far as anybody can have read it since they opened the session."""
    if not read:
        return
    now = installation.now()
    begun = decisions.reading(connection, desk.row.id, actor.staff_id)
    before = frozenset[int]() if begun is None else begun.turns
    elapsed = timedelta() if begun is None else now - begun.began_at
    lengths = {turn.index: len(turn.text) for turn in desk.turns}
    after = believable(lengths, before, read, elapsed)
    if after != before or begun is None:
        decisions.note_read(connection, desk.row.id, desk.row.study_id, actor.staff_id, after, now)


def _check_batch(turns: Sequence[Turn], made: Sequence[tuple[UUID, RedactionDecision]]) -> None:
    if len(made) > MOST_AT_ONCE:
        raise BadInput(
            f"{len(made)} decisions came at once; {MOST_AT_ONCE} can be kept. Reload the session."
        )
    lengths = {turn.index: len(turn.text) for turn in turns}
    for _identifier, decision in made:
        if decision.span.end > lengths.get(decision.span.turn, 0):
            raise BadInput(
                f"A span ends at {decision.span.end}, past the text of turn "
                f"{decision.span.turn}. Reload the session and mark it again."
            )
