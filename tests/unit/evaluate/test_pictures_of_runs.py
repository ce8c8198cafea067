"""The pictures are drawn for every kind of run, without a warning, and say the figures that the scores say."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="the pictures need matplotlib, the extra sargas[plots]")

from matplotlib.figure import Figure
from msgspec import structs

from sargas.evaluate.measured import Measured, Settings, measure
from sargas.evaluate.moments import Moment, Post, ScoredRun, from_arrays
from sargas.evaluate.picture_map import lines_of
from sargas.evaluate.pictures import pictures
from sargas.evaluate.scores import scores_of


def drawn(measured: Measured, folder: Path) -> dict[str, Figure]:
    """Return the pictures by name, each of them written once."""
    found = dict(pictures(measured))
    for name, figure in found.items():
        figure.savefig(folder / name, dpi=30)
        assert (folder / name).read_bytes().startswith(b"\x89PNG")
    return found


def words(figure: Figure) -> str:
    """Return all that is written in the legends and beside places."""
    parts = [text.get_text() for axes in figure.axes for text in axes.texts]
    for axes in figure.axes:
        if (legend := axes.get_legend()) is not None:
            parts += [text.get_text() for text in legend.get_texts()]
    return "\n".join([*parts, *(text.get_text() for text in figure.texts)])


def full_run(n_targets: int, n_moments: int = 40) -> ScoredRun:
    """Targets on a grid, a track each with covariance and existence, one false track, one exchange of numbers."""
    rng = np.random.default_rng(6)
    truth, tracks = [], []
    for k in range(n_moments):
        places = np.stack([np.arange(n_targets) * 3_000.0 + 20.0 * k, np.full(n_targets, 5.0 * k)], axis=1)
        numbers = np.arange(n_targets) + 10
        if k >= n_moments // 2:
            numbers[0] = 5
        truth.append(Moment(ids=np.arange(n_targets), xy_m=places))
        tracks.append(
            Moment(
                ids=np.append(numbers, 999),
                xy_m=np.vstack([places + rng.normal(0.0, 30.0, places.shape), [[-2_000.0, 2_000.0]]]),
                position_cov_m2=np.broadcast_to(900.0 * np.eye(2), (n_targets + 1, 2, 2)),
                existence=np.append(np.full(n_targets, 0.95), 0.4),
            )
        )
    return ScoredRun(
        title="a full run",
        times_s=np.arange(float(n_moments)),
        truth=tuple(truth),
        tracks=tuple(tracks),
        truth_names={0: "the $drone$ of a very long name indeed"},
        sensors=(Post(name="radar", xy_m=(500.0, -800.0)),),
        center_deg=(54.6, 25.3),
    )


@pytest.mark.parametrize("n_targets", [1, 4, 30])
def test_a_full_run_has_all_five_pictures(n_targets: int, tmp_path: Path) -> None:
    found = drawn(measure(full_run(n_targets)), tmp_path)
    assert list(found) == ["gospa.png", "map.png", "error.png", "nees.png", "existence.png"]


def test_the_pictures_say_what_the_scores_say(tmp_path: Path) -> None:
    measured = measure(full_run(4))
    scores = scores_of(measured)
    found = drawn(measured, tmp_path)
    assert f"mean {scores.gospa_m:,.0f} m" in words(found["gospa.png"])
    assert f"RMS {scores.rms_error_m:,.0f} m" in words(found["error.png"])
    assert scores.nees_position is not None
    assert f"mean {scores.nees_position.mean:.2f}" in words(found["nees.png"])
    assert f"{100.0 * scores.nees_position.within_95:.1f} % lie within" in words(found["nees.png"])
    assert scores.existence is not None
    assert f"Brier {scores.existence.brier:.3f}" in words(found["existence.png"])
    told = words(found["map.png"])
    for part in ("tracks (5)", "false tracks (1)", "switches (1)", "sensors", "radar", "a full run"):
        assert part in told
    assert r"the \$drone\$ of a very l…" in told


def test_the_colours_under_the_height_of_gospa_are_its_parts(tmp_path: Path) -> None:
    truth = np.zeros((3, 2, 2))
    truth[:, 1, 0] = 50_000.0
    measured = measure(from_arrays(truth, [([1], [[300.0, 400.0]])] * 3))
    above = drawn(measured, tmp_path)["gospa.png"].axes[0]
    # One pair 500 m off and one missed: 250,000 + 500,000 = 866.03^2; a third and two thirds of the height.
    tops = [collection.get_paths()[0].vertices[:, 1].max() for collection in above.collections]
    assert tops == pytest.approx([866.03 / 3, 866.03, 866.03], abs=0.01)


def test_a_run_without_covariance_and_existence_has_three(tmp_path: Path) -> None:
    measured = measure(from_arrays(np.zeros((30, 1, 2)), [([1], [[5.0, 5.0]])] * 30))
    assert list(drawn(measured, tmp_path)) == ["gospa.png", "map.png", "error.png"]


@pytest.mark.parametrize("n_moments", [1, 2, 700])
def test_nothing_shown_and_few_or_many_moments_can_be_drawn(n_moments: int, tmp_path: Path) -> None:
    run = from_arrays(np.zeros((n_moments, 1, 2)), [([], [])] * n_moments)
    found = drawn(measure(run), tmp_path)
    assert "no target ever had a track" in words(found["error.png"])
    unit = "minutes" if n_moments == 700 else "seconds"
    assert found["gospa.png"].axes[-1].get_xlabel() == f"{unit} since the first moment"


def test_the_burn_in_is_not_on_the_gospa_picture(tmp_path: Path) -> None:
    measured = measure(full_run(4), Settings(burn_in=30))
    line = drawn(measured, tmp_path)["gospa.png"].axes[0].lines[0]
    assert np.asarray(line.get_xdata()).min() == 30.0


def test_tracks_far_away_do_not_shrink_the_map(tmp_path: Path) -> None:
    far = Moment(ids=np.array([1]), xy_m=np.array([[1.0e8, 1.0e8]]))
    run = full_run(4)
    run = structs.replace(run, tracks=(far,) * run.times_s.size)
    axes = drawn(measure(run), tmp_path)["map.png"].axes[0]
    assert axes.get_xlim()[1] < 15.0


def test_a_way_is_broken_where_its_thing_was_not_there() -> None:
    here = Moment(ids=np.array([7]), xy_m=np.array([[1_000.0, 0.0]]))
    nowhere = Moment(ids=np.empty(0, np.int64), xy_m=np.empty((0, 2)))
    (line,) = lines_of([here, here, nowhere, here]).values()
    assert np.isnan(line[:, 0]).tolist() == [False, False, True, False]
    assert lines_of([nowhere]) == {}
