"""A neighbour's air picture: tracks of their own tracker, with their own numbers and an error that lasts."""

import math
from typing import Literal

import numpy as np

from sargas.model.report import NO_IDENTITY, AnyReport, Identity, SystemTrack
from sargas.simulate.flight import Course, stream
from sargas.simulate.frames import F64, above_horizon_deg, enu_m, shifted
from sargas.simulate.scenario import Scenario
from sargas.simulate.sites import Site, TrackerModel

COASTS = 3
"""A track whose target left the coverage is told so often again, predicted, the last time as over."""

Status = Literal["confirmed", "coasting", "ended"]
Timed = tuple[float, AnyReport]


def system_tracks(site: Site, courses: list[Course], scenario: Scenario, seed: int) -> list[Timed]:
    """Return the track reports of the neighbour's system, (received_s, report), each number of one target."""
    assert site.tracker is not None
    found: list[Timed] = []
    number = site.tracker.first_number
    for course in courses:
        rng = stream(seed, "neighbour", site.id, course.name)
        for stay in _stays(site, course, scenario, rng):
            for piece in _renumbered(stay, site.tracker, rng):
                found += _told(site, course, scenario, (piece, number), rng)
                number += 1
    return sorted(found, key=lambda timed: timed[0])


def _stays(site: Site, course: Course, scenario: Scenario, rng: np.random.Generator) -> list[F64]:
    """Return the times of the reports of each stay in the coverage, from when the system has a track of it."""
    assert site.tracker is not None
    is_too_small = not course.has_transponder and course.craft.rcs_m2 < site.tracker.rcs_min_m2
    if course.time_s.size < 2 or is_too_small:
        return []
    step_s = site.tracker.every_s
    time = np.arange(course.time_s[0] + rng.uniform(0.0, step_s), course.time_s[-1], step_s)
    enu = enu_m(site.place, course.lat_deg, course.lon_deg, course.alt_m)
    covered = above_horizon_deg(enu, site.alt_m - scenario.ground_m, site.coverage.elevation_min_deg) > 0.0
    covered &= np.sqrt(np.sum(enu**2, axis=-1)) <= (site.coverage.range_max_m or math.inf)
    covered &= course.alt_m >= (-math.inf if site.coverage.height_min_m is None else site.coverage.height_min_m)
    seen = np.interp(time, course.time_s, covered.astype(np.float64)) > 0.999
    edges = np.flatnonzero(np.diff(seen.astype(np.int8), prepend=0, append=0))
    stays = [time[begin:end] for begin, end in zip(edges[::2], edges[1::2], strict=True)]
    late = math.ceil(site.tracker.begins_after_s / step_s)
    return [stay[late:] for stay in stays if stay.size > late + 1]


def _renumbered(stay: F64, model: TrackerModel, rng: np.random.Generator) -> list[F64]:
    """Return the stay in the pieces that bear one number each."""
    if model.renumber_min is None:
        return [stay]
    breaks = np.flatnonzero(rng.random(stay.size) < model.every_s / (60.0 * model.renumber_min))
    return [piece for piece in np.split(stay, breaks) if piece.size > 1]


def _told(
    site: Site, course: Course, scenario: Scenario, piece: tuple[F64, int], rng: np.random.Generator
) -> list[Timed]:
    """Return the reports of one track: followed, then coasting for a while, then over."""
    assert site.tracker is not None
    time, number = piece
    lat, lon, velocity = _tracked(site, course, time, rng)
    time = np.concatenate([time, time[-1] + site.tracker.every_s * np.arange(1, COASTS + 1)])
    last = time.size - COASTS
    status: list[Status] = ["confirmed" if index < last else "coasting" for index in range(time.size)]
    status[-1] = "ended"
    alt = np.interp(time, course.time_s, course.alt_m) - scenario.geoid_m
    late = site.latency_s + rng.gamma(2.0, 0.1, time.size)
    speed, towards = np.hypot(velocity[:, 0], velocity[:, 1]), np.degrees(np.arctan2(velocity[:, 0], velocity[:, 1]))
    identity = Identity(icao24=course.icao24, callsign=course.callsign) if course.has_transponder else NO_IDENTITY
    return [
        (
            float(time[index] + late[index]),
            SystemTrack(
                sensor=site.id,
                time_s=round(float(time[index]) + site.time_bias_s, 2),
                track_number=number,
                lat_deg=round(float(lat[index]), 6),
                lon_deg=round(float(lon[index]), 6),
                sd_m=site.errors.position_sd_m,
                alt_baro_m=round(float(alt[index])) if course.has_transponder else None,
                speed_mps=round(float(speed[index]), 1),
                course_deg=round(float(towards[index]) % 360.0, 1) % 360.0,
                identity=identity,
                status=status[index],
            ),
        )
        for index in range(time.size)
    ]


def _tracked(site: Site, course: Course, time: F64, rng: np.random.Generator) -> tuple[F64, F64, F64]:
    """Return latitude, longitude [deg] and velocity [m/s] that the system believes, to the end of its coasting."""
    assert site.tracker is not None
    step_s = site.tracker.every_s
    enu = enu_m(
        (float(course.lat_deg[0]), float(course.lon_deg[0]), 0.0), course.lat_deg, course.lon_deg, course.alt_m
    )
    true = np.stack([np.interp(time, course.time_s, enu[:, axis]) for axis in (0, 1)], axis=-1)
    gradients = [np.gradient(enu[:, axis], course.time_s) for axis in (0, 1)]
    begin = np.array([np.interp(time[0], course.time_s, gradient) for gradient in gradients])
    place, velocity = _followed(true, begin, step_s, site.tracker.gain)
    off = place - true + _lasting(time.size, site.tracker, rng)
    lat, lon = (np.interp(time, course.time_s, column) for column in (course.lat_deg, course.lon_deg))
    lat, lon = shifted(lat, lon, off[:, 0], off[:, 1])
    ahead = step_s * np.arange(1, COASTS + 1)[:, None] * velocity[-1]
    gone = shifted(np.full(COASTS, lat[-1]), np.full(COASTS, lon[-1]), ahead[:, 0], ahead[:, 1])
    velocity = np.concatenate([velocity, np.repeat(velocity[-1:], COASTS, axis=0)])
    return np.concatenate([lat, gone[0]]), np.concatenate([lon, gone[1]]), velocity


def _followed(true: F64, velocity: F64, step_s: float, gain: float) -> tuple[F64, F64]:
    """Return positions and velocities, shape (n, 2), of an alpha-beta filter that follows the truth.

    The velocity's gain is beta = alpha^2 / (2 - alpha), Benedict and Bordner 1962.
    """
    beta = gain * gain / (2.0 - gain)
    places, velocities = np.empty_like(true), np.empty_like(true)
    place = true[0]
    for index, there in enumerate(true):
        predicted = place + step_s * velocity if index else place
        place = predicted + gain * (there - predicted)
        velocity = velocity + beta / step_s * (there - predicted)
        places[index], velocities[index] = place, velocity
    return places, velocities


def _lasting(n: int, model: TrackerModel, rng: np.random.Generator) -> F64:
    """Return a first-order Gauss-Markov error [m] on each axis, shape (n, 2)."""
    fade = math.exp(-model.every_s / model.correlation_s)
    errors = rng.normal(0.0, model.sd_m, (n, 2))
    for index in range(1, n):
        errors[index] = fade * errors[index - 1] + math.sqrt(1.0 - fade * fade) * errors[index]
    return errors
