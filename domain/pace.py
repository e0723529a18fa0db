"""How fast work goes and when it will be done: from what was really done lately, or not told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

#: What was done before this says little of now.
WINDOW = timedelta(minutes=10)
#: A pause longer than this ended one run of work; what came before it does not count.
PAUSE = timedelta(minutes=2)
#: From fewer than these no rate is told.
FEWEST = 5
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """Sessions a minute, and how long what waits will take; None where it is not known."""

    a_minute: float | None = None
    left: timedelta | None = None

    @property
    def words(self) -> str:
        """Both in a few words."""
        if self.a_minute is None or self.left is None:
            return "rate and time left not known yet"
        rate = f"{self.a_minute:,.0f}" if self.a_minute >= 10 else f"{self.a_minute:.1f}"
        return f"{rate} a minute, {_duration(self.left)} left"


#: When there is nothing to go by.
UNKNOWN = Pace()


def pace(waiting: int, finished: Sequence[datetime], now: datetime) -> Pace:
    """The pace of work by when its last pieces were finished, in any order.

    It is measured up to now, so that work which has slowed down or stopped shows. Unknown when
    too little was done lately, or nothing for longer than :data:`PAUSE`.
    """
    counted: list[datetime] = []
    after = now
    for moment in sorted(finished, reverse=True):
        if moment <= now - WINDOW or after - moment > PAUSE:
            break
        counted.append(moment)
        after = min(after, moment)
    taken = now - counted[-1] if counted else timedelta()
    if len(counted) < FEWEST or taken <= timedelta():
        return UNKNOWN
    a_minute = (len(counted) - 1) / (taken / _MINUTE)
    return Pace(a_minute, waiting / a_minute * _MINUTE)


def _duration(time: timedelta) -> str:
    """A time in two units at most, never more exact than it can be known."""
    if time < _MINUTE:
        return "less than a minute"
    if time < _HOUR:
        return f"about {round(time / _MINUTE)} min"
    if time < _DAY:
        hours, rest = divmod(time, _HOUR)
        return f"about {hours} h {int(rest / (10 * _MINUTE)) * 10} min"
    days, rest = divmod(time, _DAY)
    return f"about {days} d {int(rest / _HOUR)} h"
