"""Double reviews below the service: the database keeps the steps, the blindness and the outcome."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from data_access import decisions
from data_access.studies import StudyRow
from domain.permissions import Actor
from services import review_queue, reviewing, sessions
from services.installation import Installation
from tests.services.doubles import Review, every_one_twice, ravi, review, tara
from tests.services.reviews import accept_all, decide, place

__all__ = ["every_one_twice", "ravi", "review", "tara"]


def attempt(installation: Installation, person: Actor, statement: str) -> None:
    with installation.database.transaction(person.staff_id) as connection:
        done = connection.execute(text(statement))
        assert done.rowcount != 0, "nothing was touched, so nothing was tried"


@pytest.mark.usefixtures("every_one_twice")
def test_the_database_confirms_nothing_that_two_reviews_differ_on(
    installation: Installation,
    rosa: Actor,
    ravi: Actor,
    study: StudyRow,
    session_id: UUID,
    review: Review,
) -> None:
    review(rosa)
    review_queue.claim_next(installation, ravi, study.id)
    review(ravi, "Kelpwick")
    desk = reviewing.look_again(installation, rosa, session_id)
    reviewing.save(installation, rosa, session_id, desk.version, accept_all(desk))
    old_set = "(SELECT first_set_id FROM double_review)"
    with pytest.raises(SQLAlchemyError, match=re.escape("double.unsettled")):
        attempt(
            installation,
            rosa,
            f"UPDATE session SET review_state = 'confirmed', current_redaction_set_id = {old_set}",
        )
    # The set that missed it cannot settle it either, by one of the two.
    with pytest.raises(SQLAlchemyError, match=re.escape("double.third-person")):
        attempt(
            installation,
            rosa,
            "UPDATE double_review SET state = 'settled', settled_at = now(),"
            f" settled_by = current_actor(), settled_set_id = {old_set}",
        )


@pytest.mark.usefixtures("every_one_twice")
@pytest.mark.parametrize(
    ("who", "statement", "wall"),
    [
        ("rosa", "UPDATE double_review SET second_staff = current_actor()", "double.blind"),
        ("tara", "UPDATE double_review SET second_staff = current_actor()", "double.blind"),
        ("rosa", "UPDATE double_review SET state = 'agreed'", "double.differs"),
        ("rosa", "UPDATE double_review SET state = 'overtaken'", "still holds"),
        ("rosa", "UPDATE double_review SET second_set_id = first_set_id", "double.blind"),
        ("ravi", "UPDATE double_review SET first_staff = current_actor()", "permission denied"),
        ("ravi", "DELETE FROM double_review", "permission denied"),
        ("ravi", "UPDATE second_decision SET kind = 'keep'", "permission denied"),
        ("ravi", "DELETE FROM review_difference", "permission denied"),
        ("ravi", "UPDATE double_outcome SET both_out = 99", "permission denied"),
    ],
)
def test_the_steps_of_a_double_review_are_the_databases_too(
    installation: Installation,
    rosa: Actor,
    ravi: Actor,
    tara: Actor,
    study: StudyRow,
    session_id: UUID,
    review: Review,
    who: str,
    statement: str,
    wall: str,
) -> None:
    review(rosa)
    sessions.open_session(installation, tara, session_id)
    review_queue.claim_next(installation, ravi, study.id)
    person = {"rosa": rosa, "ravi": ravi, "tara": tara}[who]
    with pytest.raises(SQLAlchemyError, match=wall):
        attempt(installation, person, statement)


@pytest.mark.usefixtures("every_one_twice")
def test_a_second_review_that_differs_cannot_be_said_to_agree(
    installation: Installation,
    rosa: Actor,
    ravi: Actor,
    study: StudyRow,
    session_id: UUID,
    review: Review,
) -> None:
    review(rosa)
    review_queue.claim_next(installation, ravi, study.id)
    review(ravi, "Kelpwick")
    sealed = "(SELECT second_set_id FROM double_review)"
    with pytest.raises(SQLAlchemyError, match=r"double\.s"):
        attempt(installation, ravi, "UPDATE double_review SET state = 'agreed'")
    with pytest.raises(SQLAlchemyError, match=re.escape("double.sealed")):
        attempt(
            installation,
            ravi,
            f"UPDATE double_review SET second_set_id = first_set_id WHERE second_set_id = {sealed}",
        )


def test_the_database_takes_the_same_characters_for_telling_as_the_rule(
    installation: Installation, rosa: Actor, session_id: UUID
) -> None:
    from domain.double_review import _TELLS

    signs = [chr(code) for code in range(1, 128)] + list("é“–\u00a0\u05d0\U0001f600\u200b")
    with installation.database.transaction(rosa.staff_id) as connection:
        told = [
            connection.execute(
                text("SELECT :sign COLLATE \"C\" ~ '[^[:space:]!-/:-@\\[-`{-~]'"), {"sign": sign}
            ).scalar_one()
            for sign in signs
        ]
    assert told == [_TELLS.search(sign) is not None for sign in signs]


@pytest.mark.usefixtures("every_one_twice")
def test_nobody_decides_for_the_session_while_they_review_it_blind(
    installation: Installation,
    rosa: Actor,
    ravi: Actor,
    study: StudyRow,
    session_id: UUID,
    review: Review,
) -> None:
    review(rosa)
    review_queue.claim_next(installation, ravi, study.id)
    desk = reviewing.look_again(installation, ravi, session_id)
    made = [decide(place(desk, "Kelpwick", 1))]
    with (
        installation.database.transaction(ravi.staff_id) as connection,
        pytest.raises(ProgrammingError, match="row-level security"),
    ):
        decisions.add(connection, session_id, study.id, ravi.staff_id, made)
    with (
        installation.database.transaction(rosa.staff_id) as connection,
        pytest.raises(ProgrammingError, match="row-level security"),
    ):
        decisions.add(connection, session_id, study.id, rosa.staff_id, made, second=True)


@pytest.mark.usefixtures("every_one_twice")
def test_erasing_a_session_leaves_nothing_of_its_second_review(
    installation: Installation,
    rosa: Actor,
    ravi: Actor,
    study: StudyRow,
    session_id: UUID,
    review: Review,
) -> None:
    review(rosa)
    review_queue.claim_next(installation, ravi, study.id)
    review(ravi, "Kelpwick")
    tables = ("second_decision", "review_difference", "double_outcome", "double_review")
    owner = create_engine(installation.database.addresses.owner or "")
    with owner.begin() as connection:
        counts = {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in tables
        }
        assert all(counts.values()), counts
        # As an erasure does it: in somebody's name, and with the coverage taken away.
        connection.execute(
            text("SELECT set_config('clearance.actor', :who, true)"), {"who": str(ravi.staff_id)}
        )
        connection.execute(
            text(
                "UPDATE session SET erased_at = now(), erasure_reason = 'asked',"
                " coverage = 'pending', review_state = 'unprocessed',"
                " current_redaction_set_id = NULL"
            )
        )
        left = [
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in tables
        ]
        for table in ("review_outcome", "redaction_set"):
            connection.execute(text(f"DELETE FROM {table}"))
    owner.dispose()
    assert left == [0, 0, 0, 0]
