"""Evidence: what somebody writes down when they record a participant's wish by hand."""

from __future__ import annotations

from domain.errors import BadInput

_SHORTEST = 5


def check_evidence(evidence: str, reason: str) -> None:
    """Both say something, and neither names somebody by an address: they go to the audit trail.

    Raises
    ------
    BadInput
        Naming which of the two is to be written otherwise.
    """
    for name, said in (("evidence", evidence), ("reason", reason)):
        if len(said.strip()) < _SHORTEST:
            raise BadInput(f"State the {name} in a few words or a reference.")
        if "@" in said:
            raise BadInput(f"Write no address into the {name}: name the ticket that holds it.")
