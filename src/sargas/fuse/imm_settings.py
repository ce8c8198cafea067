"""How the nearest-neighbour tracker judges, and the arrays that follow from it."""

import numpy as np
from msgspec import Struct

from sargas.fuse.measure import MeasureSettings
from sargas.fuse.motion import Motion


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the tracker judges; the defaults suit drones and aircraft seen by turning radars."""

    measure: MeasureSettings = MeasureSettings()
    acceleration_psd_m2ps3: float = 0.5
    """Noise of a target that flies straight; after t seconds its velocity is off by sqrt(psd t)."""
    turning_psd_m2ps3: float = 1.0
    turn_rate_sd_rps: float = 0.05
    """Usual turn rate [rad/s] of a target that turns."""
    straight_s: float = 60.0
    """How long a target flies straight, and turns, at a stretch, on average."""
    turning_s: float = 20.0
    gate: float = 16.0
    """Limit of the squared statistical distance of a position (2 degrees of freedom)."""
    gate_moving: float = 22.0
    """The same with a velocity (4 degrees of freedom)."""
    gate_bearing: float = 9.0
    initial_speed_sd_mps: float = 100.0
    speed_max_mps: float = 500.0
    """No target flies faster: what would need that is contradicted."""
    confirm_hits: int = 3
    confirm_looks: int = 5
    """A tentative track is confirmed by so many plots within so many looks."""
    default_period_s: float = 5.0
    """Time between two looks of a sensor whose period is not known."""
    coast_looks: float = 2.5
    coast_after_s: float = 5.0
    """Coasting after so many missed looks, and not before so many seconds."""
    lost_looks: float = 6.0
    lost_after_s: float = 30.0
    lost_kept_s: float = 1_800.0
    """A lost track is kept, growing less certain, and may be found again for so long."""
    newcomer_area_m2: float = 25e6
    """One new target in so large an area is no surprise: a lost track is found again only where that is less likely,
    which lasts about four minutes for one that nobody sees; what comes later is a new track."""
    cooperative_kept_s: float = 300.0
    """The same for one that only gave its own position, or that only a neighbour saw."""
    history_s: float = 15.0
    history_moments: int = 12
    """Reports are put in their place in time within so many seconds and so many reports of the same track."""
    jump_reports: int = 3
    """So many reports that agree with each other, but not with the track of their name, are another track."""
    neighbour_leap_m: float = 10_000.0
    """A neighbour's track that nobody else sees may leap so far and is still the same: the neighbour says so."""
    tracks_max: int = 20_000


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
