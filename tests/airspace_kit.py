"""Tracks, pictures and countries for the tests of the airspace rules."""

import math
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources

from sargas.airspace import borders
from sargas.airspace.geometry import metres_per_degree
from sargas.model.finding import Finding
from sargas.model.picture import Picture
from sargas.model.report import Observation
from sargas.model.sensor import Health
from sargas.model.track import Track
from sargas.model.zone import Zone

T0_S = 1_753_671_600.0  # 28 July 2025, 03:00 UTC


def read_package(name: str) -> bytes:
    return (resources.files("timezonefinder_data") / name).read_bytes()


@cache
def all_borders() -> tuple[Zone, ...]:
    return tuple(borders.load(read_package))


def country(code: str) -> Zone:
    return next(zone for zone in all_borders() if zone.id == code)


def box(west: float, south: float, east: float, north: float) -> tuple[tuple[tuple[float, float], ...], ...]:
    return (((west, south), (east, south), (east, north), (west, north), (west, south)),)


# Two square states with a straight border along 25 degrees east.
WEST = Zone(id="WW", name="Westland", kind="sovereign", polygons=(box(23.0, 54.0, 25.0, 56.0),), country="WW")
EAST = Zone(id="EE", name="Eastland", kind="sovereign", polygons=(box(25.0, 54.0, 27.0, 56.0),), country="EE")
STATES = (WEST, EAST)
EAST_M, NORTH_M = metres_per_degree(55.0)


def at(east_m: float, north_m: float = 0.0) -> tuple[float, float]:
    """Return the (lon, lat) that lies so far east of the straight border and north of 55 degrees."""
    lat_deg = 55.0 + north_m / NORTH_M
    return 25.0 + east_m / metres_per_degree(lat_deg)[0], lat_deg


def track(
    time_s: float,
    place: tuple[float, float],
    velocity_mps: tuple[float, float] = (-15.0, 0.0),
    sd_m: float = 100.0,
    **more: object,
) -> Track:
    values: dict[str, object] = {
        "track_id": 1,
        "time_s": time_s,
        "first_s": T0_S,
        "last_report_s": time_s,
        "status": "confirmed",
        "lon_deg": place[0],
        "lat_deg": place[1],
        "east_mps": velocity_mps[0],
        "north_mps": velocity_mps[1],
        "position_cov_m2": (sd_m**2, 0.0, sd_m**2),
        "velocity_cov_m2ps2": (0.25, 0.0, 0.25),
        "entries": (7,),
    }
    return Track(**{**values, **more})  # type: ignore[arg-type]


def picture(
    now_s: float,
    tracks: Iterable[Track] = (),
    health: Iterable[Health] = (),
    observations: Sequence[Observation] = (),
) -> Picture:
    return Picture(
        now_s=now_s,
        tracks={one.track_id: one for one in tracks},
        health={one.sensor: one for one in health},
        observations=list(observations),
    )


def fly(rule: object, tracks: Iterable[Track]) -> list[Finding]:
    """Return all findings of a rule that sees one track after the other."""
    return [found for one in tracks for found in rule.evaluate(picture(one.time_s, [one]))]  # type: ignore[attr-defined]


def straight(
    from_m: tuple[float, float], velocity_mps: tuple[float, float], seconds: int, sd_m: float = 100.0, **more: object
) -> list[Track]:
    """Return a track at every second of a straight flight in the plane of the straight border."""
    return [
        track(
            T0_S + k,
            at(from_m[0] + velocity_mps[0] * k, from_m[1] + velocity_mps[1] * k),
            velocity_mps,
            sd_m,
            **more,
        )
        for k in range(seconds)
    ]


def normal_cdf(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))
