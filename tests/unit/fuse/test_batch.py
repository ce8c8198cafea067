"""Thousands of reports become measurements at once: the same ones that each would become by itself."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyproj
import pytest

from measure_twin import Measurer
from sargas.fuse.batch import (
    BEARING,
    COASTING,
    CONFIRMED,
    COOPERATIVE,
    NEIGHBOUR,
    NONE,
    PLOT,
    TOLD,
    Batch,
    Batcher,
)
from sargas.fuse.measure import MeasureSettings
from sargas.kernels.kinds import ANGLE, PLACE
from sargas.model.report import (
    NO_IDENTITY,
    AnyReport,
    Bearing,
    Cooperative,
    Cue,
    GeoPlot,
    Identity,
    PolarPlot,
    Presence,
    SensorStatus,
    Sighting,
    SystemTrack,
)
from sargas.model.sensor import Coverage, Errors, Sensor
from sargas.store import snapshot

GEOD = pyproj.Geod(ellps="WGS84")
TO_ECEF = pyproj.Transformer.from_crs(4979, 4978, always_xy=True)
T0 = 1_753_660_800.0
RADAR = Sensor(
    id="radar", kind="radar", lat_deg=54.6, lon_deg=25.1, alt_m=150.0,
    errors=Errors(
        range_bias_m=120.0, azimuth_bias_deg=2.0, elevation_bias_deg=0.1, time_bias_s=0.5, elevation_sd_deg=0.3
    ),
    coverage=Coverage(range_max_m=400_000.0),
)  # fmt: skip
SENSORS = {
    "radar": RADAR,
    "flat": Sensor(id="flat", kind="radar", lat_deg=54.9, lon_deg=24.0, alt_m=90.0),
    "low": Sensor(
        id="low", kind="radar", lat_deg=55.3, lon_deg=24.5,
        coverage=Coverage(height_min_m=100.0, height_max_m=600.0, range_max_m=40_000.0),
    ),
    "blind": Sensor(id="blind", kind="radar"),
    "ear": Sensor(
        id="ear", kind="acoustic", lat_deg=54.9, lon_deg=25.0,
        errors=Errors(azimuth_sd_deg=7.0, azimuth_bias_deg=-3.0), coverage=Coverage(range_max_m=6_000.0),
    ),
    "adsb": Sensor(
        id="adsb", kind="adsb", lat_deg=54.7, lon_deg=25.3, errors=Errors(position_sd_m=40.0, time_bias_s=0.2),
        coverage=Coverage(range_max_m=250_000.0),
    ),
}  # fmt: skip
EXACT = Sensor(id="exact", kind="radar", lat_deg=54.6, lon_deg=25.1, alt_m=150.0)


def batcher(sensors: dict[str, Sensor] | None = None, **more: Any) -> Batcher:
    return Batcher(MeasureSettings(**more), SENSORS if sensors is None else sensors)


def of_one(report: AnyReport, b: Batcher | None = None) -> Batch:
    found, unusable = (b or batcher()).batch([report], T0)
    assert not unusable
    return found


def refused(report: AnyReport, b: Batcher | None = None) -> str:
    found, unusable = (b or batcher()).batch([report], T0)
    assert len(found.t) == 0
    assert [sensor for sensor, _ in unusable] == [report.sensor]
    return unusable[0][1]


# --- reports of every kind, by chance ---


def _maybe(rng: np.random.Generator, low: float, high: float, chance: float = 0.5) -> float | None:
    return float(rng.uniform(low, high)) if rng.random() < chance else None


def _identity(rng: np.random.Generator) -> Identity:
    if rng.random() < 0.3:
        return NO_IDENTITY
    return Identity(
        icao24=f"{rng.integers(1 << 24):06x}" if rng.random() < 0.6 else None,
        callsign=f"LY{rng.integers(100)}" if rng.random() < 0.6 else None,
        squawk=f"{rng.integers(8**4):04o}" if rng.random() < 0.6 else None,
        remote_id=f"drone{rng.integers(100)}" if rng.random() < 0.2 else None,
    )


def _head(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "sensor": str(rng.choice([*SENSORS, "stranger"], p=[0.4, 0.2, 0.1, 0.05, 0.1, 0.1, 0.05])),
        "time_s": T0 + float(rng.uniform(-30.0, 5.0) if rng.random() < 0.95 else rng.uniform(-200.0, 200.0)),
        "received_s": float(rng.choice([0.0, T0 + 1.0])),
        "entry": int(rng.integers(1_000)),
    }


def _heights(rng: np.random.Generator) -> dict[str, float | None]:
    return {"alt_baro_m": _maybe(rng, -100.0, 12_000.0), "alt_wgs84_m": _maybe(rng, -100.0, 12_000.0, 0.3)}


def _position(rng: np.random.Generator) -> dict[str, float | None]:
    moving = rng.random() < 0.5
    return {
        "lat_deg": float(rng.uniform(50.0, 59.0) if rng.random() < 0.97 else rng.uniform(-90.0, 90.0)),
        "lon_deg": float(rng.uniform(18.0, 30.0)),
        "speed_mps": float(rng.uniform(0.0, 300.0)) if moving else _maybe(rng, 0.0, 9.0, 0.1),
        "course_deg": float(rng.uniform(0.0, 360.0)) if moving else None,
        "climb_mps": _maybe(rng, -20.0, 20.0),
    } | _heights(rng)


def _polar(rng: np.random.Generator) -> PolarPlot:
    return PolarPlot(
        **_head(rng), **_heights(rng), identity=_identity(rng),
        range_m=float(10.0 ** rng.uniform(2.0, 5.7)), azimuth_deg=float(rng.uniform(0.0, 360.0)),
        elevation_deg=_maybe(rng, -1.0, 12.0, 0.4), elevation_sd_deg=_maybe(rng, 0.05, 2.0, 0.3),
        range_sd_m=_maybe(rng, 5.0, 300.0), azimuth_sd_deg=_maybe(rng, 0.05, 2.0),
        range_rate_mps=_maybe(rng, -300.0, 300.0),
    )  # fmt: skip


def _geo(rng: np.random.Generator) -> GeoPlot:
    return GeoPlot(
        **_head(rng), **_position(rng), identity=_identity(rng), sd_m=float(10.0 ** rng.uniform(-1.0, 4.4))
    )


def _cooperative(rng: np.random.Generator) -> Cooperative:
    return Cooperative(
        **_head(rng), **_position(rng), identity=_identity(rng), source="adsb", sd_m=_maybe(rng, 1.0, 900.0),
        is_on_ground=bool(rng.random() < 0.2),
    )  # fmt: skip


def _system_track(rng: np.random.Generator) -> SystemTrack:
    return SystemTrack(
        **_head(rng), **_position(rng), identity=_identity(rng), track_number=int(rng.integers(50)),
        sd_m=_maybe(rng, 1.0, 900.0), status="confirmed" if rng.random() < 0.7 else "coasting",
    )  # fmt: skip


def _bearing(rng: np.random.Generator) -> Bearing:
    has_place = rng.random() < 0.5
    return Bearing(
        **_head(rng), azimuth_deg=float(rng.uniform(0.0, 360.0)), azimuth_sd_deg=_maybe(rng, 0.5, 30.0),
        lat_deg=float(rng.uniform(40.0, 59.0)) if has_place else None,
        lon_deg=float(rng.uniform(18.0, 30.0)) if has_place else None, range_max_m=_maybe(rng, 1_000.0, 90_000.0),
    )  # fmt: skip


MAKERS: list[Callable[[np.random.Generator], AnyReport]] = [
    _polar, _geo, _cooperative, _system_track, _bearing,
]  # fmt: skip


def _knows_no_height(report: PolarPlot) -> bool:
    return report.elevation_deg is None and report.alt_baro_m is None and report.alt_wgs84_m is None


def _is_overhead(b: Batcher, report: PolarPlot, z: np.ndarray) -> bool:
    site = b.sites[b.index_of(report.sensor)]
    return math.hypot(z[0] - site[3], z[1] - site[4]) < 0.01


def assert_same(reports: Sequence[AnyReport], b: Batcher, measurer: Measurer, now_s: float) -> int:
    """Compare each row with the measurement of the report alone; return how many there were."""
    found, unusable = b.batch(reports, now_s)
    refusals = iter(unusable)
    row = 0
    for i, report in enumerate(reports):
        alone = measurer.measure(report, now_s)  # type: ignore[arg-type]
        if isinstance(alone, str):
            assert next(refusals) == (report.sensor, alone)
            continue
        r = np.array(alone.r)
        if isinstance(report, SystemTrack):
            # There a neighbour's covariance is inflated against its correlation in time; here it is the neighbour's.
            r[:3] /= 8.0 if report.status == "coasting" else 2.0
        assert found.index[row] == i
        assert found.t[row] == alone.t
        assert found.kind[row] == alone.kind
        # A radar that knows no height: two ends of the arc and the line through them instead of three places.
        loose = isinstance(report, PolarPlot) and _knows_no_height(report)
        np.testing.assert_allclose(found.z[row], alone.z, rtol=1e-9, atol=0.01 if loose else 1e-4)
        if isinstance(report, PolarPlot) and _is_overhead(b, report, found.z[row]):
            # Straight above the radar the twin's ellipse lies in the direction of a rounding error.
            assert found.r[row, 0] + found.r[row, 2] == pytest.approx(r[0] + r[2], rel=1e-9)
        else:
            np.testing.assert_allclose(found.r[row], r, rtol=0.0, atol=r.max() * (1e-5 if loose else 1e-8))
        assert b.sensor_names[found.sensor[row]] == report.sensor
        assert found.entry[row] == report.entry
        assert found.received[row] == (report.received_s or now_s)
        assert b.identity_of(*(int(x[row]) for x in (found.icao, found.remote, found.callsign, found.squawk))) == (
            alone.identity
        )
        height = math.nan if alone.height_m is None else alone.height_m
        assert found.alt_wgs84[row] == pytest.approx(height, abs=1e-6, nan_ok=True)
        height_sd = math.nan if alone.height_m is None else alone.height_sd_m
        assert found.alt_wgs84_sd[row] == pytest.approx(height_sd, rel=1e-9, nan_ok=True)
        row += 1
    assert next(refusals, None) is None
    assert row == len(found.t)
    return row


@pytest.mark.parametrize("make", MAKERS)
def test_a_list_of_one_kind_is_measured_as_each_report_would_be(make: Callable[..., AnyReport]) -> None:
    rng = np.random.default_rng(3)
    reports = [make(rng) for _ in range(600)]
    assert assert_same(reports, batcher(), Measurer(MeasureSettings(), SENSORS), T0) > 200


def test_a_mixed_list_comes_back_in_its_own_order() -> None:
    rng = np.random.default_rng(4)
    b, measurer = batcher(), Measurer(MeasureSettings(), SENSORS)
    for n in (1, 2, 3, 50, 1_000):
        reports = [MAKERS[int(rng.integers(len(MAKERS)))](rng) for _ in range(n)]
        assert_same(reports, b, measurer, T0)


def test_statuses_and_cues_are_no_measurements_and_no_faults() -> None:
    reports = [
        SensorStatus(sensor="radar", time_s=T0), Cue(sensor="n", time_s=T0, area=((25.0, 55.0),)),
        GeoPlot(sensor="g", time_s=T0, lat_deg=55.0, lon_deg=25.0, sd_m=9.0),
    ]  # fmt: skip
    found, unusable = batcher().batch(reports, T0)
    assert found.index.tolist() == [2]
    assert not unusable
    found, unusable = batcher().batch(reports[:2], T0)
    assert len(found.t) == 0
    assert not unusable
    assert len(batcher().batch([], T0)[0].t) == 0


def test_every_array_has_its_shape_and_type() -> None:
    rng = np.random.default_rng(6)
    reports = [MAKERS[int(rng.integers(len(MAKERS)))](rng) for _ in range(80)]
    whole = [GeoPlot(sensor="g", time_s=T0, lat_deg=55.0, lon_deg=25.0, sd_m=9.0)] * 3
    for found in (batcher().batch(reports, T0)[0], batcher().batch(whole, T0)[0], batcher().batch([], T0)[0]):
        m = len(found.t)
        for name, array in found._asdict().items():
            assert array.shape == ((m, 4) if name in {"z", "r"} else (m,)), name
            assert array.flags.c_contiguous, name
        whole_numbers = {"sensor", "kind", "icao", "remote", "callsign", "squawk", "number", "role", "status"}
        for name in whole_numbers | {"entry", "index"}:
            assert getattr(found, name).dtype == np.int64
        assert found.on_ground.dtype == np.bool_


# --- against the ellipsoid ---


@pytest.mark.parametrize("azimuth", [0.0, 77.0, 181.0, 290.0])
@pytest.mark.parametrize("distance", [3_000.0, 40_000.0, 150_000.0, 380_000.0])
@pytest.mark.parametrize("height", [20.0, 1_500.0, 11_000.0])
def test_a_plot_of_known_height_lies_where_pyproj_has_the_target(
    azimuth: float, distance: float, height: float
) -> None:
    lon, lat, _ = GEOD.fwd(25.1, 54.6, azimuth, distance)
    slant, az, _ = _look(lat, lon, height)
    b = batcher({"exact": EXACT})
    plot = PolarPlot(sensor="exact", time_s=T0, range_m=slant, azimuth_deg=az, alt_wgs84_m=height)
    found = of_one(plot, b)
    back_lat, back_lon = b.place_of(*found.z[0, :2])
    assert GEOD.inv(lon, lat, back_lon, back_lat)[2] < 0.001
    assert found.alt_wgs84[0] == height


@pytest.mark.parametrize("distance", [3_000.0, 40_000.0, 150_000.0, 380_000.0])
def test_a_plot_with_an_elevation_lies_where_pyproj_has_the_target(distance: float) -> None:
    lon, lat, _ = GEOD.fwd(25.1, 54.6, 123.0, distance)
    slant, az, el = _look(lat, lon, 9_000.0)
    b = batcher({"exact": EXACT})
    found = of_one(PolarPlot(sensor="exact", time_s=T0, range_m=slant, azimuth_deg=az, elevation_deg=el), b)
    back_lat, back_lon = b.place_of(*found.z[0, :2])
    assert GEOD.inv(lon, lat, back_lon, back_lat)[2] < 0.001


def test_a_plot_of_unknown_height_lies_amid_where_pyproj_has_its_heights() -> None:
    # An even density of heights, summed in 2,000 steps; Gauss's three are exact to the fifth power.
    b = batcher({"exact": EXACT}, assumed_height_min_m=0.0, assumed_height_max_m=3_000.0)
    plot = PolarPlot(
        sensor="exact", time_s=T0, range_m=60_000.0, azimuth_deg=30.0, range_sd_m=0.1, azimuth_sd_deg=1e-6
    )
    found = of_one(plot, b)
    ends = np.array([
        of_one(PolarPlot(sensor="exact", time_s=T0, range_m=60_000.0, azimuth_deg=30.0, alt_wgs84_m=h), b).z[0, :2]
        for h in 1.5 * (np.arange(2_000) + 0.5)
    ])  # fmt: skip
    np.testing.assert_allclose(found.z[0, :2], ends.mean(axis=0), atol=0.1)
    spread = np.cov(ends.T, bias=True)
    assert found.r[0, 0] + found.r[0, 2] == pytest.approx(np.trace(spread) + 2.0, rel=0.001)


def _look(lat: float, lon: float, height: float) -> tuple[float, float, float]:
    """Return slant range [m], azimuth and elevation [deg] of a place from the radar `EXACT`."""
    site = np.array(TO_ECEF.transform(25.1, 54.6, 150.0))
    ray = np.array(TO_ECEF.transform(lon, lat, height)) - site
    la, lo = math.radians(54.6), math.radians(25.1)
    east = np.array([-math.sin(lo), math.cos(lo), 0.0])
    up = np.array([math.cos(la) * math.cos(lo), math.cos(la) * math.sin(lo), math.sin(la)])
    north = np.cross(up, east)
    r = float(np.linalg.norm(ray))
    return r, math.degrees(math.atan2(ray @ east, ray @ north)) % 360.0, math.degrees(math.asin(ray @ up / r))


# --- what the single measurement did not know ---


def test_a_presence_is_a_disc() -> None:
    # The variance of an even disc is a quarter of its radius squared, on each axis.
    heard = Presence(sensor="ear", time_s=T0, radius_m=4_000.0)
    found, site = of_one(heard), batcher().sites[batcher().index_of("ear")]
    assert found.kind[0] == PLACE
    assert found.role[0] == TOLD
    assert found.z[0, :2].tolist() == site[3:].tolist()
    assert found.r[0].tolist() == pytest.approx([2_000.0**2, 0.0, 2_000.0**2, 0.0], rel=1e-3)
    assert refused(Presence(sensor="x", time_s=T0, radius_m=4_000.0)) == "the sensor has no site"
    assert refused(Presence(sensor="ear", time_s=T0, radius_m=150_000.0)) == "too uncertain to place a target"


def sighting(**more: Any) -> Sighting:
    return Sighting(**({"sensor": "112", "time_s": T0, "lat_deg": 54.8, "lon_deg": 25.4, "sense": "seen"} | more))


def test_a_sighting_with_direction_and_distance_is_a_place() -> None:
    found = of_one(sighting(azimuth_deg=60.0, range_m=2_000.0, position_sd_m=50.0, azimuth_sd_deg=10.0))
    lat, lon = batcher().place_of(*found.z[0, :2])
    azimuth, _, distance = GEOD.inv(25.4, 54.8, lon, lat)
    assert (azimuth, distance) == pytest.approx((60.0, 2_000.0), rel=1e-3)
    u = np.array([math.sin(math.radians(60.0)), math.cos(math.radians(60.0))])
    cov = np.array([[found.r[0, 0], found.r[0, 1]], [found.r[0, 1], found.r[0, 2]]])
    assert math.sqrt(u @ cov @ u) == pytest.approx(math.hypot(0.5 * 2_000.0, 50.0), rel=0.01)
    v = np.array([-u[1], u[0]])
    assert math.sqrt(v @ cov @ v) == pytest.approx(math.hypot(2_000.0 * math.sin(math.radians(10.0)), 50.0), rel=0.01)


@pytest.mark.parametrize(("sense", "reach"), [("seen", 5_000.0), ("heard", 4_000.0), ("both", 5_000.0)])
def test_a_sighting_with_a_direction_alone_is_a_bearing_of_short_reach(sense: str, reach: float) -> None:
    found = of_one(sighting(azimuth_deg=60.0, sense=sense, position_sd_m=100.0))
    assert found.kind[0] == ANGLE
    assert found.role[0] == TOLD
    assert batcher().place_of(*found.z[0, 1:3]) == pytest.approx((54.8, 25.4))
    assert found.z[0, 3] == pytest.approx(reach, rel=1e-3)
    own = math.atan(100.0 / (reach / 2.0))
    assert math.sqrt(found.r[0, 0]) == pytest.approx(math.hypot(math.radians(15.0), own), rel=1e-9)


@pytest.mark.parametrize(("sense", "sd"), [("seen", 2_000.0), ("heard", 3_000.0)])
def test_a_sighting_without_a_direction_is_somewhere_about_the_person(sense: str, sd: float) -> None:
    found = of_one(sighting(sense=sense, position_sd_m=500.0))
    assert batcher().place_of(*found.z[0, :2]) == pytest.approx((54.8, 25.4))
    assert math.sqrt(found.r[0, 0]) == pytest.approx(math.hypot(sd, 500.0), rel=1e-3)


def test_words_may_be_late_but_not_early() -> None:
    assert of_one(sighting(time_s=T0 - 3_600.0)).t[0] == T0 - 3_600.0
    assert refused(sighting(time_s=T0 + 3_600.0)) == "its time is ahead of its arrival"
    assert refused(sighting(lat_deg=0.0)) == "outside the region"


def test_what_a_report_says_besides_goes_along() -> None:
    flying = Cooperative(
        sensor="adsb", time_s=T0, received_s=T0 + 2.0, entry=77, source="adsb", lat_deg=55.0, lon_deg=25.0,
        identity=Identity(icao24="4ca123", callsign="LYD01"), alt_baro_m=900.0, climb_mps=-2.5, is_on_ground=True,
    )  # fmt: skip
    b = batcher()
    found = of_one(flying, b)
    assert (found.role[0], found.status[0], bool(found.on_ground[0])) == (COOPERATIVE, NONE, True)
    assert (found.alt_baro[0], found.climb[0], found.entry[0], found.received[0]) == (900.0, -2.5, 77, T0 + 2.0)
    assert math.isnan(found.alt_wgs84[0])
    assert math.isnan(found.alt_wgs84_sd[0])
    assert math.isnan(found.range_rate[0])
    assert b.names.icao.name_of(int(found.icao[0])) == "4ca123"
    assert found.remote[0] == found.squawk[0] == found.number[0] == NONE
    plot = PolarPlot(sensor="radar", time_s=T0, range_m=9_000.0, azimuth_deg=1.0, range_rate_mps=-41.0)
    assert of_one(plot).range_rate[0] == -41.0
    assert of_one(plot).role[0] == PLOT
    assert of_one(Bearing(sensor="ear", time_s=T0, azimuth_deg=1.0)).role[0] == BEARING


def test_a_neighbours_track_keeps_its_own_error_its_number_and_whether_it_coasts() -> None:
    def track(**more: Any) -> SystemTrack:
        head = {"sensor": "pl", "time_s": T0, "lat_deg": 55.0, "lon_deg": 24.0, "track_number": 5, "sd_m": 300.0}
        return SystemTrack(**(head | more))

    b = batcher()
    plain, coasting, other = track(), track(status="coasting"), track(sensor="lv")
    found, _ = b.batch([plain, coasting, other], T0)
    assert found.role.tolist() == [NEIGHBOUR] * 3
    assert found.status.tolist() == [CONFIRMED, COASTING, CONFIRMED]
    scale = of_one(GeoPlot(sensor="g", time_s=T0, lat_deg=55.0, lon_deg=24.0, sd_m=300.0), b).r[0, 0]
    assert found.r[:, 0].tolist() == [scale] * 3
    assert found.number[0] == found.number[1] != found.number[2]
    assert b.number_of(int(found.number[2])) == ("lv", 5)
    assert b.number_of(NONE) is None


# --- corrections, the plane, names ---


def test_corrections_are_taken_off_as_known_biases_are() -> None:
    plot = PolarPlot(sensor="flat", time_s=T0, range_m=20_000.0, azimuth_deg=40.0, elevation_deg=3.0)
    errors = Errors(range_bias_m=80.0, azimuth_bias_deg=1.5, elevation_bias_deg=-0.5, time_bias_s=0.25)
    biased = Sensor(id="flat", kind="radar", lat_deg=54.9, lon_deg=24.0, alt_m=90.0, errors=errors)
    wanted = of_one(plot, batcher(SENSORS | {"flat": biased}))
    b = batcher()
    before = of_one(plot, b)
    i, n = b.index_of("flat"), len(SENSORS)
    offs = [np.zeros(n + 3) for _ in range(4)]
    for array, value in zip(offs, (80.0, math.radians(1.5), math.radians(-0.5), 0.25), strict=True):
        array[i] = value
        array[n:] = 1e6
    b.correct(*offs)
    found = of_one(plot, b)
    np.testing.assert_allclose(found.z, wanted.z, atol=1e-6)
    assert found.t[0] == wanted.t[0] == T0 - 0.25
    assert found.alt_wgs84[0] == pytest.approx(wanted.alt_wgs84[0])
    assert of_one(Bearing(sensor="x", time_s=T0, azimuth_deg=1.0, lat_deg=55.0, lon_deg=25.0), b).t[0] == T0
    b.correct(*[np.full(n, math.nan)] * 4)
    assert of_one(plot, b).z.tolist() == before.z.tolist()
    b.correct(*[np.zeros(0)] * 4)
    assert of_one(plot, b).z.tolist() == before.z.tolist()


def test_the_plane_lies_about_the_first_report_that_says_where_it_is() -> None:
    bearing = Bearing(sensor="b", time_s=T0, azimuth_deg=1.0, lat_deg=-33.0, lon_deg=151.1)
    wrong = GeoPlot(sensor="g", time_s=T0 - 9_999.0, lat_deg=10.0, lon_deg=10.0, sd_m=9.0)
    first = GeoPlot(sensor="g", time_s=T0, lat_deg=-33.0, lon_deg=151.0, sd_m=9.0)
    plot = PolarPlot(sensor="r", time_s=T0, range_m=9_000.0, azimuth_deg=1.0)
    b = batcher({})
    assert b.plane is None
    found, unusable = b.batch([bearing, wrong, plot, first, bearing], T0)
    assert found.index.tolist() == [3, 4]
    assert found.z[0, :2] == pytest.approx((0.0, 0.0), abs=1e-6)
    assert [reason for _, reason in unusable] == [
        "nothing to compare a bearing with", "its time is long before its arrival", "the sensor is not in the table",
    ]  # fmt: skip
    assert b.plane is not None


def test_sensors_that_nobody_knows_have_a_number_up_to_a_bound() -> None:
    reports = [
        GeoPlot(sensor=f"s{i}", time_s=T0, lat_deg=55.0, lon_deg=25.0, sd_m=9.0) for i in range(3_000)
    ]  # fmt: skip
    b = batcher()
    found, _ = b.batch(reports, T0)
    names = [b.sensor_names[i] for i in found.sensor]
    assert names[:1_000] == [f"s{i}" for i in range(1_000)]
    assert set(names[1_000:]) == {"others"}
    assert b.sensor_names[: len(SENSORS)] == list(SENSORS)
    again, _ = b.batch(reports[:9], T0)
    assert again.sensor.tolist() == found.sensor[:9].tolist()


def test_a_batcher_goes_through_a_snapshot() -> None:
    rng = np.random.default_rng(9)
    reports = [MAKERS[int(rng.integers(len(MAKERS)))](rng) for _ in range(300)]
    b = Batcher(MeasureSettings(), SENSORS, names_max=64)
    b.batch(reports, T0)
    b.correct(np.array([3.0]), np.array([0.001]), np.array([0.0]), np.array([0.1]))
    copy = snapshot.load(snapshot.dump(b))
    assert isinstance(copy, Batcher)
    more = [MAKERS[int(rng.integers(len(MAKERS)))](rng) for _ in range(300)]
    for ours, theirs in zip(b.batch(more, T0)[0], copy.batch(more, T0)[0], strict=True):
        assert ours.tobytes() == theirs.tobytes()
    assert snapshot.dump(b.batch(more, T0)) == snapshot.dump(copy.batch(more, T0))
    young = snapshot.load(snapshot.dump(batcher({})))
    assert isinstance(young, Batcher)
    assert len(young.batch(more, T0)[0].t) > 0
