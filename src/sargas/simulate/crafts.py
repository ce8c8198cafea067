"""The kinds of things that fly in a scenario, and how they look to a sensor.

The figures are orders of magnitude: they make a scenario plausible and say nothing about a real aircraft's signature.
"""

from typing import Final

from msgspec import Struct


class Craft(Struct, frozen=True, kw_only=True):
    """How a craft flies, reflects and sounds.

    `sound_db` is its loudness one metre away as a node that listens for propellers counts it; None is not heard.
    `smooth_s` is how long it takes to turn into a new leg.
    """

    rcs_m2: float
    cruise_mps: float
    sink_mps: float
    smooth_s: float
    sound_db: float | None = None


CRAFTS: Final[dict[str, Craft]] = {
    "gerbera": Craft(rcs_m2=0.04, cruise_mps=42.0, sink_mps=4.0, smooth_s=12.0, sound_db=102.0),
    "shahed": Craft(rcs_m2=0.1, cruise_mps=50.0, sink_mps=5.0, smooth_s=15.0, sound_db=112.0),
    "small_drone": Craft(rcs_m2=0.01, cruise_mps=15.0, sink_mps=3.0, smooth_s=4.0, sound_db=80.0),
    "balloon": Craft(rcs_m2=0.02, cruise_mps=6.0, sink_mps=5.0, smooth_s=60.0),
    "light_aircraft": Craft(rcs_m2=2.0, cruise_mps=55.0, sink_mps=4.0, smooth_s=20.0, sound_db=112.0),
    "helicopter": Craft(rcs_m2=5.0, cruise_mps=60.0, sink_mps=6.0, smooth_s=15.0, sound_db=118.0),
    "airliner": Craft(rcs_m2=40.0, cruise_mps=220.0, sink_mps=9.0, smooth_s=40.0),
    "bird_flock": Craft(rcs_m2=0.02, cruise_mps=13.0, sink_mps=2.0, smooth_s=20.0),
}
