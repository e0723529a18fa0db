"""Settling which policy governs takes two administrators, and holds at once everywhere."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from data_access import audit
from data_access.audit import AuditFilter
from data_access.studies import StudyRow
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.policy import Use
from domain.policy.assignments import Settlement
from domain.session_filters import parse
from domain.shares.lifecycle import ShareState
from domain.vocabulary import PolicyVersion, Role
from services import assignments, holds, policy_changes, sessions
from services.assignments import Meant
from services.installation import Installation
from tests.conftest import Clock, Hire
from tests.services.shares.conftest import world as world
from tests.services.shares.worlds import World, bound
from tests.services.undecided import gap as gap
from tests.services.undecided import rows, rules

DECEMBER, MARCH, NONE = PolicyVersion.DECEMBER_2025, PolicyVersion.MARCH_2026, PolicyVersion.NONE
WHY = "They were shown the March policy before they began"
CONFIRMED, REJECTED, WITHDRAWN = Settlement


@pytest.fixture
def cleo(hire: Hire) -> Actor:
    return hire("Cleo", Role.ADMINISTRATOR)


BEFORE = {"early": "R03", "late": "R03", "edge": "R04", "april": "R40"}


def test_one_proposes_and_another_confirms_and_it_holds_at_once(
    installation: Installation, administrator: Actor, cleo: Actor, gap: Actor
) -> None:
    meant = Meant(study="making-things")
    seen = assignments.preview(installation, administrator, meant, MARCH)
    assert len(seen.sessions) == 3
    told = {(each.use, each.rule, each.rule_then): each.sessions for each in seen.differences}
    assert told[Use.SHARE_RESEARCHER, "R03", "R40"] == 2
    assert told[Use.SHARE_RESEARCHER, "R04", "R40"] == 1
    assert told[Use.INTERNAL_DEIDENTIFIED_TEXT, "R03", "R20"] == 2
    proposal = assignments.propose(
        installation, administrator, meant, MARCH, WHY, shown=seen.digest
    )
    assert rules(installation, gap) == BEFORE
    (waiting,) = assignments.every(installation, cleo).waiting
    assert (waiting.row.sessions, waiting.row.reason, waiting.mine) == (3, WHY, False)
    assert waiting.differences == seen.differences
    assignments.settle(installation, cleo, proposal, CONFIRMED)
    assert rules(installation, gap) == dict.fromkeys(BEFORE, "R40")
    assert {row.policy_version for row in rows(installation, gap).values()} == {MARCH}
    filtered = sessions.list_sessions(
        installation, gap, parse({"outcome": "share_researcher:allow"})
    )
    assert filtered.count == 4
    assert policy_changes.counts(installation, cleo, Use.SHARE_RESEARCHER)[0].sessions == 4
    (settled,) = assignments.every(installation, administrator).settled
    assert (settled.outcome, settled.decider, settled.proposer) == (CONFIRMED, "Cleo", "Ada Osei")
    assert not [h for h in holds.overview(installation, cleo).counts if h.rule in ("R03", "R04")]


def test_one_session_and_a_period_can_be_meant(
    installation: Installation, administrator: Actor, cleo: Actor, gap: Actor
) -> None:
    number = rows(installation, gap)["edge"].number
    one = assignments.preview(installation, administrator, Meant(numbers=(number,)), MARCH)
    assert [each.number for each in one.sessions] == [number]
    period = Meant(completed_from=date(2026, 3, 10), completed_until=date(2026, 3, 10))
    proposal = assignments.propose(installation, administrator, period, DECEMBER, WHY)
    assignments.settle(installation, cleo, proposal, CONFIRMED)
    assert rules(installation, gap) == BEFORE | {"late": "R47"}
    assert rows(installation, gap)["late"].policy_version == DECEMBER


@pytest.mark.parametrize(
    ("meant", "version", "said"),
    [
        (Meant(study="making-things"), DECEMBER, "on no side of the boundary"),
        (Meant(study="making-things"), NONE, "No policy was settled"),
        (Meant(study="unknown"), MARCH, "No session is meant"),
        (Meant(completed_until=date(2025, 1, 1)), MARCH, "No session is meant"),
        (Meant(numbers=(999_999,)), MARCH, "no session 999999"),
    ],
)
def test_what_cannot_be_settled_is_told_before_it_is_proposed(
    meant: Meant,
    version: PolicyVersion,
    said: str,
    installation: Installation,
    administrator: Actor,
    gap: Actor,
) -> None:
    with pytest.raises(BadInput, match=said):
        assignments.preview(installation, administrator, meant, version)
    with pytest.raises(BadInput, match=said):
        assignments.propose(installation, administrator, meant, version, WHY)


def test_a_session_whose_date_decides_is_left_alone(
    installation: Installation, administrator: Actor, gap: Actor
) -> None:
    number = rows(installation, gap)["april"].number
    with pytest.raises(BadInput, match="The date decides"):
        assignments.preview(installation, administrator, Meant(numbers=(number,)), DECEMBER)


def test_nobody_confirms_or_rejects_their_own_and_nobody_withdraws_anothers(
    installation: Installation, administrator: Actor, cleo: Actor, gap: Actor
) -> None:
    proposal = assignments.propose(installation, administrator, Meant(), MARCH, WHY)
    for who, how in ((administrator, CONFIRMED), (administrator, REJECTED), (cleo, WITHDRAWN)):
        with pytest.raises(Refused) as refused:
            assignments.settle(installation, who, proposal, how)
        assert refused.value.rule == "assignment.two-people"
    assert rules(installation, gap) == BEFORE
    assignments.settle(installation, administrator, proposal, WITHDRAWN)
    with pytest.raises(BadInput, match="Ada Osei settled this proposal already: withdrawn"):
        assignments.settle(installation, cleo, proposal, CONFIRMED)
    other = assignments.propose(installation, administrator, Meant(), MARCH, WHY)
    assignments.settle(installation, cleo, other, REJECTED)
    assert rules(installation, gap) == BEFORE
    with pytest.raises(BadInput, match="no such proposal"):
        assignments.settle(installation, cleo, uuid4(), CONFIRMED)


def test_the_same_person_under_another_row_is_the_same_person(
    installation: Installation, administrator: Actor, cleo: Actor, gap: Actor
) -> None:
    """Two rows can bear one subject only if the owner makes them; it is refused even then."""
    bound(installation, administrator)
    proposal = assignments.propose(installation, administrator, Meant(), MARCH, WHY)
    engine = create_engine(installation.database.addresses.owner or "")
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE staff DROP CONSTRAINT uq_staff__issuer_subject"))
        connection.execute(
            text(
                "UPDATE staff SET (issuer, subject) = (SELECT issuer, subject FROM staff"
                " WHERE id = :ada) WHERE id = :cleo"
            ),
            {"ada": administrator.staff_id, "cleo": cleo.staff_id},
        )
    engine.dispose()
    with pytest.raises(Refused) as refused:
        assignments.settle(installation, cleo, proposal, CONFIRMED)
    assert refused.value.rule == "assignment.two-people"
    assert rules(installation, gap) == BEFORE


def test_the_database_assigns_nothing_by_one_person_or_past_the_function(
    installation: Installation, administrator: Actor, cleo: Actor, gap: Actor
) -> None:
    proposal = assignments.propose(installation, administrator, Meant(), MARCH, WHY)
    session_id = rows(installation, gap)["april"].id
    for who, statement, said in (
        (
            administrator,
            "SELECT settle_policy_assignment(:proposal, 'confirmed', now())",
            "assignment.two-people",
        ),
        (
            administrator,
            "UPDATE policy_assignment SET outcome = 'confirmed' WHERE id = :proposal",
            "permission denied",
        ),
        (
            cleo,
            "UPDATE session SET assigned_version = '2026-03-23'",
            "permission denied",
        ),
        (gap, "UPDATE session SET assigned_version = '2026-03-23'", "permission denied"),
        (
            administrator,
            "INSERT INTO policy_assignment (version, sessions, policy_digest, reason, proposed_by)"
            f" VALUES ('none', 1, 'x', 'a reason that is long', '{cleo.staff_id}')",
            "row-level security",
        ),
        (
            administrator,
            "INSERT INTO policy_assignment_session (assignment_id, session_id, study_id,"
            " completed_at, by_date, instead_of) SELECT :proposal, :session,"
            " (SELECT study_id FROM policy_assignment_session LIMIT 1), now(), 'none', 'none'",
            "row-level security",
        ),
    ):
        with (
            pytest.raises(DBAPIError, match=said),
            installation.database.transaction(who.staff_id) as connection,
        ):
            connection.execute(
                text(statement),
                {"proposal": proposal, "session": session_id}
                if ":session" in statement
                else {"proposal": proposal}
                if ":proposal" in statement
                else {},
            )
    with installation.database.transaction(gap.staff_id) as connection:
        assert not connection.execute(
            text("SELECT settle_policy_assignment(:proposal, 'confirmed', now())"),
            {"proposal": proposal},
        ).scalar_one()
    assert rules(installation, gap) == BEFORE


def test_what_changed_since_it_was_shown_is_not_proposed_or_confirmed(
    installation: Installation,
    administrator: Actor,
    cleo: Actor,
    gap: Actor,
    clock: Clock,
) -> None:
    late = rows(installation, gap)["late"].number
    seen = assignments.preview(installation, administrator, Meant(), MARCH)
    first = assignments.propose(installation, administrator, Meant(numbers=(late,)), MARCH, WHY)
    second = assignments.propose(installation, administrator, Meant(), MARCH, WHY)
    assignments.settle(installation, cleo, first, CONFIRMED)
    with pytest.raises(Refused) as refused:
        assignments.settle(installation, cleo, second, CONFIRMED)
    assert refused.value.rule == "assignment.same-sessions"
    with pytest.raises(Refused) as refused:
        assignments.propose(installation, administrator, Meant(), MARCH, WHY, shown=seen.digest)
    assert refused.value.rule == "assignment.as-shown"
    third = assignments.propose(installation, administrator, Meant(), MARCH, WHY)
    clock.advance(timedelta(seconds=1))
    change = policy_changes.propose_retention(
        installation, administrator, MARCH, 4, "2026-12-09", "The board fixed four years"
    )
    policy_changes.settle(installation, cleo, change, accept=True)
    with pytest.raises(Refused) as refused:
        assignments.settle(installation, cleo, third, CONFIRMED)
    assert refused.value.rule == "assignment.same-table"


def test_an_assignment_can_be_taken_back_by_two_people_again(
    installation: Installation, administrator: Actor, cleo: Actor, gap: Actor
) -> None:
    proposal = assignments.propose(installation, administrator, Meant(), MARCH, WHY)
    assignments.settle(installation, cleo, proposal, CONFIRMED)
    numbers = tuple(rows(installation, gap)[name].number for name in ("early", "edge"))
    back = assignments.propose(
        installation, cleo, Meant(numbers=numbers), NONE, "They were not shown it after all"
    )
    assignments.settle(installation, administrator, back, CONFIRMED)
    assert rules(installation, gap) == BEFORE | {"late": "R40"}
    found = rows(installation, gap)
    assert (found["early"].policy_version, found["edge"].policy_version) == (NONE, MARCH)


def test_an_open_request_that_holds_the_session_becomes_stale(world: World) -> None:
    """A session near a boundary was settled and put in a request; the settling is taken back."""
    ben = next(
        each for each in [world.hire("Cleo", Role.ADMINISTRATOR)] if each.staff_id is not None
    )
    engine = create_engine(world.installation.database.addresses.owner or "")
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE session SET completed_at = '2026-02-02 09:20Z',"
                " sorted_at = '2026-02-02 09:20Z', policy_version = 'none' WHERE id = :session"
            ),
            {"session": world.sessions["a"]},
        )
        number: int = connection.execute(
            text("SELECT number FROM session WHERE id = :session"),
            {"session": world.sessions["a"]},
        ).scalar_one()
    engine.dispose()
    with pytest.raises(Refused) as refused:
        world.draft("a")
    assert refused.value.rule == "R03"
    meant = Meant(numbers=(number,))
    first = assignments.propose(world.installation, world.administrator, meant, MARCH, WHY)
    assignments.settle(world.installation, ben, first, CONFIRMED)
    touched, untouched = world.approved("a"), world.approved("b")
    back = assignments.propose(world.installation, world.administrator, meant, NONE, WHY)
    assert world.state(touched) is ShareState.APPROVED
    assignments.settle(world.installation, ben, back, CONFIRMED)
    assert world.state(touched) is ShareState.STALE
    reason = world.view(touched).row.state_reason or ""
    assert reason == f"Session {number} changed: another policy governs it."
    assert world.state(untouched) is ShareState.APPROVED


def test_of_two_who_settle_at_once_one_wins_and_the_other_is_told(
    installation: Installation, administrator: Actor, cleo: Actor, hire: Hire, gap: Actor
) -> None:
    dora = hire("Dora", Role.ADMINISTRATOR)
    proposal = assignments.propose(installation, administrator, Meant(), MARCH, WHY)

    def settle(who: Actor, how: Settlement) -> str:
        try:
            assignments.settle(installation, who, proposal, how)
        except BadInput as error:
            return str(error)
        return "done"

    with ThreadPoolExecutor(2) as both:
        tries = [both.submit(settle, cleo, CONFIRMED), both.submit(settle, dora, REJECTED)]
        said = [each.result() for each in tries]
    assert said.count("done") == 1
    assert any("settled this proposal already" in each for each in said)
    confirmed = said[0] == "done"
    expected = dict.fromkeys(BEFORE, "R40") if confirmed else BEFORE
    assert rules(installation, gap) == expected


def test_every_step_is_on_record_with_version_digest_and_sessions(
    installation: Installation, administrator: Actor, cleo: Actor, hire: Hire, gap: Actor
) -> None:
    proposal = assignments.propose(installation, administrator, Meant(), MARCH, WHY)
    assignments.settle(installation, cleo, proposal, CONFIRMED)
    with installation.database.transaction(hire("Uma", Role.AUDITOR).staff_id) as connection:
        proposed, confirmed = (
            audit.page(connection, AuditFilter(actions=(action,)), 10)[0]
            for action in ("assignment.propose", "assignment.confirmed")
        )
    for entry, who in ((proposed, administrator), (confirmed, cleo)):
        assert entry.object_id == str(proposal)
        assert entry.purpose == WHY
        assert entry.actor_id == who.staff_id
        assert '"version":"2026-03-23"' in entry.detail
        assert '"sessions":3' in entry.detail


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_else_proposes_settles_or_reads_proposals(
    role: Role,
    installation: Installation,
    administrator: Actor,
    hire: Hire,
    study: StudyRow,
    gap: Actor,
) -> None:
    person = hire("Someone", role, study=study)
    proposal = assignments.propose(installation, administrator, Meant(), MARCH, WHY)
    for try_ in (
        lambda: assignments.every(installation, person),
        lambda: assignments.preview(installation, person, Meant(), MARCH),
        lambda: assignments.propose(installation, person, Meant(), MARCH, WHY),
        lambda: assignments.settle(installation, person, proposal, CONFIRMED),
    ):
        with pytest.raises(Refused, match="takes the role administrator"):
            try_()
    with installation.database.transaction(person.staff_id) as connection:
        assert connection.execute(text("SELECT * FROM policy_assignment")).all() == []
        assert connection.execute(text("SELECT * FROM policy_assignment_session")).all() == []
        assert (
            connection.execute(
                text("SELECT * FROM facts_of_assignment(:proposal)"), {"proposal": proposal}
            ).all()
            == []
        )
        numbered = connection.execute(text("SELECT * FROM facts_of_numbered(ARRAY[1, 2, 3])"))
        assert len(numbered.all()) == (3 if role is Role.REVIEWER else 0)
