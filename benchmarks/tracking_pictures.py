"""Draws what the tracker does where it is hard: `python benchmarks/tracking_pictures.py FOLDER [--seed 1]`.

`tracking-existence.png`: how likely targets and clutter are to exist from their first plot on, and one target that
cannot be seen for a while. `tracking-vague.png`: what lives on in dense clutter if nothing ends a vague track.
`tracking-group.png`: ten targets that fly together, and what their tracks make of it. All on sets of
tracking_sets.py; the tracker is told neither clutter nor detection.
"""

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sargas.evaluate.identity import follow
from sargas.evaluate.moments import Moment
from sargas.fuse.plane import PlaneTracker
from sargas.fuse.pmb_settings import Settings
from sargas.fuse.table import LOST, N_USED, SHOWN
from tracking_sets import TrackingSet, make, recipe

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

PERIOD_S = 4.0
BLUE, ORANGE, GREY, DARK = "#1f5fa8", "#d9740b", "#8a8a8a", "#333333"
COLOURS = (
    "#1f5fa8",
    "#d9740b",
    "#2a8c55",
    "#b23a6f",
    "#6b4fa0",
    "#8a6d1d",
    "#0f8b9c",
    "#c23b22",
    "#5b7f1a",
    "#444444",
)
HIDDEN_FROM, HIDDEN_TO = 60, 75
FADES_AFTER = 12
VAGUE_M = 800.0  # eight times the error of a plot of these sets
NEAR_SCANS, NEAR_M = 12, 3_000.0
GATE_M = 1_000.0
NO_LIMIT = {"vague_m": 1e9, "vague_share": 1e9}


class Seen(NamedTuple):
    """What is believed after one scan: ids, x, y [m], variance along either axis [m^2], existence, hidden, shown."""

    ids: I64
    xy_m: F64
    var_m2: F64
    existence: F64
    hidden: F64
    is_shown: NDArray[np.bool_]


def believed(tracker: PlaneTracker, time_s: float) -> Seen:
    """Return all rows but the lost ones, those not yet shown included, which the public interface keeps to itself."""
    table = tracker._table  # noqa: SLF001
    rows = table.rows[table.used[: table.counts[N_USED]]]
    rows = rows[rows["state"] != LOST]
    dt = (time_s - rows["t"])[:, None]
    spread = rows["spread"]
    var = spread[:, 0] + 2.0 * spread[:, 1] * dt[:, 0] + spread[:, 2] * dt[:, 0] ** 2
    x = rows["x"]
    return Seen(rows["uid"], x[:, :2] + x[:, 2:] * dt, var, rows["r"], rows["hidden"], rows["state"] == SHOWN)


def run(made: TrackingSet, settings: Settings, keep: NDArray[np.bool_] | None = None) -> list[Seen]:
    """Return what is believed after each scan; of the plots only those to keep are given."""
    keep = np.ones(len(made.target), bool) if keep is None else keep
    tracker, seen = PlaneTracker(settings), []
    for k in range(len(made.truth)):
        scan = slice(made.offset[k], made.offset[k + 1])
        tracker.scan(PERIOD_S * k, made.xy_m[scan][keep[scan]], made.cov_m2[scan][keep[scan]])
        seen.append(believed(tracker, PERIOD_S * k))
    return seen


def draw_existence(plt: Any, made: TrackingSet, dense: TrackingSet, path: Path) -> None:
    """Draw births of targets and of clutter, and a target that hides."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(13.0, 4.6), layout="constrained")
    seen = run(dense, Settings())
    begun: dict[int, list[float]] = {}
    for moment in seen:
        for number, existence in zip(moment.ids.tolist(), moment.existence.tolist(), strict=True):
            begun.setdefault(number, []).append(existence)
    late = {number: lives for number, lives in begun.items() if dense.offset[5] <= number < dense.offset[90]}
    rng = np.random.default_rng(0)
    false = [n for n in late if dense.target[n] < 0 and len(late[n]) > 1]
    true = [n for n in late if dense.target[n] >= 0 and max(late[n]) > 0.5]
    shares = []
    for numbers, colour, n_drawn in ((false, ORANGE, 150), (true, BLUE, 60)):
        for number in rng.choice(numbers, min(n_drawn, len(numbers)), replace=False):
            lives = np.clip(late[int(number)][:FADES_AFTER], 1e-5, 1.0 - 1e-5)
            left.plot(np.log10(lives / (1.0 - lives)), color=colour, alpha=0.35, lw=1.0)
        shares.append(len(numbers))
    n_clutter = int((dense.target[dense.offset[5] : dense.offset[90]] < 0).sum())
    left.plot(
        [],
        [],
        color=ORANGE,
        label=f"began with clutter ({n_clutter:,} false plots,\n{shares[0]:,} rows older than a scan)",
    )
    left.plot([], [], color=BLUE, label=f"began with a target's plot ({shares[1]} that came to more than 0.5)")
    levels = [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.5, 0.9, 0.99, 0.999]
    left.set_yticks(
        np.log10(np.array(levels) / (1.0 - np.array(levels))), [np.format_float_positional(level) for level in levels]
    )
    shown_at = Settings().show_existence
    shown_at = float(np.log10(shown_at / (1.0 - shown_at)))
    left.axhline(shown_at, color=DARK, lw=1.0, ls="--")
    left.annotate("shown from here", (FADES_AFTER - 1, shown_at), (0, 4), textcoords="offset points", ha="right")
    left.set(title="Births in the hard set", xlabel="scans after the first plot", ylabel="existence (by odds)")
    left.legend(loc="upper left", frameon=False, fontsize=9)
    left.set_ylim(-5.2, 4.6)
    _draw_hidden(right, made)
    figure.savefig(path, dpi=90)


def _draw_hidden(axes: Any, made: TrackingSet) -> None:
    lives = np.flatnonzero(~np.isnan(made.truth[:, :, 0]).any(axis=0))
    target = int(lives[0])
    scan_of = np.repeat(np.arange(len(made.truth)), np.diff(made.offset))
    is_away = (made.target == target) & (scan_of >= HIDDEN_FROM) & (scan_of < HIDDEN_TO)
    seen = run(made, Settings(), ~is_away)
    axes.axvspan(HIDDEN_FROM, HIDDEN_TO, color=GREY, alpha=0.15, lw=0)
    number, existence, visible = -1, np.full(len(seen), np.nan), np.full(len(seen), np.nan)
    for k, moment in enumerate(seen):
        off = np.hypot(*(moment.xy_m - made.truth[k, target, :2]).T)
        if number < 0 and (off[moment.is_shown] < 500.0).any():
            number = int(moment.ids[moment.is_shown][off[moment.is_shown].argmin()])
        at = np.flatnonzero(moment.ids == number)
        if len(at):
            existence[k] = moment.existence[at[0]]
            visible[k] = existence[k] * (1.0 - moment.hidden[at[0]])
    axes.plot(existence, color=BLUE, lw=2.2, label="it exists")
    axes.plot(visible, color=ORANGE, lw=1.6, label="it exists and can be seen")
    lost = np.flatnonzero(np.isnan(existence) & (np.arange(len(seen)) > HIDDEN_FROM))
    if len(lost):
        axes.plot(lost, np.full(len(lost), 0.015), color=GREY, lw=4.0, solid_capstyle="butt", label="lost")
    was_seen = np.isin(np.arange(len(seen)), scan_of[(made.target == target) & ~is_away])
    axes.plot(np.flatnonzero(was_seen), np.full(was_seen.sum(), -0.05), "|", color=DARK, ms=7, label="its plots")
    for level, text in ((0.5, "coasting if it can be seen with less"), (0.03, "lost if it exists with less")):
        axes.axhline(level, color=DARK, lw=1.0, ls="--")
        axes.annotate(text, (12, level), (0, 4), textcoords="offset points")
    axes.set(
        title="A target that gives no plots for a minute (taken out of cart_N50)",
        xlabel="scan",
        ylim=(-0.1, 1.05),
        xlim=(10, 119),
    )
    axes.legend(loc="center left", bbox_to_anchor=(0.0, 0.32), frameon=False)


def draw_vague(plt: Any, made: TrackingSet, path: Path) -> None:
    """Draw how many vague tracks live on, and one of them."""
    with_rule, without = run(made, Settings()), run(made, Settings(**NO_LIMIT))
    figure, (left, middle, right) = plt.subplots(
        1, 3, figsize=(15.5, 4.8), width_ratios=[1.0, 1.0, 1.0], layout="constrained"
    )
    scans = np.arange(len(made.truth))
    for seen, colour, label in (
        (without, ORANGE, "no limit"),
        (with_rule, BLUE, f"lost when vaguer than {VAGUE_M:.0f} m"),
    ):
        left.plot(
            scans,
            [int((m.is_shown & (m.var_m2 > VAGUE_M**2)).sum()) for m in seen],
            color=colour,
            lw=2.0,
            label=label,
        )
    left.set(title=f"Tracks vaguer than {VAGUE_M:.0f} m", xlabel="scan", ylabel="tracks")
    left.legend(loc="upper left", frameon=False)
    number = _vaguest(without)
    sd, existence, where, ks = [], [], [], []
    for k, moment in enumerate(without):
        at = np.flatnonzero((moment.ids == number) & moment.is_shown)
        if len(at):
            ks.append(k)
            sd.append(float(np.sqrt(moment.var_m2[at[0]])))
            existence.append(float(moment.existence[at[0]]))
            where.append(moment.xy_m[at[0]])
    middle.semilogy(ks, np.array(sd) / 1e3, color=ORANGE, lw=2.0)
    middle.set(title="The vaguest of them", xlabel="scan", ylabel="standard deviation, km")
    middle.yaxis.label.set_color(ORANGE)
    twin = middle.twinx()
    twin.plot(ks, existence, color=DARK, lw=1.4)
    twin.axhline(0.03, color=DARK, lw=1.0, ls="--")
    twin.set(ylabel="existence", ylim=(0.0, 1.05))
    _draw_where(right, made, np.array(where), np.array(sd), ks)
    figure.savefig(path, dpi=90)


def _vaguest(seen: list[Seen]) -> int:
    """Return the shown track with the largest sum of variances."""
    sums: dict[int, float] = {}
    for moment in seen:
        for number, var in zip(
            moment.ids[moment.is_shown].tolist(), moment.var_m2[moment.is_shown].tolist(), strict=True
        ):
            sums[number] = sums.get(number, 0.0) + var * (var > VAGUE_M**2)
    return max(sums, key=lambda number: sums[number])


def _draw_where(axes: Any, made: TrackingSet, where: F64, sd: F64, ks: list[int]) -> None:
    from matplotlib.patches import Circle

    last = made.xy_m[made.offset[ks[-1]] : made.offset[ks[-1] + 1]]
    axes.plot(*last.T / 1e3, ".", color=GREY, ms=3, label="plots of its last scan")
    axes.plot(*where.T / 1e3, color=ORANGE, lw=1.8, label="the track")
    for i in range(0, len(ks), 12):
        axes.add_patch(Circle(tuple(where[i] / 1e3), 2.0 * sd[i] / 1e3, fill=False, color=ORANGE, lw=0.8, alpha=0.8))
    axes.add_patch(Circle(tuple(where[-1] / 1e3), 2.0 * sd[-1] / 1e3, fill=False, color=ORANGE, lw=1.6))
    axes.set(title="Where it is, with twice its error", xlim=(-30, 30), ylim=(-30, 30), xlabel="km", aspect="equal")
    axes.legend(loc="upper left", fontsize=9)


def draw_group(plt: Any, made: TrackingSet, path: Path) -> None:
    """Draw the few kilometres and scans in which most switches happen."""
    tracks = [_tracks(moment) for moment in run(made, Settings())]
    truth = [_truth(made, k) for k in range(len(tracks))]
    switched = _switches(truth, tracks)
    where = np.array([[k, *made.truth[k, target, :2]] for k, target in switched])
    is_near = np.abs(where[:, None] - where[None]) <= np.array([NEAR_SCANS, NEAR_M, NEAR_M])
    k, x, y = where[is_near.all(axis=2).sum(axis=1).argmax()]
    first, last = max(int(k) - NEAR_SCANS, 0), min(int(k) + NEAR_SCANS + 1, len(tracks))
    low, high = np.array([x, y]) / 1e3 - NEAR_M / 1e3, np.array([x, y]) / 1e3 + NEAR_M / 1e3
    figure, panels = plt.subplots(1, 2, figsize=(13.0, 6.4), layout="constrained", sharey=True)
    for axes in panels:
        for course in np.moveaxis(made.truth[first:last, :, :2] / 1e3, 1, 0):
            axes.plot(*course.T, color=DARK, lw=1.2, alpha=0.9)
        axes.plot([], [], color=DARK, lw=1.2, label="targets")
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel="km", aspect="equal")
    window = slice(made.offset[first], made.offset[last])
    plots, is_true = made.xy_m[window] / 1e3, made.target[window] >= 0
    panels[0].plot(*plots[~is_true].T, ".", color=ORANGE, ms=6, label="false plots")
    panels[0].plot(*plots[is_true].T, ".", color=BLUE, ms=6, label="plots of targets")
    panels[0].set(title=f"What the radar gave in {(last - first) * PERIOD_S:.0f} s", ylabel="km")
    _draw_tracks(panels[1], tracks[first:last], low, high)
    here = where[(where[:, 0] >= first) & (where[:, 0] < last)][:, 1:] / 1e3
    here = here[((here > low) & (here < high)).all(axis=1)]
    label = f"{len(here)} switches (of {len(switched)} in the whole set)"
    panels[1].plot(*here.T, "kx", ms=10, mew=2.2, ls="", label=label)
    for axes in panels:
        axes.legend(loc="best", fontsize=9)
    figure.savefig(path, dpi=90)


def _draw_tracks(axes: Any, tracks: list[Moment], low: F64, high: F64) -> None:
    paths: dict[int, list[F64]] = {}
    for moment in tracks:
        for number, place in zip(moment.ids.tolist(), moment.xy_m / 1e3, strict=True):
            paths.setdefault(number, []).append(place)
    near = [np.array(path) for path in paths.values()]
    near = [path for path in near if ((path > low) & (path < high)).all(axis=1).any()]
    for i, path in enumerate(near):
        axes.plot(*path.T, color=COLOURS[i % len(COLOURS)], lw=2.2, alpha=0.85)
    axes.set(title=f"What the tracker made of it: {len(near)} tracks")


def _switches(truth: list[Moment], tracks: list[Moment]) -> list[tuple[int, int]]:
    """Return the scan and the target of each switch."""
    last: dict[int, int] = {}
    found = []
    for k, pairs in enumerate(follow(truth, tracks, GATE_M).pairs):
        for row, column in pairs.T:
            target, track = int(truth[k].ids[row]), int(tracks[k].ids[column])
            if last.get(target, track) != track:
                found.append((k, target))
            last[target] = track
    return found


def _truth(made: TrackingSet, k: int) -> Moment:
    alive = np.flatnonzero(~np.isnan(made.truth[k, :, 0]))
    return Moment(ids=alive, xy_m=made.truth[k, alive, :2])


def _tracks(moment: Seen) -> Moment:
    there = moment.is_shown & (moment.existence * (1.0 - moment.hidden) > 0.5)
    return Moment(ids=moment.ids[there], xy_m=moment.xy_m[there])


def main(folder: Path, seed: int) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    plt.rcParams.update({"font.size": 11, "axes.spines.top": False, "axes.spines.right": False})
    folder.mkdir(parents=True, exist_ok=True)
    hard = make(recipe("hard_N50", seed))
    draw_existence(plt, make(recipe("cart_N50", seed)), hard, folder / "tracking-existence.png")
    draw_vague(plt, hard, folder / "tracking-vague.png")
    draw_group(plt, hard, folder / "tracking-group.png")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    main(chosen.folder, chosen.seed)
