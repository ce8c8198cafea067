"""Times and quantities as a dossier writes them: the same in every language but for the decimal sign."""

import math
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
TIME_ZONES: Final[dict[str, str]] = {
    "LT": "Europe/Vilnius",
    "LV": "Europe/Riga",
    "EE": "Europe/Tallinn",
    "PL": "Europe/Warsaw",
    "FI": "Europe/Helsinki",
    "RO": "Europe/Bucharest",
}
"""The countries that a dossier is written for; of others it gives UTC alone."""


def clock(time_s: float) -> str:
    """Return the UTC time of day: 01:43:50."""
    return f"{_utc(time_s):%H:%M:%S}"


def day(time_s: float) -> str:
    """Return the UTC date: 2025-07-28."""
    return f"{_utc(time_s):%Y-%m-%d}"


def moment(time_s: float) -> str:
    """Return date and time: 2025-07-28 01:43:50 UTC."""
    return f"{_utc(time_s):%Y-%m-%d %H:%M:%S} UTC"


def local(time_s: float, country: str) -> str:
    """Return the time of day on the country's clocks: 04:43:50; empty where that is not known."""
    zone = _zone(country)
    return "" if zone is None else f"{(EPOCH + timedelta(seconds=round(time_s))).astimezone(zone):%H:%M:%S}"


def number(value: float, decimal: str = ".", digits: int = 0) -> str:
    """Return a number with spaced thousands and the language's decimal sign."""
    return f"{value:,.{digits}f}".replace(",", "\u00a0").replace(".", decimal)


def length(metres: float, decimal: str = ".") -> str:
    """Return a length: 80 m, 1.2 km, 94 km."""
    if metres < 995.0:
        return f"{number(round(metres, -1) if metres >= 100.0 else metres, decimal)} m"
    return f"{number(metres / 1_000.0, decimal, 1 if metres < 19_950.0 else 0)} km"


def duration(seconds: float, decimal: str = ".") -> str:
    """Return a time span: 45 s, 4 min, 2.5 h."""
    if seconds < 119.5:
        return f"{number(seconds, decimal)} s"
    if seconds < 7_200.0:
        return f"{number(seconds / 60.0, decimal)} min"
    return f"{number(seconds / 3_600.0, decimal, 1)} h"


def after(seconds: float) -> str:
    """Return a time after another one as a clock counts it: +00:12:35."""
    whole = round(abs(seconds))
    return f"{'−' if seconds < 0 else '+'}{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def place(lat_deg: float, lon_deg: float, digits: int = 4) -> str:
    """Return a place: 54.5760° N, 25.7592° E."""
    return (
        f"{abs(lat_deg):.{digits}f}° {'S' if lat_deg < 0 else 'N'}, "
        f"{abs(lon_deg):.{digits}f}° {'W' if lon_deg < 0 else 'E'}"
    )


def digits_of(step_deg: float) -> int:
    """Return how many decimals of a degree mean something where places are multiples of a step."""
    return 4 if step_deg <= 0.0 else max(0, min(4, round(-math.log10(step_deg))))


def percent(share: float, decimal: str, over: str) -> str:
    """Return a probability; certainty is never claimed: `over` holds {value}."""
    if share > 0.99:
        return over.replace("{value}", "99 %")
    return f"{number(100.0 * share, decimal)} %"


@lru_cache(maxsize=32)
def _zone(country: str) -> tzinfo | None:
    try:
        return ZoneInfo(TIME_ZONES[country])
    except (KeyError, ZoneInfoNotFoundError):
        return None


def _utc(time_s: float) -> datetime:
    return EPOCH + timedelta(seconds=round(time_s))
