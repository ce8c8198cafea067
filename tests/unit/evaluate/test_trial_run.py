"""What came of a trial: a drone that one radar sees well, one that is not there, and tracks made by hand."""

import math
from collections.abc import Sequence

import numpy as np
import pyproj
import pytest

from sargas.app.config import DEFAULT_TRACKER
from sargas.evaluate.trial import Trial, metres_about, read_trial
from sargas.evaluate.trial_run import GATE_M, Shown, play, score_trial, scored_run
from sargas.model.errors import DataError
from sargas.model.track import Contribution, Track
from sargas.plugins import load
from sargas.ports import Tracker

GEOD = pyproj.Geod(ellps="WGS84")
T0 = 1_601_000_000
LAT, LON, SPEED = 51.52, 5.86, 10.0
HEAD = "time_s,received_s,lat_deg,lon_deg,speed_mps,course_raw_deg\n"
TRUTH = "time_s,lat_deg,lon_deg,height_above_takeoff_m,speed_mps,is_flying\n"
SITES = f"sensor,lat_deg,lon_deg,alt_m\nradar_2d,{LAT - 0.01},{LON},5.0\n"


def place(at_s: float, *, north_m: float = 0.0) -> tuple[float, float]:
    """Return where the drone is after so many seconds: eastwards at 10 m/s, by pyproj."""
    lon, lat, _ = GEOD.fwd(LON, LAT, 90.0, SPEED * at_s)
    lon, lat, _ = GEOD.fwd(lon, lat, 0.0, north_m)
    return lat, lon


def trial_of(
    seen: Sequence[tuple[float, float]], *, off_m: float = 20.0, flying: tuple[float, float] = (0.0, 120.0)
) -> Trial:
    """Return a trial whose radar sees the drone, so far to the north of it, in these spans of seconds."""
    truth = "".join(
        f"{T0 + k / 2},{place(k / 2)[0]:.8f},{place(k / 2)[1]:.8f},40.0,10.0,{int(flying[0] <= k / 2 <= flying[1])}\n"
        for k in range(241)
    )
    rows = ""
    for first, last in seen:
        for k in range(round(first), round(last)):
            lat, lon = place(k + 0.4, north_m=off_m)
            rows += f"{T0 + k + 0.4},{T0 + k},{lat:.8f},{lon:.8f},10.0,90.0\n"
    return read_trial({"sites.csv": SITES, "truth.csv": TRUTH + truth, "radar_2d_tracks.csv": HEAD + rows})


def tracker_for(trial: Trial) -> Tracker:
    module = load("tracker", str(DEFAULT_TRACKER["type"]))
    tracker: Tracker = module.build(module.Settings(), trial.sensors)
    return tracker


def track(number: int, at_s: float, *, north_m: float = 0.0, sensor: str = "radar_2d") -> Track:
    lat, lon = place(at_s, north_m=north_m)
    return Track(
        track_id=number, time_s=T0 + at_s, first_s=float(T0), last_report_s=T0 + at_s, status="confirmed",
        lat_deg=lat, lon_deg=lon, east_mps=SPEED, north_mps=0.0, position_cov_m2=(100.0, 0.0, 100.0),
        velocity_cov_m2ps2=(1.0, 0.0, 1.0), contributions=(Contribution(sensor, 5, T0 + at_s),), n_reports=5,
    )  # fmt: skip


def shown_by_hand(spans: Sequence[tuple[int, float, float, float]]) -> list[Shown]:
    """Return a second-by-second picture of tracks (number, from, to, metres north of the drone)."""
    return [
        Shown(
            float(T0 + k),
            tuple(track(number, k, north_m=off) for number, first, last, off in spans if first <= k <= last),
        )
        for k in range(1, 121)
    ]


def test_a_drone_that_is_seen_throughout_is_held_as_one_track() -> None:
    trial = trial_of([(10, 110)])
    scores = score_trial(trial, play(trial, tracker_for(trial)), "made")
    assert scores.seen_s == pytest.approx(100 + 6, abs=2)  # the rows, and three seconds either side
    assert scores.held_by_one_s >= 0.9 * scores.seen_s
    assert (scores.n_tracks_of_drone, scores.switches, scores.extras) == (1, 0, ())


def test_the_errors_are_those_that_the_rows_were_given() -> None:
    trial = trial_of([(10, 110)], off_m=20.0)
    scores = score_trial(trial, play(trial, tracker_for(trial)), "made")
    (own,) = scores.own
    assert (own.n_rows, own.n_of_drone) == (100, 100)
    assert own.rms_m == pytest.approx(20.0, abs=0.2)
    assert own.median_m == pytest.approx(20.0, abs=0.2)
    assert own.track_rms_m == pytest.approx(20.0, abs=2.0)


def test_rows_that_fly_otherwise_are_not_the_drone() -> None:
    trial = trial_of([(10, 110)])
    reports = [report for report in trial.reports if int(report.time_s) % 2]
    backwards = read_trial(
        {
            "sites.csv": SITES,
            "radar_2d_tracks.csv": HEAD
            + "".join(
                f"{T0 + k},{T0 + k},{place(60.0 - k)[0]:.8f},{place(60.0 - k)[1]:.8f},10.0,270.0\n" for k in range(60)
            ),
        }
    )
    trial.reports = sorted([*reports, *backwards.reports], key=lambda report: report.received_s)
    (own,) = score_trial(trial, [Shown(float(T0 + k), ()) for k in range(1, 121)], "made").own
    assert own.n_rows == len(reports) + 60
    assert own.n_of_drone == len(reports)


def test_what_no_radar_saw_or_what_did_not_fly_is_not_asked_for() -> None:
    trial = trial_of([(10, 40), (90, 110)], flying=(0.0, 100.0))
    scores = score_trial(trial, shown_by_hand([(1, 1, 120, 0.0)]), "made")
    assert scores.flown_s == pytest.approx(100, abs=1)
    assert scores.seen_s == pytest.approx(36 + 13, abs=3)
    assert scores.held_by_one_s == scores.seen_s


def test_switches_and_shares_are_counted_by_hand() -> None:
    trial = trial_of([(1, 119)])
    scores = score_trial(trial, shown_by_hand([(3, 11, 50, 10.0), (8, 61, 80, 30.0)]), "made")
    assert (scores.n_tracks_of_drone, scores.switches) == (2, 1)
    assert (scores.held_s, scores.held_by_one_s) == (40 + 20, 40)
    assert scores.rms_m == pytest.approx(math.sqrt((40 * 10.0**2 + 20 * 30.0**2) / 60), rel=0.01)


def test_a_track_that_is_elsewhere_most_of_its_life_is_false_and_its_sensors() -> None:
    trial = trial_of([(1, 119)])
    shown = shown_by_hand([(1, 1, 120, 0.0), (2, 30, 39, GATE_M + 50.0)])
    scores = score_trial(trial, shown, "made", {("rf_b", "the sensor has no site"): 7})
    assert [(extra.track_id, extra.sensor, extra.shown_s) for extra in scores.extras] == [(2, "radar_2d", 10)]
    assert scores.false_per_h == pytest.approx(3_600.0 / 120.0)
    assert scores.false_per_h_by_sensor["radar_2d"] == pytest.approx(3_600.0 / 117.0)
    assert scores.rejected == {"rf_b: the sensor has no site": 7}


def test_the_run_for_the_usual_figures_is_the_same_second_by_second() -> None:
    trial = trial_of([(1, 119)])
    shown = shown_by_hand([(4, 1, 120, 25.0)])
    run = scored_run(trial, shown, "made")
    assert run.times_s.tolist() == [moment.time_s for moment in shown]
    off_m = np.array([tracks.xy_m[0] - truth.xy_m[0] for truth, tracks in zip(run.truth, run.tracks, strict=True)])
    assert off_m[:, 0] == pytest.approx(0.0, abs=0.1)
    assert off_m[:, 1] == pytest.approx(25.0, abs=0.1)
    assert run.truth[60].velocity_mps is not None
    assert run.truth[60].velocity_mps[0] == pytest.approx([SPEED, 0.0], abs=0.1)


def test_metres_about_a_point_are_the_ellipsoids_within_half_a_percent() -> None:
    lon, lat, _ = GEOD.fwd(LON, LAT, 30.0, 5_000.0)
    east, north = metres_about(np.array([lat]), np.array([lon]), (LAT, LON))
    assert math.hypot(float(east[0]), float(north[0])) == pytest.approx(5_000.0, rel=0.005)
    assert math.degrees(math.atan2(float(east[0]), float(north[0]))) == pytest.approx(30.0, abs=0.2)


def test_a_trial_without_truth_or_without_reports_says_so() -> None:
    trial = trial_of([(1, 119)])
    with pytest.raises(DataError, match="no report that can be used"):
        play(trial_of([]), tracker_for(trial))
    trial.flight = None
    with pytest.raises(DataError, match=r"truth\.csv"):
        score_trial(trial, [], "made")


def test_clutter_that_is_everywhere_is_not_taken_for_the_drone() -> None:
    # 40 plots a second over a square kilometre about the drone, as fast as it, in all directions: hardly a look
    # without one within 150 m, few looks in a row with one as near as the radar is good and flying as the drone.
    rng = np.random.default_rng(7)
    trial = trial_of([(1, 119)])
    rows = ""
    for k in range(1, 119):
        for _ in range(40):
            lon, lat, _ = GEOD.fwd(*reversed(place(k)), rng.uniform(0.0, 360.0), 560.0 * math.sqrt(rng.uniform()))
            rows += f"{T0 + k + rng.uniform():.3f},{T0 + k},{lat:.8f},{lon:.8f},10.0,{rng.uniform(0.0, 360.0):.2f}\n"
    clutter = read_trial(
        {
            "sites.csv": SITES.replace("2d", "3d").replace(f"{LAT - 0.01}", f"{LAT}"),
            "radar_3d_tracks.csv": HEAD + rows,
        }
    )
    assert len(clutter.reports) == 118 * 40
    trial.reports = sorted([*trial.reports, *clutter.reports], key=lambda report: report.received_s)
    trial.sensors |= clutter.sensors
    trial.courses |= clutter.courses
    seen = {own.sensor: own.n_of_drone for own in score_trial(trial, shown_by_hand([]), "made").own}
    assert seen["radar_2d"] == 118
    assert seen["radar_3d"] <= 118 // 5
