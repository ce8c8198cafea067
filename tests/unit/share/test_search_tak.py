"""Cursor on Target events of a search plan, and the data package that TAK imports."""

import io
import re
import zipfile
from datetime import datetime, timedelta
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
import shapely

import search_plan_kit as kit
from sargas.share import search_tak


def events(*, is_public: bool = False, **changes: object) -> list[ET.Element]:
    exporter = search_tak.build(search_tak.Settings())
    with zipfile.ZipFile(io.BytesIO(exporter.export(kit.plan(**changes), is_public=is_public))) as package:
        return [ET.fromstring(package.read(name)) for name in package.namelist() if name.endswith(".cot")]


def callsign(event: ET.Element) -> str:
    contact = event.find("detail/contact")
    assert contact is not None
    return contact.attrib["callsign"]


def of(name: str, among: list[ET.Element]) -> ET.Element:
    return next(event for event in among if callsign(event) == name)


def test_the_package_lists_each_event_by_its_id() -> None:
    exporter = search_tak.build(search_tak.Settings())
    with zipfile.ZipFile(io.BytesIO(exporter.export(kit.plan()))) as package:
        names = package.namelist()
        manifest = ET.fromstring(package.read("MANIFEST/manifest.xml"))
        assert package.testzip() is None
        assert manifest.tag == "MissionPackageManifest"
        assert manifest.attrib["version"] == "2"
        listed = [content.attrib["zipEntry"] for content in manifest.iter("Content")]
        assert sorted(listed) == sorted(name for name in names if name != "MANIFEST/manifest.xml")
        for content in manifest.iter("Content"):
            parameter = content.find("Parameter")
            assert parameter is not None
            event = ET.fromstring(package.read(content.attrib["zipEntry"]))
            assert parameter.attrib == {"name": "uid", "value": event.attrib["uid"]}


def test_every_event_has_what_the_event_schema_demands() -> None:
    """MITRE, Cursor-on-Target event schema 2.0: required attributes of event and point, and their forms."""
    for event in events():
        assert event.attrib["version"] == "2.0"
        assert {"uid", "type", "time", "start", "stale", "how"} <= set(event.attrib)
        assert re.fullmatch(r"\w+(-\w+)*(;[^;]*)?", event.attrib["type"])
        point = event.find("point")
        assert point is not None
        assert set(point.attrib) == {"lat", "lon", "hae", "ce", "le"}
        assert 54.5 < float(point.attrib["lat"]) < 55.5
        assert 23.5 < float(point.attrib["lon"]) < 25.5


def test_no_event_says_who_is_friend_or_foe() -> None:
    for event in events():
        assert event.attrib["type"] in {"u-d-f", "u-d-c-c", "b-m-p-s-m"}
        assert not event.attrib["type"].startswith("a-")


def test_ids_are_unique_and_stay_when_the_map_changes() -> None:
    first, later = events(), events(now_s=kit.NOW_S + 600.0)
    ids = [event.attrib["uid"] for event in first]
    assert len(set(ids)) == len(ids)
    assert ids == [event.attrib["uid"] for event in later]
    assert all(UUID(one) for one in ids)


def test_public_events_do_not_replace_those_of_the_teams() -> None:
    full, public = events(), events(is_public=True)
    assert not {event.attrib["uid"] for event in full} & {event.attrib["uid"] for event in public}


def test_events_hold_from_the_plan_on_until_they_are_stale() -> None:
    event = events()[0]
    assert event.attrib["time"] == event.attrib["start"] == "2025-07-28T03:24:00Z"
    begin, end = (datetime.fromisoformat(event.attrib[key]) for key in ("start", "stale"))
    assert end - begin == timedelta(hours=72.0)


def test_a_sector_is_a_polygon_that_ends_where_it_began() -> None:
    plan = kit.plan()
    best = next(sector for sector in plan.sectors if sector.rank == 1)
    event = of(f"1. {best.name}", events())
    assert event.attrib["type"] == "u-d-f"
    corners = [tuple(map(float, link.attrib["point"].split(","))) for link in event.iterfind("detail/link")]
    assert corners[0] == corners[-1]
    drawn = shapely.Polygon([(lon, lat) for lat, lon in corners])
    assert drawn.hausdorff_distance(shapely.Polygon(best.ring)) < 1e-6


def test_the_circle_about_a_find_has_its_radius() -> None:
    event = of("Keep out: part", events())
    ellipse = event.find("detail/shape/ellipse")
    assert ellipse is not None
    assert float(ellipse.attrib["major"]) == float(ellipse.attrib["minor"]) == 530.0


def test_colours_are_signed_numbers_of_32_bits() -> None:
    for event in events():
        for key in ("strokeColor", "fillColor"):
            colour = event.find(f"detail/{key}")
            if colour is not None:
                assert -(2**31) <= int(colour.attrib["value"]) < 2**31


@pytest.mark.parametrize("is_public", [False, True])
def test_every_event_of_an_exercise_is_marked_as_simulated(*, is_public: bool) -> None:
    found = events(is_public=is_public, is_exercise=True)
    assert found
    for event in found:
        assert callsign(event).startswith("EXERCISE ")
        assert str(event.findtext("detail/remarks")).startswith("EXERCISE ")
        # CoT event schema, `how`: m-s is simulated; `opex`: e- is an exercise.
        assert event.attrib["how"] == "m-s"
        assert event.attrib["opex"] == "e-EXERCISE"


def test_a_stream_is_the_same_events_in_a_row() -> None:
    exporter = search_tak.build(search_tak.Settings(form="stream"))
    assert exporter.ending == ".cot"
    lines = exporter.export(kit.plan()).splitlines()
    ids = [ET.fromstring(line).attrib["uid"] for line in lines]
    assert ids == [event.attrib["uid"] for event in events()]


def test_a_public_package_has_areas_and_circles_alone() -> None:
    names = [callsign(event) for event in events(is_public=True)]
    assert names == ["95 % area", "50 % area", "Keep out"]
