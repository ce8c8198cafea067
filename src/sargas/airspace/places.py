"""Towns near a point and along a path (GeoNames, CC BY 4.0)."""

import math
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from sargas.airspace.geometry import metres_per_degree
from sargas.model.errors import DataError
from sargas.model.outlook import TownAhead
from sargas.model.zone import Place

F64 = npt.NDArray[np.float64]


def parse(data: bytes) -> list[Place]:
    """Return the towns of a JSON list, as `ui/scripts/towns.mjs` writes it.

    Raises:
        DataError: it is not such a list.
    """
    try:
        return msgspec.json.decode(data, type=list[Place])
    except msgspec.DecodeError as error:
        raise DataError(f"towns: {error}") from error


class Towns:
    """The towns as arrays, for search."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = list(places)
        self._lon = np.array([place.lon_deg for place in places], dtype=np.float64)
        self._lat = np.array([place.lat_deg for place in places], dtype=np.float64)

    def nearest(self, lon_deg: float, lat_deg: float, n: int, people_min: int = 0) -> list[tuple[Place, float]]:
        """Return the `n` nearest towns of at least so many people, each with its distance [m], nearest first."""
        x, y = self._plane(lon_deg, lat_deg)
        distance_m = np.hypot(x, y)
        order = np.argsort(distance_m, kind="stable")
        found: list[tuple[Place, float]] = []
        for k in order.tolist():
            if len(found) >= n:
                break
            if self._places[k].population >= people_min:
                found.append((self._places[k], float(distance_m[k])))
        return found

    def ahead(
        self, lon_deg: float, lat_deg: float, velocity_mps: tuple[float, float], horizon_s: float, within_m: float
    ) -> list[TownAhead]:
        """Return the towns that a straight path passes within `within_m` during the horizon, in the order of passing.

        `closest_m` is the distance to the town's centre at the closest approach. A town that is left behind is not
        in the list.
        """
        x, y = self._plane(lon_deg, lat_deg)
        east, north = velocity_mps
        square = east * east + north * north
        if square < 1e-6:
            return []
        in_s = (x * east + y * north) / square
        closest_m = np.hypot(x - east * in_s, y - north * in_s)
        passed = np.flatnonzero((in_s > 0.0) & (in_s <= horizon_s) & (closest_m <= within_m))
        order = passed[np.argsort(in_s[passed], kind="stable")]
        return [
            self._town(k, float(np.hypot(x[k], y[k])), float(closest_m[k]), float(in_s[k])) for k in order.tolist()
        ]

    def around(self, lon_deg: float, lat_deg: float, velocity_mps: tuple[float, float], n: int) -> list[TownAhead]:
        """Return the `n` nearest towns, each with its closest approach if the path comes nearer, nearest first."""
        speed2 = velocity_mps[0] ** 2 + velocity_mps[1] ** 2
        x, y = self._plane(lon_deg, lat_deg)
        distance_m = np.hypot(x, y)
        towns = []
        for k in np.argsort(distance_m, kind="stable")[:n].tolist():
            in_s = (float(x[k]) * velocity_mps[0] + float(y[k]) * velocity_mps[1]) / speed2 if speed2 > 1e-6 else 0.0
            if in_s > 0.0:
                closest_m = math.hypot(x[k] - velocity_mps[0] * in_s, y[k] - velocity_mps[1] * in_s)
                towns.append(self._town(k, float(distance_m[k]), closest_m, in_s))
            else:
                towns.append(self._town(k, float(distance_m[k]), float(distance_m[k]), None))
        return towns

    def _town(self, k: int, distance_m: float, closest_m: float, in_s: float | None) -> TownAhead:
        place = self._places[k]
        return TownAhead(
            name=place.name,
            country=place.country,
            population=place.population,
            lat_deg=place.lat_deg,
            lon_deg=place.lon_deg,
            distance_m=distance_m,
            closest_m=closest_m,
            in_s=in_s,
        )

    def _plane(self, lon_deg: float, lat_deg: float) -> tuple[F64, F64]:
        """Return the towns' east and north [m] from a point; longitudes at the latitude half-way to each."""
        _, north_m = metres_per_degree(lat_deg)
        east_m = np.cos(np.radians((self._lat + lat_deg) / 2.0)) * 111_413.0
        return (self._lon - lon_deg) * east_m, (self._lat - lat_deg) * north_m
