"""What has no distance: what acoustic nodes hear, as a direction or as near, and what direction finders receive."""

import math

import numpy as np

from sargas.model.report import AnyReport, Bearing, Presence, SensorStatus
from sargas.simulate.flight import Course, stream
from sargas.simulate.frames import F64, above_horizon_deg, enu_m
from sargas.simulate.scenario import Scenario
from sargas.simulate.sites import Site

SOUND_MPS = 340.0
ABSORPTION_DB_PER_M = 0.004
"""Of the lower harmonics of a small engine; ISO 9613-1 gives 2 to 6 dB per km at 250-1000 Hz in humid air."""
WIND_DB_PER_DOUBLING = 6.0
CALM_MPS = 2.0
"""A microphone's wind noise rises by about so much for each doubling of the wind above calm."""

Timed = tuple[float, AnyReport]


def acoustic_reports(site: Site, courses: list[Course], scenario: Scenario, seed: int) -> list[Timed]:
    """Return what the node hears, (received_s, report): the sound shows where the source was when it sounded."""
    assert site.ear is not None
    rng = stream(seed, "ear", site.id)
    look = np.arange(scenario.start_s + rng.uniform(0.0, site.ear.look_s), scenario.end_s, site.ear.look_s)
    found = _false_alarms(site, scenario, rng)
    wind_db = WIND_DB_PER_DOUBLING * max(0.0, math.log2(max(scenario.wind.speed_mps, 0.1) / CALM_MPS))
    for course in courses:
        if course.craft.sound_db is None or course.time_s.size < 2:
            continue
        enu = _from_site(site, course)
        arrives = course.time_s + np.sqrt(np.sum(enu**2, axis=-1)) / SOUND_MPS
        time = look[(look >= arrives[0]) & (look <= arrives[-1])]
        there = np.stack([np.interp(time, arrives, enu[:, axis]) for axis in range(3)], axis=-1)
        distance = np.maximum(1.0, np.sqrt(np.sum(there**2, axis=-1)))
        loudness = course.craft.sound_db - 20.0 * np.log10(distance) - ABSORPTION_DB_PER_M * distance - wind_db
        chance = 1.0 / (1.0 + np.exp(-(loudness - site.ear.threshold_db) / 1.5))
        heard = rng.random(time.size) < chance
        found += _heard(site, time[heard], there[heard], rng)
    return sorted([*found, *_heartbeat(site, scenario, rng)], key=lambda timed: timed[0])


def radio_reports(site: Site, courses: list[Course], scenario: Scenario, seed: int) -> list[Timed]:
    """Return bearings to what transmits within the finder's reach and above its horizon, (received_s, report)."""
    assert site.finder is not None
    rng = stream(seed, "finder", site.id)
    look = np.arange(scenario.start_s + rng.uniform(0.0, site.finder.look_s), scenario.end_s, site.finder.look_s)
    found = _interference(site, scenario, seed)
    for course in courses:
        if not course.transmits or course.time_s.size < 2:
            continue
        enu = _from_site(site, course)
        time = look[(look >= course.time_s[0]) & (look <= course.time_s[-1])]
        there = np.stack([np.interp(time, course.time_s, enu[:, axis]) for axis in range(3)], axis=-1)
        above = above_horizon_deg(there, site.alt_m - scenario.ground_m, site.coverage.elevation_min_deg)
        near = np.sqrt(np.sum(there**2, axis=-1)) <= 1_000.0 * site.finder.reach_km
        heard = near & (above > 0.0) & (rng.random(time.size) < site.finder.p_detect)
        found += _bearings(site, time[heard], there[heard], rng, "downlink")
    return sorted([*found, *_heartbeat(site, scenario, rng)], key=lambda timed: timed[0])


def _heard(site: Site, time: F64, enu: F64, rng: np.random.Generator) -> list[Timed]:
    """Return what the node says of each row of `enu`: a direction, that something is near, or both."""
    assert site.ear is not None
    found: list[Timed] = []
    if site.ear.says != "presence":
        found += _bearings(site, time, enu, rng, "propeller engine")
    if site.ear.says != "bearing":
        found += _presences(site, time, rng)
    return found


def _presences(site: Site, time: F64, rng: np.random.Generator) -> list[Timed]:
    """Return that something was heard near the node, once for each time."""
    assert site.ear is not None
    late = site.latency_s + rng.gamma(2.0, 0.15, time.size)
    return [
        (
            when + delay,
            Presence(
                sensor=site.id,
                time_s=round(when + site.time_bias_s, 2),
                radius_m=site.ear.within_m,
                medium="acoustic",
                text="propeller engine",
            ),
        )
        for when, delay in zip(time.tolist(), late.tolist(), strict=True)
    ]


def _bearings(site: Site, time: F64, enu: F64, rng: np.random.Generator, text: str) -> list[Timed]:
    """Return one bearing per row of `enu` with the site's error, as a node would send it."""
    sd_deg = site.errors.azimuth_sd_deg
    noisy = np.degrees(np.arctan2(enu[:, 0], enu[:, 1])) + site.azimuth_bias_deg
    noisy = (noisy + rng.normal(0.0, site.hidden.sd_factor * sd_deg, time.size)) % 360.0
    late = site.latency_s + rng.gamma(2.0, 0.15, time.size)
    return [
        (
            float(when + delay),
            Bearing(
                sensor=site.id,
                time_s=round(float(when) + site.time_bias_s, 2),
                azimuth_deg=round(float(azimuth), 1) % 360.0,
                azimuth_sd_deg=sd_deg,
                range_max_m=site.coverage.range_max_m,
                medium="acoustic" if site.kind == "acoustic" else "radio",
                text=text,
            ),
        )
        for when, azimuth, delay in zip(time, noisy, late, strict=True)
    ]


def _false_alarms(site: Site, scenario: Scenario, rng: np.random.Generator) -> list[Timed]:
    """Return what the node takes for an engine now and then: a mower, a motorcycle."""
    assert site.ear is not None
    lasts_s = scenario.end_s - scenario.start_s
    n = int(rng.poisson(site.ear.false_per_hour * lasts_s / 3_600.0))
    time = np.sort(scenario.start_s + rng.uniform(0.0, lasts_s, n))
    around = rng.uniform(0.0, 2.0 * math.pi, n)
    there = np.stack([np.sin(around), np.cos(around), np.zeros(n)], axis=-1)
    return _heard(site, time, there, rng)


def _interference(site: Site, scenario: Scenario, seed: int) -> list[Timed]:
    """Return what the finder takes for a downlink now and then, from anywhere."""
    assert site.finder is not None
    rng = stream(seed, "interference", site.id)
    lasts_s = scenario.end_s - scenario.start_s
    n = int(rng.poisson(site.finder.false_per_hour * lasts_s / 3_600.0))
    time = np.sort(scenario.start_s + rng.uniform(0.0, lasts_s, n))
    there = np.stack([*rng.normal(0.0, 1.0, (2, n)), np.zeros(n)], axis=-1)
    return _bearings(site, time, there, rng, "downlink")


def _heartbeat(site: Site, scenario: Scenario, rng: np.random.Generator) -> list[Timed]:
    """Return the states that a node sends so that its silence means something."""
    if site.period_s is None:
        return []
    begin_s = scenario.start_s + rng.uniform(0.0, site.period_s)
    times = np.arange(begin_s, scenario.end_s, site.period_s).tolist()
    return [
        (
            time_s + site.latency_s + 0.2,
            SensorStatus(sensor=site.id, time_s=round(time_s + site.time_bias_s, 2), state="ok"),
        )
        for time_s in times
    ]


def _from_site(site: Site, course: Course) -> F64:
    return enu_m(site.place, course.lat_deg, course.lon_deg, course.alt_m)
