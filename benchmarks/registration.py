"""How soon and how well sensors are put into register: `python benchmarks/registration.py [--seeds 25]`.

Two radars 122 km apart (50 m, 0.15 deg, one look in 4 s), 12 aircraft in 180 x 180 km of which as many as stated give
their own position (10 m at random and, each for itself, 15 m all the time), a direction finder (3 deg, 80 km). The
geometry is PROJ's. NEES is the squared error in units of the stated covariance, for each degree of freedom: 1 is
honest, less is cautious. Times are processor time.
"""

import argparse
import math
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from registration_sky import Device, Sky
from sargas.fuse.registration import Rows

WINDOW_S = 20.0
TURNS_S = 1_700_000_400.0


def radars(rng: np.random.Generator, *, time_sd_s: float) -> list[Device]:
    """Return two radars with biases drawn at random."""
    return [
        Device(
            name, "radar", x, y, range_bias_m=rng.normal(0.0, 150.0), azimuth_bias_deg=rng.normal(0.0, 0.3),
            time_bias_s=rng.normal(0.0, time_sd_s),
        )
        for name, x, y in (("north", 0.0, 60_000.0), ("south", 20_000.0, -60_000.0))
    ]  # fmt: skip


def accuracy(n_seeds: int, n_cooperative: int, duration_s: float) -> str:
    """Return one line: how soon within 25 m and 0.05 deg for good, the errors at the end, NEES."""
    columns = [0, 1, 3] if n_cooperative else [0, 1]
    squares, errors, settled = [], [], []
    for seed in range(n_seeds):
        devices = radars(np.random.default_rng(1_000 + seed), time_sd_s=0.3 if n_cooperative else 0.0)
        sky = Sky(seed, devices, n_cooperative=n_cooperative, source_sd_m=15.0)
        truth = np.array([[d.range_bias_m, math.radians(float(d.azimuth_bias_deg)), d.time_bias_s] for d in devices])
        last_off_s = 0.0
        for _ in range(round(duration_s / WINDOW_S)):
            sky.run(WINDOW_S)
            off = np.abs(sky.registration.corrections()[:2, :2] - truth[:, :2])
            if off[:, 0].max() > 25.0 or off[:, 1].max() > math.radians(0.05):
                last_off_s = sky.t - sky.began_s
        settled.append(last_off_s + WINDOW_S)
        found = np.array([sky.registration.bias(d.name) for d in devices])
        error = found[:, [0, 1, 3]] - truth
        P = sky.registration.joint_covariance([d.name for d in devices])
        at = [4 * i + c for i in range(2) for c in columns]
        e = error[:, : len(columns)].ravel()
        squares.append(float(e @ np.linalg.solve(P[np.ix_(at, at)], e)) / e.size)
        errors.append(error)
    rms = np.sqrt((np.array(errors) ** 2).mean(axis=(0, 1)))
    clock = f"{rms[2]:.3f}" if n_cooperative else "-"
    return (
        f"| {n_cooperative} | {duration_s:.0f} | {np.median(settled):.0f} ({max(settled):.0f}) | {rms[0]:.1f} "
        f"| {math.degrees(rms[1]):.4f} | {clock} | {np.mean(squares):.2f} ({max(squares):.1f}) |"
    )


def finder(bias_deg: float, *, hears_one: bool) -> Device:
    return Device(
        "finder", "radio_df", -30_000.0, -20_000.0, azimuth_sd_deg=3.0, azimuth_bias_deg=bias_deg, reach_m=80_000.0,
        hears_one=hears_one,
    )  # fmt: skip


def until_told(sky: Sky, name: str, off_deg: float, most_s: float) -> tuple[float, bool]:
    """Return after how long a sensor is left out, and whether it was ever corrected or given a wrong offset."""
    began_s, told_s, was_wrong = sky.t, math.inf, False
    while sky.t - began_s < most_s:
        sky.run(WINDOW_S)
        found = sky.registration.estimates()[name]
        if not found.is_used and found.azimuth_deg is not None:
            told_s = min(told_s, sky.t - began_s)
            was_wrong |= abs(found.azimuth_deg - off_deg) > 6.0
        was_wrong |= found.is_applied and told_s < math.inf
    return told_s, was_wrong


def faults(n_seeds: int) -> list[str]:
    """Return a line for each fault: median and longest time until it is told, wrong verdicts."""
    lines = []

    def with_finder(seed: int, bias_deg: float, *, hears_one: bool) -> Sky:
        both = radars(np.random.default_rng(seed), time_sd_s=0.0)
        return Sky(seed, [*both, finder(bias_deg, hears_one=hears_one)], n_targets=6, n_cooperative=6)

    def turning(seed: int) -> Sky:
        turned = Device("north", "radar", 0.0, 60_000.0, azimuth_bias_deg=lambda t: 20.3 if t > TURNS_S else 0.3)
        return Sky(seed, [turned, Device("south", "radar", 20_000.0, -60_000.0)], n_cooperative=4)

    cases = {
        "direction finder 60 deg off, hears all": (lambda seed: with_finder(seed, 60.0, hears_one=False), 60.0, 0.0),
        "direction finder 100 deg off, hears one of six at a time": (
            lambda seed: with_finder(seed, -100.0, hears_one=True), -100.0, 0.0,
        ),
        "radar turns by 20 deg": (turning, 20.3, 400.0),
    }  # fmt: skip
    for name, (make, off_deg, before_s) in cases.items():
        times, n_wrong = [], 0
        for seed in range(n_seeds):
            sky = make(seed)
            sky.run(before_s)
            told_s, was_wrong = until_told(sky, "north" if before_s else "finder", off_deg, 1_200.0)
            times.append(told_s)
            n_wrong += was_wrong
        lines.append(f"| {name} | {np.median(times):.0f} | {max(times):.0f} | {n_wrong} of {n_seeds} |")
    return lines


def cost(n_radars: int, n_targets: int) -> str:
    """Return a line: processor time for each measurement and each pair, and of one evaluation."""
    rng = np.random.default_rng(0)
    devices = [Device(f"r{i}", "radar", *rng.uniform(-80e3, 80e3, 2).tolist()) for i in range(n_radars)]
    sky = Sky(1, devices, n_targets=n_targets, n_cooperative=n_targets // 2)
    registration, take = sky.registration, sky.registration.observe
    spent, n_rows = [0.0, 0.0], 0

    def timed(now_s: float, rows: Rows) -> None:
        nonlocal n_rows
        n_windows, begun = registration.n_windows, time.process_time()
        take(now_s, rows)
        spent[registration.n_windows > n_windows] += time.process_time() - begun
        n_rows += rows.t.size

    registration.observe = timed  # type: ignore[method-assign]
    sky.run(60.0)
    spent[:], n_rows, n_pairs, n_windows = [0.0, 0.0], 0, registration.n_pairs, registration.n_windows
    sky.run(400.0)
    pairs, windows = registration.n_pairs - n_pairs, registration.n_windows - n_windows
    return (
        f"| {n_radars} | {n_targets} | {n_rows} | {pairs} | {1e6 * spent[0] / n_rows:.2f} "
        f"| {1e6 * sum(spent) / pairs:.1f} | {1e3 * spent[1] / windows:.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=25)
    n_seeds = parser.parse_args().seeds
    print(
        "| cooperative | after s | settled after s: median (worst) | range m | azimuth deg | time s | NEES (worst) |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for n_cooperative, duration_s in ((12, 120.0), (12, 600.0), (12, 3_600.0), (4, 600.0), (0, 120.0), (0, 600.0)):
        print(accuracy(n_seeds, n_cooperative, duration_s), flush=True)
    print("\n| fault | told after s, median | longest | wrongly judged |\n|---|---:|---:|---:|")
    print(*faults(n_seeds), sep="\n", flush=True)
    print("\n| radars | targets | measurements | pairs | us a measurement | us a pair, all in all | ms a window |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for n_radars, n_targets in ((2, 12), (4, 200), (10, 1_000)):
        print(cost(n_radars, n_targets), flush=True)


if __name__ == "__main__":
    main()
