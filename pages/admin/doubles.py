"""Double reviews on the review quality page: who agrees with whom, and who missed what."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components import words
from components.plain_table import Column, draw_table
from components.typed import as_typed
from domain.double_review import FEWEST, Agreement, DoubleState
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.review_outcomes import PERSON
from services import installation, studies
from services.review_quality import MissTally, PairTally, Quality
from services.studies import StudyRow

_STANDING = (
    (DoubleState.WAITING, "waits for a second reviewer", "wait for a second reviewer"),
    (DoubleState.DIFFERS, "is open again to be settled", "are open again to be settled"),
    (DoubleState.AGREED, "agreed", "agreed"),
    (DoubleState.SETTLED, "was settled", "were settled"),
)


def draw_doubles(actor: Actor, study: StudyRow, held: Quality) -> None:
    """Draw what double reviews say, and the share of them to set."""
    st.subheader("Do two reviewers come to the same?")
    st.markdown(
        "Some confirmed sessions are reviewed again by somebody who sees nothing of the first "
        "review. Where one of the two took out what the other left standing, the session is open "
        "again and nothing of it leaves until a person has settled it."
    )
    standing = [
        f"{held.doubles[state]:,} {one if held.doubles[state] == 1 else many}"
        for state, one, many in _STANDING
        if held.doubles.get(state)
    ]
    st.caption("; ".join(standing) + "." if standing else "No session was drawn for it yet.")
    if held.pairs:
        _pairs(held.pairs)
        _grouped(held)
        _misses(held.misses)
        st.caption(
            f"A place is text that the machine or one of the two marked. Under {FEWEST} places no "
            "share is told. Kappa is agreement beyond chance, from 1 (always) over 0 (no better "
            "than chance); it says nothing where both took out everything."
        )
    _set_share(actor, study)


def _pairs(pairs: Sequence[PairTally]) -> None:
    draw_table(
        [
            Column("Reviewers", [" and ".join(each.names) for each in pairs]),
            Column("Sessions", [f"{each.sessions:,}" for each in pairs], number=True),
            *_agreement([each.agreement for each in pairs]),
        ]
    )


def _grouped(held: Quality) -> None:
    recognizers, types = held.recognizer_agreement, held.type_agreement
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**By recognizer**")
        draw_table(
            [
                Column("Recognizer", [_source(each.source) for each in recognizers]),
                *_agreement([each.agreement for each in recognizers]),
            ]
        )
    with right:
        st.markdown("**By type**")
        draw_table(
            [
                Column("Type", [each.source.replace("_", " ").capitalize() for each in types]),
                *_agreement([each.agreement for each in types]),
            ]
        )


def _misses(misses: Sequence[MissTally]) -> None:
    st.markdown("**What each left standing of what had to go**")
    draw_table(
        [
            Column("Reviewer", [each.name for each in misses]),
            Column("Sessions", [f"{each.sessions:,}" for each in misses], number=True),
            Column("Had to go", [f"{each.had_to_go:,}" for each in misses], number=True),
            Column("Missed", [f"{each.missed:,}" for each in misses], number=True),
            Column("Miss rate", [_rate(each) for each in misses], number=True),
            Column("Not settled yet", [f"{each.unsettled:,}" for each in misses], number=True),
        ]
    )


def _agreement(counts: Sequence[Agreement]) -> list[Column]:
    return [
        Column("Places", [f"{each.total:,}" for each in counts], number=True),
        Column(
            "Differ", [f"{each.first_only + each.second_only:,}" for each in counts], number=True
        ),
        Column("Agreement", [_percent(each.share) for each in counts], number=True),
        Column("Kappa", [_kappa(each.kappa) for each in counts], number=True),
    ]


def _source(name: str) -> str:
    return "none: a person marked it" if name == PERSON else name


def _percent(share: float | None) -> str:
    return "too few" if share is None else f"{100 * share:.1f} %"


def _kappa(kappa: float | None) -> str:
    return "–" if kappa is None else f"{kappa:.2f}".replace("-", "−")


def _rate(each: MissTally) -> str:
    return "too few" if each.had_to_go < FEWEST else f"{100 * each.missed / each.had_to_go:.1f} %"


def _set_share(actor: Actor, study: StudyRow) -> None:
    with st.form("doubles", border=False):
        number, go, _rest = st.columns([3, 2, 7], vertical_alignment="bottom")
        percent = number.number_input(
            "Second reviews in a hundred",
            min_value=0,
            max_value=100,
            value=study.double_percent,
            step=1,
            key=f"quality.doubles.{study.slug}",
        )
        if not go.form_submit_button("Set", key="quality.doubles.set"):
            return
    try:
        studies.set_double_percent(installation.current(), actor, study, int(percent))
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    sessions = words.plural(int(percent), "session")
    st.toast(f"From now on {sessions} of a hundred that are confirmed are reviewed twice.")
