"""What a turning radar sees of everything that flies, sector by sector, with its clutter."""

import math
from collections import defaultdict

import numpy as np
from msgspec import Struct

from sargas.simulate import plots
from sargas.simulate.flight import Course, stream
from sargas.simulate.frames import F64, above_horizon_deg, enu_m, shifted
from sargas.simulate.scenario import Scenario
from sargas.simulate.sites import Site

SNR_HALF = math.log(1e-6) / math.log(0.5) - 1.0
"""Signal-to-noise ratio of a Swerling 1 target seen every second time at a false-alarm rate of 1e-6."""
FADE_DEG = 0.15
"""Above the horizon a signal grows to its full strength within this angle."""


class Looks(Struct, frozen=True):
    """The beam on one target, once per turn: when, where (slant range), and with what chance of each kind of plot."""

    time_s: F64
    range_m: F64
    azimuth_deg: F64
    alt_m: F64
    p_primary: F64
    p_secondary: F64


def radar_frames(site: Site, courses: list[Course], scenario: Scenario, seed: int) -> list[tuple[float, bytes]]:
    """Return the datagrams of the radar with the time at which each comes in: one per sector."""
    assert site.radar is not None
    assert site.period_s is not None
    rng = stream(seed, "radar", site.id)
    records: dict[int, list[tuple[float, bytes]]] = defaultdict(list)
    begin_s = scenario.start_s + rng.uniform(0.0, site.period_s)
    for course in courses:
        looks = _looks(site, course, scenario, begin_s)
        for time_s, record in _records(site, course, looks, scenario, rng):
            records[_sector(time_s, begin_s, site)].append((time_s, record))
    for time_s, record in [*_clutter(site, scenario, begin_s, rng), *_hot_clutter(site, scenario, begin_s, seed)]:
        records[_sector(time_s, begin_s, site)].append((time_s, record))
    return _datagrams(site, records, scenario, begin_s, rng)


def _looks(site: Site, course: Course, scenario: Scenario, begin_s: float) -> Looks:
    """Return the radar's looks at the target: the moments at which the beam and the target have the same azimuth."""
    assert site.period_s is not None
    if course.time_s.size < 2:
        nothing = np.zeros(0)
        return Looks(nothing, nothing, nothing, nothing, nothing, nothing)
    enu = enu_m(site.place, course.lat_deg, course.lon_deg, course.alt_m)
    first = max(0, math.ceil((course.time_s[0] - begin_s) / site.period_s))
    last = math.floor((course.time_s[-1] - begin_s) / site.period_s)
    turn = np.arange(first, max(first, last), dtype=np.float64)
    time = begin_s + (turn + 0.5) * site.period_s
    for _ in range(3):
        east, north = (np.interp(time, course.time_s, enu[:, axis]) for axis in (0, 1))
        time = begin_s + (turn + np.degrees(np.arctan2(east, north)) % 360.0 / 360.0) * site.period_s
    there = np.stack([np.interp(time, course.time_s, enu[:, axis]) for axis in range(3)], axis=-1)
    slant = np.sqrt(np.sum(there**2, axis=-1))
    range_rate = np.interp(time, course.time_s, np.gradient(np.sqrt(np.sum(enu**2, axis=-1)), course.time_s))
    alt = np.interp(time, course.time_s, course.alt_m)
    primary, secondary = _chances(site, course, scenario, (there, alt, range_rate))
    return Looks(
        time,
        slant,
        np.degrees(np.arctan2(there[:, 0], there[:, 1])) % 360.0,
        alt,
        primary,
        secondary,
    )


def _chances(site: Site, course: Course, scenario: Scenario, there: tuple[F64, F64, F64]) -> tuple[F64, F64]:
    """Return the probability of a primary and of a secondary plot of each look.

    Primary: the radar equation in free space, a Swerling 1 target, nothing behind the screen, nothing that the
    moving-target filter takes for ground.
    """
    assert site.radar is not None
    enu, alt_m, range_rate_mps = there
    slant = np.sqrt(np.sum(enu**2, axis=-1))
    above = above_horizon_deg(enu, site.alt_m - scenario.ground_m, site.coverage.elevation_min_deg)
    maximum_m = site.coverage.range_max_m or 460_000.0
    seen = (above > 0.0) & (slant <= maximum_m) & (slant >= max(1.0, site.coverage.range_min_m))
    if site.coverage.height_max_m is not None:
        seen &= alt_m <= site.coverage.height_max_m
    primary = np.zeros_like(slant)
    if site.radar.reach_1m2_km is not None:
        ratio = 1_000.0 * site.radar.reach_1m2_km / np.maximum(slant, 1.0)
        snr = SNR_HALF * course.craft.rcs_m2 * ratio**4 * np.clip(above / FADE_DEG, 0.0, 1.0) ** 2
        moves = np.abs(range_rate_mps) >= site.radar.mti_mps
        primary = np.where(seen & moves, site.radar.p_detect_max * 1e-6 ** (1.0 / (1.0 + snr)), 0.0)
    answers = site.radar.has_secondary and course.has_transponder
    return primary, np.where(seen, 0.97, 0.0) if answers else np.zeros_like(slant)


def _records(
    site: Site, course: Course, looks: Looks, scenario: Scenario, rng: np.random.Generator
) -> list[tuple[float, bytes]]:
    """Return the target reports of one target, each with the true time; the stamp is that of the radar's clock."""
    assert site.sac is not None
    assert site.sic is not None
    n = looks.time_s.size
    is_primary = rng.random(n) < looks.p_primary
    is_secondary = rng.random(n) < looks.p_secondary
    range_sd_m = site.hidden.sd_factor * site.errors.range_sd_m
    azimuth_sd_deg = site.hidden.sd_factor * site.errors.azimuth_sd_deg
    distance = np.maximum(1.0, looks.range_m + site.range_bias_m + rng.normal(0.0, range_sd_m, n))
    azimuth = (looks.azimuth_deg + site.azimuth_bias_deg + rng.normal(0.0, azimuth_sd_deg, n)) % 360.0
    found: list[tuple[float, bytes]] = []
    identity = (course.icao24, course.callsign, course.squawk)
    for index in np.flatnonzero(is_primary | is_secondary).tolist():
        time_s, polar = float(looks.time_s[index]), (float(distance[index]), float(azimuth[index]))
        stamp_s = time_s + site.time_bias_s
        if is_secondary[index]:
            alt_baro_m = float(looks.alt_m[index]) - scenario.geoid_m
            has_primary = bool(is_primary[index])
            source = (site.sac, site.sic)
            record = plots.mode_s_plot(source, stamp_s, polar, identity, alt_baro_m, has_primary=has_primary)
        else:
            record = plots.primary_plot(site.sac, site.sic, stamp_s, *polar)
        found.append((time_s, record))
    return found


def _clutter(site: Site, scenario: Scenario, begin_s: float, rng: np.random.Generator) -> list[tuple[float, bytes]]:
    """Return false plots: as many a turn as the radar gives, in any direction, more of them near it than far."""
    assert site.radar is not None
    assert site.period_s is not None
    if site.radar.reach_1m2_km is None:
        return []
    lasts_s = scenario.end_s - begin_s
    n = int(rng.poisson(site.radar.false_plots_per_turn * lasts_s / site.period_s))
    time = begin_s + rng.uniform(0.0, lasts_s, n)
    azimuth = (time - begin_s) % site.period_s / site.period_s * 360.0
    maximum_m = site.coverage.range_max_m or 1_000.0 * site.radar.reach_1m2_km
    distance = maximum_m * rng.beta(1.2, 2.5, n)
    seen = distance >= site.coverage.range_min_m
    return _false_plots(site, time[seen], distance[seen], azimuth[seen])


def _hot_clutter(site: Site, scenario: Scenario, begin_s: float, seed: int) -> list[tuple[float, bytes]]:
    """Return the false plots of the hot spots: in each turn so many of each, when the beam passes over them."""
    assert site.radar is not None
    assert site.period_s is not None
    found: list[tuple[float, bytes]] = []
    for number, spot in enumerate(site.radar.hot_spots):
        rng = stream(seed, "hot spot", site.id, str(number))
        n_turns = math.floor((scenario.end_s - begin_s) / site.period_s)
        n_plots = rng.poisson(spot.plots_per_turn, n_turns)
        turn, n = np.repeat(np.arange(n_turns), n_plots), int(n_plots.sum())
        ends = np.array([scenario.places[spot.place], scenario.places[spot.to or spot.place]])
        share = rng.random(n)
        lat, lon = (ends[0, axis] + share * (ends[1, axis] - ends[0, axis]) for axis in (0, 1))
        lat, lon = shifted(lat, lon, *rng.normal(0.0, spot.spread_m, (2, n)))
        enu = enu_m(site.place, lat, lon, np.full(n, scenario.ground_m))
        distance = np.sqrt(np.sum(enu**2, axis=-1))
        azimuth = np.degrees(np.arctan2(enu[:, 0], enu[:, 1])) % 360.0
        time = begin_s + (turn + azimuth / 360.0) * site.period_s
        seen = (distance <= (site.coverage.range_max_m or math.inf)) & (distance >= site.coverage.range_min_m)
        found += _false_plots(site, time[seen], distance[seen], azimuth[seen])
    return found


def _false_plots(site: Site, time: F64, distance: F64, azimuth: F64) -> list[tuple[float, bytes]]:
    assert site.sac is not None
    assert site.sic is not None
    return [
        (when, plots.primary_plot(site.sac, site.sic, when + site.time_bias_s, far, where))
        for when, far, where in zip(time.tolist(), distance.tolist(), azimuth.tolist(), strict=True)
    ]


def _datagrams(
    site: Site,
    records: dict[int, list[tuple[float, bytes]]],
    scenario: Scenario,
    begin_s: float,
    rng: np.random.Generator,
) -> list[tuple[float, bytes]]:
    """Return one datagram per sector: the mark at its end and the plots within it, sent when it is complete."""
    assert site.radar is not None
    assert site.period_s is not None
    assert site.sac is not None
    assert site.sic is not None
    n_sectors = site.radar.n_sectors
    n = math.floor((scenario.end_s - begin_s) / site.period_s * n_sectors)
    delay_s = site.latency_s + 0.02 + rng.gamma(2.0, 0.02, n)
    found: list[tuple[float, bytes]] = []
    for number in range(n):
        end_s = begin_s + (number + 1) * site.period_s / n_sectors
        place = (number + 1) % n_sectors
        stamp_s = end_s + site.time_bias_s
        marks = [plots.sector_mark(site.sac, site.sic, stamp_s, 360.0 * place / n_sectors)]
        if place == 0:
            marks.append(plots.north_mark(site.sac, site.sic, stamp_s, site.period_s))
        data = plots.block(34, marks)
        within = sorted(records.get(number, ()))
        if within:
            data = plots.block(48, [record for _, record in within]) + data
        found.append((end_s + float(delay_s[number]), data))
    return found


def _sector(time_s: float, begin_s: float, site: Site) -> int:
    assert site.radar is not None
    assert site.period_s is not None
    return math.floor((time_s - begin_s) / site.period_s * site.radar.n_sectors)
