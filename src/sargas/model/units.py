"""Exact factors between the field's units and SI."""

from typing import Final

FOOT_M: Final = 0.3048
NAUTICAL_MILE_M: Final = 1852.0
KNOT_MPS: Final = NAUTICAL_MILE_M / 3600.0
FEET_PER_MINUTE_MPS: Final = FOOT_M / 60.0
KMH_MPS: Final = 1000.0 / 3600.0
FLIGHT_LEVEL_M: Final = 100.0 * FOOT_M
DAY_S: Final = 86_400.0
