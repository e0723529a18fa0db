"""Proposing and confirming: two people, one letter for a finding, and the same in SQL."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.errors import BadInput, Refused
from domain.letters import STEPS, LetterState, LetterStep
from domain.notifications import Kind
from domain.permissions import Actor
from domain.vocabulary import Role
from services import letters, notifications
from tests.conftest import Hire
from tests.services.letters.worlds import LETTER, Post
from tests.services.rights_worlds import as_owner


@pytest.fixture
def here(post: Post) -> Post:
    """With a mail server named that nobody asks."""
    return post.with_mail(9)


def told(here: Post, actor: Actor) -> set[Kind]:
    page = notifications.page(here.installation, actor, new_only=True)
    return {row.kind for row in page.rows}


def test_the_proposer_neither_confirms_nor_rejects_and_another_does_not_withdraw(
    here: Post,
) -> None:
    number = here.proposed()
    for step in (LetterStep.CONFIRM, LetterStep.REJECT):
        with pytest.raises(Refused, match="another administrator decides"):
            here.take(here.ada, number, step)
    with pytest.raises(Refused, match="not yours to withdraw"):
        here.take(here.ben, number, LetterStep.WITHDRAW)
    here.take(here.ada, number, LetterStep.WITHDRAW)
    assert here.states() == [(1, "withdrawn")]


def test_the_same_person_under_another_spelling_of_their_e_mail_does_not_confirm(
    here: Post, hire: Hire
) -> None:
    number = here.proposed()
    twin = hire("Twin", Role.ADMINISTRATOR)
    # Nothing in the product binds two rows to one identity; the wall holds all the same.
    as_owner(here.installation, "ALTER TABLE staff DROP CONSTRAINT uq_staff__issuer_subject")
    as_owner(
        here.installation,
        "UPDATE staff SET (issuer, subject) = (SELECT issuer, subject FROM staff WHERE id = :ada)"
        " WHERE id = :twin",
        ada=here.ada.staff_id,
        twin=twin.staff_id,
    )
    with pytest.raises(Refused, match="another administrator decides"):
        here.take(twin, number, LetterStep.CONFIRM)


def test_what_is_confirmed_is_what_was_read(here: Post) -> None:
    number = here.proposed()
    with pytest.raises(Refused, match="Another letter than this one was shown"):
        letters.take(here.installation, here.ben, number, LetterStep.CONFIRM, shown="0" * 64)
    assert here.states() == [(1, "proposed")]


def test_a_finding_is_told_once_for_a_study_whoever_writes(here: Post) -> None:
    number = here.proposed()
    with pytest.raises(BadInput, match="Letter 1 tells this study's participants"):
        here.proposed(text=LETTER["text"] + " Once more.", link=LETTER["link"] + "/")
    here.take(here.ben, number, LetterStep.REJECT)
    here.proposed()


def test_the_second_administrator_is_told_and_both_when_it_is_done(here: Post) -> None:
    number = here.proposed()
    assert Kind.LETTER_WAITING in told(here, here.ben)
    assert Kind.LETTER_WAITING not in told(here, here.ada)
    here.take(here.ben, number, LetterStep.CONFIRM)
    assert Kind.LETTER_WAITING not in told(here, here.ben)


def test_nothing_is_confirmed_before_it_could_be_sent(post: Post) -> None:
    with pytest.raises(BadInput, match="CLEARANCE_PARTICIPANT_CONTACT"):
        post.proposed()
    number = post.with_mail(9).proposed()
    with pytest.raises(BadInput, match="CLEARANCE_SMTP_HOST and CLEARANCE_PARTICIPANT_CONTACT"):
        post.take(post.ben, number, LetterStep.CONFIRM)


def test_administrators_alone_write_and_see_how_many_may_be_told(here: Post, hire: Hire) -> None:
    seen = letters.preview(
        here.installation,
        here.ada,
        here.study.slug,
        LETTER["subject"],
        LETTER["text"],
        LETTER["link"],
    )
    assert seen.may == 3
    assert [(row.rule, row.sessions) for row in seen.answers] == [("R60", 3), ("R61", 1)]
    rosa = hire("Rosa", Role.REVIEWER, study=here.study)
    with pytest.raises(Refused):
        letters.every(here.installation, rosa)
    with pytest.raises(Refused):
        letters.propose(here.installation, rosa, study_slug=here.study.slug, **LETTER)
    with pytest.raises(BadInput, match="no such study"):
        here.proposed(study_slug="elsewhere")


def test_the_database_takes_the_steps_of_the_table_and_no_others(here: Post) -> None:
    number = here.proposed()
    for state, step in product(LetterState, LetterStep):
        as_owner(
            here.installation,
            "UPDATE participant_letter SET state = :state,"
            " decided_by = CASE :state WHEN 'proposed' THEN NULL ELSE CAST(:ben AS uuid) END,"
            " decided_at = CASE :state WHEN 'proposed' THEN NULL ELSE now() END",
            state=state.value,
            ben=here.ben.staff_id,
        )
        actor = here.ada if step is LetterStep.WITHDRAW else here.ben
        row = as_owner(here.installation, "SELECT id, digest FROM participant_letter")[0]
        with here.installation.database.transaction(actor.staff_id) as connection:
            done = connection.execute(
                text("SELECT step_letter(:id, :step, :shown, now())"),
                {"id": row[0], "step": step.value, "shown": row[1]},
            ).scalar_one()
        ((_, now),) = here.states()
        before, after = STEPS[step]
        assert done is (state is before), (state, step)
        assert now == (after.value if done else state.value), (state, step)
    assert number == 1


def test_nobody_but_the_mailer_sees_who_gets_one_and_nobody_lists_what_was_not_confirmed(
    here: Post,
) -> None:
    here.proposed()
    listing = text(
        "INSERT INTO letter_delivery (letter_id, participant_id, finding, state, not_before)"
        " SELECT l.id, s, l.finding, 'waiting', now() FROM participant_letter l,"
        " unnest(CAST(:people AS uuid[])) AS s"
    )
    people = [row[0] for row in as_owner(here.installation, "SELECT participant_id FROM session")]
    for actor in (here.ada, here.mailer):
        with (
            pytest.raises(DBAPIError, match="row-level security"),
            here.installation.database.transaction(actor.staff_id) as connection,
        ):
            connection.execute(listing, {"people": people})
    here.take(here.ben, 1, LetterStep.CONFIRM)
    with here.installation.database.transaction(here.mailer.staff_id) as connection:
        connection.execute(listing, {"people": people})
        assert connection.execute(text("SELECT count(*) FROM letter_delivery")).scalar_one() == 4
    with here.installation.database.transaction(here.ada.staff_id) as connection:
        assert connection.execute(text("SELECT count(*) FROM letter_delivery")).scalar_one() == 0
        for asked in (
            "SELECT count(*) FROM participants_after((SELECT id FROM study LIMIT 1), NULL, 10)",
            "SELECT count(*) FROM participant_now((SELECT id FROM study LIMIT 1), uuidv7())",
        ):
            assert connection.execute(text(asked)).scalar_one() == 0


def test_what_was_sent_is_never_made_to_wait_again_not_even_by_the_mailer(here: Post) -> None:
    test_nobody_but_the_mailer_sees_who_gets_one_and_nobody_lists_what_was_not_confirmed(here)
    as_owner(here.installation, "UPDATE letter_delivery SET state = 'sent'")
    with here.installation.database.transaction(here.mailer.staff_id) as connection:
        again = connection.execute(text("UPDATE letter_delivery SET state = 'waiting'"))
        assert again.rowcount == 0
        # And a letter that waits for its second administrator is not the mailer's to confirm.
    here.proposed(link="https://research.example/another")
    with here.installation.database.transaction(here.mailer.staff_id) as connection:
        confirmed = connection.execute(
            text("UPDATE participant_letter SET state = 'sending' WHERE state = 'proposed'")
        )
        assert confirmed.rowcount == 0
