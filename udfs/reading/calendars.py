"""Days of other calendars than the Gregorian as days of it: Buddhist, Hijri, Persian, and Japanese eras."""

from datetime import date, timedelta

# Thailand counts from the Buddha's death; its months and days have been the Gregorian ones since 1889.
BUDDHIST_AHEAD, BUDDHIST_YEARS = 543, range(2430, 2700)
# Years of Hegira that documents carry, lunar and solar: 1300 began in 1882 and in 1921.
HIJRI_YEARS, PERSIAN_YEARS = range(1300, 1500), range(1290, 1480)
# First days of the era after Hegira as Python counts days, less one: 16 July and 19 March 622 of the Julian calendar.
HIJRI_EPOCH, PERSIAN_EPOCH = 227_014, 226_894
# The tabular calendar and the one that is proclaimed (Umm al-Qura) differ by a day now and then.
PROCLAIMED = (0, -1, 1)
ERAS = {
    "M": (date(1868, 1, 25), date(1912, 7, 30)), "T": (date(1912, 7, 30), date(1926, 12, 25)),
    "S": (date(1926, 12, 25), date(1989, 1, 7)), "H": (date(1989, 1, 8), date(2019, 4, 30)),
    "R": (date(2019, 5, 1), date.max),
}  # fmt: skip
ERA_NAMES = {"明治": "M", "大正": "T", "昭和": "S", "平成": "H", "令和": "R"}


def other_calendars(year: int, month: int, day: int) -> list[date]:
    """Give the Gregorian days that a date may mean in calendars whose years are none of ours; the likeliest first."""
    if year in BUDDHIST_YEARS:
        return _existing(year - BUDDHIST_AHEAD, month, day)
    found = []
    if year in PERSIAN_YEARS:
        found += persian(year, month, day)
    if year in HIJRI_YEARS:
        found += hijri(year, month, day)
    return found


def hijri(year: int, month: int, day: int) -> list[date]:
    """Give the days that a date of the lunar Hijri calendar may mean: by its table, and a day off."""
    if not (1 <= month <= 12 and 1 <= day <= 30):
        return []
    gone = (year - 1) * 354 + (3 + 11 * year) // 30 + (59 * (month - 1) + 1) // 2
    first = date.fromordinal(HIJRI_EPOCH + gone + day)
    return [first + timedelta(days=off) for off in PROCLAIMED]


def persian(year: int, month: int, day: int) -> list[date]:
    """Give the day of a date of the solar Hijri calendar, by its cycle of 33 years, which holds from 1799 to 2256."""
    leap = (25 * year + 11) % 33 < 8
    longest = 31 if month <= 6 else 30 if month < 12 or leap else 29
    if not (1 <= month <= 12 and 1 <= day <= longest):
        return []
    gone = (year - 1) * 365 + (8 * year + 21) // 33 + (month - 1) * 30 + min(month - 1, 6)
    return [date.fromordinal(PERSIAN_EPOCH + gone + day)]


def japanese(era: str, year: int, month: int, day: int) -> list[date]:
    """Give the day of a date of a Japanese era, by its Latin letter or its name; none where the era has no such day."""
    first, last = ERAS[ERA_NAMES.get(era, era)]
    return [found for found in _existing(first.year + year - 1, month, day) if first <= found <= last]


def _existing(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:
        return []
