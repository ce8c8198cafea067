"""What each sensor and each feature of the tracker adds: the mixed scenario with one of them taken away at a time.

    python benchmarks/mixed_sensors.py [--tracker pmb] [--seeds 1 2 3] [--only full ...] [--picture FILE] [--json]

The scenario `mixed` has two radars out of true, ten acoustic nodes, two direction finders (one 60 degrees off), ADS-B
(one aircraft's position is a lie), people, a neighbour's tracks, clutter with hot spots, birds; see its file. Scores
are means over the seeds, by `sargas.evaluate`, at every fifth second, birds left out. `held` is the share of a
target's time in which it had a track within 1 km; NEES is the normalised squared position error per degree of freedom
(1 is honest, more is too sure); `crossing s` is how far off the second was at which what has no transponder was shown
to cross the border, `seen` how many were shown to; `lie shown` the share of the spoofing in which a track under the
aircraft's name or of its making stood where it pretended to be.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct, structs

from made_traffic import machine, parser, progress
from mixed_picture import draw
from mixed_runs import Evening, Keep, Pass, Scored, builder, evening, scored, watched, without
from sargas.evaluate.scores import scores_of
from sargas.simulate.adsb import as_told

EARS = tuple(f"ear-{number}" for number in range(1, 11))
PEOPLE = ("112", "border-guard")
SENSORS: dict[str, Keep] = {
    "full": without(),
    "without radar A": without("radar-a"),
    "without radar B": without("radar-b"),
    "without both radars": without("radar-a", "radar-b"),
    "without ears": without(*EARS),
    "without finders": without("finder-1", "finder-2"),
    "without the biased finder": without("finder-2"),
    "without ADS-B": without("adsb"),
    "without people": without(*PEOPLE),
    "without the neighbour": without("neighbour"),
    "radars alone": lambda report: report.sensor in {"radar-a", "radar-b"},
    "directions and words alone": without("radar-a", "radar-b", "adsb", "neighbour"),
}
FEATURES: dict[str, dict[str, object]] = {
    "registration off": {"registers": False},
    "bearings begin no tracks": {"crosses_bearings": False},
    "roll-back off": {"rolls_back": False},
    "clutter and detection not learned": {"learns": False},
}
"""Switches of the tracker's settings; a tracker that has none of them is measured without these lines."""

NEAR_LIE_M = 1_500.0


class Line(Struct, frozen=True, kw_only=True):
    """What is told of one variant: means over the seeds."""

    gospa_m: float | None
    missed_share: float | None
    false: float | None
    rms_error_m: float | None
    switches: float | None
    breaks: float | None
    false_tracks_per_h: float | None
    ambiguity: float | None
    latency_s: float | None
    nees: float | None
    existence_error: float | None
    crossing_s: float | None
    crossings_seen: float | None
    lie_shown: float | None
    lie_flagged: float | None
    cpu_s: float | None


class Class(Struct, frozen=True, kw_only=True):
    """What is told of one class of targets: shares of their time, metres, and tracks per target."""

    held: float | None
    longest: float | None
    rms_error_m: float | None
    nees: float | None
    n_tracks: float | None


COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("gospa_m", "GOSPA m", "{:.0f}"),
    ("missed_share", "missed", "{:.1%}"),
    ("false", "false", "{:.2f}"),
    ("false_tracks_per_h", "false/h", "{:.0f}"),
    ("rms_error_m", "RMS m", "{:.0f}"),
    ("switches", "switches", "{:.1f}"),
    ("breaks", "breaks", "{:.1f}"),
    ("ambiguity", "per target", "{:.2f}"),
    ("latency_s", "latency s", "{:.0f}"),
    ("nees", "NEES", "{:.2f}"),
    ("existence_error", "exist.err", "{:.3f}"),
    ("crossing_s", "crossing s", "{:.1f}"),
    ("crossings_seen", "seen", "{:.0%}"),
    ("lie_shown", "lie shown", "{:.0%}"),
    ("lie_flagged", "flagged", "{:.0%}"),
    ("cpu_s", "CPU s", "{:.1f}"),
)


def line_of(evening_: Evening, passed: Pass, found: Scored) -> Line:
    """Return the figures of one pass."""
    scores = scores_of(found.measured)
    errors = [abs(error) for error in found.crossing_errors_s.values() if error is not None]
    shown, flagged = lie(evening_, passed)
    return Line(
        gospa_m=scores.gospa_m,
        missed_share=scores.missed_share,
        false=scores.false,
        rms_error_m=scores.rms_error_m,
        switches=scores.switches,
        breaks=scores.breaks,
        false_tracks_per_h=scores.false_tracks_per_h,
        ambiguity=scores.siap_ambiguity,
        latency_s=scores.latency_s,
        nees=scores.nees_position.average if scores.nees_position else None,
        existence_error=scores.existence.calibration_error if scores.existence else None,
        crossing_s=float(np.mean(errors)) if errors else None,
        crossings_seen=len(errors) / len(found.crossing_errors_s) if found.crossing_errors_s else None,
        lie_shown=shown,
        lie_flagged=flagged,
        cpu_s=passed.cpu_s,
    )


def lie(evening_: Evening, passed: Pass) -> tuple[float, float]:
    """Return in what share of a spoofing a track stood where the lie was, and in what share its track was flagged."""
    course = next(course for course in evening_.courses if course.spoof is not None)
    told, spoof = as_told(course), course.spoof
    assert spoof is not None
    n = n_shown = n_flagged = 0
    for now_s, tracks in passed.seconds:
        if not spoof.begin_s + spoof.over_s + 5.0 <= now_s <= spoof.end_s:
            continue
        lat, lon = (np.interp(now_s, told.time_s, column) for column in (told.lat_deg, told.lon_deg))
        n += 1
        metres = [
            111_320.0 * np.hypot(track.lat_deg - lat, (track.lon_deg - lon) * np.cos(np.radians(lat)))
            for track in tracks
            if track.identity.icao24 == course.icao24 or any(part.sensor == "adsb" for part in track.contributions)
        ]
        n_shown += bool(metres) and min(metres) < NEAR_LIE_M
        n_flagged += any(track.flags for track in tracks if track.identity.icao24 == course.icao24)
    return n_shown / n, n_flagged / n


def classes_of(found: Scored) -> dict[str, Class]:
    """Return the figures of each class of targets."""
    identity, errors = found.measured.identity, found.measured.errors
    kinds = np.array([found.kinds[number] for number in identity.truth_ids.tolist()])
    rows: dict[str, Class] = {}
    for kind in sorted(set(kinds.tolist())):
        mine = np.flatnonzero(kinds == kind)
        of_mine = np.isin(errors.truth, mine)
        alive, nees = identity.n_alive[mine].sum(), errors.nees[of_mine]
        rows[kind] = Class(
            held=float(identity.n_held[mine].sum() / alive),
            longest=float(identity.longest[mine].sum() / alive),
            rms_error_m=float(np.sqrt(np.mean(errors.distance_m[of_mine] ** 2))) if of_mine.any() else None,
            nees=float(np.nanmean(nees)) / 2.0 if np.isfinite(nees).any() else None,
            n_tracks=float(identity.n_tracks_of[mine].mean()),
        )
    return rows


def mean_of(parts: list[Any]) -> Any:
    """Return the struct of the means of what is known."""
    values = {}
    for name in parts[0].__struct_fields__:
        known = [value for part in parts if (value := getattr(part, name)) is not None]
        values[name] = float(np.mean(known)) if known else None
    return type(parts[0])(**values)


def table(lines: Mapping[str, Line]) -> str:
    """Return the figures of all variants as text."""
    rows = [["", *(title for _, title, _ in COLUMNS)]]
    for name, line in lines.items():
        values = [(getattr(line, key), form) for key, _, form in COLUMNS]
        rows.append([name, *("-" if value is None else form.format(value) for value, form in values)])
    return aligned(rows)


def class_table(classes: Mapping[str, Mapping[str, Class]]) -> str:
    """Return how long each class was held and how well it was placed: variants down, classes across."""
    kinds = list(next(iter(classes.values())))
    rows = [["held / RMS m", *kinds]]
    for name, of_kind in classes.items():
        cells = [of_kind[kind] for kind in kinds]
        rows.append([name, *(f"{cell.held:.0%} / {_metres(cell.rms_error_m)}" for cell in cells)])
    return aligned(rows)


def _metres(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def aligned(rows: list[list[str]]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def variants(tracker: str, only: list[str]) -> dict[str, tuple[Keep, Callable[..., Any]]]:
    """Return what is taken away, by name: which reports are kept and what builds the tracker."""
    found: dict[str, tuple[Keep, Callable[..., Any]]] = {
        name: (keep, builder(tracker)) for name, keep in SENSORS.items()
    }
    for name, changes in FEATURES.items():
        try:
            found[name] = (without(), builder(tracker, **changes))
        except ValueError as error:
            progress(f"{name}: {error}")
    return {name: found[name] for name in found if not only or name in only}


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--tracker", default="pmb", help="a module of sargas.fuse")
    options.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    options.add_argument("--only", nargs="+", default=[], choices=[*SENSORS, *FEATURES])
    options.add_argument("--minutes", type=float, help="so much of the evening alone")
    options.add_argument("--picture", type=Path, help="draw the first seed of the first variant, and all scores")
    asked = options.parse_args()
    parts: dict[str, list[Line]] = defaultdict(list)
    kinds: dict[str, dict[str, list[Class]]] = defaultdict(lambda: defaultdict(list))
    crossings: dict[str, dict[str, list[float | None]]] = defaultdict(lambda: defaultdict(list))
    drawn: tuple[Evening, Scored] | None = None
    for seed in asked.seeds:
        played = evening(seed)
        for name, (keep, build) in variants(asked.tracker, asked.only).items():
            progress(f"seed {seed}, {name}")
            passed = watched(played, build, keep, asked.minutes)
            found = scored(played, passed, name)
            drawn = drawn or (played, found)
            parts[name].append(line_of(played, passed, found))
            for kind, row in classes_of(found).items():
                kinds[name][kind].append(row)
            for target, error_s in found.crossing_errors_s.items():
                crossings[name][target].append(error_s)
    lines = {name: mean_of(rows) for name, rows in parts.items()}
    classes = {name: {kind: mean_of(rows) for kind, rows in of_kind.items()} for name, of_kind in kinds.items()}
    if asked.picture is not None and drawn is not None:
        draw(asked.picture, drawn, lines, classes)
    title = f"mixed sensors, tracker {asked.tracker}, seeds {', '.join(map(str, asked.seeds))}"
    if asked.json:
        rows = [{"variant": name} | structs.asdict(line) for name, line in lines.items()]
        of_class = {
            name: {kind: structs.asdict(row) for kind, row in found.items()} for name, found in classes.items()
        }
        told = {
            "title": title,
            "machine": machine(),
            "rows": rows,
            "classes": of_class,
            "crossing_errors_s": crossings,
        }
        print(json.dumps(told, indent=1))
    else:
        print(f"{title}\n\n{table(lines)}\n\n{class_table(classes)}")
        first = next(iter(crossings))
        print(f"\ncrossing errors [s] of '{first}', seed by seed (- no track of it crossed)")
        for target, errors in crossings[first].items():
            print(f"  {target:20s} {'  '.join('-' if error is None else f'{error:+.1f}' for error in errors)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
