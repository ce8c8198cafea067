"""Times and names as an officer reads them in an alarm."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

NAMED: Final = 6


def clock(time_s: float) -> str:
    """Return the UTC time of day, to the second."""
    return datetime.fromtimestamp(time_s, UTC).strftime("%H:%M:%S UTC")


def day(time_s: float) -> str:
    """Return the UTC date, as in 2025-07-28."""
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%d")


def duration(seconds: float) -> str:
    """Return a time span: seconds below two minutes, minutes below two hours, else hours."""
    if seconds < 120.0:
        return f"{seconds:.0f} s"
    return f"{seconds / 60.0:.0f} min" if seconds < 7_200.0 else f"{seconds / 3_600.0:.3g} h"


def listed(names: Sequence[str], most: int = NAMED) -> str:
    """Return names one after the other; of many the first ones and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
