"""Reports to measurements in the region's plane, thousands in one call; or why a report cannot be used.

The lists of reports become columns, the columns arrays, and one kernel for each kind of report measures them all.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sargas.fuse import columns as of
from sargas.fuse.columns import (
    BEARING,
    COASTING,
    CONFIRMED,
    COOPERATIVE,
    ENDED,
    NEIGHBOUR,
    PLOT,
    ROLES,
    TENTATIVE,
    TOLD,
    Batch,
    Sheet,
    fill,
)
from sargas.fuse.interned import INTERNED_MAX, NONE, Names
from sargas.fuse.measure import AHEAD, BEHIND, OUT_OF_COVERAGE, MeasureSettings, centre_of, clock_fault
from sargas.fuse.sensor_table import assumed_of, table_of
from sargas.kernels import measure_places as places
from sargas.kernels import measure_plots as plots
from sargas.kernels import sites as at
from sargas.kernels.stereographic import from_plane, make_plane
from sargas.model.report import (
    AnyReport,
    Bearing,
    Cooperative,
    GeoPlot,
    Identity,
    PolarPlot,
    Presence,
    Sighting,
    SystemTrack,
)
from sargas.model.sensor import Sensor

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

__all__ = [
    "BEARING", "COASTING", "CONFIRMED", "COOPERATIVE", "ENDED", "NEIGHBOUR", "NONE", "PLOT", "TENTATIVE", "TOLD",
    "Batch", "Batcher",
]  # fmt: skip

OTHERS: Final = "others"
STRANGERS_MAX: Final = 1_000

REASONS: Final = {
    plots.AHEAD: AHEAD,
    plots.BEHIND: BEHIND,
    plots.NOT_COVERED: OUT_OF_COVERAGE,
    plots.STRANGER: "the sensor is not in the table",
    plots.NO_SITE: "the sensor has no site",
    plots.NO_PLANE: "nothing to compare a bearing with",
    plots.OUTSIDE: "outside the region",
    plots.UNCERTAIN: "too uncertain to place a target",
    plots.NO_NUMBER: "a number in it is not finite",
}
LAYS_A_PLANE: Final = (GeoPlot, Cooperative, SystemTrack, Presence, Sighting)


NO_PLANE: Final = np.full(4, np.nan)

Unusable: TypeAlias = tuple[str, str]
"""(sensor, reason) of one report."""


class SensorNames(dict[str, int]):
    """Names of sensors to their numbers: first those of the configuration, then one for OTHERS, then strangers."""

    def __init__(self, known: Sequence[str]) -> None:
        super().__init__({name: i for i, name in enumerate(known)})
        self.names = [*known, OTHERS]
        self.n_known = len(known)

    def __missing__(self, name: str) -> int:
        if len(self.names) > self.n_known + STRANGERS_MAX:
            return self.n_known
        self[name] = number = len(self.names)
        self.names.append(name)
        return number


class Batcher:
    """Reports to measurements. The plane lies about the sensors, or about the first report that says where it is.

    `names` holds the tables of what names a target; `plane` see `sargas.kernels.stereographic`, None before it lies.
    """

    def __init__(
        self, settings: MeasureSettings, sensors: Mapping[str, Sensor], names_max: int = INTERNED_MAX
    ) -> None:
        self.names = Names(names_max)
        self.plane: F64 | None = None
        self._settings = settings
        self._sensor_names = SensorNames(tuple(sensors))
        self._configured = table_of(sensors, settings)
        self._table = self._configured.copy()
        self._assumed = assumed_of(settings)
        centre = centre_of(sensors)
        if centre is not None:
            self._lay_plane(*centre)

    @property
    def sensor_names(self) -> Sequence[str]:
        """Return the name of each sensor index; those of the configuration first, in its order."""
        return self._sensor_names.names

    @property
    def sites(self) -> F64:
        """Return lat, lon [deg], height [m], x, y [m in the plane] of the configuration's sensors, (S, 5); or NaN."""
        return np.ascontiguousarray(self._table[:-1, [at.LAT, at.LON, at.ALT, at.X, at.Y]])

    def index_of(self, sensor: str) -> int:
        """Return the index of a sensor."""
        return self._sensor_names[sensor]

    def identity_of(self, icao: int, remote: int, callsign: int, squawk: int) -> Identity:
        """Return what these numbers of a batch stand for; a part that was forgotten is unknown."""
        return self.names.identity_of(icao, remote, callsign, squawk)

    def number_of(self, number: int) -> tuple[str, int] | None:
        """Return sensor and track number that a `number` of a batch stands for; None if there is or was none."""
        name = self.names.number.name_of(number)
        return name if isinstance(name, tuple) else None

    def place_of(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Return latitude and longitude [deg] of a point of the plane."""
        assert self.plane is not None
        return from_plane(self.plane, x_m, y_m)

    def correct(self, range_m: F64, azimuth_rad: F64, elevation_rad: F64, time_s: F64) -> None:
        """Take these off the measurements from now on, besides the known biases; one number for each sensor index.

        They replace those of the last call. Numbers beyond the configuration's sensors, and any that is not finite,
        count as 0.
        """
        corrections = (
            (at.RANGE_BIAS, range_m),
            (at.AZIMUTH_BIAS, np.degrees(azimuth_rad)),
            (at.ELEVATION_BIAS, np.degrees(elevation_rad)),
            (at.TIME_BIAS, time_s),
        )
        for column, values in corrections:
            some = np.asarray(values, np.float64)[: len(self._table) - 1]
            self._table[:, column] = self._configured[:, column]
            self._table[: len(some), column] += np.where(np.isfinite(some), some, 0.0)

    def batch(self, reports: Sequence[AnyReport], now_s: float) -> tuple[Batch, Sequence[Unusable]]:
        """Return the measurements of the usable reports in their order, and (sensor, reason) of each of the others.

        Statuses of sensors and cues are neither.
        """
        sheet = Sheet(len(reports), now_s)
        n_before = 0
        if self.plane is None:
            n_before = self._look_for_plane(reports, now_s)
            self._measure(sheet, reports[:n_before], 0)
            if n_before < len(reports):
                self._lay_plane_at(reports[n_before])
        self._measure(sheet, reports[n_before:] if n_before else reports, n_before)
        unusable: list[Unusable] = []
        fates = sheet.ints[of.FATE]
        if fates.any():
            for i in np.flatnonzero(fates).tolist():
                reason = REASONS.get(int(fates[i]))
                if reason is not None:
                    unusable.append((reports[i].sensor, reason))
        return sheet.batch(), unusable

    def _lay_plane(self, lat_deg: float, lon_deg: float) -> None:
        self.plane = make_plane(lat_deg, lon_deg)
        for row in (*self._configured, *self._table):
            if not math.isnan(row[at.LAT]):
                at.stand_in_plane(self.plane, row)

    def _lay_plane_at(self, report: AnyReport) -> None:
        assert isinstance(report, LAYS_A_PLANE)
        assert report.lat_deg is not None
        assert report.lon_deg is not None
        self._lay_plane(report.lat_deg, report.lon_deg)

    def _look_for_plane(self, reports: Sequence[AnyReport], now_s: float) -> int:
        """Return the place of the first report that says where it is, at a believable time; their number if none."""
        for i, report in enumerate(reports):
            if not isinstance(report, LAYS_A_PLANE) or report.lat_deg is None or report.lon_deg is None:
                continue
            row = self._table[min(self._sensor_names[report.sensor], len(self._table) - 1)]
            fault = clock_fault(report, now_s, self._settings.clock_tolerance_s, bias_s=float(row[at.TIME_BIAS]))
            if fault is None and math.isfinite(report.lat_deg) and math.isfinite(report.lon_deg):
                return i
        return len(reports)

    def _measure(self, sheet: Sheet, reports: Sequence[AnyReport], first: int) -> None:
        """Write the measurements of the reports to the sheet, from row `first` on."""
        if not reports:
            return
        kinds = [*map(type, reports)]
        if kinds.count(kinds[0]) == len(kinds):
            if kinds[0] in ROLES:
                self._measure_alike(sheet, reports, slice(first, first + len(reports)))
            return
        alike: dict[type, list[int]] = {}
        for i, kind in enumerate(kinds):
            alike.setdefault(kind, []).append(i)
        for kind, places_in_list in alike.items():
            if kind in ROLES:
                some = [reports[i] for i in places_in_list]
                self._measure_alike(sheet, some, np.array(places_in_list) + first)

    def _measure_alike(self, sheet: Sheet, reports: Sequence[AnyReport], rows: slice | I64) -> None:
        """Write the measurements of reports of one kind to these rows of the sheet."""
        numbers = fill(sheet, reports, rows, self._sensor_names, self.names)
        at_rows = np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
        plane = NO_PLANE if self.plane is None else self.plane
        f, i, z, r = sheet.floats, sheet.ints, sheet.z, sheet.r
        t, received, kind, fate = f[of.T], f[of.RECEIVED], i[of.KIND], i[of.FATE]
        sensor, height, height_sd = i[of.SENSOR], f[of.ALT], f[of.ALT_SD]
        first = (plane, self._table, at_rows, sensor, numbers, self._assumed)
        kind_of_report = type(reports[0])
        if kind_of_report is PolarPlot:
            plots.measure_plots(*first, t, received, z, r, height, height_sd, fate)
        elif kind_of_report is Bearing:
            places.measure_directions(*first, t, received, kind, z, r, fate)
        elif kind_of_report in {Presence, Sighting}:
            places.measure_told(*first, t, received, kind, z, r, fate)
        else:
            is_neighbour = kind_of_report is SystemTrack
            sd = self._settings.system_track_velocity_sd_mps if is_neighbour else self._settings.velocity_sd_mps
            places.measure_places(*first, sd, t, received, kind, z, r, height, height_sd, fate)
