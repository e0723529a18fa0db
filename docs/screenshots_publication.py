"""A proposed publication for the pictures: a chart of the demonstration, frozen by the worker."""

from __future__ import annotations

import time
from decimal import Decimal

from domain.errors import ClearanceError
from domain.publications.contents import Audience
from domain.publications.lifecycle import PublicationState
from services import access
from services.installation import Installation
from services.publications import proposing, reading
from services.publications.proposing import Proposal

_CHART = "language"
_SECONDS = 300


def proposed_publication(installation: Installation) -> str:
    """The id of a publication that two approvers can look at.

    Exact where the policy lets everybody be counted, with noise where it does not.
    """
    leo = access.actor_by_email(installation, "leo@clearance.example")
    for epsilon in (None, Decimal(1)):
        for study in proposing.studies(installation, leo):
            offered = proposing.offered(installation, leo, study)
            if offered is None or _CHART not in {each.name for each in offered.breakdowns}:
                continue
            publication_id, _ = proposing.propose(
                installation,
                leo,
                Proposal(
                    study.id,
                    _CHART,
                    Audience.PUBLIC,
                    "In which languages people talked with the interviewer",
                    "One language for each person: that of their latest interview.",
                    "Show readers of the findings whom they are about",
                    epsilon=epsilon,
                ),
            )
            deadline = time.monotonic() + _SECONDS
            while True:
                held = reading.view(installation, leo, publication_id, record=False).row
                if held.state is PublicationState.PROPOSED:
                    return str(publication_id)
                if held.state is not PublicationState.PREPARING:
                    break
                if time.monotonic() > deadline:
                    raise ClearanceError("The worker did not freeze the publication.")
                time.sleep(2)
    raise ClearanceError("No chart of the demonstration can be published.")
