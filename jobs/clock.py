"""Times of day, as the clocks here show them."""

from datetime import datetime, time, timedelta


def next_shown(clock: str, after: datetime) -> datetime:
    """The first instant after another at which the clock here shows HH:MM, whatever zone either is in.

    Raises:
        ValueError: it is no time of day.
    """
    shown, here = time.fromisoformat(clock), after.astimezone()
    today, tomorrow = (datetime.combine(here.date() + timedelta(days=days), shown).astimezone() for days in (0, 1))
    return today if today > here else tomorrow
