"""What ADS-B says about the accuracy of a position, as one standard deviation per axis.

NACp (DO-260B, 2.2.3.2.7.2.7) bounds the position's error with 95 %: for a circular Gaussian that radius is
sqrt(-2 ln 0.05) = 2.448 standard deviations. NIC (2.2.3.2.7.2.6) gives a radius of containment for integrity; the
older NUCp (DO-260, table 2-11) pairs each such radius with a 95 % one half as large, and so does this file.
"""

import math
from typing import Final

from sargas.model.units import NAUTICAL_MILE_M

SIGMAS_IN_95_PERCENT: Final = math.sqrt(-2.0 * math.log(0.05))

_EPU_95_M: Final = {
    1: 10.0 * NAUTICAL_MILE_M,
    2: 4.0 * NAUTICAL_MILE_M,
    3: 2.0 * NAUTICAL_MILE_M,
    4: 1.0 * NAUTICAL_MILE_M,
    5: 0.5 * NAUTICAL_MILE_M,
    6: 0.3 * NAUTICAL_MILE_M,
    7: 0.1 * NAUTICAL_MILE_M,
    8: 0.05 * NAUTICAL_MILE_M,
    9: 30.0,
    10: 10.0,
    11: 3.0,
}
_CONTAINMENT_M: Final = {
    1: 20.0 * NAUTICAL_MILE_M,
    2: 8.0 * NAUTICAL_MILE_M,
    3: 4.0 * NAUTICAL_MILE_M,
    4: 2.0 * NAUTICAL_MILE_M,
    5: 1.0 * NAUTICAL_MILE_M,
    6: 0.6 * NAUTICAL_MILE_M,
    7: 0.2 * NAUTICAL_MILE_M,
    8: 0.1 * NAUTICAL_MILE_M,
    9: 75.0,
    10: 25.0,
    11: 7.5,
}
_NIC_OF_TYPE_CODE: Final = (0, 0, 0, 0, 0, 11, 10, 8, 0, 11, 10, 8, 7, 6, 5, 4, 2, 1, 0, 0, 11, 10)


def sd_of_nac_p(nac_p: int | None) -> float | None:
    """Return one standard deviation [m] per axis; None where the category is unknown."""
    epu_m = None if nac_p is None else _EPU_95_M.get(nac_p)
    return None if epu_m is None else epu_m / SIGMAS_IN_95_PERCENT


def sd_of_nic(nic: int | None) -> float | None:
    """Return one standard deviation [m] per axis, from half the radius of containment."""
    radius_m = None if nic is None else _CONTAINMENT_M.get(nic)
    return None if radius_m is None else radius_m / 2.0 / SIGMAS_IN_95_PERCENT


def sd_of_type_code(type_code: int) -> float | None:
    """Return one standard deviation [m] per axis for a position message's type code, its worst NIC assumed.

    Source: DO-260B, 2.2.3.2.3.1, table 2-16.
    """
    return sd_of_nic(_NIC_OF_TYPE_CODE[type_code]) if type_code < len(_NIC_OF_TYPE_CODE) else None
