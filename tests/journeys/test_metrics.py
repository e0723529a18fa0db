"""A lead in a browser: a bar is clicked, and its people are told by another question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from services import access, studies
from services.metrics_snapshots import SERVICE, take_due
from tests.journeys.conftest import Visitor, drawn
from tests.live.processes import Live
from tests.services.metrics.worlds import interviews
from tests.services.worlds import read_by_the_machine, take_in

pytestmark = pytest.mark.browser

_SLUG, _TITLE = "a-study-to-count", "A study to count"


@pytest.fixture(scope="module")
def counted(live: Live, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where a lead sees a study in which every other person went before the end."""
    here = live.installation
    ada = access.actor_by_email(here, "ada@clearance.example")
    made = studies.add(
        here,
        ada,
        slug=_SLUG,
        title=_TITLE,
        opens_on=date(2026, 4, 1),
        closes_on=date(2026, 6, 30),
    )
    rows = [*interviews(5_000, 60), *interviews(5_060, 44, "free")]
    for row in rows[::2]:
        row |= {"status": "abandoned", "completed_at": None}
    take_in(here, ada, made, tmp_path_factory.mktemp("counted"), *rows)
    read_by_the_machine(here, ["Mo Smith"], made)
    take_due(here, access.service_actor(here, SERVICE))
    leo = access.actor_by_email(here, "leo@clearance.example")
    access.grant(
        here,
        ada,
        staff_id=leo.staff_id,
        study_id=made.id,
        role=next(iter(leo.roles)),
        purpose="See who took part",
        starts_at=here.now() - timedelta(minutes=1),
        expires_at=here.now() + timedelta(days=1),
    )
    return f"/metrics?study={_SLUG}"


def click_bar(page: Page, chart: str, number: int) -> None:
    """Click the middle of a bar, as it lies on the screen."""
    bar = page.locator(f".st-key-chart-{chart} .bars .point path").nth(number)
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_a_bar_that_is_clicked_tells_its_people_by_another_question(
    visit: Callable[[], Visitor], counted: str
) -> None:
    leo = visit().sign_in("leo@clearance.example", counted)
    drawn(leo)
    expect(leo.get_by_text("104 people took part")).to_be_visible()
    leo.get_by_role("radio", name="People").click()
    hint = leo.get_by_text("Click a bar to see its people by how far people came.")
    expect(hint.first).to_be_visible()

    click_bar(leo, "plan", 0)

    slice_of_it = leo.get_by_text("pro, by how far people came")
    expect(slice_of_it).to_be_visible()
    told = leo.locator(".st-key-slice-plan-status")
    expect(told.get_by_text("abandoned").first).to_be_visible()
    expect(told.get_by_text("30", exact=True)).to_have_count(2)

    # Several groups in one bar have no slice of their own: it only ends the other's.
    click_bar(leo, "plan", 1)
    expect(slice_of_it).to_be_hidden()
    expect(hint.first).to_be_visible()
