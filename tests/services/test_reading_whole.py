"""A session that no model reads is confirmed by who has read all of it, and by no other way."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from data_access.studies import StudyRow
from domain.errors import Refused
from domain.permissions import Actor
from domain.reading_pace import A_CHARACTER
from domain.redaction import DecisionKind
from domain.session_filters import SessionFilter
from domain.vocabulary import ReviewState, Role
from services import confirming, review_queue, reviewing, sessions, studies
from services.installation import Installation
from services.review_queue import LEASE
from tests.conftest import Clock, Hire
from tests.services.reviews import PURPOSE, accept_all, decide
from tests.services.worlds import full, read_by_the_machine, take_in

#: As many characters as keep the fastest reader busy for three minutes.
_LONG = "Ich baue Stühle. " * 900


@pytest.fixture
def unread(
    installation: Installation, administrator: Actor, study: StudyRow, tmp_path: Path, rosa: Actor
) -> UUID:
    """A long session that no model reads."""
    said = ("Was bauen Sie?", _LONG, "Und warum?", "Weil ich kann.")
    take_in(installation, administrator, study, tmp_path, full("t1", *said))
    read_by_the_machine(installation, [])
    owner = create_engine(installation.database.addresses.owner or "")
    with owner.begin() as connection:
        connection.execute(text("UPDATE session SET coverage = 'patterns_only'"))
    owner.dispose()
    (row,) = sessions.list_sessions(installation, rosa, SessionFilter()).rows
    return row.id


def read_all(installation: Installation, clock: Clock, actor: Actor, session_id: UUID) -> int:
    desk = reviewing.open_desk(installation, actor, session_id, PURPOSE)
    clock.advance(sum(len(turn.text) for turn in desk.turns) * A_CHARACTER)
    return reviewing.save(installation, actor, session_id, desk.version, [], read=range(4))


def test_a_browser_that_claims_all_at_once_is_not_believed(
    installation: Installation, rosa: Actor, unread: UUID, clock: Clock
) -> None:
    reviewing.open_desk(installation, rosa, unread, PURPOSE)
    clock.advance(timedelta(seconds=20))
    reviewing.save(installation, rosa, unread, 0, [], read=range(4))

    assert reviewing.look_again(installation, rosa, unread).read == {0}
    with pytest.raises(Refused, match="3 of its turns") as refused:
        confirming.confirm(installation, rosa, unread, 0)
    assert refused.value.rule == "review.read-whole"

    clock.advance(len(_LONG) * A_CHARACTER)
    reviewing.save(installation, rosa, unread, 0, [], read=range(4))
    assert confirming.confirm(installation, rosa, unread, 0).set_digest is not None


def test_what_was_claimed_without_opening_the_session_counts_from_then_on(
    installation: Installation, rosa: Actor, unread: UUID, clock: Clock
) -> None:
    clock.advance(timedelta(hours=1))
    reviewing.save(installation, rosa, unread, 0, [], read=range(4))
    assert 1 not in reviewing.look_again(installation, rosa, unread).read


def test_whoever_takes_over_an_abandoned_session_reads_it_themselves(
    installation: Installation,
    hire: Hire,
    study: StudyRow,
    rosa: Actor,
    unread: UUID,
    clock: Clock,
) -> None:
    ravi = hire("Ravi", Role.REVIEWER, study=study)
    assert review_queue.claim_next(installation, rosa, study.id) == unread
    version = read_all(installation, clock, rosa, unread)
    clock.advance(LEASE + timedelta(seconds=1))
    assert review_queue.claim_next(installation, ravi, study.id) == unread

    with pytest.raises(Refused, match="4 of its turns"):
        confirming.confirm(installation, ravi, unread, version)
    # Who has read it may still confirm it: reading is a person's, not a lease's.
    assert confirming.confirm(installation, rosa, unread, version).set_digest is not None


def test_a_second_review_is_read_whole_too(
    installation: Installation,
    administrator: Actor,
    hire: Hire,
    study: StudyRow,
    rosa: Actor,
    unread: UUID,
    clock: Clock,
) -> None:
    ravi = hire("Ravi", Role.REVIEWER, study=study)
    studies.set_double_percent(installation, administrator, study, 100)
    confirming.confirm(installation, rosa, unread, read_all(installation, clock, rosa, unread))
    assert review_queue.claim_next(installation, ravi, study.id) == unread
    with pytest.raises(Refused) as refused:
        confirming.confirm(installation, ravi, unread, 0)
    assert refused.value.rule == "review.read-whole"
    with pytest.raises(SQLAlchemyError, match=re.escape("review.read-whole")):
        _attempt(installation, ravi, "UPDATE double_review SET second_set_id = first_set_id")
    version = read_all(installation, clock, ravi, unread)
    assert confirming.confirm(installation, ravi, unread, version).differs == 0


def _attempt(installation: Installation, person: Actor, statement: str) -> None:
    with installation.database.transaction(person.staff_id) as connection:
        assert connection.execute(text(statement)).rowcount == 1


_CONFIRM = (
    "UPDATE session SET review_state = 'confirmed',"
    " current_redaction_set_id = (SELECT id FROM redaction_set)"
)


def test_the_database_confirms_it_for_nobody_who_has_not_read_it(
    installation: Installation,
    hire: Hire,
    study: StudyRow,
    rosa: Actor,
    unread: UUID,
    clock: Clock,
) -> None:
    ravi = hire("Ravi", Role.REVIEWER, study=study)
    confirming.confirm(installation, rosa, unread, read_all(installation, clock, rosa, unread))
    _attempt(
        installation,
        ravi,
        "UPDATE session SET review_state = 'in_review', current_redaction_set_id = NULL",
    )
    with pytest.raises(SQLAlchemyError, match=re.escape("review.read-whole")):
        _attempt(installation, ravi, _CONFIRM)
    with pytest.raises(SQLAlchemyError, match=re.escape("review.set")):
        _attempt(installation, rosa, "UPDATE session SET review_state = 'confirmed'")
    with pytest.raises(SQLAlchemyError, match=re.escape("review.coverage")):
        _attempt(installation, ravi, "UPDATE session SET coverage = 'full'")
    _attempt(installation, rosa, _CONFIRM)


def test_the_database_confirms_nothing_with_a_finding_undecided(
    installation: Installation, rosa: Actor, session_id: UUID
) -> None:
    desk = reviewing.look_again(installation, rosa, session_id)
    version = reviewing.save(installation, rosa, session_id, 0, accept_all(desk))
    confirming.confirm(installation, rosa, session_id, version)
    back = decide(desk.open_findings[0].span, DecisionKind.WITHDRAW)
    reviewing.save(installation, rosa, session_id, version, [back])
    with pytest.raises(SQLAlchemyError, match=re.escape("review.all-decided")):
        _attempt(installation, rosa, _CONFIRM)
    (row,) = sessions.list_sessions(installation, rosa, SessionFilter()).rows
    assert row.review_state is ReviewState.IN_REVIEW
