"""How long it takes to protect a table of counts, by its shape and by how small its counts are."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from domain.disclosure.attack import derive
from domain.disclosure.cells import Suppressed
from domain.disclosure.protection import protect_counts, sensitive
from domain.disclosure.tables import Dimension, cross_table


@dataclass(frozen=True)
class Protecting:
    """Tables of one shape: seconds to protect and to attack each, and what was hidden in all."""

    shape: tuple[int, ...]
    greatest: int
    seconds: tuple[float, ...]
    attacks: tuple[float, ...]
    hidden: int
    cells: int
    least: int


def measure(shape: Sequence[int], greatest: int, tables: int) -> Protecting:
    """Protect and attack ``tables`` tables with counts from 0 to ``greatest``, drawn by number."""
    seconds, attacks = [], []
    hidden = cells = least = 0
    dimensions = [
        Dimension(f"d{place}", tuple(f"{number:03}" for number in range(size)))
        for place, size in enumerate(shape)
    ]
    for seed in range(tables):
        draw = random.Random(seed)
        table = cross_table(
            dimensions,
            {
                frozenset(
                    (d.name, each) for d, each in zip(dimensions, chosen, strict=True)
                ): draw.randint(0, greatest)
                for chosen in product(*(dimension.categories for dimension in dimensions))
            },
        )
        start = time.perf_counter()
        view = protect_counts(table)
        seconds.append(time.perf_counter() - start)
        start = time.perf_counter()
        derive(view.told, table.relations, list(sensitive(table)))
        attacks.append(time.perf_counter() - start)
        hidden += sum(isinstance(cell, Suppressed) for cell in view.cells.values())
        cells += len(view.cells)
        least += view.least
    return Protecting(
        tuple(shape), greatest, tuple(sorted(seconds)), tuple(sorted(attacks)), hidden, cells, least
    )
