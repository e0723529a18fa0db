"""Releasing: asked for by a person, built behind the page, and checked again as it leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import Connection

from data_access import jobs, releases, share_contents, share_votes, shares
from data_access import recipients as recipient_rows
from data_access import staff as staff_rows
from data_access import studies as study_rows
from data_access.releases import RELEASE
from data_access.shares import ShareRow
from domain.digests import Json
from domain.errors import ChangedMeanwhile, Refused
from domain.permissions import Act, Actor, check
from domain.shares.agreements import check_receives
from domain.shares.contents import RecipientTerms, content_digest
from domain.shares.lifecycle import ShareState, ShareStep, after
from domain.shares.release import check_release, has_lapsed
from domain.shares.votes import Ballot, Vote
from domain.vocabulary import Role
from domain.votes import standing
from services import policy
from services.acts import act
from services.installation import Installation
from services.keys import release_key
from services.shares.assembling import AssembledSession, How, assemble, check_one
from services.shares.packages import write_package
from services.shares.submitting import terms_of
from services.shares.visibility import visible


def ask(installation: Installation, actor: Actor, share_id: UUID) -> None:
    """Ask for an approved request to be released; asking twice asks once.

    Raises
    ------
    Refused
        When the actor neither asked for the share nor voted on it, it is not approved, or its
        approval has lapsed; audited.
    """
    with act(installation, actor, "share.release.ask", "share", object_id=str(share_id)) as done:
        check(actor, Act.RELEASE_SHARE)
        shares.hold(done.connection, share_id)
        row = visible(done.connection, actor, share_id)
        done.study_id = row.study_id
        done.detail.update(number=row.number)
        _check_party(installation, done.connection, actor, row)
        after(row.state, ShareStep.RELEASE)
        if has_lapsed(row.lapses_at, installation.now()):
            raise Refused(
                "The approval has lapsed: it was not released in time.",
                rule="share.approval-lapsed",
                remedy="Begin a new request for the same sessions.",
            )
        running = releases.open_job(done.connection, share_id)
        if running is not None and running.is_open:
            done.changed_nothing = True
            return
        jobs.add(
            done.connection,
            kind=RELEASE,
            study_id=row.study_id,
            payload={"share": str(share_id)},
            by=actor.staff_id,
            now=installation.now(),
        )


def release(
    installation: Installation,
    service: Actor,
    share_id: UUID,
    asked_by: UUID,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> None:
    """Let an approved request leave: build its package, ask everything again, keep it whole.

    The package is built first, from what stands then. The sessions and the request are then held
    still, every question is asked again, and package, state and audit row are written together
    or not at all. Doing it again when it is done does nothing.

    Raises
    ------
    Refused
        When something no longer holds: the request is stale then, or expired, and nothing left;
        audited.
    """
    try:
        _release(installation, service, share_id, asked_by, progress)
    except Refused as refused:
        _settle_refusal(installation, service, share_id, refused)
        raise


def _release(
    installation: Installation,
    service: Actor,
    share_id: UUID,
    asked_by: UUID,
    progress: Callable[[int, int], None],
) -> None:
    with act(
        installation, service, "share.release", "share", object_id=str(share_id), long=True
    ) as done:
        connection = done.connection
        row = visible_to_service(connection, share_id)
        done.study_id = row.study_id
        done.purpose = row.purpose
        done.detail.update(number=row.number, asked_by=str(asked_by))
        if row.state is ShareState.RELEASED:
            done.changed_nothing = True
            return
        after(row.state, ShareStep.RELEASE)
        votes = standing(share_votes.votes(connection, share_id, row.round))
        made = _assemble(installation, service, connection, row, votes, progress)
        shares.hold(connection, share_id)
        built_from, row = row, visible_to_service(connection, share_id)
        if row.state is ShareState.RELEASED:
            done.changed_nothing = True
            return
        if row.round != built_from.round:
            # Submitted and approved anew meanwhile: that approval is not this package's.
            raise ChangedMeanwhile(
                "The request was submitted anew while its package was built, so nothing left. "
                "Ask for the release again."
            )
        now = installation.now()
        terms = terms_of(connection, row)
        _check_asker(installation, row, asked_by, votes)
        _check_again(connection, row, votes, made, terms, installation)
        package = write_package(
            made,
            manifest_facts(connection, row, terms, votes, made),
            release_key(installation.settings),
        )
        digest = hashlib.sha256(package).digest()
        if row.content_digest is None:
            raise AssertionError("An approved request has a digest; the database says so.")
        releases.keep(
            connection,
            share_id=share_id,
            content_digest=row.content_digest,
            package=package,
            package_digest=digest,
            sessions=len(made),
            destroy_by=terms.agreement_expires_at,
            asked_by=asked_by,
            now=now,
        )
        shares.move(connection, share_id, ShareState.RELEASED, now)
        done.detail.update(
            sessions=len(made),
            content=row.content_digest.hex(),
            package=digest.hex(),
            rules=sorted({each.frozen.rule for each in made}),
            policies=sorted({each.frozen.policy_digest for each in made}),
        )


def visible_to_service(connection: Connection, share_id: UUID) -> ShareRow:
    """The request, for the release service."""
    row = shares.find(connection, share_id)
    if row is None:
        raise Refused("There is no such request.", rule="share.known", remedy="Reload the page.")
    return row


def _assemble(
    installation: Installation,
    service: Actor,
    connection: Connection,
    row: ShareRow,
    votes: tuple[Vote, ...],
    progress: Callable[[int, int], None],
) -> list[AssembledSession]:
    key = share_contents.key(connection, row.id)
    if key is None:
        raise AssertionError("An approved request has a key; the database says so.")
    kind = terms_of(connection, row).kind
    how = How(kind, row.fields, key, installation.now(), _ticked(votes))
    return assemble(installation, service, row.id, how, progress=progress)


def _check_again(
    connection: Connection,
    row: ShareRow,
    votes: tuple[Vote, ...],
    made: list[AssembledSession],
    terms: RecipientTerms,
    installation: Installation,
) -> None:
    """Ask everything anew, of what is held still now."""
    now = installation.now()
    parties = recipient_rows.parties(connection, row.recipient_id, row.agreement_id)
    check_receives(*parties, now)
    held = share_contents.covered(connection, row.id)
    how = How(terms.kind, row.fields, b"", now, _ticked(votes))
    table = policy.in_force(connection)
    for each in held:
        check_one(table, each, how)
    if held != sorted((each.covered for each in made), key=lambda each: each.id):
        raise Refused(
            "A session changed while the package was built.",
            rule="share.same-digest",
            remedy="Submit it again, so that two approvers see it as it is now.",
        )
    check_release(
        row.state,
        lapses_at=row.lapses_at,
        approved_digest=row.content_digest,
        present_digest=content_digest(
            [each.frozen for each in made], terms, row.purpose, row.fields
        ),
        now=now,
    )


def _check_asker(
    installation: Installation, row: ShareRow, asked_by: UUID, votes: tuple[Vote, ...]
) -> None:
    """See that whoever asked may still release it: a job gives nobody more than they have."""
    with installation.database.transaction(asked_by) as connection:
        asker = staff_rows.load_actor(connection, asked_by)
    now = installation.now()
    requested = asked_by == row.requested_by
    voted = any(vote.staff_id == asked_by for vote in votes)
    if asker is None or not (
        (requested and row.study_id in asker.studies(Role.REVIEWER, now))
        or (voted and row.study_id in asker.studies(Role.APPROVER, now))
    ):
        raise Refused(
            "Who asked for the release may not release it any more.",
            rule="share.releaser",
            remedy="The requester or one of its approvers asks again, with a grant in force.",
        )


def _check_party(
    installation: Installation, connection: Connection, actor: Actor, row: ShareRow
) -> None:
    votes = share_votes.votes(connection, row.id, row.round)
    _check_asker(installation, row, actor.staff_id, votes)


def _settle_refusal(
    installation: Installation, service: Actor, share_id: UUID, refused: Refused
) -> None:
    """An approved request that may not leave is stale, with the reason; a lapsed one expired.

    That the asker may not release says nothing of the request, which stays as it is.
    """
    if refused.rule == "share.releaser":
        return
    step = ShareStep.EXPIRE if refused.rule == "share.approval-lapsed" else ShareStep.GO_STALE
    action = "share.expire" if step is ShareStep.EXPIRE else "share.stale"
    with act(installation, service, action, "share", object_id=str(share_id)) as done:
        shares.hold(done.connection, share_id)
        row = visible_to_service(done.connection, share_id)
        done.study_id = row.study_id
        if row.state is not ShareState.APPROVED:
            done.changed_nothing = True
            return
        shares.move(
            done.connection,
            share_id,
            after(row.state, step),
            installation.now(),
            state_reason=f"{refused.message} [{refused.rule}]",
        )
        done.detail.update(number=row.number, rule=refused.rule, why=refused.message)


def expire_lapsed(installation: Installation, service: Actor) -> int:
    """Expire the approvals whose time is up; how many."""
    with installation.database.transaction(service.staff_id) as connection:
        found = shares.lapsed(connection, installation.now())
    for share_id in found:
        _settle_refusal(
            installation,
            service,
            share_id,
            Refused(
                "It was not released in time.",
                rule="share.approval-lapsed",
                remedy="Begin a new request for the same sessions.",
            ),
        )
    return len(found)


def manifest_facts(
    connection: Connection,
    row: ShareRow,
    terms: RecipientTerms,
    votes: tuple[Vote, ...],
    made: list[AssembledSession],
) -> dict[str, Json]:
    """What the manifest says of a release beside its files."""
    study = study_rows.by_id(connection, row.study_id)
    return {
        "share": row.number,
        "study": row.study_title if study is None else study.slug,
        "purpose": row.purpose,
        "fields": sorted(field.value for field in row.fields),
        "sessions": len(made),
        "turns": sum(len(each.turns) for each in made),
        "recipient": {
            "name": terms.name,
            "organisation": terms.organisation,
            "kind": terms.kind.value,
        },
        "agreement": {
            "version": terms.agreement_version,
            "sha256": terms.agreement_digest.hex(),
            "expires_on": f"{terms.agreement_expires_at:%Y-%m-%d}",
        },
        "destroy_by": f"{terms.agreement_expires_at:%Y-%m-%d}",
        "policies": sorted({each.frozen.policy_version for each in made}),
        "policy_digests": sorted({each.frozen.policy_digest for each in made}),
        "rules": sorted({each.frozen.rule for each in made}),
        "approved_by": sorted(vote.name for vote in votes),
        "content_sha256": "" if row.content_digest is None else row.content_digest.hex(),
    }


def _ticked(votes: tuple[Vote, ...]) -> bool:
    approvals = [vote for vote in votes if vote.ballot is Ballot.APPROVE]
    return bool(approvals) and all(vote.memory_acknowledged for vote in approvals)
