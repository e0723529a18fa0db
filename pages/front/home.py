"""Home: what is here for this person, and how far the machine has come."""

from __future__ import annotations

import streamlit as st

from components import words
from components.empty import draw_empty
from components.plain_table import Column, draw_table
from components.typed import as_typed
from domain.counts import COUNTED_AT_MOST, capped_count
from domain.operations.findings import problems
from domain.permissions import Actor
from domain.vocabulary import Role
from pages.front.notifications import draw_at_a_glance
from pages.front.visitor import require_visitor
from services import cases, deidentification_progress, installation, studies
from services.operations import reading
from services.shares import requests

_ROOMS = {
    Role.REVIEWER: (
        "Review",
        "/review",
        "Take the next session of your studies and confirm what is redacted. "
        "All of them are in the menu, under Sessions.",
    ),
    Role.TRUST_SAFETY: (
        "Cases",
        "/cases",
        "Settle the open cases of sessions that were flagged under the usage policy. "
        "All flagged sessions are in the menu, under Sessions.",
    ),
    Role.ADMINISTRATOR: (
        "Access",
        "/access",
        "Invite people, give roles and grants. Imports and studies are in the menu.",
    ),
    Role.APPROVER: (
        "Shares",
        "/shares",
        "See exactly what would leave, to whom and why it may, and vote on it.",
    ),
    Role.LEAD: (
        "Participation",
        "/metrics",
        "See how participation develops, in charts that give nobody away.",
    ),
    Role.AUDITOR: ("Audit trail", "/audit", "Read every act, and verify that none was changed."),
}


def page() -> None:
    """Draw the home page."""
    actor = require_visitor()
    st.title(f"Good day, {as_typed(actor.label.split()[0])}")
    if not actor.roles:
        draw_empty("You hold no role yet", "Ask an administrator for the role your work needs.")
        return
    draw_at_a_glance(actor)
    for role in (role for role in Role if role in actor.roles):
        _room(role)
    _running(actor)
    _waiting(actor)
    _cases(actor)
    if actor.roles & {Role.REVIEWER, Role.ADMINISTRATOR}:
        _progress()
    _grants(actor)


def signed_out() -> None:
    """What a run without a sign-in draws; the gate lets none reach it."""
    st.title("Clearance")
    st.write("You are not signed in. Reload the page to sign in.")


def _room(role: Role) -> None:
    with st.container(border=True):
        title, address, what = _ROOMS[role]
        text, way = st.columns([6, 2], vertical_alignment="center")
        text.markdown(f"**{title}**  \n{what}")
        way.link_button(f"Open {title.lower()}", address, width="stretch")


def _running(actor: Actor) -> None:
    """Lead administrators to what does not run; say nothing when everything does."""
    if Role.ADMINISTRATOR not in actor.roles:
        return
    count = len(problems(reading.report(installation.current(), actor)))
    if count:
        need = "needs" if count == 1 else "need"
        st.warning(
            f"{words.plural(count, 'thing')} behind the screens {need} somebody. "
            "[See what, and what to do](/operations)",
            icon=":material/monitor_heart:",
        )


def _waiting(actor: Actor) -> None:
    if not actor.roles & {Role.REVIEWER, Role.APPROVER}:
        return
    count = requests.waiting_count(installation.current(), actor)
    if count:
        st.info(
            f"{words.plural(count, 'share request')} "
            f"{'waits' if count == 1 else 'wait'} for you. [See them](/shares)",
            icon=":material/outbox:",
        )


def _cases(actor: Actor) -> None:
    if Role.TRUST_SAFETY not in actor.roles:
        return
    count = cases.open_count(installation.current(), actor)
    if count:
        st.info(
            f"{capped_count(count, COUNTED_AT_MOST)} {'case waits' if count == 1 else 'cases wait'}"
            " for an outcome. [See them](/cases)",
            icon=":material/shield:",
        )


@st.fragment(run_every=5)
def _progress() -> None:
    actor = require_visitor()
    held = deidentification_progress.overall(installation.current(), actor)
    if held.waiting:
        st.info(
            f"The machine is reading: {words.plural(held.waiting, 'session')} still "
            f"{'waits' if held.waiting == 1 else 'wait'}; {held.pace.words}. Each shows its words "
            "as soon as it was read.",
            icon=":material/hourglass_top:",
        )
    if held.failed:
        st.warning(f"{held.failed:,} sessions could not be read by the machine.")


def _grants(actor: Actor) -> None:
    now = installation.current().now()
    titles = {study.id: study.title for study in studies.visible(installation.current(), actor)}
    held = [grant for grant in actor.grants if grant.holds(now) and grant.study_id in titles]
    if not held:
        return
    st.subheader("Your grants")
    draw_table(
        [
            Column("Study", [titles[grant.study_id] for grant in held]),
            Column("Role", [grant.role.value for grant in held]),
            Column("Purpose", [grant.purpose for grant in held]),
            Column("Until", [words.moment(grant.expires_at) for grant in held]),
        ]
    )
