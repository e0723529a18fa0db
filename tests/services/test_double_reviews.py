"""Double reviews: blind to the first, compared, and settled by a person; below the service too."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from data_access import decisions, double_reviews
from data_access.studies import StudyRow
from domain.double_review import SOURCE, DoubleState, Side
from domain.errors import BadInput, ChangedMeanwhile, Refused
from domain.permissions import Actor
from domain.redaction import DecisionKind
from domain.session_filters import SessionFilter
from domain.vocabulary import ReviewState
from services import confirming, review_quality, review_queue, reviewing, sessions, studies
from services.installation import Installation
from services.review_queue import LEASE
from tests.conftest import Clock
from tests.services.doubles import Review, every_one_twice, ravi, review, tara
from tests.services.reviews import PURPOSE, SECRET, accept_all, decide, final, place
from tests.services.worlds import read_by_the_machine

__all__ = ["every_one_twice", "ravi", "review", "tara"]


def state(installation: Installation, person: Actor, session_id: UUID) -> ReviewState:
    (row,) = sessions.list_sessions(installation, person, SessionFilter()).rows
    assert row.id == session_id
    return row.review_state


def double_state(installation: Installation, person: Actor, session_id: UUID) -> DoubleState | None:
    with installation.database.transaction(person.staff_id) as connection:
        held = double_reviews.of_session(connection, session_id)
    return None if held is None else held.state


@pytest.mark.usefixtures("every_one_twice")
def test_a_second_reviewer_sees_nothing_of_the_first_before_theirs_is_done(
    installation: Installation,
    rosa: Actor,
    ravi: Actor,
    study: StudyRow,
    session_id: UUID,
    review: Review,
) -> None:
    assert review(rosa, "Kelpwick").set_digest is not None
    assert review_queue.claim_next(installation, ravi, study.id) == session_id

    desk = reviewing.open_desk(installation, ravi, session_id, PURPOSE)

    assert (desk.blind, desk.decisions, desk.version) == (True, (), 0)
    assert len(desk.open_findings) == 2
    assert "Kelpwick" in final(desk)[1]
    seen = sessions.open_session(installation, ravi, session_id)
    assert "Kelpwick" in seen.turns[1].text
    found = sessions.list_sessions(installation, ravi, SessionFilter(query="Kelpwick"))
    assert found.count == 0
    with installation.database.transaction(ravi.staff_id) as connection:
        for table in ("decision", "redaction_set"):
            hidden = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            assert hidden == 0, table
    held = review_queue.queue(installation, ravi, study.slug)
    assert [(each.session_id, each.why) for each in held.on_desk] == [
        (session_id, review_queue.SECOND_REVIEW)
    ]


@pytest.mark.usefixtures("every_one_twice")
def test_the_first_reviewer_sees_nothing_of_the_second_and_cannot_be_the_second(
    installation: Installation,
    rosa: Actor,
    ravi: Actor,
    study: StudyRow,
    session_id: UUID,
    review: Review,
) -> None:
    review(rosa)
    assert review_queue.claim_next(installation, rosa, study.id) is None
    review_queue.claim_next(installation, ravi, study.id)
    desk = reviewing.open_desk(installation, ravi, session_id, PURPOSE)
    own = decide(place(desk, "Kelpwick", 1))
    assert reviewing.save(installation, ravi, session_id, 0, [own]) == 1
    assert reviewing.save(installation, ravi, session_id, 0, [own]) == 1

    assert len(reviewing.look_again(installation, rosa, session_id).decisions) == 2
    assert len(reviewing.look_again(installation, ravi, session_id).decisions) == 1
    assert state(installation, rosa, session_id) is ReviewState.CONFIRMED
    with installation.database.transaction(rosa.staff_id) as connection:
        seen = connection.execute(text("SELECT count(*) FROM second_decision")).scalar_one()
    assert seen == 0


@pytest.mark.usefixtures("every_one_twice")
def test_two_reviews_that_take_out_the_same_change_nothing(
    installation: Installation,
    administrator: Actor,
    rosa: Actor,
    ravi: Actor,
    study: StudyRow,
    session_id: UUID,
    review: Review,
) -> None:
    first = review(rosa, "Kelpwick").set_digest
    review_queue.claim_next(installation, ravi, study.id)

    answer = review(ravi, "Kelpwick")

    assert (answer.set_digest, answer.differs) == (first, 0)
    assert state(installation, rosa, session_id) is ReviewState.CONFIRMED
    assert double_state(installation, rosa, session_id) is DoubleState.AGREED
    (pair,) = review_quality.quality(installation, administrator, study).pairs
    assert (pair.names, pair.sessions, pair.agreement.both) == (("Ravi", "Rosa"), 1, 3)
    assert review_queue.claim_next(installation, ravi, study.id) is None


@pytest.mark.usefixtures("every_one_twice")
def test_what_the_second_found_and_the_first_missed_opens_the_session_again(
    installation: Installation,
    rosa: Actor,
    ravi: Actor,
    tara: Actor,
    study: StudyRow,
    session_id: UUID,
    review: Review,
) -> None:
    review(rosa)
    review_queue.claim_next(installation, ravi, study.id)

    answer = review(ravi, "Kelpwick")

    assert answer.differs == 1
    assert state(installation, rosa, session_id) is ReviewState.IN_REVIEW
    with installation.database.transaction(rosa.staff_id) as connection:
        assert decisions.current_set(connection, session_id) is None
    # Until somebody settles it, what either took out is out: in the text and in the search.
    desk = reviewing.look_again(installation, tara, session_id)
    assert "Kelpwick" not in final(desk)[1]
    assert [(one.source, one.span) for one in desk.open_findings] == [
        (SOURCE, place(desk, "Kelpwick", 1))
    ]
    wanted = SessionFilter(query="Kelpwick")
    assert sessions.list_sessions(installation, tara, wanted).count == 0
    assert "Kelpwick" not in sessions.open_session(installation, tara, session_id).turns[1].text
    head = review_queue.queue(installation, tara, study.slug).shown
    assert head is not None
    assert "Two reviews of it differ" in head.head[0].why
    # A third is offered it; the two are not.
    assert review_queue.claim_next(installation, rosa, study.id) is None
    assert review_queue.claim_next(installation, ravi, study.id) is None
    assert review_queue.claim_next(installation, tara, study.id) == session_id


@pytest.mark.usefixtures("every_one_twice")
def test_what_one_took_out_is_left_standing_by_a_third_alone(
    installation: Installation,
    administrator: Actor,
    rosa: Actor,
    ravi: Actor,
    tara: Actor,
    study: StudyRow,
    session_id: UUID,
    review: Review,
) -> None:
    review(rosa)
    review_queue.claim_next(installation, ravi, study.id)
    review(ravi, "Kelpwick")

    for one_of_the_two in (rosa, ravi):
        desk = reviewing.look_again(installation, one_of_the_two, session_id)
        kept = decide(desk.open_findings[0].span, DecisionKind.KEEP, "A made-up village.")
        version = reviewing.save(installation, one_of_the_two, session_id, desk.version, [kept])
        with pytest.raises(Refused) as refused:
            confirming.confirm(installation, one_of_the_two, session_id, version)
        assert refused.value.rule == "double.third-person"
        back = decide(kept[1].span, DecisionKind.WITHDRAW)
        reviewing.save(installation, one_of_the_two, session_id, version, [back])

    assert review(tara, keep=True).set_digest is not None
    assert state(installation, rosa, session_id) is ReviewState.CONFIRMED
    assert double_state(installation, rosa, session_id) is DoubleState.SETTLED
    assert "Kelpwick" in sessions.open_session(installation, rosa, session_id).turns[1].text
    quality = review_quality.quality(installation, administrator, study)
    assert {each.name: each.missed for each in quality.misses} == {"Rosa": 0, "Ravi": 0}


@pytest.mark.usefixtures("every_one_twice")
def test_one_of_the_two_may_take_it_out_and_the_miss_is_counted(
    installation: Installation,
    administrator: Actor,
    rosa: Actor,
    ravi: Actor,
    study: StudyRow,
    session_id: UUID,
    review: Review,
) -> None:
    old = review(rosa).set_digest
    review_queue.claim_next(installation, ravi, study.id)
    review(ravi, "Kelpwick")

    settled = review(rosa)

    assert settled.set_digest not in (None, old)
    assert double_state(installation, rosa, session_id) is DoubleState.SETTLED
    quality = review_quality.quality(installation, administrator, study)
    assert {each.name: (each.missed, each.had_to_go) for each in quality.misses} == {
        "Rosa": (1, 3),
        "Ravi": (0, 3),
    }
    assert {(each.source, each.agreement.second_only) for each in quality.recognizer_agreement} == {
        ("person", 1),
        ("test", 0),
    }
    # It was reviewed twice; confirming it anew does not begin that again.
    assert review_queue.claim_next(installation, ravi, study.id) is None


@pytest.mark.usefixtures("every_one_twice")
def test_what_only_the_first_took_out_is_contested_too_and_its_decision_opened_on_record(
    installation: Installation,
    rosa: Actor,
    ravi: Actor,
    tara: Actor,
    study: StudyRow,
    session_id: UUID,
    review: Review,
) -> None:
    review(rosa, "Kelpwick")
    review_queue.claim_next(installation, ravi, study.id)

    assert review(ravi).differs == 1

    desk = reviewing.look_again(installation, tara, session_id)
    last = desk.decisions[-1]
    assert (last.name, last.decision.kind) == ("Ravi", DecisionKind.WITHDRAW)
    assert last.decision.reason == "Contested in a second review."
    assert desk.disputes is not None
    assert [each.took_out for each in desk.disputes.contested] == [Side.FIRST]
    assert "Kelpwick" not in final(desk)[1]


@pytest.mark.usefixtures("every_one_twice")
def test_a_session_that_is_opened_again_meanwhile_has_no_second_review_any_more(
    installation: Installation,
    rosa: Actor,
    ravi: Actor,
    study: StudyRow,
    session_id: UUID,
    review: Review,
) -> None:
    review(rosa)
    review_queue.claim_next(installation, ravi, study.id)
    desk = reviewing.open_desk(installation, ravi, session_id, PURPOSE)
    version = reviewing.save(installation, ravi, session_id, 0, accept_all(desk))

    again = reviewing.look_again(installation, rosa, session_id)
    own = decide(place(again, "Kelpwick", 1))
    version_of_rosa = reviewing.save(installation, rosa, session_id, again.version, [own])

    assert double_state(installation, rosa, session_id) is None
    with pytest.raises(ChangedMeanwhile):
        confirming.confirm(installation, ravi, session_id, version + 5)
    assert confirming.confirm(installation, rosa, session_id, version_of_rosa).set_digest
    # Who has seen it open is not blind any more, so the new one waits for somebody else.
    assert double_state(installation, rosa, session_id) is DoubleState.WAITING
    assert review_queue.claim_next(installation, ravi, study.id) is None


@pytest.mark.usefixtures("every_one_twice")
@pytest.mark.parametrize("looked", ["session", "desk"])
def test_who_has_seen_the_outcome_is_not_asked_for_a_second_review(
    installation: Installation,
    rosa: Actor,
    ravi: Actor,
    study: StudyRow,
    session_id: UUID,
    review: Review,
    looked: str,
) -> None:
    review(rosa)
    if looked == "session":
        sessions.open_session(installation, ravi, session_id)
    else:
        reviewing.open_desk(installation, ravi, session_id, PURPOSE)

    assert review_queue.claim_next(installation, ravi, study.id) is None


@pytest.mark.usefixtures("every_one_twice")
def test_a_second_review_that_is_abandoned_goes_to_another_who_begins_afresh(
    installation: Installation,
    clock: Clock,
    rosa: Actor,
    ravi: Actor,
    tara: Actor,
    study: StudyRow,
    session_id: UUID,
    review: Review,
) -> None:
    review(rosa)
    review_queue.claim_next(installation, ravi, study.id)
    desk = reviewing.open_desk(installation, ravi, session_id, PURPOSE)
    reviewing.save(installation, ravi, session_id, 0, [decide(place(desk, "Kelpwick", 1))])
    assert review_queue.claim_next(installation, tara, study.id) is None

    clock.advance(LEASE + timedelta(seconds=1))

    assert review_queue.claim_next(installation, tara, study.id) == session_id
    assert reviewing.open_desk(installation, tara, session_id, PURPOSE).decisions == ()
    assert review(tara).differs == 0
    assert double_state(installation, rosa, session_id) is DoubleState.AGREED


@pytest.mark.usefixtures("every_one_twice")
def test_a_second_review_put_aside_goes_to_another(
    installation: Installation,
    rosa: Actor,
    ravi: Actor,
    tara: Actor,
    study: StudyRow,
    session_id: UUID,
    review: Review,
) -> None:
    review(rosa)
    review_queue.claim_next(installation, ravi, study.id)
    review_queue.put_aside(installation, ravi, session_id)
    assert review_queue.claim_next(installation, ravi, study.id) is None
    assert review_queue.claim_next(installation, tara, study.id) == session_id


@pytest.mark.usefixtures("every_one_twice")
def test_a_new_run_of_the_machine_meanwhile_overtakes_a_second_review(
    installation: Installation,
    administrator: Actor,
    rosa: Actor,
    study: StudyRow,
    session_id: UUID,
    review: Review,
) -> None:
    from services import deidentification

    review(rosa)
    deidentification.run_again(installation, administrator, study, "newer")
    read_by_the_machine(installation, [SECRET], engine="newer")
    assert double_state(installation, rosa, session_id) is None
    assert state(installation, rosa, session_id) is ReviewState.IN_REVIEW


def test_without_a_share_nothing_is_reviewed_twice(
    installation: Installation, rosa: Actor, session_id: UUID, review: Review
) -> None:
    review(rosa)
    assert double_state(installation, rosa, session_id) is None


@pytest.mark.parametrize("percent", [-1, 101])
def test_the_share_is_a_share(
    installation: Installation, administrator: Actor, rosa: Actor, study: StudyRow, percent: int
) -> None:
    with pytest.raises(BadInput, match="from 0 to 100"):
        studies.set_double_percent(installation, administrator, study, percent)
    with pytest.raises(Refused):
        studies.set_double_percent(installation, rosa, study, 10)
