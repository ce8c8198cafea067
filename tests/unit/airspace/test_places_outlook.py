"""Towns and what lies before a track."""

import pytest
from pyproj import Geod

from airspace_kit import STATES, T0_S, at, track
from sargas.airspace import places
from sargas.airspace.outlook import OutlookMaker
from sargas.model.errors import DataError
from sargas.model.zone import Place

WGS84 = Geod(ellps="WGS84")


def town(name: str, east_m: float, north_m: float, population: int = 1_000) -> Place:
    lon_deg, lat_deg = at(east_m, north_m)
    return Place(name=name, country="WW", lat_deg=lat_deg, lon_deg=lon_deg, population=population)


TOWNS = [town("Near", -9_000.0, 3_000.0), town("Far", -20_000.0, -1_000.0, 50_000), town("Behind", 6_000.0, 0.0)]


def test_the_nearest_towns_come_with_geodesic_distances() -> None:
    vilnius = Place(name="Vilnius", country="LT", lat_deg=54.6892, lon_deg=25.2798, population=540_000)
    kaunas = Place(name="Kaunas", country="LT", lat_deg=54.9027, lon_deg=23.9096, population=300_000)
    found = places.Towns([kaunas, vilnius]).nearest(25.7, 54.55, 2)
    assert [place.name for place, _ in found] == ["Vilnius", "Kaunas"]
    for place, distance_m in found:
        assert distance_m == pytest.approx(WGS84.inv(25.7, 54.55, place.lon_deg, place.lat_deg)[2], rel=0.003)


def test_small_places_can_be_left_out() -> None:
    assert [one.name for one, _ in places.Towns(TOWNS).nearest(*at(0.0), 5, people_min=10_000)] == ["Far"]


def test_towns_on_the_way_come_in_the_order_of_passing() -> None:
    found = places.Towns(TOWNS).ahead(*at(0.0), (-20.0, 0.0), 3_600.0, 5_000.0)
    assert [one.name for one in found] == ["Near", "Far"]
    assert found[0].in_s == pytest.approx(450.0, rel=0.002)
    assert found[0].closest_m == pytest.approx(3_000.0, rel=0.002)
    assert places.Towns(TOWNS).ahead(*at(0.0), (-20.0, 0.0), 600.0, 5_000.0)[-1].name == "Near"


def test_a_list_of_towns_is_read_and_anything_else_refused() -> None:
    data = '[{"name":"Šumskas","country":"LT","lat_deg":54.62,"lon_deg":25.72,"population":900}]'.encode()
    assert places.parse(data)[0].name == "Šumskas"
    with pytest.raises(DataError, match="towns: "):
        places.parse(b'[{"name":1}]')


def test_the_outlook_of_a_track_that_comes_in() -> None:
    maker = OutlookMaker(STATES, TOWNS, "WW")
    outlook = maker.of(track(T0_S, at(3_000.0), (-15.0, 0.0), 100.0))
    assert [one.country for one in outlook.inside] == ["EE", "WW"]
    assert outlook.inside[0].probability == pytest.approx(1.0)
    assert outlook.border is not None
    assert outlook.border.in_s == pytest.approx(200.0, rel=0.01)
    assert outlook.border.distance_m == pytest.approx(3_000.0, rel=0.001)
    assert [one.name for one in outlook.towns] == ["Near", "Far", "Behind"]
    assert outlook.towns[-1].in_s is None
    assert "reaches Westland in 3 min ± 9 s if it keeps on" in outlook.why
    assert "passes 3.0 km from Near (1,000 people) in 13 min" in outlook.why
    assert "no transponder and no remote id heard" in outlook.why


def test_a_track_that_flies_away_has_no_time_to_the_border() -> None:
    outlook = OutlookMaker(STATES, TOWNS, "WW").of(track(T0_S, at(3_000.0), (15.0, 0.0), 100.0))
    assert outlook.border is not None
    assert outlook.border.in_s is None


def test_the_outlook_does_not_break_without_towns_or_position() -> None:
    maker = OutlookMaker(STATES, [], "WW")
    assert maker.of(track(T0_S, at(0.0))).towns == ()
    assert maker.of(track(T0_S, (float("nan"), 55.0))).why == ("its position is unknown",)
