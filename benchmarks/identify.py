"""What tracks are told to be: seeded flights of every class, and real traffic.

    python benchmarks/identify.py [--flights 30] [--first-seed 1] [--json FILE] [--picture FILE]

Seeded flights of each class (`identify_flights.py`, with figures of their own) go as plots of a radar and, where they
have a transponder, as its reports through the real tracker into the identifier. Seeds from 1 on are the test, those
from 10,000 on were for tuning. `unknown` are aircraft that are no class: paragliders, gliders, fighters.

The calibration counts every probability of every class two minutes after the first report, each flight weighed by how
often its class flies (the prior). With the recordings installed the real traffic is told apart too: how much of it is
called what, and whether any of it is called a drone.
"""

import argparse
import itertools
import json
import math
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

from identify_flights import CLASSES, Flight, flight
from identify_traffic import DRONES, traffic
from sargas.app.search_basis import packaged_aircraft
from sargas.fuse.default import tracker
from sargas.identify import identifier
from sargas.identify.kinds import kinds_of
from sargas.model.classification import Classification
from sargas.model.picture import Picture
from sargas.model.report import AnyReport

AT_S = (30.0, 60.0, 120.0, 290.0)
CALIBRATED_AT_S = 120.0
BINS = np.array([0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0001])
GROUPS = {
    "airliner": "crewed", "light_aircraft": "crewed", "helicopter": "crewed",
    **dict.fromkeys(DRONES - {"drone", "cruise_missile"}, "drone"),
}  # fmt: skip


class Told(Struct, frozen=True):
    """What was said of one flight: (seconds since its first report, classification), as it changed."""

    truth: str
    said: list[tuple[float, Classification]]
    has_transponder: bool

    def at(self, since_s: float) -> Classification | None:
        return next((one for t, one in reversed(self.said) if t <= since_s), None)

    def stable_s(self) -> float | None:
        """Return when the answer came that stayed; None if it stayed unknown."""
        last = self.said[-1][1].answer
        if last == "unknown":
            return None
        begun = self.said[-1][0]
        for since_s, one in reversed(self.said):
            if one.answer != last:
                break
            begun = since_s
        return begun


def told_of(made: Flight) -> Told | None:
    """Return what is said of a flight's longest track; None if there was none."""
    follow = tracker(made.sensors)
    knows = identifier.build(identifier.Settings(), packaged_aircraft(), {one.id: one for one in made.sensors})
    picture = Picture()
    said: dict[int, list[tuple[float, Classification]]] = defaultdict(list)
    looked: Counter[int] = Counter()
    first: dict[int, float] = {}
    by_second: dict[int, list[AnyReport]] = defaultdict(list)
    for report in made.reports:
        by_second[math.ceil(report.time_s)].append(report)
    start_s = math.floor(made.reports[0].time_s)
    for now in range(start_s, math.ceil(made.reports[-1].time_s) + 1):
        follow.update(by_second.get(now, []), float(now))
        picture.tracks = {track.track_id: track for track in follow.tick(float(now)) if track.status != "ended"}
        picture.now_s = float(now)
        for track in picture.tracks.values():
            if made.is_meant(track.lat_deg, track.lon_deg, float(now)):
                looked[track.track_id] += 1
            first.setdefault(track.track_id, track.first_s)
        for one in knows.tick(picture):
            said[one.track_id].append((now - first[one.track_id], one))
    if not looked:
        return None
    track_id = max(looked, key=lambda key: (looked[key], -key))
    return Told(made.truth, said[track_id], made.has_transponder) if said[track_id] else None


def confusion(told: list[Told], at_s: float) -> dict[str, Counter[str]]:
    table: dict[str, Counter[str]] = {name: Counter() for name in CLASSES}
    for one in told:
        found = one.at(at_s)
        table[one.truth][found.answer if found is not None else "unknown"] += 1
    return table


def is_right(truth: str, answer: str) -> bool:
    return answer in (truth, GROUPS.get(truth, truth))


def summary(told: list[Told]) -> list[dict[str, Any]]:
    """Return by time how much is named, and how much of that rightly; equal shares of the classes."""
    rows = []
    for at_s in AT_S:
        table = confusion([one for one in told if one.truth != "unknown"], at_s)
        n = sum(sum(line.values()) for line in table.values())
        named = sum(count for line in table.values() for answer, count in line.items() if answer != "unknown")
        right = sum(
            count for truth, line in table.items() for answer, count in line.items() if is_right(truth, answer)
        )
        crewed = [one for one in told if GROUPS.get(one.truth) == "crewed"]
        as_drone = [one.has_transponder for one in crewed if (c := one.at(at_s)) is not None and c.answer in DRONES]
        drones = [line for truth, line in table.items() if GROUPS.get(truth) == "drone"]
        as_crewed = sum(n for line in drones for a, n in line.items() if a == "crewed" or GROUPS.get(a) == "crewed")
        rows.append({
            "at s": at_s, "named": named / n, "right of named": right / max(named, 1),
            "crewed called a drone": len(as_drone), "of these with a transponder": sum(as_drone),
            "drone called crewed": as_crewed,
        })  # fmt: skip
    return rows


def likeliest_right(told: list[Told]) -> float:
    """Return how often the likeliest class at the end, unknown left out, is the true one."""
    last = [next((c.kind for c in one.said[-1][1].classes if c.kind != "unknown"), "") for one in told]
    return float(np.mean([kind == one.truth for kind, one in zip(last, told, strict=True)])) if told else math.nan


def reliability(told: list[Told]) -> tuple[list[dict[str, float]], float]:
    """Return the reliability plot and the expected calibration error, flights weighed by their class's prior."""
    priors = {kind.id: kind.traits.prior for kind in kinds_of(packaged_aircraft())}
    n_of = Counter(one.truth for one in told)
    said, right, weight = [], [], []
    for one in told:
        found = one.at(CALIBRATED_AT_S)
        if found is None:
            continue
        for share in found.classes:
            said.append(share.probability)
            right.append(share.kind == one.truth)
            weight.append(priors[one.truth] / n_of[one.truth])
    p, y, w = np.array(said), np.array(right, float), np.array(weight)
    rows, error = [], 0.0
    for low, high in itertools.pairwise(BINS):
        inside = (p >= low) & (p < high)
        if inside.any():
            mean_p, mean_y = np.average(p[inside], weights=w[inside]), np.average(y[inside], weights=w[inside])
            share = w[inside].sum() / w.sum()
            error += share * abs(mean_p - mean_y)
            rows.append({"said": float(mean_p), "was": float(mean_y), "n": int(inside.sum()), "share": float(share)})
    return rows, float(error)


def timing(n_tracks: int = 1_000, seconds: int = 30) -> float:
    """Return microseconds a track and second, every track with a new report each second."""
    from identify_flights import sky_of_tracks

    knows = identifier.build(identifier.Settings(), packaged_aircraft(), {})
    picture, spent = Picture(), 0.0
    for second in range(seconds + 10):
        picture.tracks, picture.now_s = sky_of_tracks(n_tracks, 1_000.0 + second), 1_000.0 + second
        begun = time.process_time()
        knows.tick(picture)
        spent += time.process_time() - begun if second >= 10 else 0.0
    return 1e6 * spent / (n_tracks * seconds)


def picture_of(rows: list[dict[str, float]], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(4.5, 4.5), layout="constrained")
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    axes.scatter([r["said"] for r in rows], [r["was"] for r in rows], s=[20 + 3 * math.sqrt(r["n"]) for r in rows])
    axes.set(xlabel="probability told", ylabel="how often it was so", xlim=(0, 1), ylim=(0, 1))
    figure.savefig(path, dpi=120)
    plt.close(figure)


def tell(title: str, lines: list[str]) -> None:
    print(f"\n## {title}\n")
    print("\n".join(lines))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--flights", type=int, default=30, help="flights of each class")
    options.add_argument("--first-seed", type=int, default=1)
    options.add_argument("--json", type=Path)
    options.add_argument("--picture", type=Path)
    options.add_argument("--no-traffic", action="store_true")
    given = options.parse_args()
    told = []
    for truth in CLASSES:
        for seed in range(given.first_seed, given.first_seed + given.flights):
            one = told_of(flight(truth, seed))
            if one is not None:
                told.append(one)
        print(truth, sum(one.truth == truth for one in told), file=sys.stderr)
    table = confusion(told, AT_S[-1])
    answers = sorted({answer for line in table.values() for answer in line})
    width = max(map(len, [*answers, *CLASSES]))
    tell("Answers at the end", [
        " " * width + " ".join(f"{answer[:8]:>8}" for answer in answers),
        *(
            f"{truth:<{width}}" + " ".join(f"{line.get(a, 0) or '.':>8}" for a in answers)
            for truth, line in table.items()
        ),
    ])  # fmt: skip
    tell("Likeliest class at the end (unknown left out): share that is right", [
        f"{truth:<{width}} {likeliest_right([one for one in told if one.truth == truth]):.2f}"
        for truth in CLASSES if truth != "unknown"
    ])  # fmt: skip
    by_time = summary(told)
    tell("By time since the first report", [
        f"{r['at s']:>5.0f} s  named {r['named']:.2f}  right of those {r['right of named']:.3f}  "
        f"crewed called a drone {r['crewed called a drone']} "
        f"(with a transponder {r['of these with a transponder']})  drone called crewed {r['drone called crewed']}"
        for r in by_time
    ])  # fmt: skip
    stable = [s for one in told if one.truth != "unknown" and (s := one.stable_s()) is not None]
    n_changes = [sum(a[1].answer != b[1].answer for a, b in itertools.pairwise(o.said)) for o in told]
    tell("Stable answer", [(
        f"of {len(told)} flights {len(stable)} got one, after {np.median(stable):.0f} s (median), "
        f"{np.percentile(stable, 90):.0f} s (90 %); answers changed {np.mean(n_changes):.2f} times a flight, "
        f"{np.mean([len(o.said) for o in told]):.1f} classifications told a flight"
    )])  # fmt: skip
    rows, error = reliability(told)
    tell("Reliability at 120 s", [
        *(f"told {r['said']:.2f}  was {r['was']:.2f}  n {r['n']}" for r in rows),
        f"expected calibration error {error:.3f}",
    ])  # fmt: skip
    cost_us = timing()
    tell("Cost", [f"{cost_us:.2f} microseconds a track and second"])
    real: list[dict[str, Any]] = [] if given.no_traffic else traffic()
    for row in real:
        tell(
            f"Real traffic: {row['name']}",
            [", ".join(f"{key} {value}" for key, value in row.items() if key != "name")],
        )
    if given.picture:
        picture_of(rows, given.picture)
    if given.json:
        whole = {"confusion": table, "by_time": by_time, "reliability": rows, "calibration_error": error,
                 "cost_us": cost_us, "traffic": real}  # fmt: skip
        given.json.write_text(json.dumps(whole, indent=1))


if __name__ == "__main__":
    main()
