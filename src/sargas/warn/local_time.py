"""The clock on the wall of the country that is warned."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

TIME_ZONES: Final[dict[str, str]] = {
    "LT": "Europe/Vilnius",
    "LV": "Europe/Riga",
    "EE": "Europe/Tallinn",
    "PL": "Europe/Warsaw",
    "FI": "Europe/Helsinki",
    "RO": "Europe/Bucharest",
    "MD": "Europe/Chisinau",
    "UA": "Europe/Kyiv",
    "SE": "Europe/Stockholm",
    "NO": "Europe/Oslo",
    "DK": "Europe/Copenhagen",
    "DE": "Europe/Berlin",
    "CZ": "Europe/Prague",
    "SK": "Europe/Bratislava",
    "HU": "Europe/Budapest",
    "BG": "Europe/Sofia",
}
"""Countries of which the clock is known; of others the texts give UTC."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=32)
def time_zone(country: str) -> tzinfo:
    """Return the country's time zone; UTC where it is not known, or the machine has no table of time zones."""
    try:
        return ZoneInfo(TIME_ZONES[country])
    except (KeyError, ZoneInfoNotFoundError):
        return UTC


def local(time_s: float, country: str) -> datetime:
    """Return the local date and time."""
    return (EPOCH + timedelta(seconds=time_s)).astimezone(time_zone(country))


def clock(time_s: float, country: str) -> str:
    """Return the local time of day, such as 04:50; with UTC beside it where it is that."""
    at = local(time_s, country)
    return f"{at:%H:%M} UTC" if at.tzinfo is UTC else f"{at:%H:%M}"
