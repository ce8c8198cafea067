"""Areas of the sky: sovereign airspace and the zones that a user draws."""

from typing import Literal

from msgspec import Struct

Ring = tuple[tuple[float, float], ...]
Polygon = tuple[Ring, ...]
ZoneKind = Literal["sovereign", "prohibited", "restricted", "danger", "watch", "exercise", "other"]


class Schedule(Struct, frozen=True, kw_only=True):
    """When a zone holds: days of the week (0 = Monday) and minutes of the UTC day; empty days are all days."""

    days: tuple[int, ...] = ()
    from_minute: int = 0
    to_minute: int = 1440
    from_s: float | None = None
    to_s: float | None = None


class Zone(Struct, frozen=True, kw_only=True):
    """A named area; polygons are rings of (lon, lat), the first ring outer, the others holes.

    Floor and ceiling in metres; None is ground and no limit. `reference` says above what they are measured.
    An empty schedule always holds.
    """

    id: str
    name: str
    kind: ZoneKind
    polygons: tuple[Polygon, ...]
    country: str = ""
    floor_m: float | None = None
    ceiling_m: float | None = None
    reference: Literal["amsl", "agl", "pressure"] = "amsl"
    schedule: tuple[Schedule, ...] = ()
    source: str = ""


class Place(Struct, frozen=True, kw_only=True):
    """A populated place (GeoNames)."""

    name: str
    country: str
    lat_deg: float
    lon_deg: float
    population: int


class Municipality(Struct, frozen=True, kw_only=True):
    """A municipality, or whatever area the authorities name a warning by; polygons as those of a zone."""

    name: str
    polygons: tuple[Polygon, ...]
    country: str = ""
    population: int | None = None


class PointOfInterest(Struct, frozen=True, kw_only=True):
    """A place where a passing target matters more than elsewhere: an airport, a school, a plant.

    `kind` is a word of the user's; `population` how many people are usually there.
    """

    name: str
    kind: str
    lat_deg: float
    lon_deg: float
    country: str = ""
    population: int | None = None
