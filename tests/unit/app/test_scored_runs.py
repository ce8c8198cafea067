"""Runs to score: the engine asked at its ticks, the truth where it was then, and what is no run at all."""

import math
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from pyproj import Geod

from sargas.app import exercise, scoring, to_score
from sargas.app.scoring import Step, moment_of, scenario_run, truth_of
from sargas.evaluate.moments import ScoredRun
from sargas.evaluate.plane import Plane
from sargas.evaluate.scores import score
from sargas.model.decision import Acknowledge
from sargas.model.entry import Decided, Entry, FeedOpened
from sargas.model.errors import ConfigError, DataError
from sargas.model.track import Track

PLANE = Plane(54.6, 25.3)
TINY_S = 1_753_666_800.0
"""2025-07-28 01:40:00 UTC, when the scenario `tiny` begins."""


@pytest.fixture(scope="module")
def tiny() -> tuple[ScoredRun, tuple[int, ...]]:
    return scenario_run("tiny", 1)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `sargas simulate tiny` writes."""
    folder = tmp_path_factory.mktemp("scored") / "night"
    exercise.write_out("tiny", 1, folder)
    return folder


# --- a scenario through the engine ---


def test_a_scenario_is_compared_at_every_tick_from_its_first_moment_to_its_last(
    tiny: tuple[ScoredRun, tuple[int, ...]],
) -> None:
    run, _ = tiny
    assert np.diff(run.times_s).tolist() == [1.0] * 240
    assert set(run.truth_names.values()) == {"Drone", "Airliner", "birds 1.1"}
    assert {post.name for post in run.sensors} == {"radar", "adsb", "ear", "finder"}


def test_the_birds_are_named(tiny: tuple[ScoredRun, tuple[int, ...]]) -> None:
    run, birds = tiny
    assert [run.truth_name(number) for number in birds] == ["birds 1.1"]


def test_the_truth_of_a_tick_is_where_the_scenario_put_the_drone(tiny: tuple[ScoredRun, tuple[int, ...]]) -> None:
    run, _ = tiny
    drone = next(number for number, name in run.truth_names.items() if name == "Drone")
    first = run.truth[0].xy_m[run.truth[0].ids.tolist().index(drone)]
    last = run.truth[200].xy_m[run.truth[200].ids.tolist().index(drone)]
    # The scenario says: from 54.600 N 25.830 E due west at 45 m/s.
    assert math.dist(first, last) == pytest.approx(200 * 45.0, rel=0.01)


def test_the_airliner_is_held_by_one_track_that_is_where_it_is(tiny: tuple[ScoredRun, tuple[int, ...]]) -> None:
    run, _ = tiny
    airliner = next(number for number, name in run.truth_names.items() if name == "Airliner")
    alone = structs.replace(run, truth=tuple(moment.only(moment.ids == airliner) for moment in run.truth))
    found = score(alone)
    assert found.switches == 0
    assert found.siap_longest_segment is not None
    assert found.siap_longest_segment > 0.9
    assert found.rms_error_m is not None
    assert found.rms_error_m < 100.0


def test_the_same_seed_gives_the_same_scores(tiny: tuple[ScoredRun, tuple[int, ...]]) -> None:
    assert score(scenario_run("tiny", 1)[0]) == score(tiny[0])


def test_another_seed_gives_other_tracks(tiny: tuple[ScoredRun, tuple[int, ...]]) -> None:
    assert score(scenario_run("tiny", 2)[0]).gospa_m != score(tiny[0]).gospa_m


def test_a_night_written_out_scores_as_the_scenario_does(
    night: Path, tiny: tuple[ScoredRun, tuple[int, ...]]
) -> None:
    found = to_score.find(str(night), None, to_score.Asked())
    assert [found.run.truth_name(number) for number in found.birds] == ["birds 1.1"]
    by_folder, by_scenario = score(found.run), score(tiny[0])
    assert by_folder.n_tracks == by_scenario.n_tracks
    # truth.csv has a row every 5 s with 6 decimals: the turns between are cut by metres.
    assert by_folder.gospa_m == pytest.approx(by_scenario.gospa_m, rel=0.05)


def test_the_tracker_of_a_written_out_configuration_is_the_one_that_is_scored(night: Path) -> None:
    watch = night / "watch.toml"
    text = watch.read_text(encoding="utf-8")
    other = night.parent / "other"
    other.mkdir()
    for name in ("recorded.journal", "truth.csv"):
        (other / name).write_bytes((night / name).read_bytes())
    (other / "watch.toml").write_text(text + '\n[tracker]\ntype = "no_such"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="no_such"):
        to_score.find(str(other), None, to_score.Asked())


def test_what_flew_before_the_first_report_or_without_any_was_missed() -> None:
    from sargas.app.exercise import blueprint_of, find
    from sargas.simulate.run import run as simulate

    blueprint = blueprint_of(simulate(find("tiny"), 1))
    path = scoring.Path(
        name="t",
        time_s=np.array([1_000.0, 1_100.0]),
        lat_deg=np.array([54.6, 54.6]),
        lon_deg=np.array([25.3, 25.4]),
    )
    entry = Entry(seq=1, received_s=1_050.0, body=FeedOpened(feed="radar"))
    for steps in ([], [(1_050.0, entry)], [(900.0, structs.replace(entry, received_s=900.0))]):
        run = scoring.watched_run(blueprint, steps, [path], title="t")
        assert run.times_s.tolist() == list(range(1_000, 1_101))
        assert score(run).missed_share == 1.0


# --- the decision clock ---


def test_the_clock_of_the_drone_runs_from_the_first_report_of_it_to_the_draft(
    tiny: tuple[ScoredRun, tuple[int, ...]],
) -> None:
    """Its radar turns in 4 s; the call, the cue and the fall come later; nobody decides in a scenario."""
    (clock,) = tiny[0].clocks
    assert (clock.incident_id, clock.highest_level) == ("LT-2025-07-28-01", "red")
    assert 0.0 <= clock.first_report_s - TINY_S < 8.0
    assert clock.track_s is not None
    assert clock.alarm_s is not None
    assert clock.draft_s is not None
    assert 0.0 < clock.track_s <= clock.draft_s <= clock.alarm_s < 60.0  # it is heard after ten reports
    assert (clock.acknowledged_s, clock.approved_s, clock.sent_s, clock.delivered_s) == (None,) * 4
    assert score(tiny[0]).clocks == tiny[0].clocks


def test_a_night_written_out_has_the_clocks_of_the_scenario(
    night: Path, tiny: tuple[ScoredRun, tuple[int, ...]]
) -> None:
    assert to_score.find(str(night), None, to_score.Asked()).run.clocks == tiny[0].clocks


def test_what_people_decided_is_on_the_clock_where_the_record_holds_it() -> None:
    from sargas.app.exercise import blueprint_of, find
    from sargas.simulate.run import run as simulate

    seen_s = TINY_S + 60.0
    seen = Decided(Acknowledge(officer="Lt. Kazlauskas", incident_id="LT-2025-07-28-01"))
    simulation = simulate(find("tiny"), 1)
    said = sorted([*simulation.entries, (seen_s, seen)], key=lambda entry: entry[0])
    steps: list[Step] = [
        (received_s, Entry(number, received_s, body)) for number, (received_s, body) in enumerate(said, start=1)
    ]
    path = scoring.Path(
        name="t", time_s=TINY_S + np.array([0.0, 90.0]), lat_deg=np.full(2, 54.6), lon_deg=np.array([25.83, 25.78])
    )
    (clock,) = scoring.watched_run(blueprint_of(simulation), steps, [path], title="t").clocks
    assert clock.acknowledged_s == pytest.approx(seen_s - clock.first_report_s, abs=1e-3)


# --- the parts ---


def track(number: int, status: str, **more: object) -> Track:
    told: dict[str, object] = {
        "track_id": number, "time_s": 0.0, "first_s": 0.0, "last_report_s": 0.0, "status": status,
        "lat_deg": 54.6, "lon_deg": 25.3, "east_mps": 10.0, "north_mps": -5.0,
        "position_cov_m2": (100.0, 20.0, 400.0), "velocity_cov_m2ps2": (1.0, 0.0, 4.0),
    }  # fmt: skip
    return Track(**told | more)  # type: ignore[arg-type]


def test_only_tracks_that_say_where_something_is_now_are_shown() -> None:
    tracks = [track(n, s) for n, s in enumerate(("tentative", "confirmed", "coasting", "lost", "ended"))]
    assert moment_of(tracks, PLANE).ids.tolist() == [1, 2]
    assert moment_of([], PLANE).ids.size == 0


def test_a_shown_track_keeps_its_velocity_covariance_and_existence() -> None:
    found = moment_of([track(7, "confirmed", existence=0.8), track(8, "confirmed")], PLANE)
    assert found.velocity_mps == pytest.approx(np.array([[10.0, -5.0]] * 2))
    assert found.position_cov_m2 == pytest.approx(np.array([[[100.0, 20.0], [20.0, 400.0]]] * 2))
    assert found.velocity_cov_m2ps2 == pytest.approx(np.array([[[1.0, 0.0], [0.0, 4.0]]] * 2))
    assert found.existence == pytest.approx([0.8, math.nan], nan_ok=True)


def test_away_from_the_centre_north_is_turned_and_the_error_with_it() -> None:
    found = moment_of([track(7, "confirmed", lat_deg=55.6, lon_deg=27.3)], PLANE)
    assert found.velocity_mps is not None
    # Meridians converge by about the difference of longitude times the sine of the latitude: 2 sin(55.1) = 1.64 deg.
    turned = math.degrees(math.atan2(*found.velocity_mps[0]) - math.atan2(10.0, -5.0))
    assert turned == pytest.approx(-1.64, abs=0.02)
    assert found.position_cov_m2 is not None
    assert np.linalg.eigvalsh(found.position_cov_m2[0]) == pytest.approx(
        np.linalg.eigvalsh([[100.0, 20.0], [20.0, 400.0]]), rel=1e-3
    )


def test_the_truth_is_interpolated_but_not_beyond_its_ends_nor_over_a_gap() -> None:
    path = scoring.Path(
        name="t",
        time_s=np.array([0.0, 10.0, 100.0, 110.0]),
        lat_deg=np.full(4, 54.6),
        lon_deg=np.array([25.3, 25.4, 25.5, 25.6]),
        gap_max_s=20.0,
    )
    moments = truth_of([path], np.array([-1.0, 0.0, 5.0, 50.0, 105.0, 111.0]), PLANE)
    assert [moment.ids.size for moment in moments] == [0, 1, 1, 0, 1, 0]
    _, _, expected_m = Geod(ellps="WGS84").inv(25.3, 54.6, 25.35, 54.6)
    assert moments[2].xy_m[0, 0] == pytest.approx(expected_m, rel=1e-4)
    assert moments[2].velocity_mps is not None
    assert moments[2].velocity_mps[0, 0] == pytest.approx(expected_m / 5.0, rel=0.5)


def test_a_truth_of_one_moment_is_there_at_that_moment() -> None:
    path = scoring.Path(name="t", time_s=np.array([5.0]), lat_deg=np.array([54.6]), lon_deg=np.array([25.3]))
    moments = truth_of([path], np.array([4.0, 5.0]), PLANE)
    assert [moment.ids.size for moment in moments] == [0, 1]


# --- what is no run ---


def test_what_is_named_and_cannot_be_scored_is_told(tmp_path: Path) -> None:
    (tmp_path / "tracks.csv").write_text("time_s,track,x_m,y_m\n0,1,0,0\n")
    (tmp_path / "bytes.csv").write_bytes(b"time_s,track,x_m,y_m\n0,\xff,0,0\n")
    cases: list[tuple[str, Path | None, to_score.Asked, str]] = [
        ("nowhere", None, to_score.Asked(), "no scenario 'nowhere'"),
        (str(tmp_path), None, to_score.Asked(), "expected the folder of a trial"),
        (str(tmp_path / "tracks.csv"), None, to_score.Asked(), "sargas score TRUTH TRACKS"),
        (
            str(tmp_path / "none.csv"),
            tmp_path / "tracks.csv",
            to_score.Asked(),
            "none.csv: No such file or directory",
        ),
        (str(tmp_path), tmp_path / "tracks.csv", to_score.Asked(), "Is a directory"),
        (str(tmp_path / "bytes.csv"), tmp_path / "tracks.csv", to_score.Asked(), "bytes.csv: no UTF-8 text"),
        ("tiny", None, to_score.Asked(every_s=1.0), "--every and --hold are for files"),
    ]
    for target, tracks, asked, message in cases:
        with pytest.raises(DataError, match=message):
            to_score.find(target, tracks, asked)
    with pytest.raises(ConfigError, match="no tracker 'nonsense'"):
        to_score.find("tiny", None, to_score.Asked(tracker="nonsense"))
