"""The ground's height as a grid of latitude and longitude, and its height between the grid's points."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
EDGE = 1e-6
"""Steps beyond the outermost points that are still on the grid: rounding, not ground."""


class Terrain(Struct, frozen=True, kw_only=True, eq=False):
    """Heights of the ground at the points of a grid: row 0 is the northernmost, column 0 the westernmost.

    `height_m[row, column]` is the height at latitude `lat0_deg - row * dlat_deg` and longitude
    `lon0_deg + column * dlon_deg`; both steps are positive. Where it is unknown it is NaN. `source` names the files,
    `datum` what the heights are measured from, empty if no file says it.
    """

    lat0_deg: float
    lon0_deg: float
    dlat_deg: float
    dlon_deg: float
    height_m: F32
    source: str
    datum: str = ""

    def height_at(self, lon_deg: F64 | float, lat_deg: F64 | float) -> F64:
        """Return the heights [m] at places [deg], of their shape (n,) or of scalars; NaN outside and where unknown.

        Between four points of the grid it is bilinear; beside an unknown one it is unknown.
        """
        rows, columns = self.height_m.shape
        row = (self.lat0_deg - np.atleast_1d(np.asarray(lat_deg, np.float64))) / self.dlat_deg
        column = (np.atleast_1d(np.asarray(lon_deg, np.float64)) - self.lon0_deg) / self.dlon_deg
        is_inside = _is_on(row, rows) & _is_on(column, columns)
        north, south, down = _between(row, is_inside, rows)
        west, east, right = _between(column, is_inside, columns)
        upper = _mixed(self.height_m[north, west], self.height_m[north, east], right)
        lower = _mixed(self.height_m[south, west], self.height_m[south, east], right)
        return np.where(is_inside, _mixed(upper, lower, down), np.nan)


def _is_on(place: F64, n: int) -> NDArray[np.bool_]:
    return (place >= -EDGE) & (place <= n - 1 + EDGE)


def _between(place: F64, is_inside: NDArray[np.bool_], n: int) -> tuple[NDArray[np.intp], NDArray[np.intp], F64]:
    """Return the points of the grid before and after each place along one axis, and how far it is between them."""
    safe = np.where(is_inside, np.clip(place, 0.0, n - 1), 0.0)
    before = np.floor(safe).astype(np.intp)
    return before, np.minimum(before + 1, n - 1), safe - before


def _mixed(first: F32 | F64, second: F32 | F64, share: F64) -> F64:
    """Return what lies so far from the first to the second; at one of them the other may be unknown."""
    mixed = (1.0 - share) * first + share * second
    return np.where(share == 0.0, first, mixed)
