"""Trust & Safety settles cases: at once for the policy, and for every request that holds one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data_access import audit
from data_access.audit import AuditFilter
from data_access.studies import StudyRow
from domain.cases import CaseOutcome, CaseReason
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.policy import Use
from domain.session_filters import SessionFilter
from domain.shares.lifecycle import ShareState
from domain.vocabulary import FlagState, Role
from services import cases, policy, sessions
from services.cases import PAGE_SIZE
from services.installation import Installation
from tests.conftest import Hire
from tests.services.shares.conftest import world as world
from tests.services.shares.worlds import World
from tests.services.worlds import full, read_by_the_machine, take_in

UPHELD, DISMISSED = CaseOutcome.UPHELD, CaseOutcome.DISMISSED
NOTE = "A threat against a colleague, in turn 2"


@pytest.fixture
def tess(hire: Hire) -> Actor:
    return hire("Tess", Role.TRUST_SAFETY)


@pytest.fixture
def flagged(
    installation: Installation, administrator: Actor, study: StudyRow, tmp_path: Path
) -> None:
    take_in(
        installation,
        administrator,
        study,
        tmp_path,
        full("plain", "Who are you?", "I am a carpenter."),
        full("open", "Who are you?", "I am a mason.", flag="open"),
        full("over", "Who are you?", "I am a turner.", flag="dismissed"),
        choices="".join(
            f"{name},share_researchers,granted,2026-04-02T09:21:00Z\n"
            for name in ("plain", "open", "over")
        ),
    )
    read_by_the_machine(installation, [])


def session_with(installation: Installation, tess: Actor, flag: FlagState) -> UUID:
    page = sessions.list_sessions(installation, tess, SessionFilter(flags=(flag,)))
    return page.rows[0].id


def rule(installation: Installation, tess: Actor, session_id: UUID, use: Use) -> str:
    view = sessions.open_session(installation, tess, session_id, record=False)
    return dict(policy.every_use(view.table, tess, view.row, installation.now()))[use].rule


def test_an_outcome_holds_at_once_and_ends_the_reading(
    installation: Installation, tess: Actor, flagged: None
) -> None:
    (waiting,) = cases.queue(installation, tess).waiting
    original = sessions.open_original(
        installation, tess, waiting.session_id, "To see whether a threat was made"
    )
    assert original.turns[1].text == "I am a mason."
    cases.close(installation, tess, waiting.id, UPHELD, CaseReason.HARM, NOTE)
    assert rule(installation, tess, waiting.session_id, Use.PUBLISH_SUMMARY) == "R07"
    with pytest.raises(Refused):
        sessions.open_original(
            installation, tess, waiting.session_id, "To see whether a threat was made"
        )
    found = cases.queue(installation, tess)
    assert (found.waiting, found.count) == ((), 0)
    (settled,) = [each for each in found.settled if each.id == waiting.id]
    assert (settled.state, settled.closer) == (FlagState.UPHELD, "Tess")
    assert settled.note == NOTE
    assert cases.open_count(installation, tess) == 0


def test_a_dismissed_flag_leaves_the_other_rules_to_answer(
    installation: Installation, tess: Actor, flagged: None
) -> None:
    (waiting,) = cases.queue(installation, tess).waiting
    cases.close(installation, tess, waiting.id, DISMISSED, CaseReason.FICTION, NOTE)
    assert rule(installation, tess, waiting.session_id, Use.PUBLISH_SUMMARY) == "R06"
    view = cases.view(installation, tess, waiting.id)
    assert view.case.reason == CaseReason.FICTION.value
    assert view.others == ()


def test_a_case_is_opened_again_on_what_was_settled_before(
    installation: Installation, tess: Actor, flagged: None
) -> None:
    session_id = session_with(installation, tess, FlagState.DISMISSED)
    opened = cases.begin(installation, tess, session_id)
    assert session_with(installation, tess, FlagState.OPEN) is not None
    assert cases.view(installation, tess, opened).case.opener == "Tess"
    assert [case.state for case in cases.of_session(installation, tess, session_id)] == [
        FlagState.OPEN,
        FlagState.DISMISSED,
    ]
    assert rule(installation, tess, session_id, Use.TRUST_SAFETY_RAW) == "R12"
    with pytest.raises(BadInput, match="open on this session already"):
        cases.begin(installation, tess, session_id)
    cases.close(installation, tess, opened, UPHELD, CaseReason.ABUSE, NOTE)
    assert session_with(installation, tess, FlagState.UPHELD) == session_id


def test_unflagged_sessions_stay_out_of_sight(
    installation: Installation, tess: Actor, hire: Hire, study: StudyRow, flagged: None
) -> None:
    rosa = hire("Rosa", Role.REVIEWER, study=study)
    plain = session_with(installation, rosa, FlagState.NONE)
    for wanted in (plain, uuid4()):
        with pytest.raises(Refused) as refused:
            cases.begin(installation, tess, wanted)
        assert refused.value.rule == "case.flagged"
    assert cases.of_session(installation, tess, plain) == ()
    with pytest.raises(Refused, match="no such case"):
        cases.view(installation, tess, uuid4())


def test_a_request_that_holds_the_session_becomes_stale(world: World) -> None:
    """Reopened or upheld: whoever voted must know that it is another session now."""
    tess = world.hire("Tess", Role.TRUST_SAFETY)
    share_id = world.approved("a", "b")
    flag_directly(world, world.sessions["a"])
    assert world.state(share_id) is ShareState.STALE
    (opened,) = cases.queue(world.installation, tess).waiting
    cases.close(world.installation, tess, opened.id, DISMISSED, CaseReason.MISTAKEN, NOTE)
    again = world.approved("b")
    other = flag_directly(world, world.sessions["b"])
    assert world.state(again) is ShareState.STALE
    cases.close(world.installation, tess, other, UPHELD, CaseReason.HARM, NOTE)
    with pytest.raises(Refused) as refused:
        world.draft("b")
    assert refused.value.rule == "R07"


def test_settling_makes_a_request_stale_that_was_made_meanwhile(world: World) -> None:
    tess = world.hire("Tess", Role.TRUST_SAFETY)
    flag_directly(world, world.sessions["a"])
    (first,) = cases.queue(world.installation, tess).waiting
    cases.close(world.installation, tess, first.id, DISMISSED, CaseReason.MISTAKEN, NOTE)
    share_id = world.approved("a")
    cases.begin(world.installation, tess, world.sessions["a"])
    assert world.state(share_id) is ShareState.STALE
    assert "its flag is another" in (world.view(share_id).row.state_reason or "")


def flag_directly(world: World, session_id: UUID) -> UUID:
    """As an import of a flag would: it came with a case of its own."""
    from sqlalchemy import create_engine

    engine = create_engine(world.installation.database.addresses.owner or "")
    with engine.begin() as connection:
        case: UUID = connection.execute(
            text(
                "INSERT INTO trust_safety_case (session_id, study_id, state)"
                " VALUES (:session, :study, 'open') RETURNING id"
            ),
            {"session": session_id, "study": world.study.id},
        ).scalar_one()
        connection.execute(
            text("UPDATE session SET flag_state = 'open' WHERE id = :session"),
            {"session": session_id},
        )
    engine.dispose()
    return case


def test_of_two_who_settle_a_case_at_once_one_wins_and_the_other_is_told(
    installation: Installation, tess: Actor, hire: Hire, flagged: None
) -> None:
    other = hire("Theo", Role.TRUST_SAFETY)
    (waiting,) = cases.queue(installation, tess).waiting

    def settle(who: Actor, outcome: CaseOutcome, reason: CaseReason) -> str:
        try:
            cases.close(installation, who, waiting.id, outcome, reason, NOTE)
        except BadInput as error:
            return str(error)
        return "done"

    with ThreadPoolExecutor(2) as both:
        one = both.submit(settle, tess, UPHELD, CaseReason.HARM)
        two = both.submit(settle, other, DISMISSED, CaseReason.FICTION)
        said = [one.result(), two.result()]
    assert said.count("done") == 1
    winner, loser = ("Tess", said[1]) if said[0] == "done" else ("Theo", said[0])
    assert loser.startswith(f"{winner} settled this case first")
    (settled,) = [each for each in cases.queue(installation, tess).settled if each.id == waiting.id]
    assert settled.closer == winner
    flag = FlagState.UPHELD if winner == "Tess" else FlagState.DISMISSED
    assert settled.state is flag
    view = sessions.open_session(installation, tess, waiting.session_id, record=False)
    assert view.row.flag is flag


def test_opening_and_settling_are_on_record_with_outcome_and_reason(
    installation: Installation, tess: Actor, hire: Hire, flagged: None
) -> None:
    session_id = session_with(installation, tess, FlagState.DISMISSED)
    opened = cases.begin(installation, tess, session_id)
    cases.close(installation, tess, opened, UPHELD, CaseReason.ILLEGAL, NOTE)
    with installation.database.transaction(hire("Uma", Role.AUDITOR).staff_id) as connection:
        begun, closed = (
            audit.page(connection, AuditFilter(actions=(action,)), 10)[0]
            for action in ("case.open", "case.close")
        )
    assert begun.object_id == str(session_id)
    assert closed.object_id == str(opened)
    assert closed.purpose == NOTE
    assert '"outcome":"upheld"' in closed.detail
    assert '"reason":"illegal"' in closed.detail
    assert closed.study_id == begun.study_id is not None


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TRUST_SAFETY])
def test_nobody_else_sees_or_settles_cases(
    role: Role, installation: Installation, tess: Actor, hire: Hire, study: StudyRow, flagged: None
) -> None:
    person = hire("Someone", role, study=study)
    (waiting,) = cases.queue(installation, tess).waiting
    for try_ in (
        lambda: cases.queue(installation, person),
        lambda: cases.open_count(installation, person),
        lambda: cases.view(installation, person, waiting.id),
        lambda: cases.of_session(installation, person, waiting.session_id),
        lambda: cases.begin(installation, person, waiting.session_id),
        lambda: cases.close(installation, person, waiting.id, UPHELD, CaseReason.HARM, NOTE),
    ):
        with pytest.raises(Refused, match="takes the role"):
            try_()
    with installation.database.transaction(person.staff_id) as connection:
        asked = {"case": waiting.id, "session": waiting.session_id}
        assert not connection.execute(
            text("SELECT close_case(:case, 'upheld', 'harm', 'x', now())"), asked
        ).scalar_one()
        assert (
            connection.execute(text("SELECT open_case(:session, now())"), asked).scalar_one()
            is None
        )


def test_no_case_and_no_flag_is_written_past_the_rules(
    installation: Installation, tess: Actor, administrator: Actor, flagged: None
) -> None:
    for who, statement in (
        (tess, "UPDATE trust_safety_case SET state = 'dismissed', closed_at = now()"),
        (tess, "UPDATE session SET flag_state = 'none'"),
        (tess, "DELETE FROM trust_safety_case"),
        (administrator, "UPDATE session SET flag_state = 'none'"),
    ):
        with (
            pytest.raises(DBAPIError, match="permission denied"),
            installation.database.transaction(who.staff_id) as connection,
        ):
            connection.execute(text(statement))


def test_the_queue_shows_the_oldest_first_page_by_page(
    installation: Installation,
    administrator: Actor,
    tess: Actor,
    study: StudyRow,
    tmp_path: Path,
) -> None:
    many = PAGE_SIZE + 3
    take_in(
        installation,
        administrator,
        study,
        tmp_path,
        *(full(f"t{n}", flag="open") for n in range(many)),
    )
    first = cases.queue(installation, tess)
    assert (len(first.waiting), first.count) == (PAGE_SIZE, many)
    assert first.more is not None
    second = cases.queue(installation, tess, first.more)
    assert (len(second.waiting), second.more) == (3, None)
    shown = [*first.waiting, *second.waiting]
    assert len({case.id for case in shown}) == many
    assert [(c.opened_at, c.id) for c in shown] == sorted((c.opened_at, c.id) for c in shown)
