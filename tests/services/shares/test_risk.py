"""What joining gives away: counted of what still stands, with what the recipient holds already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from data_access import quasi_identifiers
from data_access import sessions as stored
from data_access.studies import StudyRow
from domain.errors import Refused
from domain.permissions import Actor
from domain.policy.uses import RecipientKind
from domain.quasi_identifiers import QuasiCategory, QuasiIdentifier
from domain.session_filters import SessionFilter
from domain.spans import Span
from domain.vocabulary import Role
from services import access, sessions
from services.deidentification import SERVICE
from services.shares import composing, recipients, requests, risk, submitting
from services.shares.risk import RiskSummary, Standout
from tests.conftest import Hire
from tests.services.reviews import SECRET
from tests.services.shares.worlds import WORDING, World
from tests.services.worlds import full, read_by_the_machine, take_in

OCCUPATION, PLACE = QuasiCategory.OCCUPATION, QuasiCategory.PLACE


def say(world: World, said: Mapping[str, Mapping[QuasiCategory, str]]) -> None:
    """Let the machine have found these words of each session's participant."""
    service = access.service_actor(world.installation, SERVICE)
    for name, traits in said.items():
        session_id = world.sessions[name]
        with world.installation.database.transaction(world.rosa.staff_id) as connection:
            (row,) = stored.several(connection, [session_id])
            words = stored.turns(connection, session_id)[1].text
        with world.installation.database.transaction(service.staff_id) as connection:
            quasi_identifiers.keep(
                connection,
                session_id,
                row.study_id,
                row.participant_id,
                [
                    QuasiIdentifier(
                        category,
                        word.lower(),
                        Span(1, words.index(word), words.index(word) + len(word)),
                    )
                    for category, word in traits.items()
                ],
            )


def summary(world: World, share_id: UUID, actor: Actor | None = None) -> RiskSummary:
    held = world.view(share_id, actor).risk
    assert held is not None
    return held


def people(world: World, share_id: UUID) -> tuple[Standout, ...]:
    return risk.standouts(world.installation, world.amina, share_id, 0)


def test_whoever_nobody_resembles_is_told_to_who_composes_and_who_decides(world: World) -> None:
    say(world, {"a": {OCCUPATION: "workshop"}, "c": {OCCUPATION: "workshop", PLACE: "does"}})
    draft = world.draft("a", "c")
    assert summary(world, draft) == RiskSummary(
        participants=2, known_sessions=0, known_by=[], alone=1, few=2, joined=0, smallest=1
    )
    submitting.submit(world.installation, world.ravi, draft)
    assert summary(world, draft, world.amina) == summary(world, draft)
    first, second = people(world, draft)
    assert first.sessions == (world.sessions["c"],)
    # Two say that they work in a workshop; one of them adds where.
    assert [(k, [part.value for part in parts]) for k, parts in first.alone] == [
        (1, ["does"]),
        (2, ["workshop"]),
    ]
    assert second.sessions == (world.sessions["a"],)
    opened = requests.open_session(world.installation, world.amina, draft, world.sessions["c"])
    assert opened.stands_out == first


def test_what_was_redacted_neither_counts_nor_is_named(world: World) -> None:
    say(world, {"a": {OCCUPATION: "Zephyrine Quill", PLACE: "Quill"}, "c": {PLACE: "workshop"}})
    share_id = world.submitted("a", "c")
    held = summary(world, share_id)
    assert (held.participants, held.few) == (2, 1)
    (only,) = people(world, share_id)
    assert only.sessions == (world.sessions["c"],)
    with world.installation.database.transaction(world.amina.staff_id) as connection:
        kept = connection.execute(text("SELECT people::text FROM share_risk")).scalar_one()
    for word in (SECRET, SECRET.lower(), "quill", "zephyrine"):
        assert word not in kept


def test_two_releases_join_to_what_neither_gave_away_alone(
    world: World, study: StudyRow, tmp_path: Path
) -> None:
    others = [full(name, "Who helps you?", f"A cousin does, in workshop {name}.") for name in "de"]
    take_in(world.installation, world.administrator, study, tmp_path, *others)
    read_by_the_machine(world.installation, [])
    for row in sessions.list_sessions(world.installation, world.rosa, SessionFilter()).rows:
        if row.id not in world.sessions.values():
            view = sessions.open_session(world.installation, world.rosa, row.id, record=False)
            world.sessions[view.turns[1].text.rstrip(".")[-1]] = row.id
    # "a" and "b" are one participant's. "d" shares the one trait, "e" the other, nobody both.
    say(
        world,
        {
            "a": {OCCUPATION: "workshop"},
            "d": {OCCUPATION: "workshop"},
            "b": {PLACE: "does"},
            "e": {PLACE: "does"},
        },
    )
    first = world.submitted("a")
    assert (summary(world, first).smallest, summary(world, first).joined) == (2, 0)
    world.released("a")
    second = world.submitted("b")
    held = summary(world, second, world.amina)
    assert (held.known_sessions, held.known_by) == (1, [2])
    assert (held.few, held.alone, held.joined, held.smallest) == (1, 1, 1, 1)
    (only,) = people(world, second)
    assert [(k, [part.value for part in parts]) for k, parts in only.alone] == [(2, ["does"])]
    # What was said in the earlier share is named by its category and that share alone.
    ((k, parts),) = only.joined
    assert k == 1
    assert [(part.category, part.value, part.share_number) for part in parts] == [
        (OCCUPATION, None, 2),
        (PLACE, "does", None),
    ]
    # To another recipient nothing left before: there is nothing to join.
    world.recipient = recipients.record(
        world.installation,
        world.administrator,
        kind=RecipientKind.RESEARCHER,
        name="Nadia Rahal",
        organisation="Institute of Tools",
        email="nadia@tools.example",
    )
    world.agreement = recipients.record_agreement(
        world.installation,
        world.administrator,
        world.recipient,
        title="Data use agreement",
        wording=WORDING,
        data_uses=(),
        signed_at=world.installation.now() - timedelta(days=1),
        expires_at=world.installation.now() + timedelta(days=1),
    )
    elsewhere = summary(world, world.submitted("b"))
    assert (elsewhere.known_by, elsewhere.joined, elsewhere.smallest) == ([], 0, 2)


def test_it_is_counted_once_and_anew_when_something_it_was_counted_from_changes(
    world: World,
) -> None:
    say(world, {"a": {OCCUPATION: "workshop"}, "b": {PLACE: "does"}, "c": {PLACE: "does"}})
    draft = world.draft("b")
    assert summary(world, draft).few == 1
    assert counted(world, draft) == 0
    composing.add_sessions(world.installation, world.ravi, draft, [world.sessions["c"]])
    assert counted(world, draft) > 0
    assert summary(world, draft).few == 2
    assert counted(world, draft) == 0
    world.released("a")
    assert counted(world, draft) > 0
    assert summary(world, draft).known_by == [2]


def counted(world: World, share_id: UUID) -> int:
    """How often traits are read while the request is looked at."""
    said: list[str] = []

    def hear(*args: object) -> None:
        said.append(str(args[2]))

    engine = world.installation.database.app
    event.listen(engine, "before_cursor_execute", hear)
    try:
        world.view(share_id)
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    return sum("share_traits" in statement for statement in said)


def test_a_page_of_a_request_asks_as_many_questions_for_one_session_as_for_three(
    world: World,
) -> None:
    one, three = world.submitted("a"), world.submitted("a", "b", "c")
    world.view(one)
    world.view(three)
    assert questions(world, one) == questions(world, three)


def questions(world: World, share_id: UUID) -> int:
    asked = 0

    def hear(*_args: object) -> None:
        nonlocal asked
        asked += 1

    engine = world.installation.database.app
    event.listen(engine, "before_cursor_execute", hear)
    try:
        world.view(share_id)
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    return asked


def test_who_may_not_read_what_would_leave_is_told_no_risk(world: World, hire: Hire) -> None:
    say(world, {"a": {OCCUPATION: "workshop"}})
    share_id = world.submitted("a")
    assert summary(world, share_id).few == 1
    assert world.view(share_id, world.administrator).risk is None
    with world.installation.database.transaction(world.administrator.staff_id) as connection:
        assert connection.execute(text("SELECT count(*) FROM share_risk")).scalar_one() == 0
    stranger = hire("Cleo", Role.APPROVER)
    with pytest.raises(Refused):
        risk.standouts(world.installation, stranger, share_id, 0)


@pytest.mark.parametrize("who", ["ravi", "amina", "administrator"])
def test_no_person_reads_traits_by_the_services_functions_or_writes_a_risk(
    world: World, who: str
) -> None:
    say(world, {"a": {OCCUPATION: "workshop"}})
    share_id = world.submitted("a")
    summary(world, share_id)
    actor: Actor = getattr(world, who)
    with world.installation.database.transaction(actor.staff_id) as connection:
        for question in (
            "SELECT * FROM share_traits(:share)",
            "SELECT * FROM share_people(:share) WHERE participants > 0",
            "SELECT * FROM trait_holders(ARRAY(SELECT study_id FROM share_request),"
            " ARRAY['occupation'], ARRAY['workshop'], 9)",
        ):
            assert connection.execute(text(question), {"share": share_id}).all() == []
        changed = connection.execute(text("UPDATE share_risk SET summary = '{}'")).rowcount
        assert changed == 0
    with (
        pytest.raises(DBAPIError, match="row-level security"),
        world.installation.database.transaction(actor.staff_id) as connection,
    ):
        connection.execute(
            text(
                "INSERT INTO share_risk (share_id, basis, summary, people)"
                " VALUES (:share, '', '{}', '[]')"
            ),
            {"share": world.draft("b")},
        )
