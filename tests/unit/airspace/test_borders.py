"""The borders against figures that were published by others and against the package's own bounding boxes."""

import io
import json
from itertools import pairwise

import numpy as np
import pytest
import shapely
from pyproj import Geod

from airspace_kit import all_borders, country, read_package
from sargas.airspace import borders
from sargas.airspace.geometry import Area
from sargas.model.errors import DataError
from sargas.model.zone import Zone

WGS84 = Geod(ellps="WGS84")


def _edges(zone: Zone) -> set[frozenset[tuple[float, float]]]:
    return {frozenset(pair) for polygon in zone.polygons for ring in polygon for pair in pairwise(ring)}


def _area_km2(zone: Zone) -> float:
    rings = [
        (k, abs(WGS84.polygon_area_perimeter(*zip(*ring, strict=True))[0]))
        for polygon in zone.polygons
        for k, ring in enumerate(polygon)
    ]
    return sum(area if k == 0 else -area for k, area in rings) / 1e6


@pytest.mark.parametrize(
    ("place", "lon_deg", "lat_deg", "zone_id"),
    [
        ("Vilnius cathedral", 25.2877, 54.6858, "LT"),
        ("Medininkai, Lithuanian side of the crossing", 25.6670, 54.5400, "LT"),
        ("Šumskas, church", 25.7238, 54.6246, "LT"),
        ("Gaižiūnai training area", 24.4200, 55.0200, "LT"),
        ("Kamenny Log, Belarusian side of the Medininkai crossing", 25.6950, 54.5280, "BY"),
        ("Minsk, Independence Square", 27.5480, 53.8950, "BY"),
        ("Kaliningrad cathedral", 20.5120, 54.7066, "RU-KGD"),
        ("Narva castle", 28.2019, 59.3755, "EE"),
        ("Ivangorod fortress", 28.2090, 59.3735, "RU"),
        ("Rēzekne", 27.3400, 56.5103, "LV"),
        ("Suwałki", 22.9308, 54.1115, "PL"),
        ("Mariehamn, Åland", 19.9370, 60.0970, "FI"),
        ("Tulcea on the Danube", 28.8050, 45.1790, "RO"),
        ("Izmail across the Danube", 28.8380, 45.3510, "UA"),
        ("Sevastopol, Crimea", 33.5250, 44.6050, "UA"),
        ("Pskov", 28.3330, 57.8190, "RU"),
    ],
)
def test_a_known_place_is_in_its_country_and_in_no_other(
    place: str, lon_deg: float, lat_deg: float, zone_id: str
) -> None:
    assert [zone.id for zone in all_borders() if Area(zone.polygons).contains(lon_deg, lat_deg)] == [zone_id], place


@pytest.mark.parametrize(
    ("first", "second", "km", "source"),
    [
        ("LT", "BY", 678.8, "State Border Guard Service of Lithuania: 678.8 km"),
        ("LT", "PL", 104.3, "Treaty of 1996 and Statistics Poland, Statistical Yearbook: 104 km"),
        ("PL", "BY", 418.2, "Statistics Poland, Statistical Yearbook: 418 km"),
        ("FI", "RU", 1_340.0, "Finnish Border Guard: about 1,340 km"),
        ("LV", "BY", 172.9, "State Border Guard of Latvia: 172.9 km"),
    ],
)
def test_the_shared_border_is_as_long_as_published(first: str, second: str, km: float, source: str) -> None:
    shared = [tuple(edge) for edge in _edges(country(first)) & _edges(country(second))]
    length_km = sum(WGS84.inv(*a, *b)[2] for a, b in shared) / 1_000.0
    assert length_km == pytest.approx(km, rel=0.01), source


@pytest.mark.parametrize(
    ("zone_id", "km2", "source"),
    [
        ("BY", 207_600.0, "National Statistical Committee of Belarus: 207.6 thousand km2"),
        ("PL", 322_719.0, "Statistics Poland: 322,719 km2 with internal waters and territorial sea"),
    ],
)
def test_the_area_is_as_published(zone_id: str, km2: float, source: str) -> None:
    assert _area_km2(country(zone_id)) == pytest.approx(km2, rel=0.001), source


def test_decoded_rings_fill_the_bounding_boxes_that_the_package_states() -> None:
    def column(name: str) -> np.ndarray:
        return np.load(io.BytesIO(read_package(f"data/{name}.npy")))

    names = read_package("data/timezone_names.txt").decode().split()
    index = int(np.flatnonzero(column("zone_ids") == names.index("Europe/Vilnius"))[0])
    ring = np.array(country("LT").polygons[0][0])
    stated = [column(f"boundaries/{side}")[index] / 1e7 for side in ("xmin", "ymin", "xmax", "ymax")]
    assert [*ring.min(axis=0), *ring.max(axis=0)] == pytest.approx(stated, abs=1e-9)
    assert len(ring) == column("boundaries/nr_vertices")[index] + 1


def test_an_enclave_is_a_hole() -> None:
    """The Russian village of Sankovo-Medvezhye lies inside Belarus."""
    assert not Area(country("BY").polygons).contains(31.568, 52.477)
    assert Area(country("RU").polygons).contains(31.568, 52.477)


def test_no_border_runs_between_two_time_zones_of_one_state() -> None:
    assert shapely.union_all([shapely.Polygon(part[0]) for part in country("UA").polygons]).geom_type == "Polygon"


def test_only_the_countries_asked_for_are_read() -> None:
    assert [zone.id for zone in borders.load(read_package, ["RU", "LT"])] == ["LT", "RU-KGD", "RU"]


def test_another_layout_is_refused() -> None:
    def other(name: str) -> bytes:
        data = read_package(name)
        return data.replace(b"\x03\x00", b"\x07\x00", 1) if name.endswith("boundaries/coordinates.bin") else data

    with pytest.raises(DataError, match="polygon layout 7; layout 3 is read"):
        borders.load(other)


def test_data_cut_short_is_refused() -> None:
    def short(name: str) -> bytes:
        data = read_package(name)
        return data[:2_000] if name.endswith("boundaries/coordinates.bin") else data

    with pytest.raises(DataError, match="cut short"):
        borders.load(short)


def test_a_missing_time_zone_is_named() -> None:
    def renamed(name: str) -> bytes:
        return read_package(name).replace(b"Europe/Vilnius", b"Europe/Nowhere")

    with pytest.raises(DataError, match="no time zone Europe/Vilnius"):
        borders.load(renamed)


def test_the_copy_for_drawing_stays_within_its_tolerance() -> None:
    zone = country("LT")
    drawn = borders.simplified(zone, 100.0)
    scale = np.array([111_320.0 * np.cos(np.radians(55.2)), 111_132.0])
    true_m = shapely.LineString(np.array(zone.polygons[0][0]) * scale)
    drawn_m = shapely.LineString(np.array(drawn.polygons[0][0]) * scale)
    assert len(drawn.polygons[0][0]) < len(zone.polygons[0][0]) / 10
    # Hausdorff: no vertex of either line is farther from the other; the scale differs by 4 % between the ends.
    assert shapely.hausdorff_distance(true_m, drawn_m) <= 105.0


def test_own_sovereign_zones_replace_those_of_their_country() -> None:
    own = Zone(id="own", name="Own", kind="sovereign", polygons=country("LT").polygons, country="RU")
    watch = Zone(id="w", name="w", kind="watch", polygons=country("LT").polygons)
    merged = borders.overridden(all_borders(), [own, watch])
    assert [zone.id for zone in merged if zone.country == "RU"] == ["own"]
    assert merged[-1] == watch
    assert "LT" in {zone.id for zone in merged}


def test_the_hole_registry_is_the_one_that_is_understood() -> None:
    registry = json.loads(read_package("data/hole_registry.json"))
    assert all(len(entry) == 2 for entry in registry.values())
