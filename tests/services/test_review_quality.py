"""Hidden checks, what reviews make of findings, and what a new run finds otherwise."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from data_access.studies import StudyRow
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.redaction import DecisionKind
from domain.review_outcomes import PERSON, OutcomeCounts
from domain.vocabulary import ReviewState
from services import (
    confirming,
    deidentification,
    review_quality,
    reviewing,
    sessions,
    studies,
)
from services.installation import Installation
from tests.services.reviews import PURPOSE, SECRET, accept_all, decide, final, place
from tests.services.worlds import read_by_the_machine


def check_every_session(installation: Installation, administrator: Actor, study: StudyRow) -> None:
    studies.set_check_percent(installation, administrator, study, 100)


def test_a_check_hides_a_name_from_the_reviewer_and_from_nobody_else(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    rosa: Actor,
    session_id: UUID,
) -> None:
    check_every_session(installation, administrator, study)

    desk = reviewing.open_desk(installation, rosa, session_id, PURPOSE)

    assert desk.findings == ()
    assert len(desk.hidden) == 2
    view = sessions.open_session(installation, rosa, session_id)
    assert view.findings == ()
    assert SECRET not in " ".join(turn.text for turn in view.turns)


def test_what_a_reviewer_misses_in_a_check_is_shown_before_anything_is_confirmed(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    rosa: Actor,
    session_id: UUID,
) -> None:
    check_every_session(installation, administrator, study)
    desk = reviewing.open_desk(installation, rosa, session_id, PURPOSE)
    version = reviewing.save(installation, rosa, session_id, 0, [decide(desk.hidden[0].span)])

    answer = confirming.confirm(installation, rosa, session_id, version)

    assert (answer.set_digest, answer.missed) == (None, 1)
    again = reviewing.look_again(installation, rosa, session_id)
    assert again.hidden == ()
    assert again.open_findings == (desk.hidden[1],)
    version = reviewing.save(installation, rosa, session_id, version, accept_all(again))
    assert confirming.confirm(installation, rosa, session_id, version).set_digest is not None
    quality = review_quality.quality(installation, administrator, study)
    assert [(each.name, each.hidden, each.caught) for each in quality.checks] == [("Rosa", 2, 1)]


def test_a_reviewer_who_finds_what_was_hidden_notices_nothing(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    rosa: Actor,
    session_id: UUID,
) -> None:
    check_every_session(installation, administrator, study)
    desk = reviewing.open_desk(installation, rosa, session_id, PURPOSE)
    found = [decide(finding.span) for finding in desk.hidden]
    version = reviewing.save(installation, rosa, session_id, 0, found)

    answer = confirming.confirm(installation, rosa, session_id, version)

    assert answer.set_digest is not None
    quality = review_quality.quality(installation, administrator, study)
    assert [(each.hidden, each.caught) for each in quality.checks] == [(2, 2)]


def test_a_new_engines_run_is_no_check(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    rosa: Actor,
    session_id: UUID,
) -> None:
    check_every_session(installation, administrator, study)
    deidentification.run_again(installation, administrator, study, "another engine")
    read_by_the_machine(installation, [SECRET], engine="another engine")

    assert reviewing.open_desk(installation, rosa, session_id, PURPOSE).hidden == ()


def test_reviews_are_counted_by_recognizer_and_by_reviewer_for_administrators_alone(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    rosa: Actor,
    session_id: UUID,
) -> None:
    desk = reviewing.open_desk(installation, rosa, session_id, PURPOSE)
    own = decide(place(desk, "Kelpwick", 1))
    version = reviewing.save(installation, rosa, session_id, 0, [*accept_all(desk), own])
    confirming.confirm(installation, rosa, session_id, version)

    quality = review_quality.quality(installation, administrator, study)

    (source,) = {finding.source for finding in desk.findings}
    assert {each.source: each.counts for each in quality.recognizers} == {
        source: OutcomeCounts(accepted=2),
        PERSON: OutcomeCounts(added=1),
    }
    assert [(each.name, each.sessions) for each in quality.reviewers] == [("Rosa", 1)]
    with pytest.raises(Refused):
        review_quality.quality(installation, rosa, study)
    with pytest.raises(Refused):
        studies.set_check_percent(installation, rosa, study, 0)


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_share_of_checks_is_between_none_and_all(
    installation: Installation, administrator: Actor, study: StudyRow, percent: int
) -> None:
    with pytest.raises(BadInput):
        studies.set_check_percent(installation, administrator, study, percent)


def test_running_the_machine_again_shows_what_it_found_otherwise(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    rosa: Actor,
    session_id: UUID,
) -> None:
    assert sessions.open_session(installation, rosa, session_id).rerun is None
    deidentification.run_again(installation, administrator, study, "another engine")
    read_by_the_machine(installation, ["Kelpwick"], engine="another engine")

    rerun = sessions.open_session(installation, rosa, session_id).rerun

    assert rerun is not None
    assert (len(rerun.changes.added), len(rerun.changes.gone)) == (1, 2)


def words(desk: reviewing.Desk) -> list[str]:
    """What would leave; the numbers that tell people apart are each run's own."""
    return [re.sub(r"_\d+\]", "]", said) for said in final(desk)]


def test_what_a_person_decided_holds_over_every_new_run_of_the_machine(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    rosa: Actor,
    session_id: UUID,
) -> None:
    desk = reviewing.open_desk(installation, rosa, session_id, PURPOSE)
    first, second = desk.open_findings
    kept = decide(first.span, DecisionKind.KEEP, "A character of a book.")
    own = decide(place(desk, "Kelpwick", 1))
    coarse = decide(second.span)
    reviewing.save(installation, rosa, session_id, 0, [kept, coarse, own])
    before = words(reviewing.look_again(installation, rosa, session_id))

    # The same finds again, others find nothing, or something that lies within what was kept.
    for engine, found in (("two", [SECRET]), ("three", []), ("four", ["Quill", "Who"])):
        deidentification.run_again(installation, administrator, study, engine)
        read_by_the_machine(installation, found, engine=engine)
        again = reviewing.look_again(installation, rosa, session_id)
        assert [each.id for each in again.decisions] == [kept[0], coarse[0], own[0]]
        assert words(again)[1:3] == before[1:3]
        assert again.row.review_state is ReviewState.IN_REVIEW

    # What is new is for a person to decide, and the rejection stays on record with its reason.
    assert [finding.span.turn for finding in again.open_findings] == [0]
    assert again.decisions[0].decision.reason == "A character of a book."
    assert again.decisions[0].decided_by == rosa.staff_id
    view = sessions.open_session(installation, rosa, session_id)
    assert view.rerun is not None
    assert view.rerun.changes.added


def test_a_confirmed_session_is_looked_at_again_after_a_new_run(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    rosa: Actor,
    session_id: UUID,
) -> None:
    desk = reviewing.open_desk(installation, rosa, session_id, PURPOSE)
    version = reviewing.save(installation, rosa, session_id, 0, accept_all(desk))
    first = confirming.confirm(installation, rosa, session_id, version).set_digest
    deidentification.run_again(installation, administrator, study, "two")
    read_by_the_machine(installation, [SECRET], engine="two")

    view = sessions.open_session(installation, rosa, session_id)

    assert view.row.review_state is ReviewState.IN_REVIEW
    assert SECRET not in " ".join(turn.text for turn in view.turns)
    # Nothing new was found and all of it is decided: one key confirms the very same set.
    assert confirming.confirm(installation, rosa, session_id, version).set_digest == first
