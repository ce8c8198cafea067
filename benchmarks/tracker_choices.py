"""What the tracker's choices are worth: `python benchmarks/tracker_choices.py`.

Each choice is undone alone, everything else as it is by default. The sets are those of tracking_sets.py; means over
the seeds, GOSPA with c = 1,000 m and p = 2, without the first ten scans.
"""

import argparse

import numpy as np

import sargas
from sargas.fuse.pmb_settings import MotionSettings, Settings
from tracking_sets import TrackingSet, make, recipe

NONE = 1e-9
CHOICES = {
    "as it is": Settings(),
    "two straight models": Settings(motion=MotionSettings(turn_rate_dps=NONE, wander_share=NONE)),
    "no wandering model": Settings(motion=MotionSettings(wander_share=NONE)),
    "shown at 0.5": Settings(show_existence=0.5),
    "shown at 0.95": Settings(show_existence=0.95),
    "lost below 0.5": Settings(lost_existence=0.5),
    "however vague": Settings(vague_m=1e9, vague_share=1e9),
    "never hidden": Settings(hide_s=1e9),
}


def scores(made: TrackingSet, settings: Settings, period_s: float) -> list[float]:
    tracker, tracks = sargas.PlaneTracker(settings), []
    for k in range(len(made.truth)):
        scan = slice(made.offset[k], made.offset[k + 1])
        tracker.scan(period_s * k, made.xy_m[scan], made.cov_m2[scan])
        ids, xy_m = tracker.shown()
        tracks.append((ids.copy(), xy_m))
    run = sargas.from_arrays(made.truth, tracks, period_s * np.arange(len(made.truth)))
    found = sargas.score(run, sargas.ScoreSettings(burn_in=10))
    return [
        found.gospa_m, 100.0 * (found.missed_share or 0.0), found.switches, found.false_tracks,
        found.latency_moments or 0.0,
    ]  # fmt: skip


def main(sets: list[str], seeds: list[int]) -> None:
    for name in sets:
        given = [recipe(name, seed) for seed in seeds]
        made = [make(each) for each in given]
        print(f"| {name} | GOSPA, m | missed | switches | false tracks | shown after, scans |")
        print("|---|---:|---:|---:|---:|---:|")
        for choice, settings in CHOICES.items():
            pairs = zip(made, given, strict=True)
            gospa_m, missed, switches, false, late = np.mean(
                [scores(each, settings, about.period_s) for each, about in pairs], axis=0
            )
            print(
                f"| {choice} | {gospa_m:,.0f} | {missed:.1f} % | {switches:.1f} | {false:.1f} | {late:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", default=["hard_N50", "cart_N200"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    chosen = parser.parse_args()
    main(chosen.sets, chosen.seeds)
