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
from sqlalchemy import text

from domain.errors import BadInput, Refused
from domain.publications.contents import FILES, Audience
from domain.publications.lifecycle import PublicationState
from domain.publications.votes import Ballot
from domain.vocabulary import Role
from services.keys import release_key
from services.publications import proposing, reading, releasing, voting, working
from services.shares import recipients
from services.shares.packages import verify_package
from tests.conftest import Clock
from tests.services.publications.worlds import TITLE, World, audited
from tests.services.shares.worlds import bound


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
        # Nobody is on the others: with the thirty they would be told.
        "Free": "",
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
        ({"breakdown": "status"}, Refused),
        ({"breakdown": "everybody"}, Refused),
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
    voting.vote(world.installation, world.amina, waits, Ballot.APPROVE)
    assert reading.board(world.installation, world.amina).waiting == ()
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
