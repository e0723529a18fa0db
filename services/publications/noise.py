"""Noise by OpenDP: its own mechanism, its own source of randomness, its own account of the loss.

Nothing of the web process imports this.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import opendp.prelude as dp

from domain.publications.privacy import scale_of

#: A person more or less changes one count of the list by one.
_SENSITIVITY = 1
dp.enable_features("contrib")


def noisy(counts: Mapping[str, int], epsilon: Decimal) -> dict[str, int]:
    """Each count with noise of its own, for the whole list at that epsilon."""
    mechanism = dp.m.make_laplace(
        dp.vector_domain(dp.atom_domain(T=int)),
        dp.l1_distance(T=int),
        scale=scale_of(epsilon),
    )
    loss: float = mechanism.map(_SENSITIVITY)  # type: ignore[no-untyped-call]  # OpenDP has no types
    if loss > float(epsilon) * (1 + 1e-9):
        raise AssertionError("OpenDP says that this noise costs more than was asked for.")
    return dict(zip(counts, mechanism(list(counts.values())), strict=True))
