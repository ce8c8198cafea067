"""KML of a search plan: its structure by the standard's schema, its places by GDAL's own reader."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pyogrio
import pytest
import shapely

import search_plan_kit as kit
from sargas.share import search_kml

KML = "{http://www.opengis.net/kml/2.2}"

# OGC 07-147r2, annex A (ogckml22.xsd): the sequences of the elements used here.
FEATURE = ["name", "visibility", "open", "address", "phoneNumber", "Snippet", "description", "LookAt", "TimeStamp",
           "styleUrl", "Style", "StyleMap", "Region", "ExtendedData"]  # fmt: skip
GEOMETRIES = ["Point", "LineString", "LinearRing", "Polygon", "MultiGeometry"]
ORDER = {
    "kml": ["NetworkLinkControl", "Document", "Folder", "Placemark"],
    "Document": [*FEATURE, "Schema", "Folder", "Placemark"],
    "Folder": [*FEATURE, "Folder", "Placemark"],
    "Placemark": [*FEATURE, *GEOMETRIES],
    "Style": ["IconStyle", "LabelStyle", "LineStyle", "PolyStyle", "BalloonStyle", "ListStyle"],
    "IconStyle": ["color", "colorMode", "scale", "heading", "Icon", "hotSpot"],
    "LineStyle": ["color", "colorMode", "width"],
    "PolyStyle": ["color", "colorMode", "fill", "outline"],
    "Point": ["extrude", "altitudeMode", "coordinates"],
    "LineString": ["extrude", "tessellate", "altitudeMode", "coordinates"],
    "LinearRing": ["extrude", "tessellate", "altitudeMode", "coordinates"],
    "Polygon": ["extrude", "tessellate", "altitudeMode", "outerBoundaryIs", "innerBoundaryIs"],
    "outerBoundaryIs": ["LinearRing"],
    "innerBoundaryIs": ["LinearRing"],
}


def root_of(*, is_public: bool = False, **changes: object) -> ET.Element:
    data = search_kml.build(search_kml.Settings()).export(kit.plan(**changes), is_public=is_public)
    return ET.fromstring(data)


def test_elements_stand_where_the_schema_has_them() -> None:
    for element in root_of().iter():
        tag = element.tag.removeprefix(KML)
        if tag not in ORDER:
            continue
        places = [ORDER[tag].index(child.tag.removeprefix(KML)) for child in element if tag != "MultiGeometry"]
        assert places == sorted(places), tag


def test_every_style_that_is_used_is_there_and_is_a_colour() -> None:
    root = root_of()
    styles = {f"#{style.attrib['id']}" for style in root.iter(f"{KML}Style")}
    used = {str(url.text) for url in root.iter(f"{KML}styleUrl")}
    assert used <= styles
    for colour in root.iter(f"{KML}color"):
        assert len(str(colour.text)) == 8
        int(str(colour.text), 16)


def test_rings_are_closed_and_have_longitude_first() -> None:
    """OGC 07-147r2, section 10.8: four tuples or more, the last equal to the first."""
    for ring in root_of().iter(f"{KML}LinearRing"):
        corners = str(ring.findtext(f"{KML}coordinates")).split()
        assert len(corners) >= 4
        assert corners[0] == corners[-1]
        lon, lat = (float(one) for one in corners[0].split(","))
        assert 23.5 < lon < 25.5
        assert 54.5 < lat < 55.5


def test_folders_are_named_for_a_person() -> None:
    names = [folder.findtext(f"{KML}name") for folder in root_of().iter(f"{KML}Folder")]
    assert names == ["Where it lies", "Sectors, best first", "Searched in vain", "Places", "Keep out"]


def test_another_reader_finds_the_same_sectors(tmp_path: Path) -> None:
    path = tmp_path / "plan.kml"
    path.write_bytes(search_kml.build(search_kml.Settings()).export(kit.plan()))
    assert [name for name, _ in pyogrio.list_layers(path)][:2] == ["Where it lies", "Sectors, best first"]
    meta, _, geometries, columns = pyogrio.raw.read(path, layer="Sectors, best first", force_2d=True)
    names = dict(zip(meta["fields"], columns, strict=True))["Name"]
    plan = kit.plan()
    best = next(sector for sector in plan.sectors if sector.rank == 1)
    assert len(geometries) == len(plan.sectors)
    assert names[0] == f"1. {best.name}"
    drawn = shapely.from_wkb(geometries[0])
    polygon = next(part for part in shapely.get_parts(drawn) if part.geom_type == "Polygon")
    assert polygon.hausdorff_distance(shapely.Polygon(best.ring)) < 1e-6


def test_a_public_file_has_areas_and_circles_alone() -> None:
    names = [folder.findtext(f"{KML}name") for folder in root_of(is_public=True).iter(f"{KML}Folder")]
    assert names == ["Where it lies", "Keep out"]


@pytest.mark.parametrize("is_public", [False, True])
def test_every_thing_of_an_exercise_is_marked(*, is_public: bool) -> None:
    root = root_of(is_public=is_public, is_exercise=True)
    names = [str(placemark.findtext(f"{KML}name")) for placemark in root.iter(f"{KML}Placemark")]
    assert names
    assert all(name.startswith("EXERCISE ") for name in names)
