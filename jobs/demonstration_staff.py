"""The people of a development installation: one for each role, and one who was not invited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from domain.errors import Refused
from domain.permissions import Actor
from domain.vocabulary import Role
from services import access, studies
from services.installation import Installation


@dataclass(frozen=True, slots=True)
class DemonstrationPerson:
    """Somebody the development sign-in provider offers."""

    email: str
    name: str
    roles: tuple[Role, ...]
    #: How many of the demonstration studies they have a grant for; None for all.
    studies: int | None = None
    invited: bool = True


PEOPLE = (
    DemonstrationPerson("ada@clearance.example", "Ada Osei", (Role.ADMINISTRATOR,)),
    DemonstrationPerson("ben@clearance.example", "Ben Novak", (Role.ADMINISTRATOR,)),
    DemonstrationPerson("rosa@clearance.example", "Rosa Lindqvist", (Role.REVIEWER,)),
    DemonstrationPerson("ravi@clearance.example", "Ravi Menon", (Role.REVIEWER,), studies=1),
    DemonstrationPerson("amina@clearance.example", "Amina Haddad", (Role.APPROVER,)),
    DemonstrationPerson("bela@clearance.example", "Béla Kovács", (Role.APPROVER,)),
    DemonstrationPerson("leo@clearance.example", "Leo Castellanos", (Role.LEAD,)),
    DemonstrationPerson("tess@clearance.example", "Tess Okafor", (Role.TRUST_SAFETY,)),
    DemonstrationPerson("uma@clearance.example", "Uma Petrov", (Role.AUDITOR,)),
    DemonstrationPerson("nobody@elsewhere.example", "A stranger", (), invited=False),
)
_GRANT_DAYS = 180
_PURPOSE = "Review the demonstration studies before anything leaves"


def first_administrator(installation: Installation) -> Actor:
    """The first administrator, made when the installation is new."""
    first = PEOPLE[0]
    try:
        return access.first_administrator(installation, first.email, first.name)
    except Refused:
        return access.actor_by_email(installation, first.email)


def second_administrator(installation: Installation) -> Actor:
    """The one who puts in force what the first proposes."""
    return access.actor_by_email(installation, PEOPLE[1].email)


def invite_everybody(installation: Installation, administrator: Actor) -> None:
    """Invite the others and give them their roles; what stands already is left alone."""
    known = {person.email for person in access.people(installation, administrator)}
    for person in PEOPLE[1:]:
        if not person.invited or person.email in known:
            continue
        staff_id = access.invite(installation, administrator, person.email, person.name)
        for role in person.roles:
            access.give_role(installation, administrator, staff_id, role)


def grant_everybody(installation: Installation, administrator: Actor) -> None:
    """Give reviewers, approvers and leads their grants, once."""
    held = {row.staff_id for row in access.grants(installation, administrator)}
    ids = {person.email: person.id for person in access.people(installation, administrator)}
    now = installation.now()
    for person in PEOPLE:
        for role in person.roles:
            if role not in access.GRANTABLE or ids[person.email] in held:
                continue
            for study in studies.visible(installation, administrator)[: person.studies]:
                access.grant(
                    installation,
                    administrator,
                    staff_id=ids[person.email],
                    study_id=study.id,
                    role=role,
                    purpose=_PURPOSE,
                    starts_at=now,
                    expires_at=now + timedelta(days=_GRANT_DAYS),
                )
