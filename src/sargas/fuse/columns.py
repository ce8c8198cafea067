"""Reports to columns: what is in them besides the measurement, and the numbers for the kernel of their kind."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from msgspec import Struct
from msgspec.structs import astuple
from numpy.typing import NDArray

from sargas.fuse.interned import NONE, Names
from sargas.kernels import measure_places as places
from sargas.kernels import measure_plots as plots
from sargas.kernels.kinds import PLACE
from sargas.model.report import (
    NO_IDENTITY,
    AnyReport,
    Bearing,
    Cooperative,
    GeoPlot,
    PolarPlot,
    Presence,
    Sighting,
    SystemTrack,
)

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Column: TypeAlias = Sequence[Any]

PLOT, COOPERATIVE, NEIGHBOUR, BEARING, TOLD = range(5)
TENTATIVE, CONFIRMED, COASTING, ENDED = range(4)
STATUSES: Final = {"tentative": TENTATIVE, "confirmed": CONFIRMED, "coasting": COASTING, "ended": ENDED}
SENSES: Final = {"seen": 0.0, "both": 0.0, "heard": 1.0}
ROLES: Final[Mapping[type[Struct], int]] = {
    PolarPlot: PLOT,
    GeoPlot: PLOT,
    Cooperative: COOPERATIVE,
    SystemTrack: NEIGHBOUR,
    Bearing: BEARING,
    Presence: TOLD,
    Sighting: TOLD,
}
_PLACES: Final = ("lat_deg", "lon_deg", "sd_m", "speed_mps", "course_deg")
NUMBERS: Final[Mapping[type[Struct], tuple[str, ...]]] = {
    PolarPlot: (
        "range_m", "azimuth_deg", "elevation_deg", "alt_baro_m", "alt_wgs84_m",
        "range_sd_m", "azimuth_sd_deg", "elevation_sd_deg",
    ),
    GeoPlot: _PLACES,
    Cooperative: _PLACES,
    SystemTrack: _PLACES,
    Bearing: ("azimuth_deg", "azimuth_sd_deg", "lat_deg", "lon_deg", "range_max_m"),
    Presence: ("lat_deg", "lon_deg", "radius_m", "", "", "", "", ""),
    Sighting: ("lat_deg", "lon_deg", "", "position_sd_m", "azimuth_deg", "azimuth_sd_deg", "range_m", ""),
}  # fmt: skip
"""Which fields the kernel of a kind reads, in the order of its rows."""

# Rows of the two tables that a batch is cut from.
T, RECEIVED, ALT, ALT_SD, BARO, CLIMB, RATE, RCS, N_FLOATS = range(9)
SENSOR, KIND, ICAO, REMOTE, CALLSIGN, SQUAWK, NUMBER, ROLE, STATUS, ENTRY, FATE, GROUND, N_INTS = range(13)
PASSED_ON: Final = (
    ("alt_wgs84_m", ALT), ("alt_baro_m", BARO), ("climb_mps", CLIMB), ("range_rate_mps", RATE), ("rcs_dbsm", RCS),
)  # fmt: skip
FIELDS: Final = {kind: {name: i for i, name in enumerate(kind.__struct_fields__)} for kind in ROLES}


class Batch(NamedTuple):
    """M measurements in the order of their reports; every number of z and r is finite. NaN is unknown.

    t            (M,) f8 [s]     when it was true, UTC epoch, free of the sensor's known time bias
    sensor       (M,) i8         index into `Batcher.sensor_names` and, if below its length, `Batcher.sites`
    kind         (M,) i8         PLACE, MOVING or ANGLE of `sargas.kernels.kinds`
    z, r         (M, 4) f8       as there, in metres of the plane (ground metres times its scale factor) and rad:
                                 PLACE   x, y, 0, 0               var xx, cov xy, var yy, 0 [m^2]
                                 MOVING  x, y, vx, vy [m, m/s]    the same, and var of vx and of vy [m^2/s^2]
                                 ANGLE   azimuth in the plane [rad, from its y axis to its x axis, not wrapped],
                                         x, y of the sensor, reach [m]; var [rad^2], 0, 0, 0
    alt_wgs84    (M,) f8 [m]     height above the ellipsoid as reported or from an elevation, never assumed
    alt_wgs84_sd (M,) f8 [m]     its standard deviation, NaN with it
    alt_baro     (M,) f8 [m]     pressure altitude
    climb        (M,) f8 [m/s]   up positive
    range_rate   (M,) f8 [m/s]   along the slant range of the sensor at its site, receding positive
    rcs          (M,) f8 [dBsm]  radar cross-section of the echo
    icao, remote, callsign, squawk, number  (M,) i8   see `Batcher.names`; -1 none; number is (sensor, track number)
    role         (M,) i8         PLOT 0, COOPERATIVE 1, NEIGHBOUR 2, BEARING 3, TOLD 4 (presence, sighting)
    status       (M,) i8         of a NEIGHBOUR: TENTATIVE 0, CONFIRMED 1, COASTING 2, ENDED 3; -1 of all others
    on_ground    (M,) bool       an aircraft says that it stands on the ground
    entry        (M,) i8         number of the journal's entry
    received     (M,) f8 [s]     when it came in; the time of the call if the report does not say
    index        (M,) i8         place in the list of reports

    The covariance of a neighbour's track is the neighbour's own: errors correlated in time are the tracker's matter.
    """

    t: F64
    sensor: I64
    kind: I64
    z: F64
    r: F64
    alt_wgs84: F64
    alt_wgs84_sd: F64
    alt_baro: F64
    climb: F64
    range_rate: F64
    rcs: F64
    icao: I64
    remote: I64
    callsign: I64
    squawk: I64
    number: I64
    role: I64
    status: I64
    on_ground: NDArray[np.bool_]
    entry: I64
    received: F64
    index: I64  # type: ignore[assignment]  # a tuple's own `index` is of no use here


class Sheet:
    """The arrays over all reports of one call; the rows of reports that cannot be used are left out at the end."""

    def __init__(self, n: int, now_s: float) -> None:
        self.n = n
        self.now_s = now_s
        self.floats = np.full((N_FLOATS, n), np.nan)
        self.ints = np.full((N_INTS, n), NONE)
        self.z = np.zeros((n, 4))
        self.r = np.zeros((n, 4))
        self.ints[FATE] = plots.SKIPPED
        self.ints[KIND] = PLACE
        self.ints[GROUND] = 0

    def batch(self) -> Batch:
        """Return the measurements."""
        f, i, z, r = self.floats, self.ints, self.z, self.r
        f[np.isinf(f)] = np.nan
        index = np.arange(self.n)
        if i[FATE].any():
            index = np.flatnonzero(i[FATE] == plots.USED)
            # `take` leaves each row of a table contiguous, as if nothing had been left out.
            f, i, z, r = f.take(index, 1), i.take(index, 1), z.take(index, 0), r.take(index, 0)
        return Batch(
            f[T], i[SENSOR], i[KIND], z, r, f[ALT], f[ALT_SD], f[BARO], f[CLIMB], f[RATE], f[RCS],
            i[ICAO], i[REMOTE], i[CALLSIGN], i[SQUAWK], i[NUMBER], i[ROLE], i[STATUS],
            i[GROUND].astype(np.bool_), i[ENTRY], f[RECEIVED], index,
        )  # fmt: skip


def fill(
    sheet: Sheet, reports: Sequence[AnyReport], rows: slice | I64, sensors: Mapping[str, int], names: Names
) -> F64:
    """Write all but the measurement of reports of one kind to their rows; return the numbers for their kernel."""
    kind = type(reports[0])
    fields = FIELDS[kind]
    columns = [*zip(*map(astuple, reports), strict=True)]
    floats, ints = sheet.floats, sheet.ints
    ints[SENSOR, rows] = _mapped(sensors, columns[fields["sensor"]])
    floats[T, rows] = columns[fields["time_s"]]
    arrived = np.array(columns[fields["received_s"]])
    floats[RECEIVED, rows] = np.where(arrived > 0.0, arrived, sheet.now_s)
    ints[ENTRY, rows] = columns[fields["entry"]]
    ints[ROLE, rows] = ROLES[kind]
    for name, row in PASSED_ON:
        if name in fields and not _is_all_none(columns[fields[name]]):
            floats[row, rows] = columns[fields[name]]
    if "identity" in fields:
        _identify(ints, rows, columns[fields["identity"]], names)
    if kind is SystemTrack:
        numbers = zip(columns[fields["sensor"]], columns[fields["track_number"]], strict=True)
        ints[NUMBER, rows] = [*map(names.number.__getitem__, numbers)]
        ints[STATUS, rows] = [STATUSES.get(status, CONFIRMED) for status in columns[fields["status"]]]
    elif kind is Cooperative:
        ints[GROUND, rows] = columns[fields["is_on_ground"]]
    return _numbers(kind, columns, fields)


def _numbers(kind: type[Struct], columns: Sequence[Column], fields: Mapping[str, int]) -> F64:
    """Return the table of numbers that the kernel of a kind reads, one column for each report."""
    wanted = NUMBERS[kind]
    numbers = np.full((len(wanted), len(columns[0])), np.nan)
    for i, name in enumerate(wanted):
        if name and not _is_all_none(columns[fields[name]]):
            numbers[i] = columns[fields[name]]
    if kind is Presence:
        numbers[places.T_POSITION_SD] = 0.0
    elif kind is Sighting:
        numbers[places.T_HEARD] = [SENSES.get(sense, 0.0) for sense in columns[fields["sense"]]]
    return numbers


def _is_all_none(column: Column) -> bool:
    return column[0] is None and column.count(None) == len(column)


def _mapped(table: Mapping[str, int], column: Column) -> int | list[int]:
    """Return the number of each name, or the one that they all have."""
    first = column[0]
    if column.count(first) == len(column):
        return table[first]
    return [*map(table.__getitem__, column)]


def _identify(ints: I64, rows: slice | I64, identities: Column, names: Names) -> None:
    """Write the numbers of the identities; those that say nothing have -1 already."""
    if identities[0] is NO_IDENTITY and identities.count(NO_IDENTITY) == len(identities):
        return
    for row, table, part in (
        (ICAO, names.icao, [identity.icao24 for identity in identities]),
        (REMOTE, names.remote, [identity.remote_id for identity in identities]),
        (CALLSIGN, names.callsign, [identity.callsign for identity in identities]),
        (SQUAWK, names.squawk, [identity.squawk for identity in identities]),
    ):
        if not _is_all_none(part):
            ints[row, rows] = [*map(table.__getitem__, part)]
