"""From approved to published and, when need be, withdrawn: what people ask for."""

from __future__ import annotations

from uuid import UUID

from data_access import jobs, publication_votes, publications, share_votes
from data_access.publications import PUBLISH
from domain.errors import BadInput, Refused
from domain.permissions import Act, Actor, check, check_grant
from domain.publications.lifecycle import PublicationState, PublicationStep, after
from domain.shares.release import has_lapsed
from domain.vocabulary import Role
from services.acts import act
from services.installation import Installation
from services.publications.reading import is_same, visible

_SHORTEST_REASON = 10


def ask(installation: Installation, actor: Actor, publication_id: UUID) -> None:
    """Ask for an approved publication to be published; asking twice asks once.

    Raises
    ------
    Refused
        When the actor neither proposed it nor voted on it, it is not approved, or its approval
        has lapsed; audited.
    """
    with act(
        installation, actor, "publication.ask", "publication", object_id=str(publication_id)
    ) as done:
        check(actor, Act.PUBLISH)
        connection = done.connection
        publications.hold(connection, publication_id)
        row = visible(connection, actor, publication_id)
        done.study_id = row.study_id
        done.detail.update(number=row.number)
        voted = any(
            vote.staff_id == actor.staff_id
            for vote in publication_votes.votes(connection, publication_id)
        )
        if actor.staff_id != row.proposed_by and not voted:
            raise Refused(
                "Only who proposed a publication or voted on it publishes it.",
                rule="publication.publisher",
                remedy="Ask its proposer or one of its approvers.",
            )
        check_grant(
            actor,
            Role.APPROVER if voted else Role.LEAD,
            row.study_id,
            installation.now(),
        )
        after(row.state, PublicationStep.PUBLISH)
        if has_lapsed(row.lapses_at, installation.now()):
            raise lapsed()
        running = publications.newest_job(connection, publication_id)
        if running is not None and running.is_open:
            done.changed_nothing = True
            return
        jobs.add(
            connection,
            kind=PUBLISH,
            study_id=row.study_id,
            payload={"publication": str(publication_id)},
            by=actor.staff_id,
            now=installation.now(),
        )


def take_back(installation: Installation, actor: Actor, publication_id: UUID) -> None:
    """Take a proposal back before it is published; its cells stay in the ledger of what was shown.

    Raises
    ------
    Refused
        When the actor did not propose it, or it waits for nothing any more; audited.
    """
    with act(
        installation, actor, "publication.take-back", "publication", object_id=str(publication_id)
    ) as done:
        check(actor, Act.PROPOSE_PUBLICATION)
        publications.hold(done.connection, publication_id)
        row = visible(done.connection, actor, publication_id)
        done.study_id = row.study_id
        done.detail.update(number=row.number)
        if row.proposed_by != actor.staff_id:
            raise Refused(
                "Only who proposed a publication takes it back.",
                rule="publication.proposer",
                remedy="Vote on it, or ask its proposer.",
            )
        state = after(row.state, PublicationStep.TAKE_BACK)
        publications.move(done.connection, publication_id, state, installation.now())


def withdraw(installation: Installation, actor: Actor, publication_id: UUID, reason: str) -> None:
    """Withdraw what was published: it is marked so, and its package is handed out no more.

    What others copied meanwhile is theirs; the record says why it no longer stands.

    Raises
    ------
    Refused
        When the actor may not, or it is not published; audited.
    BadInput
        When the reason says too little.
    """
    now = installation.now()
    with act(
        installation, actor, "publication.withdraw", "publication", object_id=str(publication_id)
    ) as done:
        check(actor, Act.WITHDRAW_PUBLICATION)
        publications.hold(done.connection, publication_id)
        row = visible(done.connection, actor, publication_id)
        done.study_id = row.study_id
        done.detail.update(number=row.number)
        state = after(row.state, PublicationStep.WITHDRAW)
        people = share_votes.people(done.connection, {actor.staff_id, row.proposed_by})
        responsible = (
            is_same(people, actor.staff_id, row.proposed_by)
            or actor.holds(Role.ADMINISTRATOR)
            or row.study_id in actor.studies(Role.APPROVER, now)
        )
        if not responsible:
            raise Refused(
                "Only its proposer, an approver of the study or an administrator withdraws it.",
                rule="publication.withdrawer",
                remedy="Ask one of them, and say why.",
            )
        said = " ".join(reason.split())
        if len(said) < _SHORTEST_REASON:
            raise BadInput("Say in a sentence why it no longer stands; the record keeps it.")
        done.purpose = said
        publications.move(
            done.connection,
            publication_id,
            state,
            now,
            state_reason=said,
            withdrawn_at=now,
            withdrawn_by=actor.staff_id,
            withdrawal_reason=said,
        )


def expire_lapsed(installation: Installation, service: Actor) -> int:
    """Let approvals whose time is up lapse, each on record; how many."""
    with installation.database.transaction(service.staff_id) as connection:
        found = publications.lapsed(connection, installation.now())
    for publication_id in found:
        with act(
            installation,
            service,
            "publication.expire",
            "publication",
            object_id=str(publication_id),
        ) as done:
            publications.hold(done.connection, publication_id)
            row = publications.find(done.connection, publication_id)
            if row is None or row.state is not PublicationState.APPROVED:
                done.changed_nothing = True
                continue
            done.study_id = row.study_id
            done.detail.update(number=row.number)
            publications.move(
                done.connection,
                publication_id,
                after(row.state, PublicationStep.EXPIRE),
                installation.now(),
                state_reason="It was approved and not published in time.",
            )
    return len(found)


def lapsed() -> Refused:
    """Why an approval whose time is up publishes nothing."""
    return Refused(
        "The approval has lapsed: it was not published in time.",
        rule="publication.approval-lapsed",
        remedy="Propose the chart anew.",
    )
