"""The map's GeoJSON; distances and azimuths are checked with shapely and pyproj, not with our own arcs."""

import msgspec
import pytest
from pyproj import Geod, Transformer
from shapely.geometry import LineString, Point, shape

from sargas.model.sensor import Coverage, Sensor
from sargas.model.zone import Zone
from sargas.web.geojson import coverage_geojson, coverage_polygon, sites_geojson, zones_geojson
from unit.web.memory_desk import MemoryDesk

GEOD = Geod(ellps="WGS84")
SITE = (25.3, 54.6)


def polygon(coverage: Coverage):
    sensor = Sensor(id="s", kind="radar", lat_deg=SITE[1], lon_deg=SITE[0], coverage=coverage)
    return shape(msgspec.to_builtins(coverage_polygon(sensor)))


def at(azimuth_deg: float, range_m: float) -> Point:
    lon, lat, _ = GEOD.fwd(*SITE, azimuth_deg, range_m)
    return Point(lon, lat)


def test_every_corner_of_a_full_circle_lies_at_the_greatest_range() -> None:
    ring = polygon(Coverage(range_max_m=40_000.0)).exterior
    distances = [GEOD.inv(*SITE, lon, lat)[2] for lon, lat in ring.coords]
    assert distances == pytest.approx([40_000.0] * len(distances), abs=0.2)  # six decimals are a decimetre
    assert ring.is_ccw  # RFC 7946, section 3.1.6


def test_a_least_range_is_a_hole() -> None:
    shown = polygon(Coverage(range_min_m=2_000.0, range_max_m=40_000.0))
    assert len(shown.interiors) == 1
    assert not shown.interiors[0].is_ccw
    assert not shown.contains(at(70.0, 1_000.0))
    assert shown.contains(at(70.0, 3_000.0))


@pytest.mark.parametrize(
    ("azimuth_deg", "is_seen"),
    [(0.0, True), (29.0, True), (331.0, True), (31.0, False), (329.0, False), (180.0, False)],
)
def test_a_sector_across_north_is_the_narrow_one(azimuth_deg: float, *, is_seen: bool) -> None:
    shown = polygon(Coverage(range_max_m=5_000.0, azimuth_from_deg=330.0, azimuth_to_deg=30.0))
    assert shown.contains(at(azimuth_deg, 4_500.0)) is is_seen
    assert shown.is_valid


def test_a_sector_with_a_least_range_does_not_reach_its_site() -> None:
    shown = polygon(Coverage(range_min_m=1_000.0, range_max_m=5_000.0, azimuth_from_deg=90.0, azimuth_to_deg=180.0))
    assert shown.is_valid
    assert not shown.contains(at(135.0, 900.0))
    assert shown.contains(at(135.0, 1_100.0))


def test_an_area_is_that_of_the_annulus_sector() -> None:
    shown = polygon(Coverage(range_min_m=1_000.0, range_max_m=5_000.0, azimuth_from_deg=90.0, azimuth_to_deg=180.0))
    area_m2 = abs(GEOD.geometry_area_perimeter(shown)[0])
    # pi/4 (R^2 - r^2) on the plane; at 5 km the ellipsoid's bend is nothing, the chords are 0.05 %.
    assert area_m2 == pytest.approx(3.14159265 / 4 * (5_000.0**2 - 1_000.0**2), rel=2e-3)


def test_a_sensor_without_a_site_is_listed_without_a_place() -> None:
    features = {feature.id: feature for feature in sites_geojson(MemoryDesk().sensors).features}
    assert features["people"].geometry is None
    assert features["radar"].geometry is not None
    assert features["radar"].geometry.coordinates == (25.3, 54.6)


def test_only_sensors_with_a_limit_have_a_coverage() -> None:
    assert [feature.id for feature in coverage_geojson(MemoryDesk().sensors).features] == ["radar", "ear"]


def test_a_site_at_zero_degrees_is_a_site() -> None:
    sensor = Sensor(id="s", kind="radar", lat_deg=0.0, lon_deg=0.0)
    (feature,) = sites_geojson({"s": sensor}).features
    assert feature.geometry is not None


def test_a_zone_keeps_its_holes_and_its_heights_stay_unknown() -> None:
    outer = ((24.0, 54.0), (25.0, 54.0), (25.0, 55.0), (24.0, 54.0))
    hole = ((24.6, 54.2), (24.8, 54.2), (24.8, 54.4), (24.6, 54.2))
    zone = Zone(id="z", name="Žvėrynas", kind="watch", polygons=((outer, hole),))
    document = msgspec.json.decode(msgspec.json.encode(zones_geojson([zone])))
    (feature,) = document["features"]
    assert shape(feature["geometry"]).geoms[0].interiors[0].coords[0] == (24.6, 54.2)
    assert feature["properties"]["name"] == "Žvėrynas"
    assert feature["properties"]["floor_m"] is None
    assert "polygons" not in feature["properties"]


def test_a_long_border_is_drawn_with_fewer_corners_but_within_five_metres() -> None:
    n = 20_000
    lon, lat, _ = GEOD.fwd([SITE[0]] * n, [SITE[1]] * n, [360.0 * i / (n - 1) for i in range(n)], [50_000.0] * n)
    ring = tuple(zip(lon, lat, strict=True))
    (feature,) = zones_geojson([Zone(id="z", name="z", kind="sovereign", polygons=((ring,),))]).features
    drawn = shape(msgspec.to_builtins(feature.geometry))
    assert drawn.is_valid
    assert len(drawn.geoms[0].exterior.coords) < n / 20
    to_metres = Transformer.from_crs("EPSG:4326", f"+proj=aeqd +lat_0={SITE[1]} +lon_0={SITE[0]}", always_xy=True)
    exact_m = LineString([to_metres.transform(*corner) for corner in ring])
    drawn_m = LineString([to_metres.transform(*corner) for corner in drawn.geoms[0].exterior.coords])
    assert exact_m.hausdorff_distance(drawn_m) < 5.2  # and the decimetre of the rounding
