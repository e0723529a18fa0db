"""Reading publications: the board, one of them with all that speaks for and against it, a file."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection

from data_access import privacy, publication_votes, publications, share_votes
from data_access.publications import PREPARE as PREPARE
from data_access.publications import PUBLISH as PUBLISH
from data_access.publications import PublicationRow as PublicationRow
from data_access.publications import PublishedRow, TakenPublication
from data_access.releases import JobProgress
from domain.errors import Refused
from domain.permissions import Act, Actor, check
from domain.publications.contents import FILES, METHODS, FrozenCell
from domain.publications.lifecycle import PublicationState
from domain.publications.privacy import Spending
from domain.publications.votes import Vote
from domain.vocabulary import Role
from domain.votes import Person
from services.acts import act, reading
from services.installation import Installation

#: Publications of one board.
AT_MOST = 100
_UP_FOR_VOTES = (PublicationState.PROPOSED, PublicationState.DISPUTED)


@dataclass(frozen=True, slots=True)
class Board:
    """What waits for the actor, what stands published, and everything else they may see."""

    waiting: tuple[PublicationRow, ...]
    published: tuple[PublicationRow, ...]
    others: tuple[PublicationRow, ...]


@dataclass(frozen=True, slots=True)
class PublicationView:
    """One publication as its page shows it."""

    row: PublicationRow
    cells: tuple[FrozenCell, ...]
    file_digests: dict[str, bytes]
    methods: str
    votes: tuple[Vote, ...]
    voters: int
    left: PublishedRow | None
    job: JobProgress | None
    is_mine: bool
    may_vote: bool
    may_publish: bool
    #: What publications with noise of the study spent, this one among them; empty for exact counts.
    spendings: tuple[Spending, ...]

    @property
    def spent(self) -> Decimal:
        """What they spent together."""
        return sum((each.epsilon for each in self.spendings), Decimal(0))

    @property
    def withheld(self) -> int:
        """How many cells are not shown."""
        return sum(cell.people is None for cell in self.cells)


def board(installation: Installation, actor: Actor) -> Board:
    """The publications the actor may see; a refusal is audited."""
    with reading(
        installation, actor, Act.SEE_PUBLICATIONS, "publication.list", "publication"
    ) as connection:
        seen = publications.listed(connection, AT_MOST)
        wait = publication_votes.waiting_for(connection, actor.staff_id)
    voter = actor.studies(Role.APPROVER, installation.now())
    waiting = tuple(row for row in seen if row.id in wait and row.study_id in voter)
    public = tuple(row for row in seen if row.state is PublicationState.PUBLISHED)
    return Board(
        waiting, public, tuple(row for row in seen if row not in waiting and row not in public)
    )


def view(
    installation: Installation, actor: Actor, publication_id: UUID, *, record: bool = True
) -> PublicationView:
    """One publication; that it was opened goes on record.

    Raises
    ------
    Refused
        When there is no such publication among those the actor may see; audited.
    """
    with act(
        installation,
        actor,
        "publication.view",
        "publication",
        object_id=str(publication_id),
        record=record,
    ) as done:
        row = visible(done.connection, actor, publication_id)
        done.study_id = row.study_id
        done.detail.update(number=row.number)
        connection = done.connection
        people = share_votes.people(connection, {actor.staff_id, row.proposed_by})
        mine = is_same(people, actor.staff_id, row.proposed_by)
        now = installation.now()
        votes = publication_votes.votes(connection, publication_id)
        return PublicationView(
            row=row,
            cells=publications.cells(connection, publication_id),
            file_digests=publications.file_digests(connection, publication_id),
            methods=publications.files(connection, publication_id, [METHODS])
            .get(METHODS, b"")
            .decode(),
            votes=votes,
            voters=publication_votes.voters(connection, publication_id),
            left=publications.published(connection, publication_id),
            job=publications.newest_job(connection, publication_id),
            is_mine=mine,
            may_vote=not mine
            and row.study_id in actor.studies(Role.APPROVER, now)
            and row.state in _UP_FOR_VOTES,
            spendings=() if row.epsilon is None else privacy.spendings(connection, row.study_id),
            may_publish=row.state is PublicationState.APPROVED
            and (mine or any(vote.staff_id == actor.staff_id for vote in votes)),
        )


def progress(
    installation: Installation, actor: Actor, publication_id: UUID
) -> tuple[PublicationState, JobProgress | None]:
    """Where it stands and what is done with it behind the page; a refusal is audited."""
    with reading(
        installation, actor, Act.SEE_PUBLICATIONS, "publication.view", "publication"
    ) as connection:
        row = visible(connection, actor, publication_id)
        return row.state, publications.newest_job(connection, publication_id)


def take_file(
    installation: Installation, actor: Actor, publication_id: UUID, name: str
) -> tuple[str, bytes]:
    """A frozen file, the very bytes that are voted on: its name for the reader, and its bytes.

    Raises
    ------
    Refused
        When the actor may not see it, or there is no such file; audited.
    """
    with act(
        installation, actor, "publication.file", "publication", object_id=str(publication_id)
    ) as done:
        row = visible(done.connection, actor, publication_id)
        done.study_id = row.study_id
        held = publications.files(done.connection, publication_id, [name])
        if name not in FILES or name not in held:
            raise Refused(
                "There is no such file of this publication.",
                rule="publication.file",
                remedy="Open it from the publication's page.",
            )
        done.detail.update(number=row.number, file=name)
    return f"clearance-publication-{row.number}-{name}", held[name]


def take_package(
    installation: Installation, actor: Actor, publication_id: UUID
) -> TakenPublication:
    """The signed package of a publication that stands, for its study's leads and approvers.

    Raises
    ------
    Refused
        When it is not published, was withdrawn, or is another study's; which it is, is not told.
        Audited.
    """
    with act(
        installation, actor, "publication.fetch", "publication", object_id=str(publication_id)
    ) as done:
        check(actor, Act.PUBLISH)
        taken = publications.package(done.connection, publication_id)
        if taken is None:
            raise Refused(
                "There is no package here for you: it is not published, or was withdrawn.",
                rule="publication.published",
                remedy="Open the publication and see where it stands.",
            )
        done.study_id = taken.study_id
        done.detail.update(number=taken.number, package=taken.package_digest.hex())
    return taken


def visible(connection: Connection, actor: Actor, publication_id: UUID) -> PublicationRow:
    """A publication, when the actor may see it.

    Raises
    ------
    Refused
        Otherwise; whether there is one is not told.
    """
    check(actor, Act.SEE_PUBLICATIONS)
    row = publications.find(connection, publication_id)
    if row is None:
        raise Refused(
            "There is no such publication among those you may see.",
            rule="R10",
            remedy="Ask an administrator for a grant on its study that states your purpose.",
        )
    return row


def is_same(people: dict[UUID, Person], one: UUID, other: UUID) -> bool:
    """Whether two rows of staff are one person, by who they are at the identity provider."""
    return one == other or (one in people and people[one] == people.get(other))
