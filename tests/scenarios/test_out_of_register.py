"""Two radars and a direction finder out of register, in the tracker: one target is one track all the same."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from pyproj import Transformer

from registration_sky import PLANE
from sargas.fuse.pmb import build
from sargas.fuse.pmb_settings import Settings
from sargas.model.report import AnyReport, Bearing, Cooperative, Identity, PolarPlot
from sargas.model.sensor import Coverage, Errors, Sensor, SensorKind
from sargas.ports import Tracker

F64 = NDArray[np.float64]
LOOK_S = 4.0
BEGAN_S = 1_700_000_000.0
N_TARGETS, N_COOPERATIVE = 14, 8
TO_CENTRE = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
SITES = {"north": (0.0, 60_000.0), "south": (20_000.0, -60_000.0), "finder": (-30_000.0, -20_000.0)}
BIASES = {"north": (150.0, 0.3), "south": (-150.0, -0.3)}
FINDER_OFF_DEG = 60.0


def degrees_of(x: F64, y: F64) -> tuple[F64, F64]:
    lon, lat = PLANE(x, y, inverse=True)
    return np.asarray(lat), np.asarray(lon)


def sensors() -> dict[str, Sensor]:
    def at(name: str, kind: SensorKind, errors: Errors, reach_m: float | None = None) -> Sensor:
        lon, lat = PLANE(*SITES[name], inverse=True)
        return Sensor(
            id=name, kind=kind, lat_deg=lat, lon_deg=lon, errors=errors, coverage=Coverage(range_max_m=reach_m),
            period_s=LOOK_S if kind == "radar" else None,
        )  # fmt: skip

    radar = Errors(range_sd_m=50.0, azimuth_sd_deg=0.15)
    return {
        "north": at("north", "radar", radar),
        "south": at("south", "radar", radar),
        "finder": at("finder", "radio_df", Errors(azimuth_sd_deg=3.0), 80_000.0),
        "adsb": Sensor(id="adsb", kind="adsb"),
    }


def polar(name: str, lat: F64, lon: F64, height_m: F64) -> tuple[F64, F64]:
    """Return slant range [m] and true azimuth [deg] from a site, by PROJ's geocentric coordinates."""
    lon0, lat0 = PLANE(*SITES[name], inverse=True)
    offset = (
        np.array(TO_CENTRE.transform(lon, lat, height_m)) - np.array(TO_CENTRE.transform(lon0, lat0, 0.0))[:, None]
    )
    la, lo = math.radians(lat0), math.radians(lon0)
    east = np.array([-math.sin(lo), math.cos(lo), 0.0]) @ offset
    north = np.array([-math.sin(la) * math.cos(lo), -math.sin(la) * math.sin(lo), math.cos(la)]) @ offset
    return np.sqrt((offset**2).sum(axis=0)), np.degrees(np.arctan2(east, north)) % 360.0


class Traffic:
    """Aircraft over the plane, and what the four sensors say of them in each look."""

    def __init__(self, seed: int, *, has_heights: bool = True) -> None:
        self.has_heights = has_heights
        self.rng = np.random.default_rng(seed)
        self.t = BEGAN_S
        self.p = self.rng.uniform(-80e3, 80e3, (N_TARGETS, 2))
        speed, course = self.rng.uniform(120.0, 230.0, N_TARGETS), self.rng.uniform(0.0, 2.0 * math.pi, N_TARGETS)
        self.v = speed[:, None] * np.stack([np.sin(course), np.cos(course)], axis=1)
        self.height_m = self.rng.uniform(3_000.0, 9_000.0, N_TARGETS)

    def run(self, tracker: Tracker, duration_s: float) -> int:
        """Return how many tracks are shown after this time."""
        n_shown = 0
        for _ in range(round(duration_s / LOOK_S)):
            reports = [*self._cooperative(), *self._plots("north"), *self._plots("south"), *self._bearings()]
            reports.sort(key=lambda report: report.time_s)
            self.t += LOOK_S
            tracker.update(reports, self.t)
            n_shown = sum(track.status == "confirmed" for track in tracker.tick(self.t))
            self.p += LOOK_S * self.v
            self.v = np.where((np.abs(self.p) > 80e3) & (self.p * self.v > 0.0), -self.v, self.v)
        return n_shown

    def _cooperative(self) -> list[AnyReport]:
        reports: list[AnyReport] = []
        for after_s in (0.5, 1.5, 2.5, 3.5):
            q = self.p + after_s * self.v + self.rng.normal(0.0, 10.0, (N_TARGETS, 2))
            lat, lon = degrees_of(q[:, 0], q[:, 1])
            reports += [
                Cooperative(
                    sensor="adsb", time_s=self.t + after_s, received_s=self.t + LOOK_S, source="adsb",
                    identity=Identity(icao24=f"{0x480000 + i:06x}"), lat_deg=lat[i], lon_deg=lon[i], sd_m=10.0,
                    alt_wgs84_m=self.height_m[i], speed_mps=float(np.hypot(*self.v[i])),
                    course_deg=math.degrees(math.atan2(*self.v[i])) % 360.0,
                )
                for i in range(N_COOPERATIVE)
            ]  # fmt: skip
        return reports

    def _plots(self, name: str) -> list[AnyReport]:
        after_s = self.rng.uniform(0.0, LOOK_S, N_TARGETS)
        q = self.p + after_s[:, None] * self.v
        range_m, azimuth_deg = polar(name, *degrees_of(q[:, 0], q[:, 1]), self.height_m)
        range_m = range_m + BIASES[name][0] + self.rng.normal(0.0, 50.0, N_TARGETS)
        azimuth_deg = azimuth_deg + BIASES[name][1] + self.rng.normal(0.0, 0.15, N_TARGETS)
        return [
            PolarPlot(
                sensor=name, time_s=self.t + after_s[i], received_s=self.t + LOOK_S, range_m=range_m[i],
                azimuth_deg=azimuth_deg[i] % 360.0, alt_wgs84_m=self.height_m[i] if self.has_heights else None,
            )
            for i in np.flatnonzero(self.rng.random(N_TARGETS) < 0.9)
        ]  # fmt: skip

    def _bearings(self) -> list[AnyReport]:
        q = self.p + 2.0 * self.v
        range_m, azimuth_deg = polar("finder", *degrees_of(q[:, 0], q[:, 1]), self.height_m)
        heard = np.flatnonzero(range_m < 80e3)
        if not heard.size:
            return []
        i = int(self.rng.choice(heard))
        measured = azimuth_deg[i] + FINDER_OFF_DEG + self.rng.normal(0.0, 3.0)
        return [
            Bearing(
                sensor="finder", time_s=self.t + 2.0, received_s=self.t + LOOK_S, azimuth_deg=measured % 360.0,
                medium="radio",
            )
        ]  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_radars_out_of_register_show_each_aircraft_once(seed: int) -> None:
    tracker = build(Settings(), sensors())
    traffic = Traffic(seed)
    traffic.run(tracker, 160.0)
    for name, (range_m, azimuth_deg) in BIASES.items():
        found = tracker.registration[name]
        assert found.is_applied
        assert found.range_m == pytest.approx(range_m, abs=25.0)
        assert found.azimuth_deg == pytest.approx(azimuth_deg, abs=0.05)
    assert N_TARGETS - 1 <= traffic.run(tracker, 240.0) <= N_TARGETS + 1


def test_a_direction_finder_sixty_degrees_off_is_left_out() -> None:
    tracker = build(Settings(), sensors())
    n_shown = Traffic(1).run(tracker, 800.0)
    finder = tracker.registration["finder"]
    assert not finder.is_used
    assert finder.azimuth_deg == pytest.approx(FINDER_OFF_DEG, abs=4.0)
    assert N_TARGETS - 1 <= n_shown <= N_TARGETS + 1


def test_a_radar_without_heights_is_turned_right_and_its_range_left_alone() -> None:
    """Seen at an assumed height, aircraft at 3 to 9 km would feign a range bias."""
    tracker = build(Settings(), sensors())
    Traffic(2, has_heights=False).run(tracker, 400.0)
    for name, (_, azimuth_deg) in BIASES.items():
        found = tracker.registration[name]
        assert found.azimuth_deg == pytest.approx(azimuth_deg, abs=0.12)
        assert "range" not in found.verdict
