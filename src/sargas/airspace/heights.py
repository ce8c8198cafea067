"""Does a zone hold now, and at that height? What is unknown counts as inside: it fails safe."""

from datetime import UTC, datetime, timedelta

from sargas.model.track import Track
from sargas.model.zone import Schedule, Zone

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def height_m(zone: Zone, track: Track) -> float | None:
    """Return the track's height that suits the zone's reference best, None if it has none.

    Pressure zones are compared with the pressure altitude, others with the geometric height if there is one.
    """
    if zone.reference == "pressure":
        return track.alt_baro_m if track.alt_baro_m is not None else track.alt_wgs84_m
    return track.alt_wgs84_m if track.alt_wgs84_m is not None else track.alt_baro_m


def is_within(zone: Zone, track: Track, margin_m: float, terrain_max_m: float) -> bool:
    """Return whether the track may be between the zone's floor and ceiling.

    Args:
        zone: the zone.
        track: the track.
        margin_m: for the error of heights: pressure against true, ellipsoid against mean sea level.
        terrain_max_m: the highest ground of the area; a ceiling above ground may be as much higher above the sea.
    """
    at_m = height_m(zone, track)
    if at_m is None:
        return True
    if zone.floor_m is not None and at_m < zone.floor_m - margin_m:
        return False
    higher_m = terrain_max_m if zone.reference == "agl" else 0.0
    return zone.ceiling_m is None or at_m <= zone.ceiling_m + higher_m + margin_m


def holds_at(zone: Zone, time_s: float) -> bool:
    """Return whether the zone is active at a moment; one without a schedule always is."""
    return not zone.schedule or any(_is_in(schedule, time_s) for schedule in zone.schedule)


def _is_in(schedule: Schedule, time_s: float) -> bool:
    if schedule.from_s is not None and time_s < schedule.from_s:
        return False
    if schedule.to_s is not None and time_s >= schedule.to_s:
        return False
    now = _EPOCH + timedelta(seconds=time_s)
    minute = now.hour * 60 + now.minute
    if schedule.from_minute <= schedule.to_minute:
        return _is_day(schedule, now.weekday()) and schedule.from_minute <= minute < schedule.to_minute
    # Over midnight: the day named is the one on which it begins.
    if minute >= schedule.from_minute:
        return _is_day(schedule, now.weekday())
    return minute < schedule.to_minute and _is_day(schedule, (now.weekday() - 1) % 7)


def _is_day(schedule: Schedule, day: int) -> bool:
    return not schedule.days or day in schedule.days
