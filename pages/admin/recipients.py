"""The recipients page: who may receive, under which agreement, and who is blocked."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import streamlit as st

from components import words
from components.empty import draw_empty
from components.plain_table import Column, draw_table
from components.typed import as_typed
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.policy.uses import RecipientKind
from domain.shares.agreements import Agreement, DataUse
from pages.front.visitor import require_visitor
from services import installation
from services.shares import recalling, recipients
from services.shares.recipients import RecipientFile


def page() -> None:
    """Draw recipients with their agreements, what is overdue, and the forms."""
    actor = require_visitor()
    st.title("Recipients")
    try:
        held = recipients.every(installation.current(), actor)
        overdue = recalling.waiting(installation.current(), actor)
    except Refused as refused:
        st.error(as_typed(str(refused)))
        return
    now = installation.current().now()
    for each in overdue:
        when = "overdue since" if each.due_at <= now else "due"
        st.warning(
            f"Share {each.share_number} was recalled from {each.recipient_name}; the attestation "
            f"is {when} {words.day(each.due_at)}."
        )
    _add(actor)
    if not held:
        draw_empty(
            "There is no recipient yet",
            "Record the researcher or journalist first, then the agreement they signed.",
        )
    for file in held:
        _file(actor, file, now)


def _file(actor: Actor, file: RecipientFile, now: datetime) -> None:
    recipient = file.recipient
    with st.container(border=True):
        st.markdown(f"#### {as_typed(recipient.name)}, {as_typed(recipient.organisation)}")
        st.caption(f"{recipient.kind.value} · {as_typed(recipient.email)}")
        if recipient.blocked:
            st.error(f"Blocked: {as_typed(recipient.blocked_reason)}")
        if file.agreements:
            draw_table(
                [
                    Column("Agreement", [each.title for each in file.agreements]),
                    Column("Version", [str(each.version) for each in file.agreements], number=True),
                    Column("Signed", [words.day(each.signed_at) for each in file.agreements]),
                    Column("Until", [words.day(each.expires_at) for each in file.agreements]),
                    Column(
                        "Conditions",
                        [
                            ", ".join(use.value for use in each.data_uses) or "–"
                            for each in file.agreements
                        ],
                    ),
                    Column("Now", [_standing(each, now) for each in file.agreements], whole=True),
                ]
            )
        else:
            st.caption("No agreement yet: nothing can be shared with them.")
        _agreement(actor, file)
        _end(actor, file, now)
        _block(actor, file)


def _standing(agreement: Agreement, now: datetime) -> str:
    if agreement.ended_at is not None and agreement.ended_at <= now:
        return f"ended {words.day(agreement.ended_at)}"
    if agreement.expires_soon(now):
        return f"ends in {words.plural((agreement.expires_at - now).days, 'day')}"
    return "in force" if agreement.in_force(now) else "over"


def _add(actor: Actor) -> None:
    with (
        st.expander("Record a recipient", icon=":material/person_add:"),
        st.form("recipient", border=False, clear_on_submit=False),
    ):
        left, right = st.columns(2)
        name = left.text_input("Name")
        organisation = right.text_input("Organisation")
        email = left.text_input("E-mail")
        kind = right.selectbox("Kind", list(recipients.KINDS), format_func=_kind)
        if not st.form_submit_button("Record", type="primary"):
            return
    try:
        recipients.record(
            installation.current(),
            actor,
            kind=kind,
            name=name,
            organisation=organisation,
            email=email,
        )
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.toast("Recorded.")
    st.rerun()


def _agreement(actor: Actor, file: RecipientFile) -> None:
    key = str(file.recipient.id)
    with (
        st.expander("Record an agreement"),
        st.form(f"agreement.{key}", border=False),
    ):
        today = installation.current().now().date()
        title = st.text_input("Title", value="Data use agreement")
        left, right = st.columns(2)
        signed = left.date_input("Signed on", today, max_value=today)
        until = right.date_input("Holds until the end of", today + timedelta(days=365))
        uses = st.multiselect("Conditions", list(DataUse), format_func=_use)
        wording = st.text_area("Its whole text", height=200)
        if not st.form_submit_button("Record this version", type="primary"):
            return
    try:
        recipients.record_agreement(
            installation.current(),
            actor,
            file.recipient.id,
            title=title,
            wording=wording,
            data_uses=uses,
            signed_at=datetime.combine(signed, time.min, UTC),
            expires_at=datetime.combine(until + timedelta(days=1), time.min, UTC),
        )
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.toast("The agreement is recorded.")
    st.rerun()


def _end(actor: Actor, file: RecipientFile, now: datetime) -> None:
    standing = {
        each.id: f"{each.title}, version {each.version}"
        for each in file.agreements
        if each.in_force(now)
    }
    if not standing:
        return
    with st.expander("End an agreement"), st.form(f"end.{file.recipient.id}", border=False):
        which = st.selectbox("Agreement", list(standing), format_func=standing.__getitem__)
        reason = st.text_input("Why does it end before its time?")
        if not st.form_submit_button("End it"):
            return
        try:
            recipients.end_agreement(installation.current(), actor, which, reason)
        except (BadInput, Refused) as error:
            st.error(as_typed(str(error)))
            return
    st.rerun()


def _block(actor: Actor, file: RecipientFile) -> None:
    recipient = file.recipient
    if recipient.blocked:
        if st.button("Lift the block", key=f"unblock.{recipient.id}"):
            recipients.block(installation.current(), actor, recipient.id, None)
            st.rerun()
        return
    with st.expander("Block"), st.form(f"block.{recipient.id}", border=False):
        reason = st.text_input("Why?")
        if not st.form_submit_button("Block"):
            return
        try:
            recipients.block(installation.current(), actor, recipient.id, reason)
        except (BadInput, Refused) as error:
            st.error(as_typed(str(error)))
            return
    st.rerun()


def _kind(kind: RecipientKind) -> str:
    return kind.value


def _use(use: DataUse) -> str:
    return use.label
