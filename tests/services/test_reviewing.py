"""Reviewing: decisions are kept once and in order, and only what is whole is confirmed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from data_access import decisions
from data_access.studies import StudyRow
from domain.errors import BadInput, ChangedMeanwhile, Refused
from domain.permissions import Actor
from domain.redaction import DecisionKind, RedactionDecision
from domain.session_filters import SessionFilter
from domain.spans import Span
from domain.vocabulary import ReviewState, Role
from services import (
    confirming,
    review_queue,
    reviewing,
    sessions,
)
from services.installation import Installation
from tests.conftest import Hire
from tests.services.reviews import NOW, PURPOSE, SECRET, accept_all, decide, final, place
from tests.services.worlds import full, read_by_the_machine, take_in


def test_a_session_is_reviewed_from_opening_to_confirmation(
    installation: Installation, rosa: Actor, session_id: UUID
) -> None:
    desk = reviewing.open_desk(installation, rosa, session_id, PURPOSE)
    assert len(desk.open_findings) == 2
    version = reviewing.save(installation, rosa, session_id, 0, accept_all(desk))
    assert version == 2
    own = decide(place(desk, "Kelpwick", 1))
    version = reviewing.save(installation, rosa, session_id, version, [own])
    again = reviewing.look_again(installation, rosa, session_id)
    assert again.open_findings == ()
    assert final(again)[1] == "[PERSON_1] does. She lives in [PERSON]."
    confirmed = confirming.confirm(installation, rosa, session_id, version)
    assert confirmed.survivors == ()
    view = sessions.open_session(installation, rosa, session_id)
    assert view.row.review_state is ReviewState.CONFIRMED
    assert [turn.text for turn in view.turns] == final(again)


def test_what_a_reviewer_takes_out_is_not_found_by_searching(
    installation: Installation, rosa: Actor, session_id: UUID
) -> None:
    wanted = SessionFilter(query="Kelpwick")
    assert sessions.list_sessions(installation, rosa, wanted).count == 1
    desk = reviewing.look_again(installation, rosa, session_id)
    reviewing.save(installation, rosa, session_id, 0, [decide(place(desk, "Kelpwick", 1))])
    assert sessions.list_sessions(installation, rosa, wanted).count == 0


def test_nothing_is_confirmed_while_a_finding_is_undecided(
    installation: Installation, rosa: Actor, session_id: UUID
) -> None:
    with pytest.raises(Refused, match="2 findings are not decided") as refused:
        confirming.confirm(installation, rosa, session_id, 0)
    assert refused.value.rule == "review.all-decided"


def test_a_survivor_is_named_by_its_place_and_nothing_is_confirmed(
    installation: Installation, rosa: Actor, session_id: UUID
) -> None:
    desk = reviewing.look_again(installation, rosa, session_id)
    first, second = desk.open_findings
    kept = decide(second.span, DecisionKind.KEEP, "The interviewer's word")
    version = reviewing.save(installation, rosa, session_id, 0, [decide(first.span), kept])
    (survivor, *_rest) = confirming.confirm(installation, rosa, session_id, version).survivors
    assert survivor.span.turn == 2
    assert desk.turns[2].text[survivor.span.start : survivor.span.end] in SECRET
    (row,) = sessions.list_sessions(installation, rosa, SessionFilter()).rows
    assert row.review_state is ReviewState.IN_REVIEW


def test_a_batch_that_comes_twice_is_kept_once(
    installation: Installation, rosa: Actor, session_id: UUID
) -> None:
    desk = reviewing.look_again(installation, rosa, session_id)
    made = accept_all(desk)
    assert reviewing.save(installation, rosa, session_id, 0, made[:1]) == 1
    assert reviewing.save(installation, rosa, session_id, 0, made[:1]) == 1
    assert reviewing.save(installation, rosa, session_id, 0, made) == 2
    assert len(reviewing.look_again(installation, rosa, session_id).decisions) == 2


def test_deciding_on_an_older_version_keeps_nothing(
    installation: Installation, rosa: Actor, hire: Hire, study: StudyRow, session_id: UUID
) -> None:
    ravi = hire("Ravi", Role.REVIEWER, study=study)
    desk = reviewing.look_again(installation, rosa, session_id)
    first, second = accept_all(desk)
    reviewing.save(installation, ravi, session_id, 0, [first])
    with pytest.raises(ChangedMeanwhile, match="nothing of this was saved"):
        reviewing.save(installation, rosa, session_id, 0, [second])
    with pytest.raises(ChangedMeanwhile, match="was not confirmed"):
        confirming.confirm(installation, rosa, session_id, 0)
    (kept,) = reviewing.look_again(installation, rosa, session_id).decisions
    assert (kept.id, kept.name) == (first[0], "Ravi")


def test_an_undone_decision_leaves_its_finding_open(
    installation: Installation, rosa: Actor, session_id: UUID
) -> None:
    desk = reviewing.look_again(installation, rosa, session_id)
    span = desk.open_findings[0].span
    kept = decide(span, DecisionKind.KEEP, "A character of a book")
    version = reviewing.save(installation, rosa, session_id, 0, [kept])
    assert SECRET in final(reviewing.look_again(installation, rosa, session_id))[span.turn]
    reviewing.save(installation, rosa, session_id, version, [decide(span, DecisionKind.WITHDRAW)])
    again = reviewing.look_again(installation, rosa, session_id)
    assert len(again.open_findings) == 2
    assert SECRET not in final(again)[span.turn]


def test_a_decision_after_confirmation_opens_the_review_again(
    installation: Installation, rosa: Actor, session_id: UUID
) -> None:
    desk = reviewing.look_again(installation, rosa, session_id)
    version = reviewing.save(installation, rosa, session_id, 0, accept_all(desk))
    first = confirming.confirm(installation, rosa, session_id, version).set_digest
    own = decide(place(desk, "Kelpwick", 1))
    version = reviewing.save(installation, rosa, session_id, version, [own])
    with installation.database.transaction(rosa.staff_id) as connection:
        assert decisions.current_set(connection, session_id) is None
    second = confirming.confirm(installation, rosa, session_id, version).set_digest
    assert second != first
    back = decide(own[1].span, DecisionKind.WITHDRAW)
    version = reviewing.save(installation, rosa, session_id, version, [back])
    assert confirming.confirm(installation, rosa, session_id, version).set_digest == first


@pytest.mark.parametrize("span", [Span(0, 0, 5_000), Span(99, 0, 1)])
def test_a_span_outside_the_transcript_is_refused(
    installation: Installation, rosa: Actor, session_id: UUID, span: Span
) -> None:
    with pytest.raises(BadInput, match="past the text of turn"):
        reviewing.save(installation, rosa, session_id, 0, [decide(span)])


def test_too_many_decisions_at_once_are_refused(
    installation: Installation, rosa: Actor, session_id: UUID
) -> None:
    made = [decide(Span(0, 0, 3))] * (reviewing.MOST_AT_ONCE + 1)
    with pytest.raises(BadInput, match="came at once"):
        reviewing.save(installation, rosa, session_id, 0, made)


def test_a_session_without_a_model_is_confirmed_only_by_who_read_it_whole(
    installation: Installation, rosa: Actor, session_id: UUID
) -> None:
    owner = create_engine(installation.database.addresses.owner or "")
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE session NO FORCE ROW LEVEL SECURITY"))
        connection.execute(text("UPDATE session SET coverage = 'patterns_only'"))
    owner.dispose()
    desk = reviewing.look_again(installation, rosa, session_id)
    assert desk.must_read_whole
    version = reviewing.save(installation, rosa, session_id, 0, accept_all(desk), read=[0, 1, 77])
    with pytest.raises(Refused, match="2 of its turns") as refused:
        confirming.confirm(installation, rosa, session_id, version)
    assert refused.value.rule == "review.read-whole"
    assert reviewing.save(installation, rosa, session_id, version, [], read=[2, 3]) == version
    assert reviewing.look_again(installation, rosa, session_id).read == {0, 1, 2, 3}
    assert confirming.confirm(installation, rosa, session_id, version).set_digest is not None


def test_without_a_grant_there_is_nothing_to_review(
    installation: Installation, hire: Hire, session_id: UUID
) -> None:
    stranger = hire("Stranger", Role.REVIEWER)
    for attempt in (
        lambda: reviewing.open_desk(installation, stranger, session_id, PURPOSE),
        lambda: reviewing.save(installation, stranger, session_id, 0, []),
        lambda: confirming.confirm(installation, stranger, session_id, 0),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.rule == "R10"


def test_a_purpose_is_needed_to_open_the_desk(
    installation: Installation, rosa: Actor, session_id: UUID
) -> None:
    with pytest.raises(BadInput, match="State your purpose"):
        reviewing.open_desk(installation, rosa, session_id, " look ")


def test_of_two_that_decide_at_once_one_is_told(
    installation: Installation, rosa: Actor, hire: Hire, study: StudyRow, session_id: UUID
) -> None:
    ravi = hire("Ravi", Role.REVIEWER, study=study)
    desk = reviewing.look_again(installation, rosa, session_id)
    together = Barrier(2)

    def attempt(actor: Actor) -> str:
        made = accept_all(desk)
        together.wait()
        try:
            reviewing.save(installation, actor, session_id, 0, made)
        except ChangedMeanwhile:
            return "told"
        return "kept"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, (rosa, ravi))) == ["kept", "told"]
    assert len(reviewing.look_again(installation, rosa, session_id).decisions) == 2


def test_a_confirmation_and_a_decision_at_once_never_confirm_what_was_changed(
    installation: Installation, rosa: Actor, session_id: UUID
) -> None:
    desk = reviewing.look_again(installation, rosa, session_id)
    version = reviewing.save(installation, rosa, session_id, 0, accept_all(desk))
    together = Barrier(2)

    def confirm() -> str:
        together.wait()
        try:
            confirming.confirm(installation, rosa, session_id, version)
        except ChangedMeanwhile:
            return "told"
        return "confirmed"

    def change() -> str:
        together.wait()
        own = decide(place(desk, "Kelpwick", 1))
        reviewing.save(installation, rosa, session_id, version, [own])
        return "changed"

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(confirm), pool.submit(change)]
        assert {future.result() for future in futures} <= {"told", "confirmed", "changed"}
    view = sessions.open_session(installation, rosa, session_id)
    assert view.row.review_state is ReviewState.IN_REVIEW
    assert "Kelpwick" not in view.turns[1].text


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decision SET kind = 'keep', reason = 'because'",
        "DELETE FROM decision",
        "UPDATE redaction_set SET redactions = '[]'",
        "DELETE FROM redaction_set",
        "DELETE FROM turns_read",
    ],
)
def test_what_was_decided_and_confirmed_cannot_be_changed_by_the_app(
    installation: Installation, rosa: Actor, session_id: UUID, statement: str
) -> None:
    with (
        installation.database.transaction(rosa.staff_id) as connection,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        connection.execute(text(statement))


def test_nobody_decides_in_anothers_name(
    installation: Installation, rosa: Actor, hire: Hire, study: StudyRow, session_id: UUID
) -> None:
    ravi = hire("Ravi", Role.REVIEWER, study=study)
    made = [(uuid4(), RedactionDecision(DecisionKind.REDACT, Span(0, 0, 3), "X", NOW, ordinal=1))]
    with (
        installation.database.transaction(rosa.staff_id) as connection,
        pytest.raises(ProgrammingError, match="row-level security"),
    ):
        decisions.add(connection, session_id, study.id, ravi.staff_id, made)


def test_checking_for_leaks_loads_no_model() -> None:
    heavy = ("spacy", "presidio_analyzer", "onnxruntime")
    loaded = f"import services.reviewing, sys; print([m for m in {heavy} if m in sys.modules])"
    command: Sequence[str] = (sys.executable, "-c", loaded)
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_next_session_is_an_unreviewed_one_that_may_be_read(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
    rosa: Actor,
    session_id: UUID,
) -> None:
    row = reviewing.look_again(installation, rosa, session_id).row
    assert review_queue.claim_next(installation, rosa, row.study_id, but_not=row.id) is None
    flagged = full("t3", flag="open")
    take_in(installation, administrator, study, tmp_path, full("t2"), flagged)
    read_by_the_machine(installation, [])
    following = review_queue.claim_next(installation, rosa, row.study_id, but_not=row.id)
    assert following is not None
    assert following != session_id
    reviewing.look_again(installation, rosa, following)
