"""The files of a counter-drone trial to reports, a sensor table and the drone's own flight.

Pure: the caller opens the files and hands their texts over by name. Any file may be missing. A row that cannot be
used is counted with its reason. Nothing of the truth goes into a report.

| file | becomes |
|---|---|
| `sites.csv` | the sensor table |
| `radar_*_tracks.csv` | `GeoPlot`: a radar's own track is a filtered place, not a range and an azimuth |
| `radar_*_plots.csv` | `GeoPlot`, where the same radar gave no tracks: those are made of these plots |
| `rf_*_bearings.csv` | `Bearing` by radio, of the aircraft's transmitter; the pilot's is none |
| `truth.csv` | the flight; its height is above the take-off, and stays there |

What the files leave unsaid stays unsaid. Nobody says above what the radars' `alt_m` is: no report has a height. The
zero and the sense of `course_raw_deg` are worked out from the rows (`sargas.evaluate.maker`) or the course is left
out. The radars' errors are not stated: every one is taken for a usual drone radar.

A drone radar tells all that moves, and says of each row what it takes it for. A watch gets that word, and would not
put everything on its map: rows that the radar itself does not take for a drone are those of a sensor of their own
(`radar_3d_unsure`), which keeps and sharpens tracks but confirms none alone. `score` is not used: it says for how
long the radar has followed something, not what it is.
"""

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from sargas.evaluate.maker import Course, Rows, course_of, pairs_of, period_of
from sargas.model.errors import DataError
from sargas.model.report import AnyReport, Bearing, GeoPlot
from sargas.model.sensor import Errors, Sensor, SensorKind

F64 = NDArray[np.float64]

SITES: Final = "sites.csv"
TRUTH: Final = "truth.csv"
RADARS: Final = ("radar_2d", "radar_3d")
RANGE_SD_M: Final = 10.0
AZIMUTH_SD_DEG: Final = 1.5
"""The errors of a usual drone radar, by its makers' data sheets: a range cell, and a tenth of the beam or so."""
UNSITED_SD_M: Final = 30.0
BEARING_SD_DEG: Final = 5.0
"""A direction finder on a mast among reflections; what it says of its own spread counts if that is more."""
UNSURE: Final = "_unsure"
DRONE: Final = "DRONE"
"""What a radar takes for a drone has this in the name of its class."""
REACH_MAX_M: Final = 20_000.0
"""No radar sees a small drone farther than this: a place beyond it is none."""
HOURS_MAX_S: Final = 12 * 3_600.0
"""No row is farther than this from the middle of its file: a trial is a morning or an afternoon."""
LATE_MAX_S: Final = 600.0
SPEED_MAX_MPS: Final = 10_000.0
METRES_PER_DEG: Final = math.radians(6_371_008.8)

REPEATED: Final = "repeated by the logger"
NO_NUMBER: Final = "a number is missing or is none"
NO_PLACE: Final = "a nonsense place: out of any radar's reach"
NO_TIME: Final = "a nonsense time: hours from the other rows or from its arrival"
NO_VALUE: Final = "a value out of its range"
BY_TRACKS: Final = "a plot of a radar whose tracks are used"
PILOT: Final = "the pilot's transmitter, not the aircraft's"

Table = list[dict[str, str]]
Row = Mapping[str, str]
_Made = TypeVar("_Made", GeoPlot, Bearing)


class Flight(NamedTuple):
    """The drone's own record, in the order of time: places [deg], height above take-off [m], and when it flew."""

    time_s: F64
    lat_deg: F64
    lon_deg: F64
    height_above_takeoff_m: F64
    is_flying: NDArray[np.bool_]


class Trial(Struct, kw_only=True):
    """What a folder holds: the reports in the order of their arrival, who made them, and the truth if it is there."""

    reports: list[AnyReport]
    sensors: dict[str, Sensor]
    flight: Flight | None
    courses: dict[str, Course | None]
    n_rows: dict[str, int]
    unused: Counter[tuple[str, str]]
    """How many rows were not used, by file and reason."""


def is_trial(names: Iterable[str]) -> bool:
    """Return whether files of these names are a trial's: a radar's or a direction finder's, beside the truth."""
    held = set(names)
    return TRUTH in held and any(_is_of_a_sensor(name) for name in held)


def read_trial(texts: Mapping[str, str]) -> Trial:
    """Return the trial of these texts by file name; names that are no trial's are passed over.

    Raises:
        DataError: a file has not the columns of its kind, or is no CSV.
    """
    reader = _Reader()
    reader.sites(_table(texts, SITES, "sensor,lat_deg,lon_deg"))
    reports: list[AnyReport] = []
    for sensor in RADARS:
        found: list[GeoPlot] = []
        for name in (f"{sensor}_tracks.csv", f"{sensor}_plots.csv"):
            places = reader.places(sensor, name, _table(texts, name, "time_s,received_s,lat_deg,lon_deg"))
            if found:
                reader.refuse(name, BY_TRACKS, len(places))
            elif places:
                found = reader.plots(sensor, name, places)
        reports += found
    for name in sorted(texts):
        if name.startswith("rf_") and name.endswith("_bearings.csv"):
            table = _table(texts, name, "received_s,bearing_deg")
            reports += reader.finder(name.removesuffix("_bearings.csv"), name, table)
    reports.sort(key=lambda report: (report.received_s, report.time_s, report.sensor))
    if reports and reports[-1].received_s - reports[0].received_s > 2.0 * HOURS_MAX_S:
        raise DataError(f"{', '.join(sorted(texts))}: the files are of different days")
    return Trial(
        reports=reports,
        sensors=reader.sensors,
        flight=reader.flight(_table(texts, TRUTH, "time_s,lat_deg,lon_deg")),
        courses=reader.courses,
        n_rows={name: n for name, n in reader.n_rows.items() if n},
        unused=+reader.unused,
    )


class _Place(NamedTuple):
    """A radar's row that can be used."""

    time_s: float
    received_s: float
    lat_deg: float
    lon_deg: float
    speed_mps: float
    course_raw_deg: float
    is_sure: bool


_Timed = TypeVar("_Timed", _Place, Bearing)


class _Reader:
    """The rows of the files, one after the other, and what came of them."""

    def __init__(self) -> None:
        self.sensors: dict[str, Sensor] = {}
        self.courses: dict[str, Course | None] = {}
        self.n_rows: Counter[str] = Counter()
        self.unused: Counter[tuple[str, str]] = Counter()
        self._centre: tuple[float, float] | None = None

    def refuse(self, name: str, reason: str, n: int = 1) -> None:
        self.unused[name, reason] += n

    def sites(self, table: Table) -> None:
        for row in self._rows(SITES, table):
            sensor = row["sensor"].strip()
            lat, lon = number(row, "lat_deg"), number(row, "lon_deg")
            if not (abs(lat) <= 90.0 and abs(lon) <= 180.0 and 0 < len(sensor) <= 64):
                self.refuse(SITES, NO_NUMBER)
                continue
            kind: SensorKind = "radar" if sensor.startswith("radar") else "radio_df"
            self.sensors[sensor] = Sensor(id=sensor, kind=kind, lat_deg=lat, lon_deg=lon)
        if self.sensors:
            places = [(s.lat_deg or 0.0, s.lon_deg or 0.0) for s in self.sensors.values()]
            self._centre = (float(np.median([p[0] for p in places])), float(np.median([p[1] for p in places])))

    def plots(self, sensor: str, name: str, places: Sequence[_Place]) -> list[GeoPlot]:
        """Return the plots at one radar's places, and put what they tell of it into the table of sensors."""
        lat, lon = places[0].lat_deg, places[0].lon_deg
        columns = np.array(places, dtype=np.float64)
        east, north = metres_about(columns[:, 2], columns[:, 3], (lat, lon))
        pairs = pairs_of(Rows(columns[:, 0], east, north, columns[:, 4], columns[:, 5]))
        course = course_of(pairs)
        self.courses[sensor] = course
        known = self.sensors.get(sensor) or Sensor(id=sensor, kind="radar")
        latency_s = float(np.percentile(columns[:, 1] - columns[:, 0], 95.0))
        self.sensors[sensor] = known = msgspec.structs.replace(
            known,
            period_s=period_of(pairs),
            latency_s=min(max(latency_s, 0.0), 600.0),
            errors=Errors(position_sd_m=UNSITED_SD_M, range_sd_m=RANGE_SD_M, azimuth_sd_deg=AZIMUTH_SD_DEG),
        )
        unsure = sensor + UNSURE
        if not all(place.is_sure for place in places):
            self.sensors[unsure] = msgspec.structs.replace(known, id=unsure, confirms_alone=False)
        made = [_plot(place, known, sensor if place.is_sure else unsure, course) for place in places]
        kept = [plot for plot in made if plot is not None]
        self.refuse(name, NO_VALUE, len(made) - len(kept))
        return kept

    def finder(self, sensor: str, name: str, table: Table) -> list[Bearing]:
        """Return the bearings of one direction finder; the logger's second is all that is known of their time."""
        errors = Errors(azimuth_sd_deg=BEARING_SD_DEG)
        known = self.sensors.get(sensor) or Sensor(id=sensor, kind="radio_df")
        self.sensors[sensor] = msgspec.structs.replace(known, errors=errors)
        found: list[Bearing] = []
        seen: set[tuple[float, float, str]] = set()
        for row in self._rows(name, table):
            time_s, azimuth = number(row, "received_s"), number(row, "bearing_deg")
            key = (time_s, azimuth, row.get("frequency_hz") or "")
            if not (math.isfinite(time_s) and math.isfinite(azimuth)):
                self.refuse(name, NO_NUMBER)
            elif (row.get("sensor_class") or "") == "controller":
                self.refuse(name, PILOT)
            elif key in seen:
                self.refuse(name, REPEATED)
            else:
                seen.add(key)
                own = number(row, "sigma_raw_deg")
                sd = max(BEARING_SD_DEG, min(own, 180.0)) if math.isfinite(own) else BEARING_SD_DEG
                made = _bearing(sensor, time_s, azimuth % 360.0, sd)
                if made is None:
                    self.refuse(name, NO_VALUE)
                else:
                    found.append(made)
        timely = _timely(found)
        self.refuse(name, NO_TIME, len(found) - len(timely))
        return timely

    def flight(self, table: Table) -> Flight | None:
        rows = []
        for row in self._rows(TRUTH, table):
            place = (number(row, "time_s"), number(row, "lat_deg"), number(row, "lon_deg"))
            if all(map(math.isfinite, place)) and abs(place[1]) <= 90.0 and abs(place[2]) <= 180.0:
                flies = number(row, "is_flying")
                rows.append((*place, number(row, "height_above_takeoff_m"), 0.0 if flies == 0.0 else 1.0))
            else:
                self.refuse(TRUTH, NO_NUMBER)
        if not rows:
            return None
        columns = np.array(sorted(rows), dtype=np.float64)
        columns = columns[np.concatenate([[True], np.diff(columns[:, 0]) > 0.0])]
        return Flight(columns[:, 0], columns[:, 1], columns[:, 2], columns[:, 3], columns[:, 4] > 0.0)

    def _rows(self, name: str, table: Table) -> Table:
        self.n_rows[name] += len(table)
        return table

    def places(self, sensor: str, name: str, table: Table) -> list[_Place]:
        """Return the rows that give a place, each once, in the order of their times."""
        found: list[_Place] = []
        seen: set[tuple[float, float, float, str]] = set()
        for row in self._rows(name, table):
            place = _Place(
                number(row, "time_s"), number(row, "received_s"), number(row, "lat_deg"), number(row, "lon_deg"),
                bounded(row, "speed_mps", 0.0, SPEED_MAX_MPS), bounded(row, "course_raw_deg", -360.0, 360.0),
                _is_sure(row),
            )  # fmt: skip
            key = (place.time_s, place.lat_deg, place.lon_deg, row.get("alt_m", ""))
            if not all(map(math.isfinite, place[:4])):
                self.refuse(name, NO_NUMBER)
            elif key in seen:
                self.refuse(name, REPEATED)
            else:
                seen.add(key)
                found.append(place)
        timely = _timely(found)
        self.refuse(name, NO_TIME, len(found) - len(timely))
        near = self._near(sensor, timely)
        self.refuse(name, NO_PLACE, len(timely) - len(near))
        return sorted(near)

    def _near(self, sensor: str, places: Sequence[_Place]) -> list[_Place]:
        """Return the places that the radar can reach; without any site, those about where most are."""
        on_earth = [place for place in places if abs(place.lat_deg) <= 90.0 and abs(place.lon_deg) <= 180.0]
        if not on_earth:
            return []
        columns = np.array(on_earth, dtype=np.float64)
        lat, lon = columns[:, 2], columns[:, 3]
        site = self.sensors.get(sensor)
        if site is not None and site.lat_deg is not None and site.lon_deg is not None:
            center = (site.lat_deg, site.lon_deg)
        else:
            center = self._centre or (float(np.median(lat)), float(np.median(lon)))
        is_near = np.hypot(*metres_about(lat, lon, center)) <= REACH_MAX_M
        return [place for place, near in zip(on_earth, is_near.tolist(), strict=True) if near]


def radar_of(sensor: str) -> str:
    """Return the radar that a sensor's rows come from, whatever it took them for."""
    return sensor.removesuffix(UNSURE)


def number(row: Row, column: str) -> float:
    """Return the number in a column, NaN if there is none."""
    try:
        value = float(row.get(column) or "nan")
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def bounded(row: Row, column: str, low: float, high: float) -> float:
    """Return the number in a column, NaN if there is none or it is out of these bounds."""
    value = number(row, column)
    return value if low <= value <= high else math.nan


def metres_about(lat_deg: F64, lon_deg: F64, center_deg: tuple[float, float]) -> tuple[F64, F64]:
    """Return metres east and north of a point, on the sphere: for what lies within a few tens of kilometres."""
    east = (lon_deg - center_deg[1] + 180.0) % 360.0 - 180.0
    return east * METRES_PER_DEG * math.cos(math.radians(center_deg[0])), (lat_deg - center_deg[0]) * METRES_PER_DEG


def _is_of_a_sensor(name: str) -> bool:
    is_radars = name.startswith(RADARS) and name.endswith(("_tracks.csv", "_plots.csv"))
    return is_radars or (name.startswith("rf_") and name.endswith("_bearings.csv"))


def _table(texts: Mapping[str, str], name: str, columns: str) -> Table:
    """Return the rows of a file, none if it is missing.

    Raises:
        DataError: it lacks one of these columns, or is no CSV.
    """
    if name not in texts:
        return []
    reader = csv.DictReader(io.StringIO(texts[name].removeprefix("\ufeff")), restval="", strict=False)
    try:
        missing = [column for column in columns.split(",") if column not in (reader.fieldnames or ())]
        if missing:
            raise DataError(f"{name}: expected a column {missing[0]!r}; have {', '.join(reader.fieldnames or ())}")
        return list(reader)
    except csv.Error as error:
        raise DataError(f"{name}: line {reader.line_num}: no CSV: {error}") from error


def _timely(rows: Sequence[_Timed]) -> list[_Timed]:
    """Return the rows that are near their arrival, and arrived near the middle of all."""
    if not rows:
        return []
    middle_s = sorted(row.received_s for row in rows)[len(rows) // 2]
    return [
        row
        for row in rows
        if abs(row.received_s - middle_s) <= HOURS_MAX_S and abs(row.time_s - row.received_s) <= LATE_MAX_S
    ]


def _spread_m(place: _Place, radar: Sensor) -> float:
    """Return one standard deviation of a radar's place: what its range leaves open, or across it if that is more."""
    if radar.lat_deg is None or radar.lon_deg is None:
        return UNSITED_SD_M
    east, north = metres_about(np.array([place.lat_deg]), np.array([place.lon_deg]), (radar.lat_deg, radar.lon_deg))
    across_m = math.hypot(float(east[0]), float(north[0])) * math.radians(AZIMUTH_SD_DEG)
    return max(RANGE_SD_M, across_m)


def _is_sure(row: Row) -> bool:
    """Return whether the radar takes it for a drone, or does not say what it takes it for."""
    named = row.get("sensor_class") or DRONE
    return DRONE in named.upper()


def _plot(place: _Place, radar: Sensor, name: str, course: Course | None) -> GeoPlot | None:
    has_course = course is not None and math.isfinite(place.course_raw_deg) and math.isfinite(place.speed_mps)
    return _valid(
        GeoPlot(
            sensor=name,
            time_s=place.time_s,
            received_s=place.received_s,
            lat_deg=place.lat_deg,
            lon_deg=place.lon_deg,
            sd_m=_spread_m(place, radar),
            speed_mps=place.speed_mps if math.isfinite(place.speed_mps) else None,
            course_deg=course.true_deg(place.course_raw_deg) if has_course and course is not None else None,
        )
    )


def _bearing(sensor: str, time_s: float, azimuth_deg: float, sd_deg: float) -> Bearing | None:
    return _valid(
        Bearing(
            sensor=sensor,
            time_s=time_s,
            received_s=time_s,
            azimuth_deg=azimuth_deg,
            azimuth_sd_deg=sd_deg,
            medium="radio",
        )
    )


def _valid(report: _Made) -> _Made | None:
    """Return the report if the model of reports allows its values."""
    try:
        return msgspec.convert(msgspec.to_builtins(report), type(report))
    except msgspec.ValidationError:
        return None
