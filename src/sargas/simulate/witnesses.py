"""People who notice what flies by, and what they say of it: late, roughly, and now and then of nothing."""

import math

import numpy as np

from sargas.model.report import AnyReport, Sighting
from sargas.simulate.ears import SOUND_MPS
from sargas.simulate.flight import Course, stream
from sargas.simulate.frames import enu_m, shifted
from sargas.simulate.scenario import Scenario, Witnesses
from sargas.simulate.speech import WIND_ROSE_DEG

SHORTEST_S = 5.0
"""Nobody is on the record sooner than so after what they speak of."""
MINUTE_S = 60.0

Said = tuple[str, float, AnyReport]


def sightings(scenario: Scenario, courses: list[Course], seed: int) -> list[Said]:
    """Return what the witnesses of the scenario tell: (sensor, received_s, report)."""
    found: list[Said] = []
    for index, group in enumerate(scenario.witnesses):
        for number in range(group.people):
            rng = stream(seed, "witness", str(index), str(number))
            lat_deg, lon_deg = _somewhere(group, scenario, rng)
            for course in courses:
                said = _noticed(group, course, (lat_deg, lon_deg, scenario.ground_m), rng)
                if said is not None:
                    found.append(said)
        found += _of_nothing(group, scenario, stream(seed, "false call", str(index)))
    return found


def _somewhere(group: Witnesses, scenario: Scenario, rng: np.random.Generator) -> tuple[float, float]:
    """Return latitude and longitude [deg] of one who stands anywhere about the place."""
    radius_m, around = 1_000.0 * group.within_km * math.sqrt(rng.uniform()), rng.uniform(0.0, 2.0 * math.pi)
    lat, lon = scenario.places[group.around]
    return _moved(lat, lon, radius_m * math.sin(around), radius_m * math.cos(around))


def _noticed(
    group: Witnesses, course: Course, person: tuple[float, float, float], rng: np.random.Generator
) -> Said | None:
    """Return what one person tells of one thing, None if it did not come near or they keep it to themselves."""
    if course.kind not in group.notices or course.time_s.size < 2:
        return None
    enu = enu_m(person, course.lat_deg, course.lon_deg, course.alt_m)
    distance = np.sqrt(np.sum(enu**2, axis=-1))
    hears_m = group.hears_m if course.craft.sound_db is not None else 0.0
    near = np.flatnonzero(distance <= max(group.sees_m, hears_m))
    if near.size == 0 or rng.random() >= group.p_tells:
        return None
    at = int(rng.choice(near))
    is_seen, is_heard = bool(distance[at] <= group.sees_m), bool(distance[at] <= hears_m)
    there = enu[at]
    if not is_seen:  # a sound shows where it came from
        there = enu[max(0, at - round(float(distance[at]) / SOUND_MPS))]
    azimuth_deg = range_m = None
    if rng.random() < group.p_points:
        azimuth_deg = _pointed(float(np.degrees(np.arctan2(there[0], there[1]))), group, rng)
    if is_seen and rng.random() < group.p_estimates:
        range_m = float(np.hypot(there[0], there[1])) * math.exp(rng.normal(0.0, math.log(group.range_factor)))
    return _told(group, person, (float(course.time_s[at]), azimuth_deg, range_m, is_seen, is_heard), rng)


def _of_nothing(group: Witnesses, scenario: Scenario, rng: np.random.Generator) -> list[Said]:
    """Return calls about what does not fly: headlights, a moped, a star."""
    found: list[Said] = []
    for _ in range(group.false_calls):
        lat_deg, lon_deg = _somewhere(group, scenario, rng)
        time_s = rng.uniform(scenario.start_s, scenario.end_s)
        azimuth_deg = _pointed(rng.uniform(0.0, 360.0), group, rng)
        is_seen = bool(rng.random() < 0.5)
        said = (time_s, azimuth_deg, None, is_seen, not is_seen)
        found.append(_told(group, (lat_deg, lon_deg, scenario.ground_m), said, rng))
    return found


def _told(
    group: Witnesses,
    person: tuple[float, float, float],
    said: tuple[float, float | None, float | None, bool, bool],
    rng: np.random.Generator,
) -> Said:
    """Return the report of one who noticed (when, azimuth, distance, seen, heard), as it comes on the record."""
    time_s, azimuth_deg, range_m, is_seen, is_heard = said
    received_s = time_s + 60.0 * rng.uniform(*group.after_min) + SHORTEST_S
    recalled_s = round((time_s + rng.normal(0.0, group.time_sd_s)) / MINUTE_S) * MINUTE_S
    lat_deg, lon_deg = _moved(person[0], person[1], *rng.normal(0.0, group.position_sd_m, 2).tolist())
    report = Sighting(
        sensor=group.sensor,
        time_s=min(recalled_s, received_s - SHORTEST_S),
        lat_deg=round(lat_deg, 5),
        lon_deg=round(lon_deg, 5),
        position_sd_m=group.position_sd_m,
        sense=("both" if is_heard else "seen") if is_seen else "heard",
        azimuth_deg=azimuth_deg,
        azimuth_sd_deg=None if azimuth_deg is None else group.azimuth_sd_deg,
        range_m=None if range_m is None else max(100.0, round(range_m, -2)),
        reporter="passer-by",
        text="Something flew there, I saw it." if is_seen else "An engine in the sky, I did not see it.",
    )
    return group.sensor, received_s, report


def _pointed(azimuth_deg: float, group: Witnesses, rng: np.random.Generator) -> float:
    """Return the direction in which somebody points, to the nearest of the eight winds."""
    off_deg = azimuth_deg + rng.normal(0.0, group.azimuth_sd_deg)
    return round(off_deg / WIND_ROSE_DEG) * WIND_ROSE_DEG % 360.0


def _moved(lat_deg: float, lon_deg: float, east_m: float, north_m: float) -> tuple[float, float]:
    lat, lon = shifted(np.array(lat_deg), np.array(lon_deg), np.array(east_m), np.array(north_m))
    return float(lat), float(lon)
