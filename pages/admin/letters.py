"""Letters to participants: one proposes, another reads and confirms, the mailer sends."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components import words
from components.empty import draw_empty
from components.plain_table import Column, draw_table
from components.typed import as_typed
from domain.errors import BadInput, Refused
from domain.letters import LetterState, LetterStep
from domain.permissions import Actor
from domain.policy.decision import Outcome
from pages.admin.letter_counts import ended, in_words
from pages.front.visitor import require_visitor
from services import installation, letters
from services.letters import LetterPreview, LetterRow, Letters, LetterView

_TOLD = "letters.told"
_ROUND = "letters.round"
_MEANT = "letters.meant"


def page() -> None:
    """Draw what waits and goes out, the form with what would arrive, and what went out."""
    actor = require_visitor()
    st.title("Letters to participants")
    st.markdown(
        "Who took part in a study may be told once of each finding that was published of it, "
        "unless they opted out (R60). Everybody gets the same words. Who they are is read by the "
        "mailer alone (R11): nobody sees a name or an address."
    )
    try:
        held = letters.every(installation.current(), actor)
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    if held.missing:
        st.info(
            f"Nothing can be sent yet: {' and '.join(held.missing)} "
            f"{'is' if len(held.missing) == 1 else 'are'} not set."
        )
    told = st.session_state.pop(_TOLD, None)
    if told is not None:
        st.success(told)
    for each in held.open_:
        if each.row.state is LetterState.PROPOSED:
            _waiting(actor, each)
    if any(each.row.state is not LetterState.PROPOSED for each in held.open_):
        _going_out(actor)
    if not held.open_:
        draw_empty("No letter waits or goes out", "Write one below when a finding is published.")
    _propose(actor, held)
    _over(held.over)


def _waiting(actor: Actor, each: LetterView) -> None:
    row = each.row
    with st.container(border=True):
        st.markdown(f"**Letter {row.number}, to who took part in {row.study_title}**")
        st.caption(f"Proposed by {row.proposer}, {words.moment(row.proposed_at)}")
        _letter(row.letter.subject, each.words)
        first, second, _rest = st.columns([3, 3, 6])
        if each.mine:
            st.caption("You proposed it, so another administrator reads and confirms it.")
            if first.button("Withdraw", key=f"withdraw.{row.number}", width="stretch"):
                _take(actor, row, LetterStep.WITHDRAW)
            return
        st.caption("Look at the finding under its link first: it must be published there.")
        if first.button(
            "Confirm and send", key=f"confirm.{row.number}", type="primary", width="stretch"
        ):
            _take(actor, row, LetterStep.CONFIRM)
        if second.button("Reject", key=f"reject.{row.number}", width="stretch"):
            _take(actor, row, LetterStep.REJECT)


@st.fragment(run_every=5)
def _going_out(actor: Actor) -> None:
    try:
        held = letters.every(installation.current(), actor)
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    for each in held.open_:
        if each.row.state is not LetterState.PROPOSED:
            _progress(actor, each)


def _progress(actor: Actor, each: LetterView) -> None:
    row = each.row
    over, all_ = ended(each.counts)
    with st.container(border=True):
        st.markdown(f"**Letter {row.number}, to who took part in {row.study_title}**")
        st.caption(row.letter.subject)
        stopped = row.state is LetterState.STOPPED
        if row.listed_at is None:
            said = f"{all_:,} participants gone through"
        else:
            said = f"{over:,} of {all_:,} participants"
        st.progress(over / all_ if all_ else 0.0, f"Stopped; {said}" if stopped else said)
        st.caption(in_words(each.counts))
        if row.problem is not None and not stopped:
            st.warning(
                f"The mail server could not be used ({row.problem}). It is tried again every "
                "minute; nobody's letter is lost."
            )
        first, _rest = st.columns([3, 9])
        if stopped:
            if first.button("Go on", key=f"go.{row.number}", width="stretch"):
                _take(actor, row, LetterStep.GO_ON)
        elif first.button("Stop", key=f"stop.{row.number}", width="stretch"):
            _take(actor, row, LetterStep.STOP)


def _take(actor: Actor, row: LetterRow, step: LetterStep) -> None:
    try:
        letters.take(installation.current(), actor, row.number, step, shown=row.digest)
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.session_state[_TOLD] = {
        LetterStep.CONFIRM: f"Letter {row.number} goes out now.",
        LetterStep.REJECT: f"Letter {row.number} is rejected; nobody was written to.",
        LetterStep.WITHDRAW: f"Letter {row.number} is withdrawn; nobody was written to.",
        LetterStep.STOP: f"Letter {row.number} is stopped. Who was written to stays so.",
        LetterStep.GO_ON: f"Letter {row.number} goes on with who was not written to yet.",
    }[step]
    st.rerun()


def _propose(actor: Actor, held: Letters) -> None:
    st.subheader("Write a letter")
    if not held.studies:
        st.caption("There is no study yet.")
        return
    titles = {study.slug: study.title for study in held.studies}
    # Once it is proposed the fields are others, and so empty.
    done = st.session_state.get(_ROUND, 0)
    with st.form("letters.look", width=720):
        slug = st.selectbox(
            "To who took part in",
            list(titles),
            index=None,
            format_func=titles.__getitem__,
            placeholder="Choose a study",
            key=f"letters.study.{done}",
        )
        subject = st.text_input("Subject", key=f"letters.subject.{done}")
        link = st.text_input(
            "Where the finding is published", placeholder="https://", key=f"letters.link.{done}"
        )
        text = st.text_area(
            "Text",
            height=200,
            key=f"letters.text.{done}",
            help="Plain words for everybody alike: no names, no quotes, nothing from a transcript.",
        )
        if st.form_submit_button("See the letter"):
            st.session_state[_MEANT] = (slug or "", subject, text, link)
    meant = st.session_state.get(_MEANT)
    if meant is None:
        return
    try:
        shown = letters.preview(installation.current(), actor, *meant)
    except (BadInput, Refused) as error:
        st.warning(as_typed(str(error)))
        return
    _shown(shown)
    if not st.button("Propose it", type="primary"):
        return
    slug, subject, text, link = meant
    try:
        number = letters.propose(
            installation.current(), actor, study_slug=slug, subject=subject, text=text, link=link
        )
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.session_state.pop(_MEANT, None)
    st.session_state[_ROUND] = done + 1
    st.session_state[_TOLD] = f"Letter {number} waits for another administrator."
    st.rerun()


def _shown(shown: LetterPreview) -> None:
    with st.container(border=True, width=720):
        _letter(shown.letter.subject, shown.words)
    st.markdown(
        f"**Participants of {words.plural(shown.may, 'session')} may be told.** Each person gets "
        "one letter, and is asked about again when theirs goes out."
    )
    rows = [row for row in shown.answers if row.outcome is not Outcome.ALLOW]
    if rows:
        draw_table(
            [
                Column("Not told under", [row.rule for row in rows], whole=True),
                Column("Answer", [row.outcome.value for row in rows], whole=True),
                Column("Sessions", [f"{row.sessions:,}" for row in rows], number=True),
            ]
        )


def _letter(subject: str, text: str) -> None:
    """As it arrives: text, never markup."""
    st.markdown("**Subject**")
    st.text(subject)
    st.text(text)


def _over(rows: Sequence[LetterRow]) -> None:
    if not rows:
        return
    st.subheader("Over")
    draw_table(
        [
            Column("Letter", [str(row.number) for row in rows], whole=True),
            Column("Study", [row.study_title for row in rows]),
            Column("Subject", [row.letter.subject for row in rows]),
            Column("Proposed by", [row.proposer for row in rows]),
            Column("Decided by", [row.decider or "–" for row in rows]),
            Column("Ended", [words.moment(row.finished_at) for row in rows], whole=True),
            Column("How", [in_words(row.counts) if row.counts else row.state for row in rows]),
        ]
    )
