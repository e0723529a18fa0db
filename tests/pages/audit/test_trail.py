"""The auditor's page: every act with its outcome, filters, and the chain's standing."""

from __future__ import annotations

import pytest

from domain.errors import Refused
from domain.permissions import Actor
from domain.vocabulary import Role
from services import access
from services.installation import Installation
from tests.conftest import Hire
from tests.data_access.test_audit_chain import as_superuser
from tests.pages.conftest import Visit, legible, shown


def test_acts_and_refusals_are_listed_and_filtered(
    visit: Visit, hire: Hire, installation: Installation
) -> None:
    uma, rosa = hire("Uma", Role.AUDITOR), hire("Rosa", Role.REVIEWER)
    with pytest.raises(Refused):
        access.people(installation, rosa)
    at = visit(uma, "audit")
    assert "staff.invite" in shown(at)
    (outcome,) = [each for each in at.selectbox if each.label == "Outcome"]
    outcome.select("refused").run()
    assert "staff.list" in shown(at)
    assert ">staff.invite<" not in shown(at)


def test_a_name_typed_as_markup_shows_as_text(
    visit: Visit, hire: Hire, installation: Installation, administrator: Actor
) -> None:
    access.invite(installation, administrator, "eve@clearance.example", "<img src=x onerror=y>")
    assert "<img" not in shown(visit(hire("Uma", Role.AUDITOR), "audit"))


def test_the_chain_is_verified_at_a_click_and_a_broken_row_named(
    visit: Visit, hire: Hire, installation: Installation
) -> None:
    at = visit(hire("Uma", Role.AUDITOR), "audit")

    def verify() -> None:
        (button,) = [each for each in at.button if each.label == "Verify the chain"]
        button.click().run()

    verify()
    assert "is whole" in legible(at.success[0])
    as_superuser(installation, "UPDATE audit_event SET purpose = 'x' WHERE seq = 2")
    verify()
    assert "Row 2 is broken" in legible(at.error[0])
