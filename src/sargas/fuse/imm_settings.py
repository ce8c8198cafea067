"""How the nearest-neighbour tracker judges, and the arrays that follow from it."""

from typing import Annotated

import numpy as np
from msgspec import Meta, Struct

from sargas.fuse.measure import MeasureSettings
from sargas.fuse.motion import Motion

Positive = Annotated[float, Meta(gt=0.0)]
Count = Annotated[int, Meta(ge=1)]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the tracker judges; the defaults suit drones and aircraft seen by turning radars."""

    measure: MeasureSettings = MeasureSettings()
    acceleration_psd_m2ps3: Positive = 0.5
    """Noise of a target that flies straight; after t seconds its velocity is off by sqrt(psd t)."""
    turning_psd_m2ps3: Positive = 1.0
    turn_rate_sd_rps: Positive = 0.05
    """Usual turn rate [rad/s] of a target that turns."""
    straight_s: Positive = 60.0
    """How long a target flies straight, and turns, at a stretch, on average."""
    turning_s: Positive = 20.0
    gate: Positive = 16.0
    """Limit of the squared statistical distance of a position (2 degrees of freedom)."""
    gate_moving: Positive = 22.0
    """The same with a velocity (4 degrees of freedom)."""
    gate_bearing: Positive = 9.0
    initial_speed_sd_mps: Positive = 100.0
    speed_max_mps: Positive = 500.0
    """No target flies faster: what would need that is contradicted."""
    confirm_hits: Count = 3
    confirm_looks: Count = 5
    """A tentative track is confirmed by so many plots within so many looks."""
    default_period_s: Positive = 5.0
    """Time between two looks of a sensor whose period is not known."""
    coast_looks: Positive = 2.5
    coast_after_s: Positive = 5.0
    """Coasting after so many missed looks, and not before so many seconds."""
    lost_looks: Positive = 6.0
    lost_after_s: Positive = 30.0
    lost_kept_s: Positive = 1_800.0
    """A lost track is kept, growing less certain, and may be found again for so long."""
    newcomer_area_m2: Positive = 25e6
    """One new target in so large an area is no surprise: a lost track is found again only where that is less likely,
    which lasts about four minutes for one that nobody sees; what comes later is a new track."""
    cooperative_kept_s: Positive = 300.0
    """The same for one that only gave its own position, or that only a neighbour saw."""
    history_s: Positive = 15.0
    history_moments: Count = 12
    """Reports are put in their place in time within so many seconds and so many reports of the same track."""
    jump_reports: Count = 3
    """So many reports that agree with each other, but not with the track of their name, are another track."""
    neighbour_leap_m: Positive = 10_000.0
    """A neighbour's track that nobody else sees may leap so far and is still the same: the neighbour says so."""
    tracks_max: Count = 20_000


def motion_of(settings: Settings) -> Motion:
    """Return empty room for the motion of targets, with the models and gates of the settings."""
    s = settings
    par = [s.acceleration_psd_m2ps3, s.turning_psd_m2ps3, 5.0, s.turning_s, 0.005**2, s.turn_rate_sd_rps**2]
    par += [1.0 / s.straight_s, 1.0 / s.turning_s, 0.75 * s.turning_s]
    return Motion(
        np.array(par),
        np.array([s.gate, s.gate, s.gate_moving, s.gate_bearing]),
        depth=s.history_moments,
        keep_s=s.history_s,
        turn_share=s.turning_s / (s.straight_s + s.turning_s),
        slots_max=s.tracks_max,
    )
