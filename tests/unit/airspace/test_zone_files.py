"""Zones from GeoJSON, GeoPackage and OpenAir: what they mean, and what is said of what they cannot mean."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Geod, Transformer

from sargas.airspace import geojson, geopackage, openair
from sargas.airspace.heights_text import Height, parse_height
from sargas.model.errors import DataError
from sargas.model.zone import Schedule

WGS84 = Geod(ellps="WGS84")
SQUARE = [[25.0, 54.0], [25.5, 54.0], [25.5, 54.5], [25.0, 54.5], [25.0, 54.0]]


def document(*features: dict[str, object]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def feature(geometry: object = None, **properties: object) -> dict[str, object]:
    shape = geometry or {"type": "Polygon", "coordinates": [SQUARE]}
    return {"type": "Feature", "properties": properties, "geometry": shape}


def test_a_polygon_with_all_properties() -> None:
    zone = geojson.zones(
        document(
            feature(
                id="EYR1", name="Rukla", kind="restricted", floor_m=50, ceiling_m=900.0, reference="agl",
                schedule={"days": ["mon", "Fri"], "from": "06:30", "to": "22:00", "start": "2025-07-28T04:00:00Z"},
            )
        ),
        "own.geojson",
    )[0]  # fmt: skip
    assert (zone.id, zone.name, zone.kind, zone.source) == ("EYR1", "Rukla", "restricted", "own.geojson")
    assert (zone.floor_m, zone.ceiling_m, zone.reference) == (50.0, 900.0, "agl")
    assert zone.schedule == (Schedule(days=(0, 4), from_minute=390, to_minute=1320, from_s=1_753_675_200.0),)
    assert zone.polygons[0][0][1] == (25.5, 54.0)


def test_a_point_with_a_radius_is_a_circle() -> None:
    zone = geojson.zones(document(feature({"type": "Point", "coordinates": [24.4, 55.0]}, radius_m=5_000)), "f")[0]
    _, _, away = WGS84.inv(*zip(*[(24.4, 55.0, *point) for point in zone.polygons[0][0]], strict=True))
    assert np.allclose(away, 5_000.0, atol=0.01)


def test_heights_in_words() -> None:
    zone = geojson.zones(document(feature(floor="SFC", ceiling="FL95")), "f")[0]
    assert (zone.floor_m, zone.reference) == (None, "pressure")
    assert zone.ceiling_m == pytest.approx(9_500 * 0.3048)


def test_a_sovereign_override() -> None:
    zone = geojson.zones(document(feature(kind="sovereign", country="lt", name="Official border")), "f")[0]
    assert (zone.kind, zone.country) == ("sovereign", "LT")


def test_zones_without_names_and_ids_get_their_own() -> None:
    ids = [
        zone.id for zone in geojson.zones(document(feature(), feature(), feature(name="A"), feature(name="A")), "f")
    ]
    assert ids == ["f-1", "f-2", "A", "A-2"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "own.json: not JSON"),
        (b"[1]", "not a GeoJSON FeatureCollection"),
        (b'{"type":"FeatureCollection"}', "'features' is not a list"),
        (document(feature(), {"type": "x"}), "feature 2: is not a Feature"),
        (document(feature(kind="no-fly")), "feature 1: kind 'no-fly'; have sovereign, prohibited"),
        (document(feature(kind="sovereign", name="X")), r"1 \(X\): a sovereign zone needs the property"),
        (document(feature({"type": "LineString", "coordinates": []})), "geometry 'LineString'; needs Polygon"),
        (document({**feature(), "geometry": None}), "feature 1: has no geometry"),
        (document(feature({"type": "Polygon", "coordinates": [SQUARE[:4]]})), "a ring needs at least 4 positions"),
        (document(feature({"type": "Polygon", "coordinates": [[[54, "x"]]]})), "is not \\[longitude, latitude\\]"),
        (document(feature({"type": "Polygon", "coordinates": [[[0, 91], [1, 91], [1, 95], [0, 91]]]})), "91.0 is"),
        (
            document(feature({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]})),
            "polygon 1: Self-intersection",
        ),
        (document(feature(floor_m=500, ceiling_m=100)), "the ceiling \\(100 m\\) is below the floor \\(500 m\\)"),
        (document(feature(ceiling="high")), "height 'high' is not one of the form SFC"),
        (document(feature(floor_m="low")), "floor_m: 'low' is not a number of metres"),
        (document(feature(reference="QFE")), "reference 'qfe'; have amsl, agl, pressure"),
        (document(feature(schedule=[{"day": 1}])), r"schedule\[0\]: unknown key 'day'; have days, from"),
        (document(feature(schedule={"from": "25:00"})), "'25:00' is not a time of the UTC day"),
        (document(feature(schedule={"start": "soon"})), "'soon' is not a time such as"),
        (document(feature({"type": "Point", "coordinates": [0, 0]}, radius_m=-1)), "radius_m '-1' is not between"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_with_its_feature(data: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        geojson.zones(data, "own.json")


@pytest.mark.parametrize(
    ("text", "metres", "reference"),
    [
        ("SFC", None, None),
        ("GND", None, None),
        ("UNL", None, None),
        ("FL 95", 2_895.6, "pressure"),
        ("2500 ft AMSL", 762.0, "amsl"),
        ("2500ft", 762.0, "amsl"),
        ("1000 FT AGL", 304.8, "agl"),
        ("300 m GND", 300.0, "agl"),
        ("4,500 MSL", 1_371.6, "amsl"),
    ],
)
def test_a_height_is_read_as_publications_write_it(text: str, metres: float | None, reference: str | None) -> None:
    assert parse_height(text) == Height(pytest.approx(metres) if metres else None, reference)


OPENAIR = """* an example
AC R
AN EYR1 Rukla
AL SFC
AH 2500 ft AMSL
V X=55:03:00 N 024:24:00 E
DC 3.5

AC P
AN EYP2 * the plant
AL GND
AH FL95
AA 2025-07-28T04:00Z/2025-07-28T06:00Z
DP 54:36:30 N 025:43:20 E
DP 54:40:30 N 025:43:20 E
V X=54:38:30 N 025:43:20 E
V D=-
DB 54:40:30 N 025:43:20 E, 54:36:30 N 025:43:20 E

AC D
AN Quarter
V X=54:38.5 N 25:43.3 E
DA 5,90,180
DP 54:38.5 N 25:43.3 E
"""


def test_openair_circles_arcs_heights_and_times() -> None:
    circle, half, quarter = openair.zones(OPENAIR.encode(), "x.txt")
    assert (circle.name, circle.kind, circle.ceiling_m) == ("EYR1 Rukla", "restricted", pytest.approx(762.0))
    assert (half.name, half.kind, half.reference) == ("EYP2", "prohibited", "pressure")
    assert half.schedule == (Schedule(from_s=1_753_675_200.0, to_s=1_753_682_400.0),)

    def away_m(ring: tuple[tuple[float, float], ...], centre: tuple[float, float]) -> np.ndarray:
        return np.array([WGS84.inv(*centre, *point)[2] for point in ring])

    assert np.allclose(away_m(circle.polygons[0][0], (24.4, 55.05)), 3.5 * 1_852.0, atol=0.01)
    # The direction is anticlockwise from north to south: the half disc bulges to the west.
    west = min(point[0] for point in half.polygons[0][0])
    assert WGS84.inv(25.0 + 43.0 / 60 + 20.0 / 3_600, 54.0 + 38.5 / 60, west, 54.0 + 38.5 / 60)[2] == pytest.approx(
        3_711.0, rel=0.01
    )
    assert max(point[0] for point in half.polygons[0][0]) == pytest.approx(25.0 + 43.0 / 60 + 20.0 / 3_600)
    # A direction set for one zone does not hold for the next: from 90 to 180 degrees clockwise is a quarter.
    area, _ = WGS84.polygon_area_perimeter(*zip(*quarter.polygons[0][0], strict=True))
    assert abs(area) == pytest.approx(np.pi / 4.0 * (5.0 * 1_852.0) ** 2, rel=0.002)


def test_arcs_are_within_a_metre_or_so_of_the_true_line() -> None:
    ring = openair.zones(OPENAIR.encode(), "x.txt")[0].polygons[0][0]
    middles = [((a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0) for a, b in pairwise(ring)]
    assert min(WGS84.inv(24.4, 55.05, *middle)[2] for middle in middles) > 3.5 * 1_852.0 - 1.5


def test_every_bad_openair_line_is_told_with_its_number() -> None:
    bad = b"AN x\nAC R\nDP 99:00:00 N 1:0:0 E\nDQ 3\nAH hello\nDC 3\nDP 1 2\nDP 54:61:00 N 25:00:00 E\n"
    with pytest.raises(DataError) as caught:
        openair.zones(bad, "bad.txt")
    told = str(caught.value)
    assert "line 1: 'AN x' stands before the first AC" in told
    assert "line 3: position '99:00:00 N 1:0:0 E' is not on the globe" in told
    assert "line 4: no command 'DQ 3'" in told
    assert "line 5: height 'hello'" in told
    assert "line 6: DC needs a centre" in told
    assert "line 7: position '1 2'" in told
    assert "line 8: minutes and seconds are below 60" in told
    assert "line 2: zone has no outline" in told


def test_an_openair_file_without_a_zone_is_told() -> None:
    with pytest.raises(DataError, match="has no zone; an OpenAir zone begins with a line AC"):
        openair.zones(b"* nothing\n", "x.txt")


def test_a_geopackage_in_a_national_grid(tmp_path: Path) -> None:
    """Lithuanian grid LKS-94 (EPSG:3346); oracle: pyproj."""
    east, north = [580_000.0, 585_000.0, 585_000.0, 580_000.0], [6_060_000.0, 6_060_000.0, 6_065_000.0, 6_065_000.0]
    square = shapely.to_wkb(shapely.Polygon(list(zip(east, north, strict=True))))
    path = tmp_path / "own.gpkg"
    pyogrio.raw.write(
        path,
        np.array([square], dtype=object),
        [np.array(["Official"], dtype=object), np.array(["sovereign"], dtype=object), np.array(["LT"], dtype=object),
         np.array(['{"days": ["sun"]}'], dtype=object)],
        ["name", "kind", "country", "schedule"],
        layer="border", crs="EPSG:3346", geometry_type="Polygon", driver="GPKG",
    )  # fmt: skip
    zone = geopackage.zones(path.read_bytes(), "own.gpkg")[0]
    assert (zone.name, zone.kind, zone.country) == ("Official", "sovereign", "LT")
    assert zone.schedule == (Schedule(days=(6,)),)
    true = Transformer.from_crs(3346, 4326, always_xy=True).transform(580_000.0, 6_060_000.0)
    assert min(np.hypot(*(np.array(point) - true)) for point in zone.polygons[0][0]) < 1e-9


def test_what_is_no_geopackage_is_told() -> None:
    with pytest.raises(DataError, match=r"x\.gpkg: not a GeoPackage"):
        geopackage.zones(b"hello", "x.gpkg")
    with pytest.raises(DataError, match=r"x\.gpkg: not a GeoPackage that can be read"):
        geopackage.zones(b"SQLite format 3\x00" + b"\x00" * 500, "x.gpkg")
