"""On hold: what must be settled, by whom, how many sessions wait for it, and which those are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import streamlit as st

from components import words
from components.empty import draw_empty
from components.hold_table import HeldLine, HoldLine, draw_held, draw_holds
from components.typed import as_typed
from domain.errors import Refused
from domain.permissions import Act, Actor, may
from domain.policy import Use
from domain.policy.holds import WAITED_FOR, WHICH_POLICY, HoldCount, settling
from domain.vocabulary import PolicyVersion
from pages.front.visitor import require_visitor
from services import holds, installation
from services.holds import HeldSession, Holds, Look

_PAGES = "holds.pages"
#: What would leave the house, of what somebody could wait for.
_LEAVING = {
    *(Use.PUBLISH_SUMMARY, Use.PUBLISH_RESPONSES, Use.SHARE_RESEARCHER, Use.SHARE_JOURNALIST),
    Use.THIRD_PARTY_AGGREGATE,
}
#: What opens the rooms in which something is settled; a test compares it with the rooms.
_ENTERED_BY = {
    "imports": Act.IMPORT,
    "assignments": Act.ASSIGN_POLICY,
    "changes": Act.CHANGE_POLICY,
    "cases": Act.HANDLE_CASES,
    "shares": Act.SEE_SHARES,
}


def page() -> None:
    """Draw what rests, by rule, and the sessions of the rule that is chosen."""
    actor = require_visitor()
    st.title("On hold")
    st.markdown(
        "These sessions wait because somebody must settle something first; nothing of them is "
        "used for it meanwhile."
    )
    study = st.query_params.get("study")
    asked = st.query_params.get("rule")
    try:
        seen = holds.look(
            installation.current(), actor, study, asked, lambda rule: _places(rule, study)[-1]
        )
    except Refused as refused:
        st.error(as_typed(str(refused)))
        st.link_button("Start again without a study", "/holds")
        return
    found = seen.holds
    if not found.studies:
        draw_empty("You see no study yet", "Ask an administrator for a grant on one.")
        return
    _studies(found, study)
    if not found.counts:
        draw_empty("Nothing is on hold", "Every answer here is an allowance or a refusal.")
        return
    draw_holds([_hold(actor, found, each, study) for each in found.counts])
    _worklist(seen, asked, study)


def _studies(found: Holds, study: str | None) -> None:
    titles = {"": "All studies"} | {each.slug: each.title for each in found.studies}
    slugs = list(titles)
    chosen = st.selectbox(
        "Study",
        slugs,
        index=slugs.index(study or ""),
        format_func=lambda slug: titles[slug],
        width=420,
    )
    if chosen != (study or ""):
        if chosen:
            st.query_params["study"] = chosen
        else:
            st.query_params.pop("study", None)
        st.rerun()


def _hold(actor: Actor, found: Holds, each: HoldCount, study: str | None) -> HoldLine:
    rule = next((rule for rule in found.table.rules if rule.id == each.rule), None)
    held = settling(each.rule)
    address = None
    if held.room is not None and may(actor, _ENTERED_BY[held.room]):
        address = f"/{held.room}"
        if each.rule in WHICH_POLICY and study:
            address += f"?study={study}"
    return HoldLine(
        rule=each.rule,
        sessions=each.sessions,
        why="" if rule is None else rule.reason,
        uses=_uses(each.uses),
        who=held.who,
        what=held.what,
        way=held.way,
        address=address,
    )


def _places(rule: str, study: str | None) -> list[tuple[datetime, UUID] | None]:
    """Where the pages of a rule's list begin that were turned to in this tab; the last is shown."""
    places: list[tuple[datetime, UUID] | None] = st.session_state.setdefault(
        f"{_PAGES}.{rule}.{study}", [None]
    )
    return places


def _worklist(seen: Look, asked: str | None, study: str | None) -> None:
    counts, found, rule = seen.holds.counts, seen.worklist, seen.rule
    if rule is None:
        return
    rules = [each.rule for each in counts]
    st.subheader("Which sessions")
    if asked is not None and asked not in rules:
        st.caption(f"Nothing is on hold under {asked} here.")
    chosen = st.radio(
        "Rule",
        rules,
        index=rules.index(rule),
        horizontal=True,
        label_visibility="collapsed",
        key=f"holds.rule.{rule}",
    )
    if chosen != rule:
        st.query_params["rule"] = chosen
        st.rerun()
    places = _places(rule, study)
    total = next(each.sessions for each in counts if each.rule == rule)
    st.caption(f"{words.plural(total, 'session')}, the oldest first.")
    draw_held([_held(each) for each in found.sessions])
    back, on, _rest = st.columns([2, 2, 8])
    if back.button("Previous page", disabled=len(places) == 1, width="stretch", key="holds.back"):
        places.pop()
        st.rerun()
    if on.button("Next page", disabled=found.more is None, width="stretch", key="holds.on"):
        places.append(found.more)
        st.rerun()


def _held(each: HeldSession) -> HeldLine:
    row = each.row
    settled = row.assigned_version is not PolicyVersion.NONE
    return HeldLine(
        name=f"Session {row.number}",
        address=f"/session?id={row.id}" if each.readable else None,
        study=each.study_title,
        completed=words.moment(row.completed_at),
        policy=row.policy_version.value + (", settled by two people" if settled else ""),
        plan=row.plan.value,
        imported=words.day(row.imported_at),
        uses=_uses(each.uses),
    )


def _uses(uses: Sequence[Use]) -> str:
    """The uses in words; the two sets that gates cover by what they have in common."""
    if set(uses) == set(WAITED_FOR):
        return "Every use"
    if set(uses) == _LEAVING:
        return "Whatever leaves the house"
    return "; ".join(use.label for use in uses)
