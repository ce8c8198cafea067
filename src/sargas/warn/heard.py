"""Which way a thing goes that people and microphones alone have seen or heard: from several words, one after another.

A straight flight is fitted to the places and times of the words that made a finding (Bayesian linear regression with
a wide prior of the velocity). Only if the velocity stands out of its doubt, and the words fit it, is it believed.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sargas.airspace.geometry import metres_per_degree
from sargas.model.finding import Finding, Heard
from sargas.model.report import Observation, Presence, Sighting

F64 = NDArray[np.float64]

LOOKED_BACK_S: Final = 900.0
SPEED_SD_MPS: Final = 35.0
"""Of each component, before anything is known."""
SPEED_USUAL_MPS: Final = 40.0
PERSON_TIME_SD_S: Final = 60.0
SENSOR_TIME_SD_S: Final = 5.0
"""How well a person and a microphone know when it was."""
SIGHT_M: Final = 2_000.0
"""So far off is what somebody sees or hears who gives no distance, as in the rule that makes findings of words."""
STANDS_OUT: Final = 2.0
"""A velocity is believed if it is so many standard deviations long,"""
MISFIT_MOST: Final = 3.0
"""and if the mean square of how far the words lie off it, in theirs, is no more than this."""


class Word(NamedTuple):
    """A place that was spoken of: when, where, and the variances of that along each axis and of the time."""

    time_s: float
    lon_deg: float
    lat_deg: float
    variance_m2: float
    time_sd_s: float


class Fit(NamedTuple):
    """A straight flight at the time of the last word: place, velocity, and their covariances (ee, en, nn)."""

    time_s: float
    lon_deg: float
    lat_deg: float
    place_cov_m2: tuple[float, float, float]
    velocity_mps: tuple[float, float]
    velocity_cov_m2ps2: tuple[float, float, float]


def words_of(finding: Finding, observations: Sequence[Observation]) -> list[Word]:
    """Return the words that made a finding, as far as they are still known; the latest is the last."""
    entries = frozenset(finding.evidence)
    found = [_word(report) for report in observations if report.entry in entries]
    known = sorted(word for word in found if word is not None)
    return [word for word in known if word.time_s >= known[-1].time_s - LOOKED_BACK_S]


def _word(report: Observation) -> Word | None:
    if isinstance(report, Sighting):
        radius_m = report.position_sd_m + max(report.range_m or 0.0, SIGHT_M)
        return Word(report.time_s, report.lon_deg, report.lat_deg, (0.5 * radius_m) ** 2, PERSON_TIME_SD_S)
    if isinstance(report, Presence) and report.lat_deg is not None and report.lon_deg is not None:
        return Word(report.time_s, report.lon_deg, report.lat_deg, (0.5 * report.radius_m) ** 2, SENSOR_TIME_SD_S)
    return None


def last_place(finding: Finding, words: Sequence[Word]) -> tuple[float, float, float, float]:
    """Return when and where it was last spoken of, and the variance of that along each axis: (s, lon, lat, m2)."""
    if words:
        last = words[-1]
        return last.time_s, last.lon_deg, last.lat_deg, last.variance_m2
    detail = finding.detail
    assert isinstance(detail, Heard)
    return finding.time_s, detail.lon_deg, detail.lat_deg, (0.5 * detail.radius_m) ** 2


def fitted(words: Sequence[Word]) -> Fit | None:
    """Return the straight flight that the words speak of; None if they say nothing of the direction."""
    if len(words) < 2 or words[-1].time_s - words[0].time_s < PERSON_TIME_SD_S:
        return None
    last = words[-1]
    metres = np.array(metres_per_degree(last.lat_deg))
    xy = np.array([(word.lon_deg - last.lon_deg, word.lat_deg - last.lat_deg) for word in words]) * metres
    since_s = np.array([word.time_s - last.time_s for word in words])
    times_m2 = np.array([word.time_sd_s for word in words]) ** 2 * SPEED_USUAL_MPS**2
    variance = np.array([word.variance_m2 for word in words]) + times_m2
    design = np.column_stack([np.ones(len(words)), since_s])
    # The same for both axes: the prior says nothing of the place.
    precision = (design / variance[:, None]).T @ design + np.diag([0.0, SPEED_SD_MPS**-2])
    cov: F64 = np.linalg.inv(precision)
    mean = cov @ (design / variance[:, None]).T @ xy
    east, north = mean[1].tolist()
    misfit = float(np.mean(np.sum((xy - design @ mean) ** 2, axis=1) / (2.0 * variance)))
    if math.hypot(east, north) < STANDS_OUT * math.sqrt(cov[1, 1]) or misfit > MISFIT_MOST:
        return None
    lon_deg, lat_deg = (mean[0] / metres + np.array([last.lon_deg, last.lat_deg])).tolist()
    return Fit(
        time_s=last.time_s,
        lon_deg=lon_deg,
        lat_deg=lat_deg,
        place_cov_m2=(float(cov[0, 0]), 0.0, float(cov[0, 0])),
        velocity_mps=(east, north),
        velocity_cov_m2ps2=(float(cov[1, 1]), 0.0, float(cov[1, 1])),
    )
