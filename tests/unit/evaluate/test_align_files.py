"""Files of truth and tracks at the same moments: when what is there, and where."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from sargas.evaluate.align import align
from sargas.evaluate.moments import ScoredRun, from_arrays
from sargas.evaluate.rows import read_rows
from sargas.evaluate.scores import score
from sargas.model.errors import DataError


def run_of(truth: str, tracks: str, *, every_s: float | None = None, hold_s: float | None = None) -> ScoredRun:
    told = read_rows(truth.splitlines(), "truth.csv", "truth")
    shown = read_rows(tracks.splitlines(), "tracks.csv", "tracks")
    return align(told, shown, every_s=every_s, hold_s=hold_s)


def x_of(run: ScoredRun, which: str = "tracks") -> list[list[float]]:
    """Return the x of everything at each moment."""
    return [[round(x, 6) for x in moment.xy_m[:, 0].tolist()] for moment in getattr(run, which)]


TRUTH = "time_s,target,x_m,y_m\n" + "".join(f"{k},t,{10 * k},0\n" for k in range(6))
PLAIN = "time_s,track,x_m,y_m\n"
MOVING = "time_s,track,x_m,y_m,east_mps,north_mps\n"


def test_tracks_with_the_times_of_the_truth_are_shown_at_their_rows_alone() -> None:
    run = run_of(TRUTH, PLAIN + "1,a,11,0\n3,a,31,0\n")
    assert run.times_s.tolist() == [0, 1, 2, 3, 4, 5]
    assert x_of(run) == [[], [11.0], [], [31.0], [], []]
    assert run.track_names == {0: "a"}


def test_between_its_rows_a_track_goes_on_with_its_velocity_for_two_usual_steps() -> None:
    run = run_of(TRUTH, MOVING + "0.5,a,6,0,10,0\n1.5,a,16,0,20,0\n")
    # Shown at 1 (6 + 0.5 x 10), 2 (16 + 0.5 x 20) and 3 (16 + 1.5 x 20); 4 is 2.5 s after the last row.
    assert x_of(run) == [[], [11.0], [26.0], [46.0], [], []]


def test_how_long_a_track_is_held_may_be_given() -> None:
    run = run_of(TRUTH, MOVING + "1,a,11,0,10,0\n", hold_s=2.0)
    assert x_of(run) == [[], [11.0], [21.0], [31.0], [], []]
    assert x_of(run_of(TRUTH, MOVING + "1,a,11,0,10,0\n", hold_s=0.0)) == [[], [11.0], [], [], [], []]


def test_without_a_velocity_a_track_goes_straight_to_its_next_row_and_then_stays() -> None:
    run = run_of(TRUTH, PLAIN + "0.5,a,0,0\n2.5,a,40,0\n")
    assert x_of(run) == [[], [10.0], [30.0], [40.0], [40.0], [40.0]]


def test_a_track_that_is_lost_is_not_shown_until_it_is_found() -> None:
    rows = "time_s,track,x_m,y_m,status\n1,a,1,0,confirmed\n2,a,2,0,lost\n4,a,4,0,coasting\n"
    assert x_of(run_of(TRUTH, rows, hold_s=1.5)) == [[], [1.0], [], [], [4.0], [4.0]]


def test_where_rows_tell_of_ends_a_track_is_shown_until_its_end() -> None:
    rows = "time_s,track,x_m,y_m,east_mps,north_mps,status\n0.5,a,5,0,10,0,confirmed\n4.5,a,0,0,0,0,lost\n"
    assert x_of(run_of(TRUTH, rows)) == [[], [10.0], [20.0], [30.0], [40.0], []]
    assert x_of(run_of(TRUTH, rows, hold_s=1.0)) == [[], [10.0], [], [], [], []]


def test_of_two_rows_of_one_time_the_later_one_counts_and_rows_need_no_order() -> None:
    assert x_of(run_of(TRUTH, PLAIN + "3,a,3,0\n1,a,1,0\n3,a,33,0\n")) == [[], [1.0], [], [33.0], [], []]


def test_the_truth_flies_straight_between_its_rows_but_not_over_a_gap() -> None:
    rows = [0, 1, 2, 3, 20, 21, 22, 23]
    truth = "time_s,target,x_m,y_m\n" + "".join(f"{k},t,{10 * k},0\n" for k in rows)
    run = run_of(truth, PLAIN + "1,a,0,0\n", every_s=0.5)
    assert x_of(run, "truth")[:7] == [[0.0], [5.0], [10.0], [15.0], [20.0], [25.0], [30.0]]
    assert x_of(run, "truth")[7:40] == [[]] * 33
    assert x_of(run, "truth")[40:42] == [[200.0], [205.0]]


def test_targets_with_times_of_their_own_are_compared_on_a_grid_of_their_usual_step() -> None:
    truth = "time_s,target,x_m,y_m\n" + "".join(f"{k + n / 10},{n},{k},0\n" for k in range(8) for n in range(5))
    run = run_of(truth, PLAIN + "1,a,0,0\n")
    assert run.times_s.tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert [moment.ids.size for moment in run.truth] == [1, 5, 5, 5, 5, 5, 5, 5]


def test_a_covariance_grows_with_that_of_the_velocity_and_is_unknown_without_it() -> None:
    head = "time_s,track,x_m,y_m,east_mps,north_mps,var_east_m2,cov_east_north_m2,var_north_m2,nis"
    more = ",var_east_m2ps2,cov_east_north_m2ps2,var_north_m2ps2"
    known = run_of(TRUTH, f"{head}{more}\n1,a,0,0,0,0,100,5,200,3,4,0,9\n", hold_s=2.0).tracks
    unknown = run_of(TRUTH, f"{head}\n1,a,0,0,0,0,100,5,200,3\n", hold_s=2.0).tracks
    assert known[1].position_cov_m2 == pytest.approx(np.array([[[100, 5], [5, 200]]]))
    assert known[3].position_cov_m2 == pytest.approx(np.array([[[116, 5], [5, 236]]]))
    assert unknown[1].position_cov_m2 is not None
    assert unknown[3].position_cov_m2 is None
    # The innovation belongs to the row, not to the prediction after it.
    assert known[1].nis == pytest.approx([3.0])
    assert known[3].nis is None


def test_places_on_the_earth_are_as_far_from_each_other_as_geodesics_say() -> None:
    truth = "time_s,target,lat_deg,lon_deg,speed_mps,course_deg\n0,t,54.6,25.3,30,90\n"
    run = run_of(truth, "time_s,track,lat_deg,lon_deg\n0,a,54.603,25.31\n")
    _, _, expected_m = Geod(ellps="WGS84").inv(25.3, 54.6, 25.31, 54.603)
    off = run.tracks[0].xy_m[0] - run.truth[0].xy_m[0]
    assert math.hypot(*off) == pytest.approx(expected_m, rel=1e-6)
    assert run.truth[0].velocity_mps == pytest.approx(np.array([[30.0, 0.0]]), abs=1e-6)
    assert run.center_deg == pytest.approx((54.6, 25.3))


def test_across_the_date_line_nothing_is_far() -> None:
    truth = "time_s,target,lat_deg,lon_deg\n0,t,0,179.999\n1,t,0,-179.999\n"
    run = run_of(truth, "time_s,track,lat_deg,lon_deg\n0,a,0,-180\n1,a,0,180\n")
    assert score(run).rms_error_m == pytest.approx(111.3, abs=0.1)


def test_a_track_on_the_other_side_of_the_earth_is_merely_false() -> None:
    truth = "time_s,target,lat_deg,lon_deg\n0,t,54.6,25.3\n"
    found = score(run_of(truth, "time_s,track,lat_deg,lon_deg\n0,a,-54.6,-154.7\n"))
    assert (found.missed_share, found.false_share) == (1.0, 1.0)


def test_arrays_and_files_of_the_same_numbers_score_the_same() -> None:
    rng = np.random.default_rng(4)
    truth = np.cumsum(rng.normal(0.0, 50.0, (30, 8, 2)), axis=0) + rng.uniform(0.0, 20_000.0, (8, 2))
    truth[:5, 0], truth[20:, 1] = np.nan, np.nan
    tracks = []
    for moment in truth:
        seen = np.flatnonzero(~np.isnan(moment[:, 0]) & (rng.random(8) < 0.8))
        tracks.append(
            (seen + 100 * (rng.random(seen.size) < 0.1), moment[seen] + rng.normal(0.0, 90.0, (seen.size, 2)))
        )
    there = [f"{k},{n},{moment[n, 0]!r},{moment[n, 1]!r}" for k, moment in enumerate(truth) for n in range(8)
             if not np.isnan(moment[n, 0])]  # fmt: skip
    shown = [f"{k},{n},{x!r},{y!r}" for k, (ids, xy) in enumerate(tracks)
             for n, (x, y) in zip(ids.tolist(), xy.tolist(), strict=True)]  # fmt: skip
    text = "\n".join(there).replace("np.float64(", "").replace(")", "")
    by_files = score(run_of("time_s,target,x_m,y_m\n" + text, PLAIN + "\n".join(shown)))
    by_arrays = score(from_arrays(truth, tracks))
    for name in ("gospa_m", "ospa_m", "switches", "breaks", "false_tracks", "latency_s", "siap_completeness"):
        assert getattr(by_files, name) == pytest.approx(getattr(by_arrays, name)), name


# --- what cannot be aligned ---


def test_a_plane_and_the_earth_are_not_compared() -> None:
    with pytest.raises(DataError, match=r"truth.csv has x_m and y_m, tracks.csv lat_deg and lon_deg"):
        run_of(TRUTH, "time_s,track,lat_deg,lon_deg\n0,a,54,25\n")


def test_files_of_different_times_are_refused_with_both() -> None:
    with pytest.raises(DataError, match=r"tracks \(100.0 to 100.0 s\) and the truth \(0.0 to 5.0 s\) have no time"):
        run_of(TRUTH, PLAIN + "100,a,0,0\n")


@pytest.mark.parametrize("every_s", [0.0, -1.0, math.nan, 1e-9])
def test_a_step_that_is_none_is_refused(every_s: float) -> None:
    with pytest.raises(DataError, match=r"expected more than 0.001 s"):
        run_of(TRUTH, PLAIN + "1,a,0,0\n", every_s=every_s)


def test_more_moments_than_can_be_are_refused() -> None:
    far = "time_s,target,x_m,y_m\n0,t,0,0\n1e11,t,0,0\n"
    with pytest.raises(DataError, match=r"1e\+11 moments .* at most 200000"):
        run_of(far, PLAIN + "1,a,0,0\n", every_s=1.0)


# --- whatever rows ---

times = st.one_of(st.integers(-5, 20).map(float), st.sampled_from([-1e11, 1e11, 3e3]), st.floats(0.0, 10.0))
spots = st.floats(-1e9, 1e9)
unknown = st.one_of(st.just(""), st.floats(-1e6, 1e6))
status = st.sampled_from(["", "confirmed", "lost"])
rows_of_truth = st.lists(st.tuples(times, st.integers(0, 2), spots, spots), min_size=1, max_size=8)
rows_of_tracks = st.lists(
    st.tuples(times, st.integers(0, 2), spots, spots, unknown, unknown, status), min_size=1, max_size=8
)


@settings(deadline=None)
@given(rows_of_truth, rows_of_tracks, st.sampled_from([None, 0.7, 5.0]), st.sampled_from([None, 0.0, 3.0]))
def test_whatever_rows_are_scored_or_told_why_not(
    truth: list[tuple[object, ...]], tracks: list[tuple[object, ...]], every_s: float | None, hold_s: float | None
) -> None:
    def text(head: str, rows: list[tuple[object, ...]]) -> str:
        return head + "\n".join(",".join(map(str, row)) for row in rows)

    told = ""
    try:
        found = score(
            run_of(
                text("time_s,target,x_m,y_m\n", truth),
                text("time_s,track,x_m,y_m,east_mps,north_mps,status\n", tracks),
                every_s=every_s,
                hold_s=hold_s,
            )
        )
    except DataError as error:
        told = str(error)
    if told:
        assert "no time in common" in told or "at most" in told
        return
    assert found.gospa_m is not None
    assert 0.0 <= found.gospa_m <= 1_000.0 * math.sqrt(6)
    for share in (found.missed_share, found.false_share, found.siap_completeness, found.siap_spuriousness):
        assert share is None or 0.0 <= share <= 1.0
    assert found.siap_longest_segment is not None
    assert found.siap_longest_segment <= 1.0
