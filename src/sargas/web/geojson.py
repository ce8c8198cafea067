"""Zones and sensors as GeoJSON (RFC 7946): WGS-84 longitude and latitude, outer rings counter-clockwise."""

from typing import Literal

import msgspec
import numpy as np
import shapely
from msgspec import Struct, structs
from pyproj import Geod

from sargas.model.sensor import Coverage, Sensor
from sargas.model.zone import Ring, Zone

WGS84 = Geod(ellps="WGS84")
STEP_DEG = 3.0
"""Angle between two corners of a coverage arc: the chord is within 0.04 % of the range."""
LONG_RING = 1_000
DRAWN_WITHIN_M = 5.0
"""How far a long border may be drawn from where it is: a pixel at zoom 14. The rules use the exact one."""
DEGREE_M = 111_320.0

Position = tuple[float, float]


class Geometry(Struct, frozen=True):
    """A GeoJSON geometry."""

    type: Literal["Point", "Polygon", "MultiPolygon"]
    coordinates: list[object] | Position


class Feature(Struct, frozen=True, kw_only=True):
    """A GeoJSON feature; `properties` are those of the zone or sensor."""

    type: Literal["Feature"] = "Feature"
    id: str
    geometry: Geometry | None
    properties: dict[str, object]


class FeatureCollection(Struct, frozen=True, kw_only=True):
    """A GeoJSON feature collection."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Feature]


def zones_geojson(zones: list[Zone]) -> FeatureCollection:
    """Return one MultiPolygon per zone, with everything else of it as properties."""
    return FeatureCollection(features=[_zone(zone) for zone in zones])


def sites_geojson(sensors: dict[str, Sensor]) -> FeatureCollection:
    """Return one point per sensor; a sensor without a site has no geometry."""
    return FeatureCollection(features=[_site(sensor) for sensor in sensors.values()])


def coverage_geojson(sensors: dict[str, Sensor]) -> FeatureCollection:
    """Return one polygon per sensor with a site and a range limit: where it can see at all."""
    return FeatureCollection(
        features=[
            Feature(id=sensor.id, geometry=geometry, properties=_properties(sensor))
            for sensor in sensors.values()
            if (geometry := coverage_polygon(sensor)) is not None
        ]
    )


def coverage_polygon(sensor: Sensor) -> Geometry | None:
    """Return the coverage as a polygon of geodesic arcs; None without a site or a range limit."""
    if sensor.lat_deg is None or sensor.lon_deg is None or not sensor.coverage.range_max_m:
        return None
    site, coverage = (sensor.lon_deg, sensor.lat_deg), sensor.coverage
    from_deg, width_deg = _sector(coverage)
    # Azimuths run clockwise; an outer ring has to run the other way.
    outer = _arc(site, coverage.range_max_m or 0.0, from_deg, width_deg)[::-1]
    inner = _arc(site, coverage.range_min_m, from_deg, width_deg) if coverage.range_min_m > 0.0 else []
    if width_deg == 360.0:
        return Geometry("Polygon", [[*outer, outer[0]], [*inner, inner[0]]] if inner else [[*outer, outer[0]]])
    ring = [*outer, *(inner or [site])]
    return Geometry("Polygon", [[*ring, ring[0]]])


def _sector(coverage: Coverage) -> tuple[float, float]:
    """Return where the sector begins and how wide it is; from and to alike is the full circle."""
    width_deg = (coverage.azimuth_to_deg - coverage.azimuth_from_deg) % 360.0
    return coverage.azimuth_from_deg, width_deg or 360.0


def _arc(site: Position, range_m: float, from_deg: float, width_deg: float) -> list[Position]:
    """Return corners (lon, lat) clockwise; a full circle is left open."""
    n = max(2, round(width_deg / STEP_DEG) + 1)
    azimuth_deg = from_deg + np.linspace(0.0, width_deg, n, endpoint=width_deg < 360.0)
    lon, lat, _ = WGS84.fwd(np.full(n, site[0]), np.full(n, site[1]), azimuth_deg, np.full(n, range_m))
    return [(round(float(x), 6), round(float(y), 6)) for x, y in zip(lon, lat, strict=True)]


def _zone(zone: Zone) -> Feature:
    properties = _properties(structs.replace(zone, polygons=()))
    del properties["polygons"]
    polygons = [[_drawn(ring) for ring in polygon] for polygon in zone.polygons]
    return Feature(id=zone.id, geometry=Geometry("MultiPolygon", [*polygons]), properties=properties)


def _drawn(ring: Ring) -> list[list[float]]:
    """Return the ring to a decimetre; a long one without the corners that no eye can tell on a map."""
    corners = np.array(ring, dtype=np.float64)
    if len(corners) > LONG_RING:
        # Douglas-Peucker where a degree is as long in both directions.
        squeeze = np.array([np.cos(np.radians(corners[:, 1].mean())), 1.0])
        line = shapely.linestrings(corners * squeeze)
        corners = shapely.get_coordinates(shapely.simplify(line, DRAWN_WITHIN_M / DEGREE_M, preserve_topology=False))
        corners /= squeeze
    rounded: list[list[float]] = np.round(corners, 6).tolist()
    return rounded


def _site(sensor: Sensor) -> Feature:
    has_site = sensor.lat_deg is not None and sensor.lon_deg is not None
    point = Geometry("Point", (sensor.lon_deg or 0.0, sensor.lat_deg or 0.0)) if has_site else None
    return Feature(id=sensor.id, geometry=point, properties=_properties(sensor))


def _properties(thing: Zone | Sensor) -> dict[str, object]:
    return msgspec.convert(msgspec.to_builtins(thing), dict[str, object])
