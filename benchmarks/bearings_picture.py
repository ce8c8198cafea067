"""Draws how crossed directions make ghosts and lose them: `python benchmarks/bearings_picture.py FILE.png`.

Left and middle: two drones heard by two ears, then by three, with the births and their existence as the kernels give
them (no upper bound on it, no prior doubt). Right: one run of the study, everything that was ever born and what was
confirmed of it.
"""

import argparse
import math
from pathlib import Path
from typing import Any

import numpy as np

from bearings_only import LASTS_S, drones, look, sites_of
from bearings_watch import F64, Watch
from sargas.fuse.crossing import Births, CrossingSettings, as_array, candidates, direction, silent_sites

EARS = [(0.0, 0.0), (4_000.0, 0.0), (2_000.0, 3_464.0)]
DRONES = [(1_350.0, 1_500.0), (2_900.0, 1_750.0)]
SD = math.radians(5.0)
BLUE, ORANGE, GREY = "#1f5fa8", "#d9740b", "#8a8a8a"


def hear(n_ears: int) -> tuple[F64, Births]:
    rows = np.array(
        [
            direction(
                math.atan2(x - ex, y - ey), SD**2, (ex, ey), reach_m=4_000.0, time_s=0.0, sensor=k,
                p_detect=0.6, clutter_per_rad=0.016, free=1.0, is_sound=True,
            )
            for k, (ex, ey) in enumerate(EARS[:n_ears])
            for x, y in DRONES
        ]
    )  # fmt: skip
    settings = CrossingSettings(born_max=0.999, intensity_per_km2=1.0)
    return rows, candidates(rows, len(rows), len(rows), silent_sites(len(EARS)), as_array(settings))


def ellipse(mean: F64, cov: F64, n_sd: float = 2.0) -> F64:
    values, vectors = np.linalg.eigh(cov)
    angle = np.linspace(0.0, 2.0 * math.pi, 100)
    circle = np.stack([np.cos(angle), np.sin(angle)])
    ring: F64 = mean[:, None] + n_sd * vectors @ (np.sqrt(values)[:, None] * circle)
    return ring


def draw_crossings(axes: Any, n_ears: int, title: str) -> None:
    rows, found = hear(n_ears)
    for row in rows:
        fan = row[1] + SD * np.array([-1.0, 1.0])
        xs = [row[3], *(row[3] + 4_000.0 * np.sin(fan))]
        ys = [row[4], *(row[4] + 4_000.0 * np.cos(fan))]
        axes.fill(np.array(xs) / 1e3, np.array(ys) / 1e3, color=GREY, alpha=0.18, lw=0)
    for k, existence in enumerate(found.existence):
        mean = found.state[k][[0, 2]]
        is_true = min(math.hypot(mean[0] - x, mean[1] - y) for x, y in DRONES) < 300.0
        ring = ellipse(mean, found.cov[k][np.ix_([0, 2], [0, 2])]) / 1e3
        axes.plot(*ring, color=BLUE if is_true else ORANGE, lw=2.0)
        axes.annotate(
            f"{existence:.0%}", mean / 1e3, (0, -34 if mean[1] < 1_500 else 30), textcoords="offset points",
            ha="center", va="center", color=BLUE if is_true else ORANGE, weight="bold",
        )  # fmt: skip
    axes.plot([], [], color=BLUE, lw=2.0, label="true crossing")
    axes.plot([], [], color=ORANGE, lw=2.0, label="ghost")
    axes.plot(*np.array(DRONES).T / 1e3, "k+", ms=11, mew=2, ls="", label="drone")
    axes.plot(*np.array(EARS[:n_ears]).T / 1e3, "k^", ms=8, ls="", label="ear")
    axes.set(title=title, xlim=(-0.6, 4.6), ylim=(-0.5, 5.6), xlabel="km")
    axes.legend(loc="upper left", frameon=False, ncols=2)


def draw_run(axes: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sites, flying = sites_of("ears"), drones(rng, 3)
    watch = Watch(sites)
    looks = sorted(
        (float(t), s)
        for s, site in enumerate(sites)
        for t in np.arange(rng.uniform(0, site.look_s), LASTS_S, site.look_s)
    )
    born, shown = [], {}
    for t, s in looks:
        births = watch.take(t, s, [azimuth for azimuth, _ in look(rng, sites[s], flying, t)])
        born += [state[[0, 2]] for state in births.state]
        for target in watch.targets:
            if target.is_confirmed:
                shown.setdefault(target.number, []).append(target.x[[0, 2]])
    axes.plot(*np.array(born).T / 1e3, ".", color=GREY, ms=4, ls="", label=f"{len(born)} births")
    for drone in flying:
        path = np.array([drone.at(t)[0] for t in np.arange(0.0, LASTS_S, 5.0)]) / 1e3
        axes.plot(*path.T, color="k", lw=1.0, label="drone" if drone is flying[0] else None)
    for number, path in shown.items():
        label = f"{len(shown)} confirmed" if number == min(shown) else None
        axes.plot(*np.array(path).T / 1e3, color=BLUE, lw=2.2, alpha=0.8, label=label)
    axes.plot([s.x / 1e3 for s in sites], [s.y / 1e3 for s in sites], "k^", ms=7, ls="")
    axes.set(title="Ten ears, three drones, seven minutes", xlim=(-4.5, 22.5), ylim=(-6, 12.5), xlabel="km")
    axes.legend(loc="lower left", frameon=False)


def main(file: Path, seed: int) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    plt.rcParams.update({"font.size": 11, "axes.spines.top": False, "axes.spines.right": False})
    figure, panels = plt.subplots(1, 3, figsize=(15.5, 5.2), width_ratios=[1, 1, 1.35], layout="constrained")
    draw_crossings(panels[0], 2, "Two ears: four crossings, two of them ghosts")
    draw_crossings(panels[1], 3, "A third ear decides")
    draw_run(panels[2], seed)
    for axes in panels:
        axes.set_aspect("equal")
        axes.set_ylabel("km")
    figure.savefig(file, dpi=90)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=5)
    chosen = parser.parse_args()
    main(chosen.file, chosen.seed)
