"""The review quality page: what hidden checks and reviews say of the machine and of reviewers."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components import words
from components.empty import draw_empty
from components.plain_table import Column, draw_table
from components.typed import as_typed
from domain.errors import BadInput, Refused
from domain.permissions import Actor
from domain.review_outcomes import PERSON
from pages.admin.doubles import draw_doubles
from pages.front.visitor import require_visitor
from services import installation, review_quality, studies
from services.review_quality import CheckTally, OutcomeTally, PersonTally
from services.studies import StudyRow


def page() -> None:
    """Draw the page for the study that the address names, or the first."""
    actor = require_visitor()
    here = installation.current()
    st.title("Review quality")
    known = {study.slug: study for study in studies.visible(here, actor)}
    if not known:
        draw_empty("There is no study yet", "Add one on the Studies page.", ("Studies", "/studies"))
        return
    asked = st.query_params.get("study", "")
    slug = st.selectbox(
        "Study",
        list(known),
        index=list(known).index(asked) if asked in known else 0,
        format_func=lambda each: known[each].title,
    )
    if slug != (asked or next(iter(known))):
        st.query_params["study"] = slug
    try:
        held = review_quality.quality(here, actor, known[slug])
    except Refused as refused:
        st.error(as_typed(str(refused)))
        return
    st.caption(
        f"Reviews of the last {review_quality.WINDOW.days} days, in counts. No word of a session "
        "is kept here."
    )
    _checks(actor, known[slug], held.checks)
    draw_doubles(actor, known[slug], held)
    _recognizers(held.recognizers)
    _reviewers(held.reviewers)


def _checks(actor: Actor, study: StudyRow, checks: Sequence[CheckTally]) -> None:
    st.subheader("Do reviewers find what was hidden from them?")
    st.markdown(
        "In some reviews one thing that the machine surely found is kept from the reviewer. "
        "Nothing can leave by it: what they miss is shown to them before they can confirm."
    )
    if checks:
        draw_table(
            [
                Column("Reviewer", [each.name for each in checks]),
                Column("Checks", [f"{each.checks:,}" for each in checks], number=True),
                Column("Hidden places", [f"{each.hidden:,}" for each in checks], number=True),
                Column("Found", [f"{each.caught:,}" for each in checks], number=True),
                Column(
                    "Missed",
                    [_share(each.hidden - each.caught, each.hidden) for each in checks],
                    number=True,
                ),
            ]
        )
    else:
        st.caption("No check was resolved yet.")
    _set_share(actor, study)


def _set_share(actor: Actor, study: StudyRow) -> None:
    with st.form("checks", border=False):
        number, go, _rest = st.columns([3, 2, 7], vertical_alignment="bottom")
        percent = number.number_input(
            "Checks in a hundred reviews",
            min_value=0,
            max_value=100,
            value=study.check_percent,
            step=1,
            key=f"quality.percent.{study.slug}",
        )
        if not go.form_submit_button("Set"):
            return
    try:
        studies.set_check_percent(installation.current(), actor, study, int(percent))
    except (BadInput, Refused) as error:
        st.error(as_typed(str(error)))
        return
    st.toast(f"From now on {words.plural(int(percent), 'review')} of a hundred are checks.")


def _recognizers(tallies: Sequence[OutcomeTally]) -> None:
    st.subheader("What did reviewers make of each recognizer's findings?")
    found = [each for each in tallies if each.source != PERSON]
    added = sum(each.counts.added for each in tallies)
    if not tallies:
        st.caption("No review was confirmed yet.")
        return
    totals = [each.counts.accepted + each.counts.changed + each.counts.rejected for each in found]
    draw_table(
        [
            Column("Recognizer", [each.source for each in found]),
            Column("Sessions", [f"{each.sessions:,}" for each in found], number=True),
            Column("Findings", [f"{total:,}" for total in totals], number=True),
            Column("Accepted", [f"{each.counts.accepted:,}" for each in found], number=True),
            Column("Changed", [f"{each.counts.changed:,}" for each in found], number=True),
            Column("Rejected", [f"{each.counts.rejected:,}" for each in found], number=True),
            Column(
                "Rejected, share",
                [
                    _share(each.counts.rejected, total)
                    for each, total in zip(found, totals, strict=True)
                ],
                number=True,
            ),
        ]
    )
    kept = sum(each.counts.accepted + each.counts.changed for each in found)
    st.markdown(
        f"Reviewers added {words.plural(added, 'place')} that no recognizer had found: "
        f"{_share(added, added + kept)} of all that was taken out."
    )


def _reviewers(tallies: Sequence[PersonTally]) -> None:
    if not tallies:
        return
    st.subheader("How do reviewers differ?")
    totals = [each.counts.accepted + each.counts.changed + each.counts.rejected for each in tallies]
    draw_table(
        [
            Column("Reviewer", [each.name for each in tallies]),
            Column("Sessions", [f"{each.sessions:,}" for each in tallies], number=True),
            Column("Findings decided", [f"{total:,}" for total in totals], number=True),
            Column(
                "Rejected, share",
                [
                    _share(each.counts.rejected, total)
                    for each, total in zip(tallies, totals, strict=True)
                ],
                number=True,
            ),
            Column(
                "Added in a session",
                [f"{each.counts.added / each.sessions:.1f}" for each in tallies],
                number=True,
            ),
        ]
    )


def _share(part: int, whole: int) -> str:
    return "–" if whole == 0 else f"{100 * part / whole:.1f} %"
