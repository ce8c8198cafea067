"""Targets over the ellipsoid, and sensors that see them with known biases; all geometry is pyproj's.

Targets move in the plane of PROJ's stereographic projection; what a sensor measures is the geodesic's azimuth and
length from its site, and a measured plot is laid back onto the ellipsoid and into the plane the same way.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod, Proj

from sargas.fuse.registration import Registration, RegistrationSettings, Rows
from sargas.kernels.stereographic import make_plane
from sargas.model.sensor import Coverage, Errors, Sensor

F64 = NDArray[np.float64]
LAT, LON = 55.0, 25.0
GEOD = Geod(ellps="WGS84")
PLANE = Proj(proj="stere", lat_0=LAT, lon_0=LON, k=1.0, ellps="WGS84")
PLACE, MOVING, ANGLE = 1, 2, 3
PLOT, COOPERATIVE, BEARING = 0, 1, 3
LOOK_S = 4.0


@dataclass
class Device:
    """A radar or a direction finder: where it stands, how it errs; biases may depend on the time."""

    name: str
    kind: str
    x_m: float
    y_m: float
    range_sd_m: float = 50.0
    azimuth_sd_deg: float = 0.15
    stated_range_sd_m: float | None = None
    range_bias_m: float = 0.0
    azimuth_bias_deg: Callable[[float], float] | float = 0.0
    time_bias_s: float = 0.0
    elevation_bias_deg: float | None = None
    reach_m: float = 250_000.0
    hears_one: bool = False
    is_random: bool = False

    @property
    def lat_lon(self) -> tuple[float, float]:
        lon, lat = PLANE(self.x_m, self.y_m, inverse=True)
        return lat, lon

    def azimuth_bias_at(self, t_s: float) -> float:
        bias = self.azimuth_bias_deg
        return bias(t_s) if callable(bias) else bias

    def sensor(self) -> Sensor:
        lat, lon = self.lat_lon
        return Sensor(
            id=self.name,
            kind=self.kind,
            lat_deg=lat,
            lon_deg=lon,
            errors=Errors(
                range_sd_m=self.stated_range_sd_m or self.range_sd_m,
                azimuth_sd_deg=self.azimuth_sd_deg,
                elevation_sd_deg=None if self.elevation_bias_deg is None else 0.3,
            ),
            coverage=Coverage(range_max_m=self.reach_m),
        )


@dataclass
class Sky:
    """Targets in a square, each on its own course, turned back at the edge; and what is seen of them."""

    seed: int
    devices: list[Device]
    n_targets: int = 12
    half_m: float = 90_000.0
    speed_mps: tuple[float, float] = (120.0, 240.0)
    n_cooperative: int = 12
    spoofed: dict[int, tuple[float, float]] = field(default_factory=dict)
    settings: RegistrationSettings = field(default_factory=RegistrationSettings)
    gate_m: float = 2_500.0
    adsb_sd_m: float = 10.0
    sound_mps: float | None = None
    source_sd_m: float = 0.0

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        n = self.n_targets
        self.p = self.rng.uniform(-self.half_m, self.half_m, (n, 2))
        speed, course = self.rng.uniform(*self.speed_mps, n), self.rng.uniform(0, 2 * math.pi, n)
        self.v = np.stack([speed * np.sin(course), speed * np.cos(course)], axis=1)
        self.off_m = np.random.default_rng(self.seed + 1).normal(0.0, 1.0, (n, 2)) * self.source_sd_m
        self.height_m = self.rng.uniform(3_000.0, 9_000.0, n)
        self.t = 1_700_000_000.0
        self.began_s = self.t
        self.kept: list[Rows] | None = None
        sensors = {device.name: device.sensor() for device in self.devices}
        sensors["adsb"] = Sensor(id="adsb", kind="adsb")
        self.registration = Registration(self.settings, sensors, make_plane(LAT, LON))

    def keep_rows(self) -> list[Rows]:
        """Return a list into which all rows go from now on."""
        self.kept = []
        return self.kept

    def _turn_back(self) -> None:
        out = np.abs(self.p) > self.half_m
        self.v = np.where(out & (self.p * self.v > 0.0), -self.v, self.v)

    def run(self, duration_s: float) -> None:
        """Let this time pass, one look after the other."""
        for _ in range(round(duration_s / LOOK_S)):
            parts = []
            if self.n_cooperative:
                parts += [self._cooperative(0.5), self._cooperative(2.5)]
            parts += [self._look(i) for i in range(len(self.devices))]
            rows = [np.concatenate(column) for column in zip(*parts, strict=True)]
            order = np.argsort(rows[0], kind="stable")
            self.t += LOOK_S
            t, sensor, kind, role, z, r, target, velocity, height = (column[order] for column in rows)
            rows_then = Rows(t, sensor, kind, role, z, r, target, velocity, height, np.zeros(t.size, bool))
            if self.kept is not None:
                self.kept.append(rows_then)
            self.registration.observe(self.t, rows_then)
            self.p = self.p + LOOK_S * self.v
            self._turn_back()

    def _cooperative(self, after_s: float) -> tuple[F64, ...]:
        n = self.n_cooperative
        ids = np.arange(n)
        z = np.zeros((n, 4))
        z[:, :2] = self.p[:n] + self.off_m[:n] + after_s * self.v[:n] + self.rng.normal(0.0, self.adsb_sd_m, (n, 2))
        for i, off in self.spoofed.items():
            z[i, :2] += off
        z[:, 2:] = self.v[:n] + self.rng.normal(0.0, 1.0, (n, 2))
        r = np.tile([self.adsb_sd_m**2, 0.0, self.adsb_sd_m**2, 1.0], (n, 1))
        height = np.stack([self.height_m[:n], np.full(n, 15.0)], axis=1)
        return (
            np.full(n, self.t + after_s), np.full(n, len(self.devices)), np.full(n, MOVING), np.full(n, COOPERATIVE),
            z, r, ids, np.zeros((n, 3)), height,
        )  # fmt: skip

    def _look(self, which: int) -> tuple[F64, ...]:
        device, n = self.devices[which], self.n_targets
        lat, lon = device.lat_lon
        when = self.t + self.rng.uniform(0.0, LOOK_S, n)  # true time of each look
        true = self.p + (when - self.t)[:, None] * self.v
        if self.sound_mps is not None:  # where it was when the sound left, by iteration
            site = np.array([device.x_m, device.y_m])
            heard = true
            for _ in range(20):
                heard = true - self.v * (np.hypot(*(heard - site).T) / self.sound_mps)[:, None]
            true = heard
        lons, lats = PLANE(true[:, 0], true[:, 1], inverse=True)
        azimuth, _, distance = GEOD.inv(np.full(n, lon), np.full(n, lat), lons, lats)
        bias = device.azimuth_bias_at(self.t)
        measured_azimuth = azimuth + bias + self.rng.normal(0.0, device.azimuth_sd_deg, n)
        seen = distance < device.reach_m
        noise = self.rng.normal(0.0, device.range_sd_m, n)
        velocity = np.concatenate([self.v + self.rng.normal(0.0, 3.0, (n, 2)), np.full((n, 1), 3.0)], axis=1)
        stamp = when + device.time_bias_s
        height = np.full((n, 2), math.nan)
        z, r = np.zeros((n, 4)), np.zeros((n, 4))
        ids = np.arange(n)
        var_a = math.radians(device.azimuth_sd_deg) ** 2
        if device.kind == "radar":
            flon, flat, _ = GEOD.fwd(
                np.full(n, lon), np.full(n, lat), measured_azimuth, distance + device.range_bias_m + noise
            )
            x, y = PLANE(flon, flat)
            z[:, 0], z[:, 1] = x, y
            d = np.stack([x - device.x_m, y - device.y_m], axis=1)
            rho = np.hypot(d[:, 0], d[:, 1])
            u = d / rho[:, None]
            along, across = (device.stated_range_sd_m or device.range_sd_m) ** 2, var_a * rho**2
            r[:, 0] = along * u[:, 0] ** 2 + across * u[:, 1] ** 2
            r[:, 1] = (along - across) * u[:, 0] * u[:, 1]
            r[:, 2] = along * u[:, 1] ** 2 + across * u[:, 0] ** 2
            if device.elevation_bias_deg is not None:
                sd = math.radians(0.3)
                height[:, 1] = rho * sd
                height[:, 0] = self.height_m + rho * (
                    math.radians(device.elevation_bias_deg) + self.rng.normal(0.0, sd, n)
                )
            off = np.hypot(*(z[:, :2] - true - device.time_bias_s * self.v).T)
            ids = np.where(off < self.gate_m, ids, -1)
            kind, role = PLACE, PLOT
        else:
            # The convergence of the meridians, from PROJ too.
            factors = PLANE.get_factors(lon, lat)
            z[:, 0] = np.radians(measured_azimuth - factors.meridian_convergence)
            z[:, 1], z[:, 2], z[:, 3] = device.x_m, device.y_m, device.reach_m
            r[:, 0] = var_a
            ids = np.where(np.abs(measured_azimuth - azimuth) < 4.0 * device.azimuth_sd_deg, ids, -1)
            if device.is_random:
                z[:, 0] = self.rng.uniform(-math.pi, math.pi, n)
                ids = np.where(np.abs(np.sin(z[:, 0] - np.radians(azimuth))) < 4.0 * math.sqrt(var_a), ids, -1)
            if device.hears_one:  # one emitter after another
                seen &= np.arange(n) == self.rng.integers(0, n)
            kind, role = ANGLE, BEARING
        full = (
            stamp, np.full(n, which), np.full(n, kind), np.full(n, role), z, r, ids, velocity, height,
        )  # fmt: skip
        return tuple(column[seen] for column in full)
