"""Whether something is to be done behind the page with publications; light, for any worker."""

from __future__ import annotations

from data_access import jobs
from data_access.publications import JOB_KINDS
from domain.permissions import Actor
from services.installation import Installation


def any_waits(installation: Installation, service: Actor) -> bool:
    """Whether a proposal waits to be frozen or an approved one to leave, or was left half done."""
    with installation.database.transaction(service.staff_id) as connection:
        return jobs.is_waiting(connection, JOB_KINDS, installation.now())
