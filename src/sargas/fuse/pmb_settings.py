"""How the tracker judges, and the numbers and models that follow from it."""

import math
from collections.abc import Mapping
from typing import Annotated, Final

import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from sargas.fuse.crossing import CrossingSettings
from sargas.fuse.measure import MeasureSettings
from sargas.fuse.registration import RegistrationSettings
from sargas.fuse.table import SCANNING_MAX
from sargas.model.sensor import Sensor

Positive = Annotated[float, Meta(gt=0.0)]
Share = Annotated[float, Meta(gt=0.0, lt=1.0)]
Count = Annotated[int, Meta(ge=1)]


class MotionSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bank of motion models, see `sargas.kernels.bank`: straight, a turn either way, and wandering.

    The wandering model is for what hovers, drifts, loiters or turns on the spot, and, by its wide first velocity, for
    the fast aircraft among the newcomers.
    """

    straight_noise_m2ps3: Positive = 0.05
    turn_noise_m2ps3: Positive = 3.0
    turn_rate_dps: Positive = 3.2
    wander_noise_m2ps3: Positive = 20.0
    wander_decay_s: Positive = 20.0
    straight_share: Positive = 0.74
    turn_share: Positive = 0.21
    wander_share: Positive = 0.05
    straight_s: Positive = 50.0
    turn_s: Positive = 30.0
    wander_s: Positive = 10.0
    """Mean time until a target chooses anew, by the shares, how it flies."""
    first_speed_sd_mps: Positive = 40.0
    first_speed_wander_sd_mps: Positive = 120.0


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the tracker judges; the defaults suit drones and aircraft, and sensors that it learns to know itself."""

    measure: MeasureSettings = MeasureSettings()
    motion: MotionSettings = MotionSettings()
    life_s: Positive = 2_000.0
    """Mean time for which a target stays in the air and in the region."""
    hide_s: Positive = 900.0
    """Mean time until a target that is seen flies where it cannot be seen: behind a hill, below the beam."""
    reveal_s: Positive = 30.0
    """Mean time for which it stays there."""
    gate: Positive = 20.0
    """Limit of the squared statistical distance of a position."""
    gate_bearing: Positive = 9.0
    newcomers: Positive = 5.0
    """How many times as often as in a steady traffic new targets come."""
    show_existence: Share = 0.85
    """A new track is shown from this probability of existence on."""
    prune: Share = 0.035
    """One not yet shown is given up when its existence falls to this share of what it began with."""
    faint_existence: Share = 1.5e-4
    """The same for what is less likely than this, unless it began little more likely."""
    existence_max: Share = 0.9999
    spread_max: Positive = 4.5
    """One not yet shown is given up when it is so many times as uncertain as the report that it began with."""
    vague_m: Positive = 500.0
    vague_share: Positive = 8.0
    """A track is lost when it is more uncertain than this, and than so many times its first report: where clutter is
    dense, nothing speaks against a target that may be anywhere."""
    lost_existence: Share = 0.03
    lost_after_s: Positive = 30.0
    lost_looks: Positive = 6.0
    coast_after_s: Positive = 5.0
    coast_looks: Positive = 2.5
    lost_kept_s: Positive = 1_800.0
    """A lost track is kept, growing less certain, and may be found again for so long."""
    cooperative_kept_s: Positive = 300.0
    """The same for one that only gave its own position, or that only a neighbour saw."""
    tentative_kept_s: Positive = 60.0
    default_period_s: Positive = 5.0
    speed_max_mps: Positive = 500.0
    newcomer_area_m2: Positive = 250e6
    """One new target in so large an area is no surprise: a lost track is found again where that is less likely."""
    jump_reports: Count = 3
    neighbour_leap_m: Positive = 10_000.0
    sighting_existence: Share = 0.3
    """How likely a sighting that no track explains is a target."""
    bearing_detection: Share = 0.5
    bearing_clutter_per_rad: Positive = 0.05
    same_height_m: Positive = 600.0
    history_s: Positive = 15.0
    """Reports are put in their place in time within so many seconds."""
    tracks_max: Count = 40_000
    learns: bool = True
    """Learn clutter and detection by place; else those of the whole view are used everywhere."""
    rolls_back: bool = True
    """Put late reports where they belong in time; else they are taken as they come."""
    registers: bool = True
    """Take off the biases of the sensors that common targets show."""
    crosses_bearings: bool = True
    """Begin tracks where directions of several sites cross."""
    crossing: CrossingSettings = CrossingSettings()
    registration: RegistrationSettings = RegistrationSettings()


def models_of(s: MotionSettings) -> NDArray[np.float64]:
    """Return the bank's rows."""
    total = s.straight_share + s.turn_share + s.wander_share
    w, first = math.radians(s.turn_rate_dps), s.first_speed_sd_mps
    straight = [0.0, s.straight_noise_m2ps3, 0.0, first, s.straight_share / total, s.straight_s]
    turns = [[sign * w, s.turn_noise_m2ps3, 0.0, first, 0.5 * s.turn_share / total, s.turn_s] for sign in (1.0, -1.0)]
    wander = [
        0.0,
        s.wander_noise_m2ps3,
        s.wander_decay_s,
        s.first_speed_wander_sd_mps,
        s.wander_share / total,
        s.wander_s,
    ]
    return np.array([straight, *turns, wander])


def judgement_of(s: Settings) -> NDArray[np.void]:
    """Return the compiled part's numbers, one record of JUDGEMENT."""
    numbers = {
        "life_s": s.life_s, "hide_s": s.hide_s, "reveal_s": s.reveal_s, "gate": s.gate,
        "gate_bearing": s.gate_bearing,
        "newcomers": s.newcomers, "show": s.show_existence, "prune": s.prune, "r_min": 1e-6,
        "r_max": s.existence_max, "cap": s.spread_max, "cap_speed": s.motion.first_speed_sd_mps,
        "lost_r": s.lost_existence, "lost_s": s.lost_after_s, "lost_looks": s.lost_looks, "coast_s": s.coast_after_s,
        "coast_looks": s.coast_looks, "kept_s": s.lost_kept_s, "kept_named_s": s.cooperative_kept_s,
        "default_period_s": s.default_period_s, "speed_max": s.speed_max_mps, "newcomer_area": s.newcomer_area_m2,
        "jump_reports": float(s.jump_reports), "neighbour_leap": s.neighbour_leap_m, "told_r": s.sighting_existence,
        "other_pd": s.bearing_detection, "bearing_clutter": s.bearing_clutter_per_rad, "clutter": 1e-8,
        "vague": s.vague_m, "vague_share": s.vague_share, "faint": s.faint_existence,
        "first_noise": s.motion.wander_noise_m2ps3,
        "same_height": s.same_height_m, "height_stale_s": 60.0, "tentative_s": s.tentative_kept_s,
    }  # fmt: skip
    judgement = np.zeros(1, JUDGEMENT)
    for name, number in numbers.items():
        judgement[name] = number
    return judgement


JUDGEMENT: Final = np.dtype([(name, "f8") for name in (
    "life_s", "hide_s", "reveal_s", "gate", "gate_bearing", "newcomers", "show", "prune", "r_min", "r_max", "cap",
    "cap_speed", "lost_r", "lost_s", "lost_looks", "coast_s", "coast_looks", "kept_s", "kept_named_s",
    "default_period_s", "speed_max", "newcomer_area", "jump_reports", "neighbour_leap", "told_r", "other_pd",
    "bearing_clutter", "vague", "vague_share", "faint", "first_noise", "clutter", "same_height", "height_stale_s",
    "tentative_s",
)])  # fmt: skip

SITE: Final = np.dtype([(name, "f8") for name in (
    "x", "y", "range_min", "range_max", "azimuth_from", "azimuth_span", "latency", "period", "trust", "confirms",
)])  # fmt: skip
"""Place of a sensor in the plane [m], NaN if it has none; the ring [m] and sector [rad, from +y to +x] that it can
see; its usual latency and period [s]; how much of what it says may be believed; 1 if what it
alone tells may be shown, else 0."""


def open_site() -> NDArray[np.void]:
    """Return the site of a sensor of which nothing is known."""
    site = np.zeros(1, SITE)
    site["x"] = site["y"] = np.nan
    site["range_max"] = np.inf
    site["azimuth_span"] = 2.0 * math.pi
    site["trust"] = site["confirms"] = 1.0
    return site


SCANNING_KINDS: Final = frozenset({"radar", "camera"})


def sites_of(
    sensors: Mapping[str, Sensor], places: NDArray[np.float64], periods_s: NDArray[np.float64]
) -> NDArray[np.void]:
    """Return the sites of the sensors, in their order, and one more for all others.

    Args:
        sensors: the configuration's.
        places: as `Batcher.sites`.
        periods_s: of each site, 0 where unknown: a radar may have told another than its configuration.
    """
    sites = open_site().repeat(len(sensors) + 1)
    sites["period"] = periods_s
    for site, sensor, place in zip(sites, sensors.values(), places, strict=False):
        cover = sensor.coverage
        site["x"], site["y"] = place[3], place[4]
        site["range_min"] = cover.range_min_m
        site["range_max"] = math.inf if cover.range_max_m is None else cover.range_max_m
        span = (cover.azimuth_to_deg - cover.azimuth_from_deg) % 360.0
        site["azimuth_from"] = math.radians(cover.azimuth_from_deg)
        site["azimuth_span"] = 2.0 * math.pi if span == 0.0 else math.radians(span)
        site["latency"] = sensor.latency_s
        site["confirms"] = float(sensor.confirms_alone)
    return sites


def scanning_of(sensors: Mapping[str, Sensor]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the place of each sensor, and of the others, among the scanning ones (-1: none), and those sensors."""
    scanning = [i for i, sensor in enumerate(sensors.values()) if sensor.kind in SCANNING_KINDS][:SCANNING_MAX]
    slots = np.full(len(sensors) + 1, -1)
    slots[scanning] = np.arange(len(scanning))
    return slots, np.array(scanning, np.int64)
