"""A trial's files to reports: what is used, what is refused and counted, and what is never made up."""

import math

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sargas.evaluate import trial
from sargas.evaluate.maker import Course, Rows, course_of, pairs_of, period_of
from sargas.evaluate.trial import Trial, is_trial, read_trial
from sargas.model.errors import DataError
from sargas.model.report import Bearing, GeoPlot

GEOD = pyproj.Geod(ellps="WGS84")
T0 = 1_601_000_000.0
SITES = "sensor,lat_deg,lon_deg,alt_m\nradar_2d,51.5,5.85,5.0\nradar_3d,51.5,5.86,30.0\nrf_a,51.51,5.85,31.0\n"
COLUMNS = "time_s,received_s,sensor_track,lat_deg,lon_deg,alt_m,course_raw_deg,speed_mps,reflection_raw,sensor_class"
HEAD = f"{COLUMNS},score\n"
BEARINGS = "received_s,bearing_deg,snr_db,sensor_class,score\n"
TRUTH = "time_s,lat_deg,lon_deg,height_above_takeoff_m,speed_mps,is_flying\n"


def row(
    at_s: float, lat: float, lon: float, *, kind: str = "DRONE", course: float = 90.0, speed: float = 10.0
) -> str:
    received = math.floor(at_s) + 1
    return f"{at_s:.3f},{received},,{lat:.8f},{lon:.8f},40.0,{course:.4f},{speed},1.0,{kind},0.9\n"


def leg(course_deg: float, *, raw_deg: float, n: int = 40, first_s: float = T0) -> str:
    """Return rows of one that flies straight at 10 m/s, a row each 1.3 s, by pyproj."""
    rows = []
    for k in range(n):
        lon, lat, _ = GEOD.fwd(5.86, 51.5, course_deg, 13.0 * k)
        rows.append(row(first_s + 1.3 * k, lat, lon, course=raw_deg % 360.0))
    return "".join(rows)


def test_a_row_of_a_radars_own_track_is_a_plot_where_it_says() -> None:
    made = read_trial({"sites.csv": SITES, "radar_2d_tracks.csv": HEAD + row(T0 + 0.5, 51.501, 5.852)})
    (plot,) = made.reports
    assert isinstance(plot, GeoPlot)
    assert (plot.sensor, plot.time_s, plot.received_s) == ("radar_2d", T0 + 0.5, T0 + 1)
    assert (plot.lat_deg, plot.lon_deg, plot.speed_mps) == (51.501, 5.852, 10.0)


def test_no_height_is_made_of_a_number_whose_zero_nobody_states() -> None:
    made = read_trial({"sites.csv": SITES, "radar_3d_tracks.csv": HEAD + row(T0, 51.5, 5.85)})
    assert [plot.alt_wgs84_m for plot in made.reports if isinstance(plot, GeoPlot)] == [None]
    assert [plot.alt_baro_m for plot in made.reports if isinstance(plot, GeoPlot)] == [None]


def test_what_the_logger_wrote_again_is_one_report() -> None:
    again = row(T0, 51.5, 5.85) * 4
    made = read_trial({"sites.csv": SITES, "radar_2d_tracks.csv": HEAD + again})
    assert len(made.reports) == 1
    assert made.unused == {("radar_2d_tracks.csv", trial.REPEATED): 3}


def test_nonsense_places_are_refused_and_counted() -> None:
    # Rows as the 3-D radar's plots have them: 17 degrees north, 162 west, for a radar in the Netherlands.
    plots = "time_s,received_s,lat_deg,lon_deg,alt_m,rcs_raw\n"
    plots += f"{T0},{T0},17.58,-162.37,466.4,-39.1\n{T0},{T0},51.502,5.861,80.0,-20.0\n{T0},{T0},951.5,5.86,80,-20\n"
    made = read_trial({"sites.csv": SITES, "radar_3d_plots.csv": plots})
    assert [(plot.lat_deg, plot.lon_deg) for plot in made.reports if isinstance(plot, GeoPlot)] == [(51.502, 5.861)]
    assert made.unused == {("radar_3d_plots.csv", trial.NO_PLACE): 2}


def test_a_row_of_another_day_or_hours_late_is_refused_and_counted() -> None:
    rows = "".join(row(T0 + k, 51.5 + 0.0001 * k, 5.85) for k in range(9)) + row(0.0, 51.5, 5.85)
    rows += f"{T0 + 3},{T0 + 7_200},,51.5,5.85,40,90,10,1,DRONE,1\n"
    made = read_trial({"sites.csv": SITES, "radar_2d_tracks.csv": HEAD + rows})
    assert len(made.reports) == 9
    assert made.unused == {("radar_2d_tracks.csv", trial.NO_TIME): 2}


def test_files_of_different_days_are_no_trial() -> None:
    bearings = BEARINGS + "1501000000,50.0,20.0,aircraft,0.5\n"
    texts = {"sites.csv": SITES, "radar_2d_tracks.csv": HEAD + row(T0, 51.5, 5.85), "rf_a_bearings.csv": bearings}
    with pytest.raises(DataError, match="the files are of different days"):
        read_trial(texts)


def test_without_sites_what_is_far_from_the_others_is_nonsense() -> None:
    rows = "".join(row(T0 + k, 51.5 + 0.0001 * k, 5.85) for k in range(9)) + row(T0 + 9, -5.0, 100.0)
    made = read_trial({"radar_2d_tracks.csv": HEAD + rows})
    assert len(made.reports) == 9
    assert made.unused == {("radar_2d_tracks.csv", trial.NO_PLACE): 1}


def test_plots_are_left_out_where_the_same_radars_tracks_are_made_of_them() -> None:
    plots = f"time_s,received_s,lat_deg,lon_deg,alt_m,rcs_raw\n{T0},{T0},51.502,5.861,80.0,-20.0\n"
    texts = {"sites.csv": SITES, "radar_3d_plots.csv": plots, "radar_3d_tracks.csv": HEAD + row(T0, 51.5, 5.85)}
    made = read_trial(texts)
    assert len(made.reports) == 1
    assert made.unused == {("radar_3d_plots.csv", trial.BY_TRACKS): 1}


def test_what_the_radar_does_not_take_for_a_drone_confirms_nothing_alone() -> None:
    rows = row(T0, 51.5, 5.85, kind="SUSPECTED_DRONE") + row(T0 + 1, 51.501, 5.85, kind="OTHER")
    made = read_trial({"sites.csv": SITES, "radar_3d_tracks.csv": HEAD + rows})
    assert [report.sensor for report in made.reports] == ["radar_3d", "radar_3d_unsure"]
    assert [made.sensors[report.sensor].confirms_alone for report in made.reports] == [True, False]


def test_a_radar_that_classifies_nothing_is_believed_as_it_is() -> None:
    rows = f"time_s,received_s,lat_deg,lon_deg\n{T0},{T0 + 1},51.5,5.85\n"
    made = read_trial({"sites.csv": SITES, "radar_2d_tracks.csv": rows})
    assert [made.sensors[report.sensor].confirms_alone for report in made.reports] == [True]


def test_a_bearing_is_of_the_aircraft_at_the_loggers_second() -> None:
    rows = BEARINGS + "1601000000,-2.5,20.0,aircraft,0.5\n1601000003,87.0,20.0,controller,0.5\n"
    made = read_trial({"sites.csv": SITES, "rf_a_bearings.csv": rows})
    (bearing,) = made.reports
    assert isinstance(bearing, Bearing)
    assert (bearing.azimuth_deg, bearing.time_s, bearing.medium) == (357.5, T0, "radio")
    assert made.unused == {("rf_a_bearings.csv", trial.PILOT): 1}


def test_a_finder_that_stands_nowhere_is_given_no_place() -> None:
    rows = "received_s,bearing_deg,sigma_raw_deg,frequency_hz\n1601000000,50.0,7.5,2440000000.0\n"
    made = read_trial({"sites.csv": SITES, "rf_b_bearings.csv": rows})
    (bearing,) = made.reports
    assert isinstance(bearing, Bearing)
    assert bearing.azimuth_sd_deg == 7.5
    assert made.sensors["rf_b"].lat_deg is None
    assert bearing.lat_deg is None


def test_the_flight_is_in_the_order_of_time_and_knows_when_it_flew() -> None:
    rows = TRUTH + f"{T0 + 1},51.5,5.85,2.0,1.0,1\n{T0},51.5,5.85,0.0,0.0,0\n{T0 + 2},,5.85,2.0,1.0,1\n"
    flight = read_trial({"truth.csv": rows}).flight
    assert flight is not None
    assert flight.time_s.tolist() == [T0, T0 + 1]
    assert flight.is_flying.tolist() == [False, True]


def test_nothing_of_the_truth_goes_into_a_report() -> None:
    texts = {"sites.csv": SITES, "radar_2d_tracks.csv": HEAD + leg(50.0, raw_deg=50.0)}
    with_truth = texts | {"truth.csv": TRUTH + f"{T0},51.4,5.85,2.0,1.0,1\n"}
    assert read_trial(texts).reports == read_trial(with_truth).reports
    assert read_trial(texts).sensors == read_trial(with_truth).sensors


def test_an_empty_folder_is_an_empty_trial() -> None:
    made = read_trial({})
    assert (made.reports, made.sensors, made.flight) == ([], {}, None)
    assert not is_trial([])
    assert not is_trial(["truth.csv", "tracks.csv"])
    assert is_trial(["truth.csv", "radar_2d_tracks.csv"])


def test_a_file_without_its_columns_is_named_with_what_it_has() -> None:
    with pytest.raises(DataError, match=r"radar_2d_tracks.csv: expected a column 'received_s'; have time_s, lat_deg"):
        read_trial({"radar_2d_tracks.csv": "time_s,lat_deg\n1,2\n"})


@pytest.mark.parametrize(("sense", "zero"), [(1, 0.0), (1, 90.0), (-1, 90.0), (1, 200.0)])
def test_the_makers_course_is_worked_out_from_where_things_went(sense: int, zero: float) -> None:
    # True course = sense * raw + zero; legs in several directions, so that one reading alone fits all.
    legs = [(course, (course - zero) * sense) for course in (20.0, 75.0, 130.0, 260.0)]
    text = "".join(leg(course, raw_deg=raw, first_s=T0 + 100.0 * k) for k, (course, raw) in enumerate(legs))
    made = read_trial({"sites.csv": SITES, "radar_3d_tracks.csv": HEAD + text})
    course = made.courses["radar_3d"]
    assert course is not None
    assert course.sense == sense
    assert math.cos(math.radians(course.zero_deg - zero)) > math.cos(math.radians(1.0))
    first = made.reports[0]
    assert isinstance(first, GeoPlot)
    assert first.course_deg == pytest.approx(20.0, abs=1.5)
    assert made.sensors["radar_3d"].period_s == pytest.approx(1.3, abs=0.01)


def test_on_one_straight_line_the_usual_reading_is_taken() -> None:
    made = read_trial({"sites.csv": SITES, "radar_2d_tracks.csv": HEAD + leg(50.0, raw_deg=50.0)})
    course = made.courses["radar_2d"]
    assert course is not None
    assert (course.sense, course.zero_deg) == (1, 0.0)


def test_courses_that_fit_nothing_are_left_out() -> None:
    rng = np.random.default_rng(1)
    n = 4_000
    pairs = pairs_of(
        Rows(
            np.sort(rng.uniform(0.0, 300.0, n)), rng.uniform(0.0, 300.0, n), rng.uniform(0.0, 300.0, n),
            np.full(n, 10.0), rng.uniform(0.0, 360.0, n),
        )
    )  # fmt: skip
    assert course_of(pairs) is None
    assert len(pairs.first) > 20


def test_too_few_rows_tell_nothing() -> None:
    pairs = pairs_of(Rows(*(np.zeros(0) for _ in range(5))))
    assert course_of(pairs) is None
    assert period_of(pairs) is None


def test_a_course_counts_in_its_sense_from_its_zero() -> None:
    assert Course(-1, 90.0, 1.0, 50).true_deg(30.0) == 60.0
    assert Course(-1, 10.0, 1.0, 50).true_deg(30.0) == 340.0


CELLS = st.one_of(
    st.text(max_size=8),
    st.floats(allow_nan=True, allow_infinity=True).map(str),
    st.sampled_from(["", "1601000000", "51.5", "5.85", "-91", "1e308", "nan", "DRONE", '"', "\0", "\n", "1_0"]),
)


def read_or_refused(texts: dict[str, str], name: str) -> Trial | None:
    """Return the trial, None if it was refused with a message that names the file."""
    try:
        return read_trial(texts)
    except DataError as error:
        return None if str(error).startswith(name) else pytest.fail(f"{error} does not name {name}")


def is_sound(made: Trial) -> bool:
    plots = [report for report in made.reports if isinstance(report, GeoPlot)]
    return (
        all(math.isfinite(report.time_s) and math.isfinite(report.received_s) for report in made.reports)
        and all(abs(plot.lat_deg) <= 90.0 and abs(plot.lon_deg) <= 180.0 for plot in plots)
        and all(plot.course_deg is None or 0.0 <= plot.course_deg <= 360.0 for plot in plots)
    )


FILES = [
    "sites.csv",
    "radar_2d_tracks.csv",
    "radar_3d_plots.csv",
    "rf_a_bearings.csv",
    "rf__bearings.csv",
    "truth.csv",
]


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(FILES), rows=st.lists(st.lists(CELLS, max_size=12), max_size=12), with_header=st.booleans()
)
def test_whatever_stands_in_a_file_it_is_read_or_refused_in_words(
    name: str, rows: list[list[str]], with_header: bool
) -> None:
    header = {"sites.csv": SITES, "truth.csv": TRUTH, "rf_a_bearings.csv": BEARINGS}.get(name, HEAD)
    text = (header if with_header else "") + "\n".join(",".join(cells) for cells in rows)
    made = read_or_refused({"sites.csv": SITES, name: text}, name)
    assert made is None or is_sound(made)


@settings(max_examples=150, deadline=None)
@given(changes=st.lists(st.tuples(st.integers(0, 39), st.integers(0, 10), CELLS), max_size=20))
def test_damaged_cells_cost_their_own_rows_alone(changes: list[tuple[int, int, str]]) -> None:
    rows = [line.split(",") for line in leg(50.0, raw_deg=50.0).splitlines()]
    for line, column, cell in changes:
        rows[line][column] = cell.translate({ord(each): "x" for each in '",\r\n\0'})
    made = read_trial({"sites.csv": SITES, "radar_2d_tracks.csv": HEAD + "\n".join(",".join(row) for row in rows)})
    assert is_sound(made)
    assert len(made.reports) >= 40 - len({line for line, _, _ in changes})
    assert len(made.reports) + sum(made.unused.values()) == 40


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(FILES), data=st.binary(max_size=400))
def test_no_bytes_break_the_reader(name: str, data: bytes) -> None:
    made = read_or_refused({name: data.decode("latin-1")}, name)
    assert made is None or is_sound(made)
