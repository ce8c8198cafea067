"""Numbers as a person reads them: what findings and outlooks are written with."""

from datetime import UTC, datetime, timedelta
from math import atan2, degrees

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def percent(probability: float) -> str:
    """Return a probability in per cent; certainty is never claimed."""
    if probability > 0.99:
        return "over 99 %"
    if probability < 0.01:
        return "under 1 %"
    return f"{100.0 * probability:.0f} %"


def clock(time_s: float) -> str:
    """Return the UTC time of day."""
    return f"{_EPOCH + timedelta(seconds=round(time_s)):%H:%M:%S} UTC"


def length(metres: float) -> str:
    """Return a distance in metres below one kilometre, in kilometres above."""
    if abs(metres) < 995.0:
        return f"{round(metres, -1):.0f} m"
    return f"{metres / 1000.0:.1f} km"


def duration(seconds: float) -> str:
    """Return a time span in seconds, in minutes from two minutes on, in hours from two hours on."""
    if seconds < 119.5:
        return f"{seconds:.0f} s"
    return f"{seconds / 60.0:.0f} min" if seconds < 7_200.0 else f"{seconds / 3_600.0:.1f} h"


def speed(metres_per_second: float) -> str:
    """Return a speed in kilometres per hour."""
    return f"{metres_per_second * 3.6:.0f} km/h"


def course(east_mps: float, north_mps: float) -> str:
    """Return the nearest of the eight winds that a velocity points to."""
    winds = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
    return winds[round(degrees(atan2(east_mps, north_mps)) / 45.0) % 8]
