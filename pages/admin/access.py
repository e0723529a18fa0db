"""Access administration: who may come in, as what, and where they have a need to know."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import streamlit as st

from components import words
from components.plain_table import Column, draw_table
from components.typed import as_typed
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.vocabulary import Role
from pages.front.visitor import require_visitor
from services import access, installation, studies
from services.access import GRANTABLE, GrantRow, StaffMember

_DEFAULT_DAYS = 90


def page() -> None:
    """Draw the access page."""
    actor = require_visitor()
    st.title("Access")
    people = access.people(installation.current(), actor)
    grants = access.grants(installation.current(), actor)
    staff, needs = st.tabs(["People and roles", "Grants"])
    with staff:
        _people(people)
        left, right = st.columns(2)
        with left:
            _invite(actor)
        with right:
            _change(actor, people)
    with needs:
        _grants(grants)
        left, right = st.columns(2)
        with left:
            _give_grant(actor, people)
        with right:
            _end_grant(actor, grants)


def _people(people: list[StaffMember]) -> None:
    draw_table(
        [
            Column("Name", [person.display_name for person in people]),
            Column("E-mail", [person.email for person in people]),
            Column("Roles", [_roles(person) for person in people]),
            Column("Standing", [_standing(person) for person in people]),
            Column("Last active", [words.moment(person.last_active_at) for person in people]),
        ]
    )


def _invite(actor: Actor) -> None:
    with st.form("invite", clear_on_submit=True):
        st.markdown("#### Invite somebody")
        name = st.text_input("Name")
        email = st.text_input("E-mail", help="The address the sign-in provider knows them by.")
        if st.form_submit_button("Invite"):
            _do(lambda: access.invite(installation.current(), actor, email, name))


def _change(actor: Actor, people: list[StaffMember]) -> None:
    names = {person.id: f"{person.display_name} · {person.email}" for person in people}
    with st.form("change"):
        st.markdown("#### Change somebody's standing")
        who = st.selectbox("Person", list(names), format_func=names.__getitem__)
        role = Role(st.selectbox("Role", [*Role], format_func=_role) or Role.REVIEWER)
        give, take, _rest = st.columns([2, 2, 3])
        off, on, out = st.columns([2, 2, 3])
        here = installation.current()
        acts: list[tuple[bool, Callable[[], object]]] = [
            (
                give.form_submit_button("Give role"),
                lambda: access.give_role(here, actor, who, role),
            ),
            (
                take.form_submit_button("Take role"),
                lambda: access.revoke_role(here, actor, who, role),
            ),
            (
                off.form_submit_button("Switch off"),
                lambda: access.set_active(here, actor, who, False),
            ),
            (
                on.form_submit_button("Switch on"),
                lambda: access.set_active(here, actor, who, True),
            ),
            (out.form_submit_button("End sign-ins"), lambda: access.end_sign_ins(here, actor, who)),
        ]
        for pressed, what in acts:
            if pressed:
                _do(what)


def _grants(grants: list[GrantRow]) -> None:
    now = installation.current().now()
    draw_table(
        [
            Column("Person", [grant.staff_name for grant in grants]),
            Column("Study", [grant.study_slug for grant in grants]),
            Column("Role", [_role(grant.role) for grant in grants]),
            Column("Purpose", [grant.purpose for grant in grants]),
            Column("From", [words.moment(grant.starts_at) for grant in grants]),
            Column("Until", [words.moment(grant.expires_at) for grant in grants]),
            Column("Given by", [grant.granted_by for grant in grants]),
            Column("State", [_state(grant, now) for grant in grants]),
        ]
    )


def _give_grant(actor: Actor, people: list[StaffMember]) -> None:
    names = {
        person.id: person.display_name
        for person in people
        if person.active and set(person.roles) & set(GRANTABLE)
    }
    titles: dict[UUID, str] = {
        study.id: study.title for study in studies.visible(installation.current(), actor)
    }
    today = installation.current().now().date()
    with st.form("grant"):
        st.markdown("#### Give a grant")
        who = st.selectbox("Person", list(names), format_func=names.__getitem__)
        study_id = st.selectbox("Study", list(titles), format_func=titles.__getitem__)
        role = st.selectbox("Role", list(GRANTABLE), format_func=_role)
        purpose = st.text_input("Purpose", placeholder="What do they need to do there?")
        starts = st.date_input("From", today)
        ends = st.date_input("Until (end of the day)", today + timedelta(days=_DEFAULT_DAYS))
        if st.form_submit_button("Give the grant", type="primary") and who and study_id:
            midnight = datetime.combine(starts, time(), UTC)
            _do(
                lambda: access.grant(
                    installation.current(),
                    actor,
                    staff_id=who,
                    study_id=study_id,
                    role=role,
                    purpose=purpose,
                    starts_at=midnight,
                    expires_at=datetime.combine(ends, time(), UTC) + timedelta(days=1),
                )
            )


def _end_grant(actor: Actor, grants: list[GrantRow]) -> None:
    now = installation.current().now()
    held = {
        grant.id: f"{grant.staff_name} · {grant.study_slug} · {_role(grant.role)}"
        for grant in grants
        if grant.revoked_at is None and grant.expires_at > now
    }
    with st.form("revoke"):
        st.markdown("#### End a grant now")
        chosen = st.selectbox("Grant", list(held), format_func=held.__getitem__)
        if st.form_submit_button("End the grant") and chosen:
            _do(lambda: access.revoke_grant(installation.current(), actor, chosen))


def _do(what: Callable[[], object]) -> None:
    """Carry an act out and draw the page anew, or show why it was refused."""
    try:
        what()
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
    else:
        st.rerun()


def _roles(person: StaffMember) -> str:
    return ", ".join(_role(role) for role in person.roles) or "none"


def _role(role: Role) -> str:
    return role.value.replace("_", " & ")


def _standing(person: StaffMember) -> str:
    if not person.active:
        return "switched off"
    return "active" if person.bound else "invited, not signed in yet"


def _state(grant: GrantRow, now: datetime) -> str:
    if grant.revoked_at is not None:
        return f"ended {words.moment(grant.revoked_at)}"
    if grant.expires_at <= now:
        return "expired"
    return "in force" if grant.starts_at <= now else "begins later"
