"""How many letters stand how, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.letters import NO_ADDRESS, TOLD_BEFORE, DeliveryState
from services.letters import DeliveryCount

_OPEN = (DeliveryState.WAITING, DeliveryState.SENDING)
_REASONS = {TOLD_BEFORE: "told before", NO_ADDRESS: "no address"}


def ended(counts: Sequence[DeliveryCount]) -> tuple[int, int]:
    """How many ended, and how many there are."""
    all_ = sum(each.letters for each in counts)
    return all_ - sum(each.letters for each in counts if each.state in _OPEN), all_


def in_words(counts: Sequence[DeliveryCount] | Mapping[str, int]) -> str:
    """Sent, waiting, withheld by which rule, failed by which reply, and what is not known."""
    if isinstance(counts, Mapping):
        parts = [(*name.partition(": ")[::2], letters) for name, letters in counts.items()]
    else:
        parts = [(each.state.value, each.why or "", each.letters) for each in counts]
    said = [
        f"{letters:,} {state}{f' ({_REASONS.get(why, why)})' if why else ''}"
        for state, why, letters in sorted(parts)
    ]
    return ", ".join(said) + "." if said else "Nobody is listed yet."
