"""A share from request to recall, and what each step refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import BadInput, Refused
from domain.policy.uses import RecipientKind
from domain.session_filters import SessionFilter
from domain.shares.lifecycle import ShareState
from domain.shares.recall import RecallReason
from domain.shares.votes import Ballot
from domain.vocabulary import ConsentScope, Role
from services import access, reviewing
from services.shares import (
    composing,
    recalling,
    recipients,
    releasing,
    requests,
    submitting,
    voting,
    working,
)
from services.withdrawals import withdraw
from tests.conftest import Clock, Hire
from tests.services.reviews import PURPOSE, decide
from tests.services.shares.worlds import SHARE_PURPOSE, World, bound, confirm, number_of, package_of

SECOND = timedelta(seconds=1)


def test_a_share_goes_from_draft_to_attested_recall(world: World, clock: Clock) -> None:
    here = world.installation
    share_id = world.draft("a", "c")
    assert world.state(share_id) is ShareState.DRAFT
    submitting.submit(here, world.ravi, share_id)
    shown = {
        each.pseudonym: requests.open_session(
            here, world.amina, share_id, each.session_id
        ).assembled.line
        for each in world.places(share_id)
    }
    assert voting.vote(here, world.amina, share_id, Ballot.APPROVE) is ShareState.SUBMITTED
    assert voting.vote(here, world.bela, share_id, Ballot.APPROVE) is ShareState.APPROVED
    releasing.ask(here, world.ravi, share_id)
    assert working.work_one(here, world.service, "worker")
    assert world.state(share_id) is ShareState.RELEASED
    files = package_of(world, share_id)
    assert files["sessions.jsonl"] == b"".join(shown[name] for name in sorted(shown))  # type: ignore[type-var]
    described = json.loads(files["manifest.json"])
    assert described["sessions"] == 2
    assert described["approved_by"] == ["Amina", "Bela"]
    recalling.recall(
        here,
        world.amina,
        share_id,
        reason=RecallReason.MISTAKE,
        notice="Please destroy every copy of this package.",
        due_at=clock() + timedelta(days=7),
    )
    assert world.state(share_id) is ShareState.RECALLED
    recalling.attest(here, world.administrator, share_id, "Ticket 4712")
    assert recalling.waiting(here, world.administrator) == []


def test_only_allowed_and_confirmed_sessions_go_in(world: World) -> None:
    here = world.installation
    share_id = world.draft("a")
    withdraw(
        here,
        world.administrator,
        numbers=[number_of(world, "b")],
        scopes=[ConsentScope.SHARE_RESEARCHERS],
        at=here.now(),
        evidence="Ticket 1",
        reason="They wrote to us",
    )
    found = composing.candidates(here, world.ravi, share_id, SessionFilter())
    by_id = {each.row.id: each for each in found.sessions}
    assert by_id[world.sessions["a"]].inside
    assert by_id[world.sessions["b"]].judgement.decision.rule == "R41"
    with pytest.raises(Refused, match="may not go in") as refused:
        composing.add_sessions(
            here, world.ravi, share_id, [world.sessions["c"], world.sessions["b"]]
        )
    assert refused.value.rule == "R41"
    assert world.view(share_id).row.sessions == 1  # nothing of the list was added


def test_the_requester_never_votes_whatever_else_they_are(world: World) -> None:
    here = world.installation
    share_id = world.submitted()
    for role in (Role.APPROVER, Role.ADMINISTRATOR):
        access.give_role(here, world.administrator, world.ravi.staff_id, role)
    access.grant(
        here,
        world.administrator,
        staff_id=world.ravi.staff_id,
        study_id=world.study.id,
        role=Role.APPROVER,
        purpose="Approves what others ask for",
        starts_at=here.now() - SECOND,
        expires_at=here.now() + timedelta(days=1),
    )
    ravi = access.actor_by_email(here, "ravi@clearance.example")
    with pytest.raises(Refused) as refused:
        voting.vote(here, ravi, share_id, Ballot.APPROVE)
    assert refused.value.rule == "share.not-own-request"


def test_who_confirmed_redactions_in_it_never_votes(world: World) -> None:
    here = world.installation
    share_id = world.submitted()
    access.give_role(here, world.administrator, world.rosa.staff_id, Role.APPROVER)
    access.grant(
        here,
        world.administrator,
        staff_id=world.rosa.staff_id,
        study_id=world.study.id,
        role=Role.APPROVER,
        purpose="Approves what others ask for",
        starts_at=here.now() - SECOND,
        expires_at=here.now() + timedelta(days=1),
    )
    rosa = access.actor_by_email(here, "rosa@clearance.example")
    with pytest.raises(Refused) as refused:
        voting.vote(here, rosa, share_id, Ballot.APPROVE)
    assert refused.value.rule == "share.not-own-redactions"


def test_an_approver_who_never_signed_in_or_has_no_grant_does_not_vote(
    world: World, hire: Hire
) -> None:
    here = world.installation
    share_id = world.submitted()
    unbound = hire("Cleo", Role.APPROVER, study=world.study)
    with pytest.raises(Refused) as refused:
        voting.vote(here, unbound, share_id, Ballot.APPROVE)
    assert refused.value.rule == "share.known-person"
    with pytest.raises(Refused) as refused:
        voting.vote(here, bound(here, hire("Dora", Role.APPROVER)), share_id, Ballot.APPROVE)
    assert refused.value.rule == "R10"


def test_nobody_votes_twice_and_the_first_vote_is_blind(world: World) -> None:
    here = world.installation
    share_id = world.submitted()
    voting.vote(here, world.amina, share_id, Ballot.APPROVE, "Fine by me")
    assert world.view(share_id, world.bela).votes == ()
    assert world.view(share_id, world.bela).voters == 1
    assert world.view(share_id).votes == ()
    with pytest.raises(Refused) as refused:
        voting.vote(here, world.amina, share_id, Ballot.REJECT, "On second thoughts")
    assert refused.value.rule == "share.vote-once"
    voting.vote(here, world.bela, share_id, Ballot.APPROVE)
    assert [vote.comment for vote in world.view(share_id).votes] == ["Fine by me", ""]


def test_a_disagreement_is_settled_with_a_comment(world: World, hire: Hire) -> None:
    here = world.installation
    share_id = world.submitted()
    voting.vote(here, world.amina, share_id, Ballot.APPROVE)
    with pytest.raises(BadInput, match="Say why"):
        voting.vote(here, world.bela, share_id, Ballot.RETURN)
    disputed = voting.vote(here, world.bela, share_id, Ballot.RETURN, "Session two says too much")
    assert disputed is ShareState.DISPUTED
    cleo = bound(here, hire("Cleo", Role.APPROVER, study=world.study))
    with pytest.raises(Refused) as refused:
        voting.vote(here, cleo, share_id, Ballot.APPROVE, "I think it is fine")
    assert refused.value.rule == "share.two-votes"
    with pytest.raises(BadInput, match="Say why"):
        voting.vote(here, world.amina, share_id, Ballot.RETURN)
    settled = voting.vote(here, world.amina, share_id, Ballot.RETURN, "I agree with Béla")
    assert settled is ShareState.RETURNED
    submitting.submit(here, world.ravi, share_id)
    assert world.view(share_id).row.round == 2
    assert voting.vote(here, world.amina, share_id, Ballot.APPROVE) is ShareState.SUBMITTED


def test_a_vote_says_how_much_was_opened(world: World) -> None:
    here = world.installation
    share_id = world.submitted("a", "b", "c")
    requests.open_session(here, world.amina, share_id, world.sessions["a"])
    requests.open_session(here, world.amina, share_id, world.sessions["a"])
    voting.vote(here, world.amina, share_id, Ballot.APPROVE)
    (vote,) = world.view(share_id, world.amina).votes
    assert (vote.opened, vote.sessions) == (1, 3)


@pytest.mark.parametrize("approved", [False, True])
def test_a_withdrawal_makes_a_waiting_request_stale_at_once_and_says_why(
    world: World, approved: bool
) -> None:
    here = world.installation
    share_id = world.approved() if approved else world.submitted()
    withdraw(
        here,
        world.administrator,
        numbers=[number_of(world, "a")],
        scopes=[ConsentScope.SHARE_RESEARCHERS],
        at=here.now(),
        evidence="Ticket 1",
        reason="They wrote to us",
    )
    row = world.view(share_id).row
    assert row.state is ShareState.STALE
    assert "consent choices" in row.state_reason
    with pytest.raises(Refused):
        releasing.ask(here, world.ravi, share_id)
    with pytest.raises(Refused) as refused:
        submitting.submit(here, world.ravi, share_id)
    assert refused.value.rule == "R41"


def test_confirming_anew_voids_the_votes_even_with_the_same_outcome(world: World) -> None:
    here = world.installation
    share_id = world.submitted()
    voting.vote(here, world.amina, share_id, Ballot.APPROVE)
    confirm_again(world, "a")
    row = world.view(share_id).row
    assert row.state is ShareState.STALE
    assert "redactions" in row.state_reason


def confirm_again(world: World, name: str) -> None:

    here, session_id = world.installation, world.sessions[name]
    desk = reviewing.open_desk(here, world.rosa, session_id, PURPOSE)
    same = [decide(kept.decision.span) for kept in desk.decisions]
    reviewing.save(here, world.rosa, session_id, desk.version, same)
    confirm(here, world.rosa, session_id)


def test_what_the_recipient_already_holds_of_a_participant_is_shown(world: World) -> None:
    world.released("a")
    view = world.view(world.submitted("b", "c"), world.amina)
    # "a" and "b" are one participant's.
    assert view.risk is not None
    assert (view.risk.known_sessions, view.risk.known_by) == (1, [1])
    together = world.view(world.submitted("a", "b"))
    assert together.risk is not None
    assert (together.row.sessions, together.risk.participants) == (2, 1)
    assert [row.number for row in view.earlier] == [1]


def test_no_one_else_sees_a_draft_and_no_stranger_a_request(world: World, hire: Hire) -> None:
    here = world.installation
    draft = world.draft("a")
    for actor in (world.rosa, world.amina):
        with pytest.raises(Refused) as refused:
            world.view(draft, actor)
        assert refused.value.rule == "R10"
    share_id = world.submitted("a")
    for role in (Role.REVIEWER, Role.APPROVER):
        stranger = bound(here, hire(f"No{role.value[:3]}", role))
        with pytest.raises(Refused):
            world.view(share_id, stranger)
        with pytest.raises(Refused):
            requests.open_session(here, stranger, share_id, world.sessions["a"])
    lead = hire("Leo", Role.LEAD, study=world.study)
    with pytest.raises(Refused) as refused:
        world.view(share_id, lead)
    assert refused.value.rule.startswith("role.")


def test_only_who_asked_changes_a_request_and_only_while_it_is_open(world: World) -> None:
    here = world.installation
    share_id = world.submitted("a")
    with pytest.raises(Refused) as refused:
        composing.remove_sessions(here, world.ravi, share_id, [world.sessions["a"]])
    assert refused.value.rule == "share.fixed"
    with pytest.raises(Refused) as refused:
        composing.withdraw(here, world.rosa, share_id)
    assert refused.value.rule == "share.own"
    composing.withdraw(here, world.ravi, share_id)
    assert world.state(share_id) is ShareState.WITHDRAWN
    for wrong in ("", "Too short"):
        with pytest.raises(BadInput):
            composing.change(
                here,
                world.ravi,
                world.draft("a"),
                agreement_id=world.agreement,
                purpose=wrong,
                fields=(),
            )
    open_ = world.draft("a", "b")
    composing.change(
        here, world.ravi, open_, agreement_id=world.agreement, purpose=SHARE_PURPOSE, fields=()
    )
    assert composing.remove_sessions(here, world.ravi, open_, [world.sessions["a"]]) == 1
    assert world.view(open_).row.sessions == 1


def test_an_empty_request_is_not_submitted(world: World) -> None:
    here = world.installation
    share_id = world.draft("a")
    composing.remove_sessions(here, world.ravi, share_id, [world.sessions["a"]])
    with pytest.raises(BadInput, match="No session"):
        submitting.submit(here, world.ravi, share_id)


def test_a_third_kind_of_recipient_and_a_bad_address_are_refused(world: World) -> None:

    asked = {"kind": RecipientKind.JOURNALIST, "name": "N", "organisation": "O", "email": "n@o.ex"}
    recipients.record(world.installation, world.administrator, **asked)  # type: ignore[arg-type]
    for changed, error in (
        ({"kind": RecipientKind.OTHER, "email": "x@o.ex"}, Refused),
        ({"email": "nobody"}, BadInput),
        ({}, BadInput),
        ({"name": " "}, BadInput),
    ):
        with pytest.raises(error):
            recipients.record(
                world.installation,
                world.administrator,
                **(asked | changed),  # type: ignore[arg-type]
            )
    with pytest.raises(Refused):
        recipients.record(world.installation, world.ravi, **asked)  # type: ignore[arg-type]


def test_a_filter_narrows_what_could_go_in(world: World) -> None:
    share_id = world.draft("a")
    wanted = replace(SessionFilter(), languages=("de",))
    found = composing.candidates(world.installation, world.ravi, share_id, wanted)
    assert (found.sessions, found.more) == ((), False)


def test_a_long_submission_is_checked_behind_the_page(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submitting, "AT_ONCE", 1)
    here = world.installation
    short, long = world.draft("a"), world.draft("a", "b")
    submitting.ask(here, world.ravi, short)
    assert world.state(short) is ShareState.SUBMITTED
    submitting.ask(here, world.ravi, long)
    submitting.ask(here, world.ravi, long)
    assert world.state(long) is ShareState.DRAFT
    _, job = requests.progress(here, world.ravi, long)
    assert job is not None
    assert job.is_open
    with pytest.raises(Refused):
        submitting.ask(here, world.rosa, long)
    assert working.work_one(here, world.service, "worker")
    assert not working.work_one(here, world.service, "worker")
    assert world.state(long) is ShareState.SUBMITTED


def test_a_long_submission_that_may_not_be_says_why(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submitting, "AT_ONCE", 0)
    here = world.installation
    share_id = world.draft("a")
    submitting.ask(here, world.ravi, share_id)
    recipients.block(here, world.administrator, world.recipient, "They quoted a name")
    assert working.work_one(here, world.service, "worker")
    row, job = requests.progress(here, world.ravi, share_id)
    assert row.state is ShareState.DRAFT
    assert job is not None
    assert job.state == "failed"
    assert "They quoted a name" in (job.message or "")
