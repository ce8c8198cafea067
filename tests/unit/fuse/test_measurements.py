"""From reports to measurements: biases are taken off, spreads are carried, and what cannot be used says why."""

import math

import numpy as np
import pyproj
import pytest

from measure_twin import Measurement, Measurer
from sargas.fuse.measure import MeasureSettings, centre_of
from sargas.kernels.kinds import ANGLE, MOVING, PLACE
from sargas.model.report import Bearing, Cooperative, GeoPlot, Identity, PolarPlot, SystemTrack
from sargas.model.sensor import Coverage, Errors, Sensor

GEOD = pyproj.Geod(ellps="WGS84")
T0 = 1_753_660_800.0
RADAR = Sensor(
    id="radar",
    kind="radar",
    lat_deg=54.6,
    lon_deg=25.1,
    alt_m=150.0,
    errors=Errors(range_bias_m=120.0, azimuth_bias_deg=2.0, time_bias_s=0.5, elevation_sd_deg=0.3),
    coverage=Coverage(range_max_m=100_000.0),
)
SENSORS = {
    "radar": RADAR,
    "blind": Sensor(id="blind", kind="radar"),
    "ear": Sensor(id="ear", kind="acoustic", lat_deg=54.9, lon_deg=25.0, errors=Errors(azimuth_sd_deg=7.0)),
}


def measured(report: object, **settings: float) -> Measurement:
    found = Measurer(MeasureSettings(**settings), SENSORS).measure(report, T0)
    assert isinstance(found, Measurement), found
    return found


def refused(report: object) -> str:
    found = Measurer(MeasureSettings(), SENSORS).measure(report, T0)
    assert isinstance(found, str)
    return found


def plot(**more: object) -> PolarPlot:
    return PolarPlot(**{"sensor": "radar", "time_s": T0, "range_m": 30_120.0, "azimuth_deg": 47.0} | more)


def place_of(m: Measurement) -> tuple[float, float]:
    return Measurer(MeasureSettings(), SENSORS).place_of(m.z[0], m.z[1])


def test_a_radars_known_biases_are_taken_off() -> None:
    m = measured(plot(elevation_deg=0.0))
    lat, lon = place_of(m)
    azimuth, _, distance = GEOD.inv(25.1, 54.6, lon, lat)
    assert azimuth == pytest.approx(45.0, abs=0.01)
    assert distance == pytest.approx(30_000.0, abs=2.0)
    assert m.t == T0 - 0.5


def test_a_height_comes_from_an_elevation_but_never_from_an_assumption() -> None:
    # 2 degrees over 30 km: 1047 m above the antenna's horizon, 150 m of antenna, 70.6 m of curvature less a quarter.
    assert measured(plot(elevation_deg=2.0)).height_m == pytest.approx(1_047 + 150 + 70.6 * 0.75, abs=2.0)
    assert measured(plot()).height_m is None
    assert measured(plot(alt_baro_m=900.0)).height_m is None
    assert measured(plot(alt_wgs84_m=900.0)).height_m == 900.0


def test_without_a_height_the_error_along_the_range_is_larger() -> None:
    known, unknown = measured(plot(range_m=6_120.0, alt_wgs84_m=500.0)), measured(plot(range_m=6_120.0))
    assert unknown.r[0] + unknown.r[2] > 4.0 * (known.r[0] + known.r[2])


def test_a_course_is_turned_into_the_plane() -> None:
    report = Cooperative(
        sensor="adsb", time_s=T0, identity=Identity(icao24="4ca123"), source="adsb", lat_deg=56.0, lon_deg=35.0,
        speed_mps=100.0, course_deg=30.0,
    )  # fmt: skip
    m = measured(report)
    assert m.kind == MOVING
    lon, lat, _ = GEOD.fwd(35.0, 56.0, 30.0, 100.0)
    ahead = measured(
        Cooperative(**{f: getattr(report, f) for f in report.__struct_fields__} | {"lat_deg": lat, "lon_deg": lon})
    )
    np.testing.assert_allclose(np.array(m.z[2:]), np.array(ahead.z[:2]) - np.array(m.z[:2]), atol=0.01)


def test_a_neighbours_track_counts_less_than_a_detection() -> None:
    detection = measured(GeoPlot(sensor="n", time_s=T0, lat_deg=55.0, lon_deg=25.0, sd_m=100.0))
    track = measured(SystemTrack(sensor="n", time_s=T0, lat_deg=55.0, lon_deg=25.0, sd_m=100.0, track_number=4))
    assert detection.kind == track.kind == PLACE
    assert track.r[0] == pytest.approx(2.0 * detection.r[0])


def test_a_bearing_stands_at_its_sensor_and_has_its_sensors_error() -> None:
    m = measured(Bearing(sensor="ear", time_s=T0, azimuth_deg=90.0))
    assert m.kind == ANGLE
    assert m.r[0] == pytest.approx(math.radians(7.0) ** 2)
    assert Measurer(MeasureSettings(), SENSORS).place_of(m.z[1], m.z[2]) == pytest.approx((54.9, 25.0))
    stranger = measured(Bearing(sensor="x", time_s=T0, azimuth_deg=90.0, lat_deg=55.0, lon_deg=25.0))
    assert stranger.r[0] == pytest.approx(math.radians(5.0) ** 2)


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (plot(time_s=T0 + 3_600.0), "its time is ahead of its arrival"),
        (plot(time_s=T0 - 3_600.0), "its time is long before its arrival"),
        (plot(range_m=400_000.0), "outside the sensor's coverage"),
        (plot(range_m=100.0), "outside the sensor's coverage"),
        (plot(sensor="stranger"), "the sensor is not in the table"),
        (plot(sensor="blind"), "the sensor has no site"),
        (Bearing(sensor="blind", time_s=T0, azimuth_deg=1.0), "the sensor has no site"),
        (GeoPlot(sensor="g", time_s=T0, lat_deg=20.0, lon_deg=25.0, sd_m=10.0), "outside the region"),
        (GeoPlot(sensor="g", time_s=T0, lat_deg=-54.75, lon_deg=-154.95, sd_m=10.0), "outside the region"),
        (
            GeoPlot(sensor="g", time_s=T0, lat_deg=55.0, lon_deg=25.0, sd_m=50_000.0),
            "too uncertain to place a target",
        ),
    ],
)
def test_what_cannot_be_used_says_why(report: object, reason: str) -> None:
    assert refused(report) == reason


def test_the_region_lies_about_the_sensors_or_else_about_the_first_report() -> None:
    assert centre_of(SENSORS) == pytest.approx((54.75, 25.05), abs=1e-3)
    west, east = (Sensor(id=n, kind="radar", lat_deg=0.0, lon_deg=lon) for n, lon in (("w", 179.0), ("e", -177.0)))
    assert centre_of({"w": west, "e": east}) == pytest.approx((0.0, -179.0))
    measurer = Measurer(MeasureSettings(), {})
    assert measurer.measure(Bearing(sensor="b", time_s=T0, azimuth_deg=1.0, lat_deg=1.0, lon_deg=2.0), T0) == (
        "nothing to compare a bearing with"
    )
    first = measurer.measure(GeoPlot(sensor="g", time_s=T0, lat_deg=-33.0, lon_deg=151.0, sd_m=9.0), T0)
    assert isinstance(first, Measurement)
    assert first.z[:2] == pytest.approx((0.0, 0.0), abs=1e-6)
