"""Words for metrics: categories as they are spoken of, and a sentence on what a chart shows."""

from __future__ import annotations

from datetime import date, timedelta

from components import words
from domain.category_names import COUNTRIES, IDENTIFIERS
from domain.crossings import REST
from domain.disclosure.cells import Shown, Suppressed
from domain.disclosure.shares import percentage
from domain.funnel import FUNNEL, STAGES
from domain.metrics import OUTSIDE, PERIOD, PERIOD_WEEKS, WEEK, Breakdown
from domain.views import View

_LABELS = {
    "in_progress": "still open",
    "not_asked": "not asked",
    "waits": "waits for review",
    "confirmed": "reviewed and confirmed",
    REST: "all others",
    OUTSIDE: "other weeks",
}
#: What a breakdown is called in the middle of a sentence.
NAMES = {
    "status": "how far people came",
    "plan": "plan",
    "language": "language",
    "researchers": "choice about researchers",
    "country": "country",
    "period": "time",
}


def category(breakdown: str, name: str) -> str:
    """A category as people speak of it."""
    if breakdown in (WEEK, PERIOD) and name not in (OUTSIDE, REST):
        return _days(date.fromisoformat(name), 1 if breakdown == WEEK else PERIOD_WEEKS)
    if breakdown == "language" and name not in (REST, "other"):
        return words.language(name)
    if breakdown == "country":
        return COUNTRIES.get(name, _LABELS.get(name, name))
    if breakdown == "redactions":
        return IDENTIFIERS.get(name, name)
    return _LABELS.get(name, name)


def _days(first: date, weeks: int) -> str:
    last = first + timedelta(days=7 * weeks - 1)
    if weeks == 1:
        return words.date_in_full(first)
    return f"{first.day} {first:%b} to {last.day} {last:%b %Y}"


def sentence(breakdown: Breakdown, view: View) -> str:
    """What to see in a chart, from its shown cells."""
    shown = [cell for cell in view.cells if cell.people is not None]
    if not shown:
        return "Every count of this is withheld: the groups are too small, or would open another."
    most = max(shown, key=lambda cell: cell.people or 0)
    label, people = category(breakdown.name, most.category), most.people or 0
    finished = view.told.get(STAGES[-1])
    if breakdown.name == FUNNEL.name:
        told = f"**{label.capitalize()}**: {people:,} people."
        if finished is not None:
            told = f"**Finished**: {of_people(finished, view.people)}."
    elif breakdown.over_time:
        when = "in the week of" if breakdown.name == WEEK else "from"
        told = f"Most came {when} **{label}**: {people:,} people."
    else:
        told = f"The largest group: **{label}**, {of_people(people, view.people)}."
    if breakdown.median is not None and isinstance(view.median, Shown):
        told += f" Half had fewer than about **{view.median.value:g} {breakdown.median.unit}**."
    left = len(view.cells) - len(shown)
    return told + (f" {words.plural(left, 'count')} withheld." if left else "")


def of_people(people: int, whole: int | None) -> str:
    """How many they are of how many, with the share where it gives nobody away."""
    if whole is None:
        return words.plural(people, "person", "people")
    share = percentage(Shown(people), Shown(whole))
    told = f"{people:,} of {whole:,} people"
    return told if isinstance(share, Suppressed) else f"{told} ({share.value:g} %)"


def crossed_sentence(view: View) -> str:
    """What to see in a cross table."""
    hidden = sum(cell.people is None for cell in view.cells)
    told = "Each field counts people; the stronger its colour, the greater their share of the row."
    if view.rounded:
        told += " Counts are rounded to five."
    return told + (f" {words.plural(hidden, 'field')} withheld." if hidden else "")


def spoken(title: str, view: View, name: str) -> str:
    """A chart for those who hear it: its question, and every shown count in order."""
    told = [
        f"{category(name, cell.category)} {cell.people:,}"
        for cell in view.cells
        if cell.people is not None and not cell.crossed
    ]
    hidden = sum(cell.people is None for cell in view.cells)
    parts = [title, ", ".join(told) + "." if told else ""]
    parts.append(f"{words.plural(hidden, 'count')} withheld." if hidden else "")
    return " ".join(part for part in parts if part)
