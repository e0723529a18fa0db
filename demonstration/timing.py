"""When a session ended: within its study's days, in the participant's waking hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from demonstration.dice import Dice
from demonstration.quotas import Quota
from demonstration.studies import BOUNDARY_MARGIN, FINDING_OUT, DemonstrationStudy

_FIRST_HOUR, _LAST_HOUR = 7.0, 23.5


def ended_at(
    study: DemonstrationStudy, quota: Quota, dice: Dice, utc_offset: timedelta
) -> datetime:
    """The instant, in UTC to the second, at which the session ended or was last touched.

    Near a boundary it lies at most 14 hours away, on alternating sides; a study that opens
    at a boundary keeps to the later side.
    """
    if quota.near_boundary is not None:
        boundary = study.boundaries[quota.near_boundary % len(study.boundaries)]
        later = quota.near_boundary // len(study.boundaries) % 2 == 0 or study is FINDING_OUT
        away = BOUNDARY_MARGIN * dice.between(0.02, 0.99)
        return _to_the_second(boundary + away if later else boundary - away)
    days = (study.closes_on - study.opens_on).days + 1
    day = study.opens_on + timedelta(days=dice.below(days))
    # Two draws averaged: mornings and nights are rarer than afternoons.
    hour = (dice.between(_FIRST_HOUR, _LAST_HOUR) + dice.between(_FIRST_HOUR, _LAST_HOUR)) / 2
    local = datetime.combine(day, time(0), UTC) + timedelta(hours=hour)
    instant = local - utc_offset
    opening = datetime.combine(study.opens_on, time(0), UTC)
    if study is FINDING_OUT and instant < opening:
        instant += timedelta(days=1)
    return _to_the_second(instant)


def _to_the_second(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)
