"""Staff, roles and grants: who may come in, as what, and where they have a need to know."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError

from data_access import staff, web_sessions
from data_access.staff import GrantRow as GrantRow
from data_access.staff import StaffMember as StaffMember
from domain.errors import BadInput, ClearanceError, Refused
from domain.permissions import Act, Actor, check, check_not_self
from domain.sign_in import Ended
from domain.vocabulary import Role
from services.acts import act, reading, refuse, write_row
from services.installation import Installation

#: A need to know is looked at again at least once a year.
LONGEST_GRANT = timedelta(days=366)
_SHORTEST_PURPOSE = 10
#: Enough to catch a slip of the pen; whether it is theirs, the provider says.
_ADDRESS = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")
#: Roles whose work is tied to a study; the others span the organisation.
GRANTABLE = (Role.REVIEWER, Role.APPROVER, Role.LEAD)


def people(installation: Installation, actor: Actor) -> list[StaffMember]:
    """Everybody who was invited; a refusal is audited."""
    with reading(installation, actor, Act.MANAGE_ACCESS, "staff.list", "staff") as connection:
        return staff.people(connection)


def grants(installation: Installation, actor: Actor) -> list[GrantRow]:
    """Every grant, ended ones included; a refusal is audited."""
    with reading(installation, actor, Act.MANAGE_ACCESS, "grant.list", "grant") as connection:
        return staff.grants(connection)


def invite(installation: Installation, actor: Actor, email: str, display_name: str) -> UUID:
    """Invite a person; they are bound to their identity at their first sign-in.

    Raises
    ------
    BadInput
        When the address is not one, is taken, or the name is empty.
    Refused
        When the actor may not.
    """
    email, display_name = email.strip().lower(), display_name.strip()
    with act(installation, actor, "staff.invite", "staff") as done:
        check(actor, Act.MANAGE_ACCESS)
        if not _ADDRESS.fullmatch(email):
            raise BadInput(
                f"“{email}” is not an e-mail address. Write it as name@organisation.org."
            )
        if not display_name:
            raise BadInput("A person needs a name. Write it as colleagues know them.")
        try:
            staff_id = staff.invite(done.connection, email, display_name, actor.staff_id)
        except IntegrityError as error:
            raise BadInput(f"{email} was invited before. Look for them in the list.") from error
        done.object_id = str(staff_id)
    return staff_id


def set_active(installation: Installation, actor: Actor, staff_id: UUID, active: bool) -> None:
    """Switch a person on or off; switching off ends every sign-in of theirs at once.

    Raises
    ------
    Refused
        When the actor may not, or the person is the actor.
    """
    action = "staff.switch-on" if active else "staff.switch-off"
    with act(installation, actor, action, "staff", object_id=str(staff_id)) as done:
        check(actor, Act.MANAGE_ACCESS)
        _check_other(actor, staff_id, "Nobody switches themselves on or off.")
        if not staff.set_active(done.connection, staff_id, active):
            raise BadInput("Nothing changed: the person is that already. Reload the page.")
        if not active:
            web_sessions.end_all_of(
                done.connection, staff_id, Ended.SWITCHED_OFF.value, installation.now()
            )


def end_sign_ins(installation: Installation, actor: Actor, staff_id: UUID) -> int:
    """End every sign-in of a person; how many there were."""
    with act(installation, actor, "staff.end-sign-ins", "staff", object_id=str(staff_id)) as done:
        check(actor, Act.MANAGE_ACCESS)
        ended = web_sessions.end_all_of(
            done.connection, staff_id, Ended.BY_ADMINISTRATOR.value, installation.now()
        )
        done.detail["ended"] = ended
    return ended


def give_role(installation: Installation, actor: Actor, staff_id: UUID, role: Role) -> None:
    """Give a role to somebody else.

    Raises
    ------
    Refused
        When the actor may not, or would give it to themselves.
    BadInput
        When the person holds it already.
    """
    with act(installation, actor, "role.give", "staff", object_id=str(staff_id)) as done:
        done.detail["role"] = role.value
        check(actor, Act.MANAGE_ACCESS)
        check_not_self(actor, staff_id)
        try:
            staff.give_role(done.connection, staff_id, role, actor.staff_id)
        except IntegrityError as error:
            raise BadInput("The person holds that role already.") from error


def revoke_role(installation: Installation, actor: Actor, staff_id: UUID, role: Role) -> None:
    """Take a role back, from the next click on."""
    with act(installation, actor, "role.revoke", "staff", object_id=str(staff_id)) as done:
        done.detail["role"] = role.value
        check(actor, Act.MANAGE_ACCESS)
        _check_other(actor, staff_id, "Nobody takes a role from themselves.")
        taken = staff.revoke_role(
            done.connection, staff_id, role, actor.staff_id, installation.now()
        )
        if not taken:
            raise BadInput("The person does not hold that role. Reload the page.")


def grant(
    installation: Installation,
    actor: Actor,
    *,
    staff_id: UUID,
    study_id: UUID,
    role: Role,
    purpose: str,
    starts_at: datetime,
    expires_at: datetime,
) -> UUID:
    """Give somebody else a need to know for one study, for a stated purpose and time.

    Raises
    ------
    Refused
        When the actor may not, or would grant to themselves.
    BadInput
        When the purpose is too short, the time is empty, past or over a year, or the role is
        not tied to studies.
    """
    with act(
        installation, actor, "grant.give", "staff", object_id=str(staff_id), study_id=study_id
    ) as done:
        done.purpose = purpose.strip()
        done.detail.update(
            role=role.value, starts_at=starts_at.isoformat(), expires_at=expires_at.isoformat()
        )
        check(actor, Act.MANAGE_ACCESS)
        check_not_self(actor, staff_id)
        if role not in GRANTABLE:
            raise BadInput("Only reviewers, approvers and leads work under a grant.")
        if len(purpose.strip()) < _SHORTEST_PURPOSE:
            raise BadInput("State the purpose in a few words: what the person needs to do there.")
        if not installation.now() < expires_at or starts_at >= expires_at:
            raise BadInput("The grant would be over before it begins. Choose a later end.")
        if expires_at - starts_at > LONGEST_GRANT:
            raise BadInput("A grant lasts a year at most. Choose an earlier end and renew it then.")
        grant_id = staff.grant(
            done.connection,
            staff_id=staff_id,
            study_id=study_id,
            role=role,
            purpose=purpose.strip(),
            starts_at=starts_at,
            expires_at=expires_at,
            by=actor.staff_id,
        )
        done.detail["grant"] = str(grant_id)
    return grant_id


def revoke_grant(installation: Installation, actor: Actor, grant_id: UUID) -> None:
    """End a grant now."""
    with act(installation, actor, "grant.revoke", "grant", object_id=str(grant_id)) as done:
        check(actor, Act.MANAGE_ACCESS)
        if not staff.revoke_grant(done.connection, grant_id, actor.staff_id, installation.now()):
            raise BadInput("That grant has ended already. Reload the page.")


def actor_by_email(installation: Installation, email: str) -> Actor:
    """A member of staff as an actor, for the command line (``--as``).

    Whoever can run the command line against the database is trusted to say in whose name.

    Raises
    ------
    BadInput
        When nobody active has that address.
    """
    with installation.database.transaction(None) as connection:
        staff_id = staff.find_by_email(connection, email)
    actor = None
    if staff_id is not None:
        with installation.database.transaction(staff_id) as connection:
            actor = staff.load_actor(connection, staff_id)
    if actor is None:
        raise BadInput(f"Nobody active has the address {email}. See: cli.py staff list.")
    return actor


def service_actor(installation: Installation, service: str) -> Actor:
    """The service account that long work of ours runs as."""
    with installation.database.transaction(None) as connection:
        staff_id = staff.find_service(connection, service)
    if staff_id is None:
        raise ClearanceError(f"The service account {service} is missing. Run the migrations.")
    with installation.database.transaction(staff_id) as connection:
        actor = staff.load_actor(connection, staff_id)
    if actor is None:
        raise ClearanceError(f"The service account {service} is switched off.")
    return actor


def first_administrator(installation: Installation, email: str, display_name: str) -> Actor:
    """Make the first administrator of an installation, with the owner role's address.

    Raises
    ------
    Refused
        When there is an active administrator: that person invites everybody else.
    """
    owner = installation.database.addresses.owner
    if owner is None:
        raise ClearanceError("Set CLEARANCE_OWNER_DATABASE_URL for this command.")
    engine = create_engine(owner, hide_parameters=True)
    with engine.begin() as connection:
        staff_id = staff.first_administrator(connection, email.strip().lower(), display_name)
        if staff_id is not None:
            head = write_row(
                connection, staff_id, "staff.first-administrator", "staff", str(staff_id)
            )
    engine.dispose()
    if staff_id is None:
        refused = Refused(
            "There is an administrator already.",
            rule="staff.first-administrator",
            remedy="Ask them for an invitation.",
        )
        refuse(installation, None, "staff.first-administrator", "staff", refused)
        raise refused
    installation.checkpoints.advance(*head, installation.now())
    return actor_by_email(installation, email)


def _check_other(actor: Actor, staff_id: UUID, sentence: str) -> None:
    if actor.staff_id == staff_id:
        raise Refused(sentence, rule="staff.no-self", remedy="Ask another administrator to do it.")


def id_by_email(installation: Installation, email: str) -> UUID:
    """The id of somebody who was invited, switched off or not; BadInput when nobody was."""
    with installation.database.transaction(None) as connection:
        staff_id = staff.find_by_email(connection, email)
    if staff_id is None:
        raise BadInput(f"Nobody has the address {email}. See: cli.py staff list.")
    return staff_id


def actor_for_command_line(installation: Installation, email: str | None) -> Actor:
    """In whose name a command is run.

    Who is named; in a development installation, where nobody has to be, the administrator
    who was there first.

    Raises
    ------
    BadInput
        When nobody is named in production, or there is no administrator.
    """
    if email is not None:
        return actor_by_email(installation, email)
    with installation.database.transaction(None) as connection:
        found = staff.administrators(connection)
    if not found:
        raise BadInput("There is no administrator yet. Make one with: cli.py staff first.")
    if installation.settings.environment == "production":
        raise BadInput(f"Say in whose name: --as E-MAIL. Administrators: {', '.join(found)}.")
    return actor_by_email(installation, found[0])
