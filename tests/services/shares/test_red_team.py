"""As an attacker would: one person for two, an old grant, a night job, an id that slips out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from data_access import staff
from domain.errors import BadInput, ChangedMeanwhile, Refused
from domain.permissions import Actor
from domain.session_filters import SessionFilter
from domain.shares.lifecycle import ShareState
from domain.shares.votes import Ballot
from domain.vocabulary import ConsentScope, Role
from services import access, confirming, reviewing
from services.shares import (
    composing,
    desk,
    fetching,
    releasing,
    requests,
    risk,
    submitting,
    voting,
)
from services.withdrawals import withdraw
from tests.conftest import Hire
from tests.services.reviews import PURPOSE, decide
from tests.services.shares.worlds import World, bound, confirm, number_of, package_of

SECOND = timedelta(seconds=1)


def as_approver(world: World, actor: Actor) -> Actor:
    """The same person with an approver's role and grant as well."""
    here = world.installation
    access.give_role(here, world.administrator, actor.staff_id, Role.APPROVER)
    access.grant(
        here,
        world.administrator,
        staff_id=actor.staff_id,
        study_id=world.study.id,
        role=Role.APPROVER,
        purpose="Approves what others ask for",
        starts_at=here.now() - SECOND,
        expires_at=here.now() + timedelta(days=1),
    )
    return reload(world, actor)


def reload(world: World, actor: Actor) -> Actor:
    with world.installation.database.transaction(actor.staff_id) as connection:
        found = staff.load_actor(connection, actor.staff_id)
    assert found is not None
    return found


def rule_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.rule


# One person for two ----------------------------------------------------------------------------


@pytest.mark.parametrize("email", ["RAVI@Clearance.Example", " ravi@clearance.example "])
def test_another_spelling_of_an_address_is_the_same_person(world: World, email: str) -> None:
    with pytest.raises(BadInput, match="invited before"):
        access.invite(world.installation, world.administrator, email, "Ravi the second")


def test_a_second_row_of_one_person_is_never_bound_and_never_votes(
    world: World, hire: Hire
) -> None:
    share_id = world.submitted("a")
    second = hire("ravi+approver", Role.APPROVER, study=world.study)
    # They sign in as themselves: the provider's subject is the first row's already.
    with (
        pytest.raises(IntegrityError),
        world.installation.database.transaction(None) as connection,
    ):
        staff.bind(
            connection, second.staff_id, "https://id.example", "ravi", world.installation.now()
        )
    said = rule_of(lambda: voting.vote(world.installation, second, share_id, Ballot.APPROVE))
    assert said == "share.known-person"


def test_an_administrator_who_is_an_approver_does_not_vote_on_their_own(world: World) -> None:
    here = world.installation
    share_id = world.submitted("a")
    access.give_role(here, world.administrator, world.ravi.staff_id, Role.ADMINISTRATOR)
    ravi = as_approver(world, world.ravi)
    assert (
        rule_of(lambda: voting.vote(here, ravi, share_id, Ballot.APPROVE))
        == "share.not-own-request"
    )
    assert (
        rule_of(lambda: voting.vote(here, ravi, share_id, Ballot.REJECT, "Not mine"))
        == "share.not-own-request"
    )


def only_decides(world: World, cleo: Actor) -> None:
    """Decides on a span, which Rosa then confirms as her own."""
    here, session_id = world.installation, world.sessions["a"]
    desk_ = reviewing.open_desk(here, cleo, session_id, PURPOSE)
    same = [decide(kept.decision.span) for kept in desk_.decisions]
    reviewing.save(here, cleo, session_id, desk_.version, same)
    confirm(here, world.rosa, session_id)


def confirms_an_older_set(world: World, cleo: Actor) -> None:
    """Confirms other redactions, which Rosa's set then takes the place of."""
    here, session_id = world.installation, world.sessions["a"]
    desk_ = reviewing.open_desk(here, cleo, session_id, PURPOSE)
    first = desk_.decisions[0].decision.span
    wider = type(first)(first.turn, first.start, first.end + 5)
    version = reviewing.save(here, cleo, session_id, desk_.version, [decide(wider)])
    assert confirming.confirm(here, cleo, session_id, version).set_digest
    only_decides(world, world.rosa)


def confirms_a_second_time(world: World, cleo: Actor) -> None:
    """Confirms what Rosa confirmed, to the letter: the set's row goes on naming Rosa alone."""
    here, session_id = world.installation, world.sessions["a"]
    desk_ = reviewing.open_desk(here, cleo, session_id, PURPOSE)
    assert confirming.confirm(here, cleo, session_id, desk_.version).set_digest


@pytest.mark.parametrize("work", [only_decides, confirms_an_older_set, confirms_a_second_time])
def test_whoever_worked_on_redactions_in_it_never_votes(
    world: World, hire: Hire, work: Callable[[World, Actor], None]
) -> None:
    cleo = bound(world.installation, hire("Cleo", Role.REVIEWER, study=world.study))
    work(world, cleo)
    share_id = world.submitted("a", "c")
    cleo = as_approver(world, cleo)
    said = rule_of(lambda: voting.vote(world.installation, cleo, share_id, Ballot.APPROVE))
    assert said == "share.not-own-redactions"
    other = world.submitted("c")
    assert voting.vote(world.installation, cleo, other, Ballot.APPROVE) is ShareState.SUBMITTED


def test_whoever_only_read_a_session_may_vote(world: World, hire: Hire) -> None:
    cleo = bound(world.installation, hire("Cleo", Role.REVIEWER, study=world.study))
    reviewing.open_desk(world.installation, cleo, world.sessions["a"], PURPOSE)
    share_id = world.submitted("a")
    voted = voting.vote(
        world.installation, as_approver(world, cleo), share_id, Ballot.REJECT, "Too close"
    )
    assert voted is ShareState.SUBMITTED


# What ended ------------------------------------------------------------------------------------


def openings(world: World, actor: Actor, share_id: UUID) -> Iterator[Callable[[], object]]:
    """Every way to something of a request, as a saved address or a back button would take."""
    here = world.installation
    yield lambda: requests.view(here, actor, share_id)
    yield lambda: requests.open_session(here, actor, share_id, world.sessions["a"])
    yield lambda: desk.lot(here, actor, share_id, 1)
    yield lambda: risk.standouts(here, actor, share_id, 0)
    yield lambda: requests.progress(here, actor, share_id)
    yield lambda: requests.needs_memory_tick(here, actor, share_id)
    yield lambda: voting.comment(here, actor, share_id, "Still here")
    yield lambda: voting.vote(here, actor, share_id, Ballot.REJECT, "Still here")
    yield lambda: fetching.offer(here, actor, share_id)
    yield lambda: releasing.ask(here, actor, share_id)


@pytest.mark.parametrize("how", ["grant revoked", "role revoked", "switched off"])
def test_nothing_of_a_request_opens_once_a_grant_role_or_person_is_gone(
    world: World, how: str
) -> None:
    here = world.installation
    share_id = world.submitted("a")
    assert requests.open_session(here, world.amina, share_id, world.sessions["a"])
    if how == "grant revoked":
        for held in access.grants(here, world.administrator):
            if held.staff_id == world.amina.staff_id:
                access.revoke_grant(here, world.administrator, held.id)
    elif how == "role revoked":
        access.revoke_role(here, world.administrator, world.amina.staff_id, Role.APPROVER)
    else:
        access.set_active(here, world.administrator, world.amina.staff_id, False)
    # A process that still holds the actor of before, with all that they could do.
    for way in openings(world, world.amina, share_id):
        with pytest.raises(Refused):
            way()


def test_a_link_made_before_the_grant_ended_opens_nothing_after(world: World) -> None:
    here = world.installation
    share_id = world.released("a")
    link = fetching.offer(here, world.amina, share_id)
    for held in access.grants(here, world.administrator):
        if held.staff_id == world.amina.staff_id:
            access.revoke_grant(here, world.administrator, held.id)
    assert rule_of(lambda: fetching.take(here, world.amina, link)) == "share.package-once"
    assert not any(offer.fetched_at for offer in world.view(share_id).offers)


def test_a_session_that_is_not_in_the_request_does_not_open_through_it(world: World) -> None:
    share_id = world.submitted("a")
    said = rule_of(
        lambda: requests.open_session(
            world.installation, world.amina, share_id, world.sessions["c"]
        )
    )
    assert said == "share.sessions"
    with pytest.raises(BadInput, match="not in the request"):
        voting.comment(
            world.installation, world.amina, share_id, "Here", session_id=world.sessions["c"]
        )


# A filter that has gone stale ------------------------------------------------------------------


def test_what_a_stale_filter_names_now_is_not_what_was_looked_at(world: World) -> None:
    here = world.installation
    draft = world.draft("c")
    shown = composing.candidates(here, world.ravi, draft, SessionFilter())
    desk_ = reviewing.open_desk(here, world.rosa, world.sessions["a"], PURPOSE)
    confirmed = SessionFilter(
        review_states=tuple({each.row.review_state for each in shown.sessions})
    )
    looked_at = composing.candidates(here, world.ravi, draft, confirmed)
    same = [decide(kept.decision.span) for kept in desk_.decisions]
    reviewing.save(here, world.rosa, world.sessions["a"], desk_.version, same)
    with pytest.raises(ChangedMeanwhile, match="other sessions than those you looked at"):
        composing.add_all(here, world.ravi, draft, confirmed, looked_at.seen)
    assert world.view(draft).row.sessions == 1
    again = composing.candidates(here, world.ravi, draft, confirmed)
    assert composing.add_all(here, world.ravi, draft, confirmed, again.seen) == (1, 0)
    assert world.view(draft).row.sessions == 2


def test_what_may_not_go_in_any_more_is_left_out_of_all_and_refused_by_itself(
    world: World,
) -> None:
    here = world.installation
    draft = world.draft("c")
    looked_at = composing.candidates(here, world.ravi, draft, SessionFilter())
    take_back(world, "a")
    added = composing.add_all(here, world.ravi, draft, SessionFilter(), looked_at.seen)
    assert added == (1, 1)
    said = rule_of(lambda: composing.add_sessions(here, world.ravi, draft, [world.sessions["a"]]))
    assert said == "R41"


def test_a_session_that_was_opened_and_commented_on_is_taken_out_when_it_is_returned(
    world: World,
) -> None:
    here = world.installation
    share_id = world.submitted("a", "c")
    requests.open_session(here, world.amina, share_id, world.sessions["a"])
    voting.comment(here, world.amina, share_id, "Too close", session_id=world.sessions["a"], turn=1)
    for approver in (world.amina, world.bela):
        voting.vote(here, approver, share_id, Ballot.RETURN, "Take the first one out")
    assert composing.remove_sessions(here, world.ravi, share_id, [world.sessions["a"]]) == 1
    submitting.submit(here, world.ravi, share_id)
    view = world.view(share_id, world.amina)
    assert (view.row.sessions, view.row.round, view.opened) == (1, 2, 0)
    (said,) = view.comments
    assert (said.said, said.pseudonym) == ("Too close", None)


def take_back(world: World, name: str) -> None:
    withdraw(
        world.installation,
        world.administrator,
        numbers=[number_of(world, name)],
        scopes=[ConsentScope.SHARE_RESEARCHERS],
        at=world.installation.now(),
        evidence="Ticket 1",
        reason="They wrote to us",
    )


# What leaves -----------------------------------------------------------------------------------


def test_nothing_the_database_knows_a_session_or_person_by_is_in_a_package(world: World) -> None:
    """Every id, reference, digest, pseudonym and moment that is kept of what left."""
    share_id = world.released("a", "b", "c")
    held = package_of(world, share_id)
    everything = b"\n".join(held.values()).decode("utf-8", "replace")
    manifest = json.loads(held["manifest.json"])
    known = set(kept_values(world))
    assert len(known) > 60
    # What the manifest names on purpose: the agreement's and the request's digest.
    known -= {manifest["agreement"]["sha256"], manifest["content_sha256"]}
    assert sorted(value for value in known if value in everything) == []
    # No moment at all, to the minute, and no day but the agreement's end; no id of any shape.
    assert re.findall(r"\d\d:\d\d", everything) == []
    days = set(re.findall(r"\d{4}-\d\d-\d\d", everything))
    assert days <= {manifest["destroy_by"], "2026-03-23"}
    assert re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-", everything) == []


def kept_values(world: World) -> Iterator[str]:
    """What stands in the rows of the study's sessions, participants and people, as text."""
    owner = world.installation.database.addresses.owner
    assert owner is not None
    engine = create_engine(owner)
    with engine.connect() as connection:
        for table in (
            "session",
            "participant",
            "session_source",
            "consent_event",
            "redaction_set",
            "share_request",
            "share_session",
            "study",
            "staff",
            "import_batch",
        ):
            for (row,) in connection.execute(text(f"SELECT to_jsonb(t) FROM {table} t")):
                yield from distinctive(table, row)
    engine.dispose()


def distinctive(table: str, row: dict[str, Any]) -> Iterator[str]:
    """The values that tell one from another: no short words, and no names meant to be there."""
    meant = {
        "session": {"policy_version"},
        "share_request": {"purpose"},
        "share_session": {"pseudonym", "policy_digest", "policy_version"},
        "study": {"slug"},
        "staff": {"display_name"},
    }
    for column, value in row.items():
        if column in meant.get(table, set()) or not isinstance(value, str):
            continue
        plain = value.removeprefix("\\x")
        if len(plain) >= 8 and any(sign.isdigit() or sign in "@-" for sign in plain):
            yield plain
            if re.match(r"\d{4}-\d\d-\d\dT", plain):
                yield plain[:16]


def test_each_round_and_each_release_has_names_of_its_own(world: World) -> None:
    here = world.installation
    share_id = world.submitted("a")
    first = [each.pseudonym for each in world.places(share_id)]
    for approver in (world.amina, world.bela):
        voting.vote(here, approver, share_id, Ballot.RETURN, "Say more about the purpose")
    submitting.submit(here, world.ravi, share_id)
    assert [each.pseudonym for each in world.places(share_id)] != first
    packages = [package_of(world, world.released("a", "b")) for _ in range(3)]
    names = [
        {json.loads(line)[field] for line in held["sessions.jsonl"].splitlines()}
        for held in packages
        for field in ("session", "participant")
    ]
    assert len(set().union(*names)) == sum(len(each) for each in names) == 3 * (2 + 1)
