"""How long replaced files stay: the days that the settings name, and as long as a live release needs them."""

import math
from collections.abc import Sequence

from jobs.publishing.releases import Release

HOUR, DAY = 3_600, 86_400
MARGIN_DAYS = 1  # between the clocks of a table's log, its files and the release
AHEAD_DAYS = 14  # that live releases may age until the next maintenance
ROOM_DAYS = 30  # given at once where the room runs out, so that not every maintenance has to


def oldest_age(live: Sequence[Release], now: float) -> float:
    """Seconds since the oldest live release was published; 0 without any."""
    return max((now - release.published_at.timestamp() for release in live), default=0.0)


def keep_hours(live: Sequence[Release], retention_days: int, now: float) -> int:
    """Hours for which a vacuum must leave replaced files."""
    return max(24 * retention_days, math.ceil(oldest_age(live, now) / HOUR) + 24 * MARGIN_DAYS)


def property_days(live: Sequence[Release], retention_days: int, now: float) -> int:
    """Days for which tables must promise to keep replaced files, so that live releases stay readable for a while."""
    age = math.ceil(oldest_age(live, now) / DAY)
    return retention_days if age + AHEAD_DAYS <= retention_days else age + ROOM_DAYS
