"""The studies page: the first study, the list, a slug that is taken."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from domain.permissions import Actor
from tests.pages.conftest import Visit, legible, shown


def add(at: AppTest, title: str, slug: str) -> None:
    at.text_input[0].set_value(title)
    at.text_input[1].set_value(slug)
    (button,) = [each for each in at.button if each.label == "Add the study"]
    button.click().run()


def test_the_first_study_is_added_and_listed_and_its_name_is_taken(
    visit: Visit, administrator: Actor
) -> None:
    at = visit(administrator, "studies")
    assert "There is no study yet" in shown(at)
    add(at, "Making <things>", "making-things")
    at = visit(administrator, "studies")
    assert "Making &lt;things&gt;" in shown(at)
    add(at, "Another", "making-things")
    assert "already" in legible(at.error[0])
    add(at, "Another", "Not A Slug")
    assert "lower-case words" in legible(at.error[0])
