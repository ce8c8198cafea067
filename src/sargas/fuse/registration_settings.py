"""What is assumed about the systematic errors of sensors, and when an estimate of them counts."""

import math
from typing import Annotated

import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from sargas.kernels.registration_tables import HEARING, OTHER, POINTING, RANGING
from sargas.model.sensor import Sensor

F64 = NDArray[np.float64]
Positive = Annotated[float, Meta(gt=0.0)]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Count = Annotated[int, Meta(ge=1, le=100)]

WHAT = {"radar": RANGING, "other": RANGING, "radio_df": POINTING, "camera": POINTING, "acoustic": HEARING}
SECONDS_AN_HOUR = 3_600.0


class RegistrationSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far sensors may be out of register, and how sure the watch must be before it corrects one."""

    period_s: Positive = 20.0
    """So often the pairs of measurements are evaluated; within that time those of one target count as one witness."""
    cooperative_max_s: Positive = 5.0
    """A target's own position is compared with measurements that are so much older or newer at most."""
    plot_max_s: Positive = 15.0
    """The same between two sensors."""
    acceleration_mps2: Positive = 2.0
    """How targets change their velocity between the two measurements of a pair, one standard deviation."""
    common_sd_m: Positive = 15.0
    """What the pairs of one target have in common: its own position source."""
    common_share: Share = 0.04
    """The same as a share of a pair's variance: assumed heights, smooth errors; so 25 plots count at most."""
    common_height_sd_m: Positive = 50.0
    references_min: Count = 3
    """A correction needs so many different targets."""
    range_prior_sd_m: Positive = 500.0
    azimuth_prior_sd_deg: Positive = 2.0
    elevation_prior_sd_deg: Positive = 1.5
    time_prior_sd_s: Positive = 1.0
    pointing_prior_sd_deg: Positive = 6.0
    pointing_time_prior_sd_s: Positive = 0.2
    """Before anything is known, one standard deviation; the last two are of what only points."""
    range_drift_m: Positive = 20.0
    azimuth_drift_deg: Positive = 0.1
    elevation_drift_deg: Positive = 0.1
    time_drift_s: Positive = 0.05
    """How the biases wander within an hour, one standard deviation."""
    range_limit_m: Positive = 2_000.0
    azimuth_limit_deg: Positive = 5.0
    elevation_limit_deg: Positive = 5.0
    time_limit_s: Positive = 5.0
    pointing_limit_deg: Positive = 15.0
    """A sensor farther off is broken or badly set up: it is told, and not corrected in silence."""


def what_is(sensor: Sensor) -> int:
    """Return whether a sensor ranges, points, hears or can have no such bias."""
    if sensor.lat_deg is None or sensor.lon_deg is None:
        return OTHER
    return WHAT.get(sensor.kind, OTHER)


def prior_sd(settings: RegistrationSettings, what: int) -> F64:
    """Return the sd of range, azimuth, elevation, time before anything is known [m, rad, rad, s]."""
    pointing = what in {POINTING, HEARING}
    azimuth_deg = settings.pointing_prior_sd_deg if pointing else settings.azimuth_prior_sd_deg
    return np.array(
        [
            settings.range_prior_sd_m,
            math.radians(azimuth_deg),
            math.radians(settings.elevation_prior_sd_deg),
            settings.pointing_time_prior_sd_s if pointing else settings.time_prior_sd_s,
        ]
    )


def limits(settings: RegistrationSettings, what: int) -> F64:
    """Return the largest biases that are corrected [m, rad, rad, s]."""
    pointing = what in {POINTING, HEARING}
    azimuth_deg = settings.pointing_limit_deg if pointing else settings.azimuth_limit_deg
    return np.array(
        [
            settings.range_limit_m,
            math.radians(azimuth_deg),
            math.radians(settings.elevation_limit_deg),
            settings.time_limit_s,
        ]
    )


def drift_var_per_s(settings: RegistrationSettings) -> F64:
    """Return by how much the variances grow in a second."""
    drift = np.array(
        [
            settings.range_drift_m,
            math.radians(settings.azimuth_drift_deg),
            math.radians(settings.elevation_drift_deg),
            settings.time_drift_s,
        ]
    )
    return np.asarray(drift * drift / SECONDS_AN_HOUR)
