"""Sensors that would have seen the target go on and did not: how strongly each silence speaks, by place and height.

A sensor counts only where its coverage reaches, above the radio horizon (4/3 of the Earth's radius), and as well as
it saw this very target before: a radar that had it in every second look is believed half a look. Beyond the range of
the loss the probability of detection falls off with the echo (fourth power; square for what is heard or received).
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from sargas.model.search import Clue, Loss, SensorSilence
from sargas.model.sensor import Coverage, Sensor, SensorKind
from sargas.search.plane import EqualArea

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]

HEIGHTS_M: Final = np.array([0.0, 30.0, 60.0, 100.0, 150.0, 250.0, 400.0, 700.0, 1_200.0, 2_500.0, 5_000.0])
"""Lower edges of the layers; a layer counts as its lower edge, so that no sensor is believed to see too low."""
CELL_M: Final = 1_000.0
N_CELLS: Final = 200
WATCHED_MAX_S: Final = 7_200.0
HIDDEN: Final = np.array([0.5, 0.25])
"""That it flies on where no radar can see it (lower than before, behind trees, in a gap that no table shows), and
where nothing that listens can have it (silent, or out of hearing)."""
EARTH_EFFECTIVE_M: Final = 4.0 / 3.0 * 6_371_008.8
ANTENNA_LEAST_M: Final = 8.0
PERIOD_S: Final[dict[SensorKind, float]] = {"radar": 4.0}
PERIOD_ELSE_S: Final = 10.0
LOOKS: Final = frozenset({"radar", "camera"})
UNPROVEN: Final[dict[SensorKind, float]] = {"radar": 0.4, "acoustic": 0.25, "radio_df": 0.2, "camera": 0.15}
"""The probability of detection in a look of a sensor that has not had this target near it before."""
FALL_OFF: Final[dict[SensorKind, float]] = {"radar": 4.0}
FALL_OFF_ELSE: Final = 2.0
LOOK_MAX: Final = 0.95


class Silences(Struct, frozen=True):
    """The log-probability of being missed per second, and the words.

    `tables` has shape (2, layers, rows, columns): first all that looks, then all that listens.
    """

    tables: F32
    watched_s: float
    told: tuple[SensorSilence, ...]


def silences_of(  # noqa: PLR0917 - a loss, what is known around it, and when
    loss: Loss, clues: Sequence[Clue], sensors: Sequence[Sensor], plane: EqualArea, ground_m: float, now_s: float
) -> Silences:
    """Return what the silence of the sensors that watched after the loss says.

    `clues` are what they said of it since; `ground_m` is the ground's height above the ellipsoid at the last place:
    antennas stand above it.
    """
    track = loss.track
    by_id = {sensor.id: sensor for sensor in sensors}
    tables = np.zeros((2, HEIGHTS_M.size, N_CELLS, N_CELLS), dtype=np.float32)
    told: list[SensorSilence] = []
    until_s = track.last_report_s
    for watching in loss.watching:
        sensor = by_id.get(watching.sensor)
        end_s = min(watching.until_s if watching.until_s is not None else now_s, now_s)
        if sensor is None or end_s <= track.last_report_s + 30.0:
            continue
        look = _look(sensor, loss, clues, plane)
        if look is None:
            continue
        layer = _missed_per_second(sensor, look, plane, ground_m)
        if not layer.any():
            continue
        tables[0 if sensor.kind in LOOKS else 1] += layer
        until_s = max(until_s, end_s)
        told.append(_told(sensor, look, end_s))
    return Silences(tables, min(until_s - track.last_report_s, WATCHED_MAX_S), tuple(told))


class _Look(Struct, frozen=True):
    """How one sensor saw this target: in each look, at what range; `n_seen` None if it never had it near."""

    p_detect: float
    range_m: float
    n_seen: int | None


def _look(sensor: Sensor, loss: Loss, clues: Sequence[Clue], plane: EqualArea) -> _Look | None:
    """Return how well the sensor sees this target; None if its silence can mean nothing."""
    if sensor.lat_deg is None or sensor.lon_deg is None or sensor.kind not in UNPROVEN:
        return None
    track = loss.track
    ((x, y),) = plane.xy(sensor.lon_deg, sensor.lat_deg).tolist()
    distance_m = max(math.hypot(x, y), 500.0)
    since = [one.report.time_s for one in clues if one.report is not None and one.report.sensor == sensor.id]
    if since and sensor.kind not in LOOKS:
        n_looks = max(max(since) - track.last_report_s, 0.0) / _period_s(sensor)
        n = min(float(len(since)), n_looks)
        return _Look(min((n + 0.5) / (n_looks + 1.0), LOOK_MAX), distance_m, len(since))
    n_looks = max(track.last_report_s - track.first_s, 0.0) / _period_s(sensor)
    seen = next((one for one in track.contributions if one.sensor == sensor.id), None)
    if seen is not None:
        n = min(float(seen.n_reports), n_looks)
        return _Look(min((n + 0.5) / (n_looks + 1.0), LOOK_MAX), distance_m, seen.n_reports)
    reach_m = sensor.coverage.range_max_m
    if reach_m is not None and distance_m <= reach_m:
        # It could have had it all along and did not: it is blind to it, or nearly.
        return _Look(UNPROVEN[sensor.kind] / (1.0 + 0.2 * n_looks), distance_m, 0)
    return None if reach_m is None else _Look(UNPROVEN[sensor.kind], 0.5 * reach_m, None)


def _missed_per_second(sensor: Sensor, look: _Look, plane: EqualArea, ground_m: float) -> F32:
    """Return the log-probability of being missed in a second, by layer, row and column."""
    assert sensor.lat_deg is not None
    assert sensor.lon_deg is not None
    ((site_x, site_y),) = plane.xy(sensor.lon_deg, sensor.lat_deg).tolist()
    centres = (np.arange(N_CELLS) - 0.5 * (N_CELLS - 1)) * CELL_M
    x, y = np.meshgrid(centres - site_x, centres - site_y)
    distance_m = np.hypot(x, y)
    antenna_m = max(sensor.alt_m - ground_m, ANTENNA_LEAST_M)
    power = FALL_OFF.get(sensor.kind, FALL_OFF_ELSE)
    p = np.minimum(look.p_detect, look.p_detect ** np.maximum((distance_m / look.range_m) ** power, 1.0))
    p = np.where(_is_covered(sensor.coverage, x, y, distance_m), p, 0.0)
    layers = np.zeros((HEIGHTS_M.size, N_CELLS, N_CELLS))
    for k, height_m in enumerate(HEIGHTS_M.tolist()):
        horizon_m = math.sqrt(2.0 * EARTH_EFFECTIVE_M) * (math.sqrt(antenna_m) + math.sqrt(height_m))
        # Trees and houses at the horizon: within the last tenth of the way to it the sight fades out.
        sight = np.clip((horizon_m - distance_m) / (0.1 * horizon_m), 0.0, 1.0) if sensor.kind == "radar" else 1.0
        layers[k] = p * sight * _is_at_height(sensor.coverage, distance_m, height_m, antenna_m)
    result: F32 = (np.log1p(-np.minimum(layers, LOOK_MAX)) / _period_s(sensor)).astype(np.float32)
    return result


def _is_covered(coverage: Coverage, x: F64, y: F64, distance_m: F64) -> NDArray[np.bool_]:
    """Return which cells lie within range and azimuth."""
    near = distance_m >= coverage.range_min_m
    if coverage.range_max_m is not None:
        near &= distance_m <= coverage.range_max_m
    if coverage.azimuth_to_deg - coverage.azimuth_from_deg in {0.0, 360.0}:
        return near
    azimuth = np.degrees(np.arctan2(x, y)) % 360.0
    sweep = (coverage.azimuth_to_deg - coverage.azimuth_from_deg) % 360.0
    result: NDArray[np.bool_] = near & ((azimuth - coverage.azimuth_from_deg) % 360.0 <= sweep)
    return result


def _is_at_height(coverage: Coverage, distance_m: F64, height_m: float, antenna_m: float) -> NDArray[np.bool_]:
    """Return where a target at that height above the ground lies within elevation and height of the coverage."""
    if coverage.height_max_m is not None and height_m > coverage.height_max_m:
        return np.zeros(distance_m.shape, dtype=np.bool_)
    elevation = np.degrees(
        np.arctan2(height_m - antenna_m - distance_m**2 / (2.0 * EARTH_EFFECTIVE_M), np.maximum(distance_m, 1.0))
    )
    low = -90.0 if coverage.elevation_min_deg is None else coverage.elevation_min_deg
    high = 90.0 if coverage.elevation_max_deg is None else coverage.elevation_max_deg
    result: NDArray[np.bool_] = (elevation >= low) & (elevation <= high)
    if coverage.height_min_m is not None:
        result &= height_m >= coverage.height_min_m
    return result


def _period_s(sensor: Sensor) -> float:
    """Return the time between two looks; a heartbeat of what listens all the time is no look."""
    if sensor.kind == "radar":
        return sensor.period_s or PERIOD_S["radar"]
    return PERIOD_ELSE_S


def _told(sensor: Sensor, look: _Look, until_s: float) -> SensorSilence:
    name = sensor.name or sensor.id
    if look.n_seen:
        why = f"{name} had it in about {100.0 * look.p_detect:.0f} % of its looks, and then no more"
    elif look.n_seen == 0:
        why = f"{name} never had it though it was within its reach: its silence says little"
    else:
        why = f"{name} has not had it near: its silence says something only where its coverage reaches"
    return SensorSilence(sensor=sensor.id, p_detect_look=look.p_detect, until_s=until_s, why=why)
