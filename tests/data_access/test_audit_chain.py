"""The audit chain on a real database: whole under threads, and every tampering is named."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from data_access import audit
from domain.audit import GENESIS, entry_hash
from domain.permissions import Actor
from domain.vocabulary import Role
from services import access, trail
from services.acts import act
from services.installation import Installation
from tests.conftest import Hire


def as_superuser(installation: Installation, *statements: str) -> None:
    owner = installation.database.addresses.owner
    assert owner is not None
    engine = create_engine(owner.set(username="postgres"))
    with engine.begin() as connection:
        # What somebody with every right would do to be unseen: no triggers.
        connection.execute(text("SET session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def ten_acts(installation: Installation, administrator: Actor) -> int:
    for number in range(10):
        access.invite(installation, administrator, f"p{number}@clearance.example", f"P {number}")
    report = trail.verify_as_owner(installation)
    assert report.whole
    return report.head


def test_the_database_and_the_verifier_compute_the_same_hash(
    installation: Installation, ten_acts: int, hire: Hire
) -> None:
    uma = hire("Uma", Role.AUDITOR)
    with installation.database.transaction(uma.staff_id) as connection:
        entries = list(audit.stream(connection))
    previous = GENESIS
    for entry in entries:
        assert entry.prev_hash == previous
        assert entry.hash == entry_hash(entry, previous)
        previous = entry.hash


def test_an_auditor_verifies_and_that_is_an_act_itself(
    installation: Installation, ten_acts: int, hire: Hire
) -> None:
    uma = hire("Uma", Role.AUDITOR)
    first = trail.verify(installation, uma)
    assert first.whole, first.how
    second = trail.verify(installation, uma)
    assert (second.whole, second.head) == (True, first.head + 1)


@pytest.mark.parametrize(
    ("tampering", "row", "how"),
    [
        ("UPDATE audit_event SET purpose = 'x' WHERE seq = 4", 4, "content"),
        ("UPDATE audit_event SET actor_label = 'x' WHERE seq = 4", 4, "content"),
        ("UPDATE audit_event SET action = 'x' WHERE seq = 4", 4, "content"),
        ("UPDATE audit_event SET detail = '[]' WHERE seq = 4", 4, "content"),
        ("UPDATE audit_event SET outcome = 'refused' WHERE seq = 4", 4, "content"),
        ("UPDATE audit_event SET object_id = 'x' WHERE seq = 4", 4, "content"),
        ("UPDATE audit_event SET at = at + interval '1 microsecond' WHERE seq = 4", 4, "content"),
        ("UPDATE audit_event SET actor_id = NULL WHERE seq = 4", 4, "content"),
        ("UPDATE audit_event SET object_kind = 'x' WHERE seq = 4", 4, "content"),
        ("UPDATE audit_event SET study_id = gen_random_uuid() WHERE seq = 4", 4, "content"),
        ("UPDATE audit_event SET hash = sha256('x') WHERE seq = 4", 4, "content"),
        ("UPDATE audit_event SET prev_hash = sha256('x') WHERE seq = 4", 4, "chained"),
        ("DELETE FROM audit_event WHERE seq = 4", 4, "missing"),
        ("DELETE FROM audit_event WHERE seq < 3", 1, "missing"),
    ],
)
def test_the_first_broken_row_is_named_with_how_it_is_broken(
    tampering: str, row: int, how: str, installation: Installation, ten_acts: int
) -> None:
    as_superuser(installation, tampering)
    report = trail.verify_as_owner(installation)
    assert (report.broken_at, how in report.how) == (row, True), report.how


def test_rows_that_changed_places_are_seen(installation: Installation, ten_acts: int) -> None:
    as_superuser(
        installation,
        "UPDATE audit_event SET seq = -4 WHERE seq = 4",
        "UPDATE audit_event SET seq = 4 WHERE seq = 5",
        "UPDATE audit_event SET seq = 5 WHERE seq = -4",
    )
    assert trail.verify_as_owner(installation).broken_at == 4


def test_a_row_pushed_in_between_is_seen(installation: Installation, ten_acts: int) -> None:
    as_superuser(
        installation,
        "UPDATE audit_event SET seq = -seq - 1 WHERE seq >= 4",
        "UPDATE audit_event SET seq = -seq WHERE seq < 0",
        "INSERT INTO audit_event SELECT 4, at, actor_id, actor_label, action, object_kind,"
        " object_id, study_id, purpose, outcome, detail, hash, sha256('x') FROM audit_event"
        " WHERE seq = 3",
    )
    assert trail.verify_as_owner(installation).broken_at == 4


def test_a_cut_tail_is_seen(installation: Installation, ten_acts: int) -> None:
    as_superuser(installation, f"DELETE FROM audit_event WHERE seq > {ten_acts - 2}")
    report = trail.verify_as_owner(installation)
    assert report.broken_at == ten_acts - 1
    assert "gone" in report.how


def test_an_emptied_trail_is_seen(installation: Installation, ten_acts: int) -> None:
    as_superuser(installation, "DELETE FROM audit_event")
    assert trail.verify_as_owner(installation).broken_at == 1


def test_a_chain_rewritten_with_right_hashes_is_seen(
    installation: Installation, ten_acts: int
) -> None:
    as_superuser(
        installation,
        "CREATE TABLE copy AS SELECT * FROM audit_event",
        "UPDATE copy SET actor_label = 'somebody else' WHERE seq = 4",
        "DELETE FROM audit_event",
        "SET session_replication_role = origin",
        "INSERT INTO audit_event (actor_id, actor_label, action, object_kind, object_id,"
        " study_id, purpose, outcome, detail) SELECT actor_id, actor_label, action, object_kind,"
        " object_id, study_id, purpose, outcome, detail FROM copy ORDER BY seq",
    )
    report = trail.verify_as_owner(installation)
    assert not report.whole
    assert "checkpoint" in report.how


def test_a_forged_checkpoint_is_seen(installation: Installation, ten_acts: int) -> None:
    head = installation.checkpoints.directory / "head.json"
    head.write_text(head.read_text().replace(f'"seq": {ten_acts}', f'"seq": {ten_acts - 1}'))
    report = trail.verify_as_owner(installation)
    assert not report.whole
    assert "signature" in report.how


def test_eight_writers_at_once_make_one_unbroken_chain(
    installation: Installation, administrator: Actor, ten_acts: int
) -> None:
    def write() -> None:
        for _ in range(10):
            with act(installation, administrator, "test.act", "test") as done:
                done.detail["thread"] = threading.get_ident()

    _together(8, write)
    report = trail.verify_as_owner(installation)
    assert report.whole, report.how
    assert report.head == ten_acts + 80


def test_an_act_whose_audit_row_cannot_be_written_does_not_happen(
    installation: Installation, administrator: Actor
) -> None:
    as_superuser(installation, "REVOKE INSERT ON audit_event FROM clearance_app")
    with pytest.raises(ProgrammingError):
        access.invite(installation, administrator, "new@clearance.example", "New Person")
    as_superuser(installation, "GRANT INSERT ON audit_event TO clearance_app")
    assert "new@clearance.example" not in {
        person.email for person in access.people(installation, administrator)
    }


def _together(count: int, what: Callable[[], None]) -> None:
    threads = [threading.Thread(target=what) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
