"""The real counter-drone trial through the tracker: one table, and pictures of what it did.

    python benchmarks/trial.py [FOLDER ...] [--tracker TYPE] [--without SENSOR ...] [--pictures DIRECTORY] [--json]

Folders hold the CSV files of one flight each (see `sargas.evaluate.trial`). Without any, those of the folder that
SARGAS_RECORDINGS names, or that lies beside the repository, are taken; without those this is skipped. `--without`
leaves a sensor out, for an ablation. The pictures need matplotlib.
"""

import argparse
import os
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from made_traffic import parser, tell
from sargas import plugins
from sargas.app.config import DEFAULT_TRACKER
from sargas.evaluate.trial import Trial, metres_about, read_trial
from sargas.evaluate.trial_run import (
    SHOWN,
    Shown,
    TrialScores,
    center_of,
    errors_over_time,
    play,
    rows_of_drone,
    score_trial,
)
from sargas.model.report import GeoPlot

ROOT = Path(__file__).resolve().parents[1]


def folders(given: list[str]) -> list[Path]:
    if given:
        return [Path(each) for each in given]
    recordings = Path(os.environ.get("SARGAS_RECORDINGS", ROOT.parent / "shared" / "data"))
    return sorted(path.parent for path in (recordings / "trial").glob("*/truth.csv"))


def run(folder: Path, tracker_type: str, without: list[str]) -> tuple[Trial, list[Shown], TrialScores]:
    trial = read_trial({path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.csv"))})
    trial.reports = [report for report in trial.reports if report.sensor not in without]
    part = plugins.load("tracker", tracker_type)
    tracker = part.build(part.Settings(), trial.sensors)
    shown = play(trial, tracker)
    return trial, shown, score_trial(trial, shown, folder.name, tracker.rejected)


def rows(scores: TrialScores) -> list[dict[str, Any]]:
    """Return the table of one flight, a figure a row."""

    def metres(value: float | None) -> str:
        return "none" if value is None else f"{value:.1f}"

    def share(part: int) -> str:
        return f"{100.0 * part / scores.seen_s:.0f} %" if scores.seen_s else "none"

    told = [
        ("the drone flew, s", scores.flown_s),
        ("a radar saw it, s", scores.seen_s),
        ("of that held by any track", share(scores.held_s)),
        ("of that held by one and the same", share(scores.held_by_one_s)),
        ("tracks of the drone", scores.n_tracks_of_drone),
        ("identity switches", scores.switches),
        ("error of the track, RMS and median, m", f"{metres(scores.rms_m)}, {metres(scores.median_m)}"),
    ]
    for own in scores.own:
        told.append((f"error of {own.sensor} by itself, m", f"{metres(own.rms_m)}, {metres(own.median_m)}"))
        both = f"{metres(own.track_rms_m)}, {metres(own.rms_then_m)}"
        told.append((f"RMS of the track, and of {own.sensor} at the same moments, m", both))
    told.append(("confirmed tracks that are not the drone", len(scores.extras)))
    told += [(f"the same an hour of {name}", f"{n:.1f}") for name, n in scores.false_per_h_by_sensor.items()]
    return [{"flight": scores.title, "": name, "figure": value} for name, value in told]


def picture(trial: Trial, shown: list[Shown], scores: TrialScores, path: Path) -> None:
    """Draw the map, the error over time, and who was shown when."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    flight, center = trial.flight, center_of(trial)
    assert flight is not None
    begin_s = flight.time_s[0]
    figure, axes = plt.subplot_mosaic("ab;ac;ad", figsize=(20, 11), width_ratios=[1.2, 1.0])
    colours = {"radar_2d": "tab:blue", "radar_3d": "tab:orange"}
    for sensor in sorted(trial.courses):
        plots = [each for each in trial.reports if isinstance(each, GeoPlot) and each.sensor.startswith(sensor)]
        lat, lon = np.array([(plot.lat_deg, plot.lon_deg) for plot in plots]).reshape(-1, 2).T
        x, y = metres_about(lat, lon, center)
        axes["a"].plot(x, y, ".", ms=2, color=colours.get(sensor, "grey"), alpha=0.4, label=f"{sensor}: rows")
        at_s, off_m = rows_of_drone(trial, sensor)
        axes["b"].plot(at_s - begin_s, off_m, ".", ms=4, color=colours.get(sensor, "grey"), label=f"{sensor}: own")
    axes["a"].plot(*metres_about(flight.lat_deg, flight.lon_deg, center), "k-", lw=1, label="truth")
    extras = {extra.track_id for extra in scores.extras}
    ways: dict[int, list[tuple[float, float, float]]] = {}
    for moment in shown:
        for track in moment.tracks:
            assert track.status in SHOWN
            x1, y1 = metres_about(np.array([track.lat_deg]), np.array([track.lon_deg]), center)
            ways.setdefault(track.track_id, []).append((moment.time_s - begin_s, float(x1[0]), float(y1[0])))
    for number, way in ways.items():
        t, x, y = np.array(way).T
        colour = "red" if number in extras else None
        (line,) = axes["a"].plot(x, y, "-", lw=0.8 if number in extras else 2, color=colour)
        if number not in extras:
            axes["a"].text(x[0], y[0], f"{number}", color=line.get_color())
        axes["c"].plot(t, np.full(t.size, number), ".", ms=3, color=line.get_color())
    times_s, off_m, numbers = errors_over_time(trial, shown)
    axes["b"].plot(times_s - begin_s, off_m, "k-", lw=1, label="the drone's track")
    switched = [k for k in range(1, len(numbers)) if numbers[k] and numbers[k] != numbers[k - 1]]
    for k in switched:
        axes["b"].axvline(times_s[k] - begin_s, color="grey", lw=0.5)
    axes["d"].plot(times_s - begin_s, [len(moment.tracks) for moment in shown])
    axes["a"].set_aspect("equal")
    axes["a"].legend()
    axes["b"].legend()
    for key, name in (("b", "error, m"), ("c", "track number (red: not the drone)"), ("d", "tracks shown")):
        axes[key].set_ylabel(name)
        axes[key].set_xlim(0.0, flight.time_s[-1] - begin_s)
    axes["d"].set_xlabel("time, s")
    figure.suptitle(f"{scores.title}: held by one track {scores.held_by_one_s} of {scores.seen_s} s, "
                    f"{scores.switches} switches, {len(scores.extras)} false")  # fmt: skip
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=70)
    plt.close(figure)


def options() -> argparse.ArgumentParser:
    asked = parser(__doc__)
    asked.add_argument("folders", nargs="*")
    asked.add_argument("--tracker", default=str(DEFAULT_TRACKER["type"]))
    asked.add_argument("--without", nargs="*", default=[])
    asked.add_argument("--pictures", type=Path)
    return asked


def main() -> None:
    given = options().parse_args()
    found = folders(given.folders)
    if not found:
        tell("Skipped: no trial in the folder of recordings", [], as_json=given.json)
        return
    table: list[dict[str, Any]] = []
    for folder in found:
        trial, shown, scores = run(folder, given.tracker, given.without)
        table += msgspec.to_builtins(rows(scores))
        if given.pictures:
            picture(trial, shown, scores, given.pictures / f"{folder.name}.png")
    tell(f"Trial, tracker {given.tracker}", table, as_json=given.json)


if __name__ == "__main__":
    main()
