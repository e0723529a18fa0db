"""From a chart that leads saw to a signed package, and every way in which it stops before."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import create_engine, text

from data_access import metrics as stored_metrics
from data_access import publication_counts
from data_access.studies import StudyRow
from domain.errors import BadInput, Refused
from domain.metrics import breakdowns, snapshot_week
from domain.permissions import Actor
from domain.publications.contents import FILES, Audience
from domain.publications.lifecycle import PublicationState
from domain.publications.votes import Ballot
from domain.vocabulary import Role
from services import access, metrics_snapshots
from services.installation import Installation
from services.keys import release_key
from services.publications import proposing, reading, releasing, voting, working
from services.shares import recipients
from services.shares.packages import verify_package
from tests.conftest import Clock, Hire
from tests.services.metrics.test_snapshots import come, interviews
from tests.services.publications.worlds import TITLE, World, make_world
from tests.services.shares.worlds import bound
from tests.services.worlds import read_by_the_machine, take_in


def audited(world: World, action: str) -> list[tuple[str, dict[str, object]]]:
    auditor = world.hire("Uma", Role.AUDITOR)
    with world.installation.database.transaction(auditor.staff_id) as connection:
        rows = connection.execute(
            text("SELECT outcome, detail FROM audit_event WHERE action = :action ORDER BY seq"),
            {"action": action},
        ).all()
    return [(row.outcome, json.loads(row.detail)) for row in rows]


def test_a_chart_is_proposed_approved_by_two_published_and_verified(
    world: World, tmp_path: Path
) -> None:
    publication_id = world.published(note="Counted once on each.")
    view = world.view(publication_id)
    assert view.row.state is PublicationState.PUBLISHED
    files = world.package(publication_id)
    assert set(files) == {*FILES, "manifest.json", "manifest.sig"}
    manifest = json.loads(files["manifest.json"])
    assert (manifest["publication"], manifest["title"]) == (view.row.number, TITLE)
    assert (manifest["participants"], manifest["audience"]) == (80, "public")
    assert manifest["approved_by"] == ["Amina", "Bela"]
    assert manifest["rules"] == ["R30"]
    told = list(csv.reader(io.StringIO(files["numbers.csv"].decode())))[1:]
    assert {row[0]: row[1] for row in told} == {
        "everybody counted": "80",
        "Free": "30",
        "Pro": "50",
        "Max": "",
        "Other": "",
    }
    taken = reading.take_package(world.installation, world.amina, publication_id)
    path = tmp_path / "package.zip"
    path.write_bytes(taken.package)
    public = release_key(world.installation.settings).public_key()
    key = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    verdict = verify_package(path, key)
    assert (verdict.problems, verdict.publication, verdict.share) == ((), view.row.number, None)
    assert [outcome for outcome, _ in audited(world, "publication.fetch")] == ["done"] * 2


def test_what_is_approved_is_what_leaves_byte_for_byte(world: World) -> None:
    publication_id = world.proposed()
    shown = {
        name: reading.take_file(world.installation, world.bela, publication_id, name)[1]
        for name in FILES
    }
    digests = world.view(publication_id, world.bela).file_digests
    assert {name: hashlib.sha256(held).digest() for name, held in shown.items()} == digests
    for approver in (world.amina, world.bela):
        voting.vote(world.installation, approver, publication_id, Ballot.APPROVE)
    world.publish(publication_id)
    left = world.package(publication_id)
    assert {name: left[name] for name in FILES} == shown
    assert b"2026" not in shown["figure.png"]
    # The same chart drawn anew has the same bytes, but for nothing.
    again = world.proposed()
    for name in ("figure.svg", "figure.png", "numbers.csv"):
        assert reading.take_file(world.installation, world.leo, again, name)[1] == shown[name]


def test_only_those_are_counted_whom_the_policy_lets_be_counted(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
) -> None:
    """Leads see 65 on pro, fifteen of them upheld by Trust & Safety (R07)."""
    world = make_world(installation, administrator, study, hire, tmp_path, flagged=15)
    publication_id = world.proposed()
    assert world.counts(publication_id)["pro"] == 50
    # Of the thirty on free all may be counted: that nobody may not is a small count too.
    assert world.counts(publication_id)["free"] is None
    assert world.view(publication_id).row.everybody == 80


def test_where_leads_know_a_count_close_to_every_other_nothing_can_be_published(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
) -> None:
    world = make_world(installation, administrator, study, hire, tmp_path, flagged=3)
    publication_id = world.proposed()
    view = world.view(publication_id)
    assert view.row.state is PublicationState.REFUSED
    assert "[publication.something-shown]" in view.row.state_reason
    assert [outcome for outcome, _ in audited(world, "publication.freeze")] == ["refused"]
    # What nobody saw is not in the ledger.
    with installation.database.transaction(world.service.staff_id) as connection:
        kept = connection.execute(
            text("SELECT metric_ledger(:study)"), {"study": study.id}
        ).scalar_one()
    assert "outside" not in json.dumps(kept)


def test_publications_are_in_what_the_audit_attacks_and_in_the_next_snapshot(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    hire: Hire,
    tmp_path: Path,
    clock: Clock,
) -> None:
    world = make_world(installation, administrator, study, hire, tmp_path, flagged=15)
    (before,) = metrics_snapshots.audit_ledgers(installation, world.service, [study.id])
    world.proposed()
    (after,) = metrics_snapshots.audit_ledgers(installation, world.service, [study.id])
    assert after.targets > before.targets
    assert after.opened == 0
    come(installation, administrator, study, tmp_path, *interviews(700, 40, "max"))
    clock.advance(timedelta(days=7))
    assert metrics_snapshots.take_due(installation, world.service) == 1
    (later,) = metrics_snapshots.audit_ledgers(installation, world.service, [study.id])
    assert later.targets > after.targets
    assert later.opened == 0
    with installation.database.transaction(world.service.staff_id) as connection:
        kept = connection.execute(
            text("SELECT metric_ledger(:study)"), {"study": study.id}
        ).scalar_one()
    assert "outside" in json.dumps(kept["plan"])


def test_every_declared_breakdown_is_counted_alike_for_leads_and_for_readers_outside(
    installation: Installation,
    administrator: Actor,
    study: StudyRow,
    tmp_path: Path,
) -> None:
    """The two counts in SQL are written twice; where everybody may be counted they agree."""
    varied = (
        {"plan": "free", "language": "de-CH", "completed_at": "2026-04-02T09:03:00Z"},
        {"status": "abandoned", "completed_at": None, "flag": "open"},
        {"started_at": "2026-05-06T09:00:00Z", "completed_at": "2026-05-06T10:30:00Z"},
        {"memory_on": True, "plan": "max", "participant_ref": "account-1"},
    )
    rows = [row | varied[at % 4] for at, row in enumerate(interviews(0, 12))]
    choices = "".join(
        f"t0,{scope},granted,2026-04-02T09:21:00Z\n"
        for scope in ("publish_responses", "share_researchers", "share_journalists", "contact")
    )
    take_in(installation, administrator, study, tmp_path, *rows, choices=choices)
    read_by_the_machine(installation, ["Mo Smith"])
    service = access.service_actor(installation, metrics_snapshots.SERVICE)
    now = installation.now()
    weeks = (study.opens_on, study.closes_on)
    declared = breakdowns(snapshot_week(now), *weeks)
    assert {each.name for each in declared} == proposing.PUBLISHABLE
    with installation.database.transaction(service.staff_id) as connection:
        everybody, told = stored_metrics.counts(connection, study.id, now, *weeks)
        groups = publication_counts.facts(connection, study.id, now, ())
        whom = publication_counts.Whom(study.id, now, (), tuple(groups))
        assert sum(group.sessions for group in groups) == 12
        for breakdown in declared:
            assert publication_counts.counts(connection, whom, breakdown.name, *weeks) == (
                everybody,
                told[breakdown.name],
            )
            one_kind = ("redactions", "length", "review")
            assert len(told[breakdown.name]) > 1 or breakdown.name in one_kind


def test_an_aggregate_for_a_third_party_names_them_and_needs_two_as_well(world: World) -> None:
    publication_id = world.approved(audience=Audience.THIRD_PARTY)
    assert world.view(publication_id).row.rule == "R48"
    world.publish(publication_id)
    manifest = json.loads(world.package(publication_id)["manifest.json"])
    assert manifest["recipient"]["name"] == "Nadia Rahal"
    assert manifest["recipient"]["agreement"] == 1
    assert manifest["rules"] == ["R48"]


@pytest.mark.parametrize("ends", ["blocked", "ended"])
def test_a_recipient_who_may_receive_nothing_any_more_receives_no_aggregate(
    world: World, ends: str
) -> None:
    publication_id = world.approved(audience=Audience.THIRD_PARTY)
    if ends == "blocked":
        recipients.block(
            world.installation, world.administrator, world.recipient, "They broke the terms"
        )
    else:
        recipients.end_agreement(
            world.installation, world.administrator, world.agreement, "The project is over"
        )
    world.publish(publication_id)
    view = world.view(publication_id)
    assert view.row.state is PublicationState.STALE
    assert "[share." in view.row.state_reason
    with pytest.raises(Refused, match=r"publication\.published"):
        world.package(publication_id)
    with pytest.raises(Refused):
        world.proposed(audience=Audience.THIRD_PARTY)


def test_a_withdrawal_before_it_leaves_makes_it_stale(world: World) -> None:
    publication_id = world.approved()
    with world.installation.database.transaction(world.administrator.staff_id) as connection:
        found = connection.execute(
            text("SELECT publication_facts(:study, now(), '{}')"), {"study": world.study.id}
        ).all()
    # No person counts sessions by this function.
    assert found == []
    as_owner(
        world,
        "UPDATE session SET withdrawn_at = now() WHERE number = (SELECT min(number) FROM session)",
    )
    world.publish(publication_id)
    view = world.view(publication_id)
    assert view.row.state is PublicationState.STALE
    assert "may not be counted any more" in view.row.state_reason
    assert [outcome for outcome, _ in audited(world, "publication.publish")] == ["refused"]


def as_owner(world: World, statement: str) -> None:
    """What another part of the product does, as the role that owns the tables."""
    engine = create_engine(world.installation.database.addresses.owner or "")
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_an_approval_that_was_not_used_lapses(world: World, clock: Clock) -> None:
    in_time, late = world.approved(), world.approved()
    clock.advance(timedelta(days=14) - timedelta(seconds=1))
    assert releasing.expire_lapsed(world.installation, world.service) == 0
    world.publish(in_time)
    assert world.state(in_time) is PublicationState.PUBLISHED
    clock.advance(timedelta(seconds=1))
    with pytest.raises(Refused, match="lapsed"):
        releasing.ask(world.installation, world.leo, late)
    assert releasing.expire_lapsed(world.installation, world.service) == 1
    assert world.state(late) is PublicationState.EXPIRED


def test_it_is_withdrawn_with_a_reason_and_handed_out_no_more(world: World) -> None:
    publication_id = world.published()
    with pytest.raises(BadInput, match="Say in a sentence"):
        releasing.withdraw(world.installation, world.amina, publication_id, "wrong")
    other = bound(world.installation, world.hire("Lea", Role.LEAD, study=world.study))
    with pytest.raises(Refused, match=r"publication\.withdrawer"):
        releasing.withdraw(world.installation, other, publication_id, "I do not like the title")
    releasing.withdraw(
        world.installation, world.administrator, publication_id, "The title names the wrong year"
    )
    row = world.view(publication_id).row
    assert (row.state, row.withdrawal_reason) == (
        PublicationState.WITHDRAWN,
        "The title names the wrong year",
    )
    with pytest.raises(Refused, match="withdrawn"):
        world.package(publication_id)


def test_it_is_taken_back_by_its_proposer_alone_and_stays_counted_as_shown(world: World) -> None:
    publication_id = world.proposed()
    other = bound(world.installation, world.hire("Lea", Role.LEAD, study=world.study))
    with pytest.raises(Refused, match=r"publication\.proposer"):
        releasing.take_back(world.installation, other, publication_id)
    releasing.take_back(world.installation, world.leo, publication_id)
    assert world.state(publication_id) is PublicationState.TAKEN_BACK
    with world.installation.database.transaction(world.service.staff_id) as connection:
        kept = connection.execute(
            text("SELECT metric_ledger(:study)"), {"study": world.study.id}
        ).scalar_one()
    assert kept["plan"]["told"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"title": "Short"}, BadInput),
        ({"purpose": "report"}, BadInput),
        ({"breakdown": "returning"}, Refused),
        ({"breakdown": "nonsense"}, Refused),
        ({"audience": Audience.THIRD_PARTY, "recipient_id": None}, BadInput),
        ({"recipient_id": UUID(int=3), "agreement_id": UUID(int=3)}, BadInput),
    ],
)
def test_a_proposal_that_says_too_little_or_shows_nothing_is_sent_back(
    world: World, changes: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        proposing.propose(world.installation, world.leo, world.proposal(**changes))


def test_a_letter_that_the_font_does_not_have_is_said_and_nothing_is_frozen(world: World) -> None:
    publication_id = world.proposed(title="関係者の計画について話す")
    assert "no letter" in world.view(publication_id).row.state_reason
    assert world.state(publication_id) is PublicationState.REFUSED
    fine = world.proposed(title="Плани $x$ <b>Ελληνικά</b> & naïve")
    assert world.state(fine) is PublicationState.PROPOSED


def test_an_unexpected_end_is_said_and_can_be_seen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("secret")

    monkeypatch.setattr("services.publications.preparing.draw", broken)
    publication_id = world.proposed()
    view = world.view(publication_id)
    assert view.row.state is PublicationState.PREPARING
    assert view.job is not None
    assert view.job.message is not None
    assert "ended unexpectedly (KeyError)" in view.job.message
    assert "secret" not in view.job.message
    assert not working.work_one(world.installation, world.service, "worker")


def test_the_board_sorts_what_waits_for_whom(world: World) -> None:
    waits, done = world.proposed(), world.published()
    board = reading.board(world.installation, world.amina)
    assert [row.id for row in board.waiting] == [waits]
    assert [row.id for row in board.published] == [done]
    assert reading.waiting_count(world.installation, world.amina) == 1
    voting.vote(world.installation, world.amina, waits, Ballot.APPROVE)
    assert reading.waiting_count(world.installation, world.amina) == 0
    voting.vote(world.installation, world.bela, waits, Ballot.APPROVE)
    assert reading.waiting_count(world.installation, world.leo) == 1
    stranger = world.hire("Cleo", Role.APPROVER)
    assert reading.board(world.installation, stranger).published == ()
    with pytest.raises(Refused, match=r"\[R10\]"):
        reading.view(world.installation, stranger, done)
    with pytest.raises(Refused):
        reading.take_file(world.installation, stranger, done, "numbers.csv")
    with pytest.raises(Refused):
        reading.take_package(world.installation, stranger, done)
    with pytest.raises(Refused, match="no such file"):
        reading.take_file(world.installation, world.leo, done, "../secret")
    reviewer = world.hire("Rosa", Role.REVIEWER, study=world.study)
    with pytest.raises(Refused, match="takes the role"):
        reading.board(world.installation, reviewer)
