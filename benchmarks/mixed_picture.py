"""One picture of the mixed set: what flew and what was shown, what GOSPA is made of, and who was held."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mixed_runs import PLANE, Evening, Scored
from sargas.kernels.stereographic import from_plane, make_plane

MARKERS = {"radar": "^", "acoustic": ".", "radio_df": "P", "adsb": "s", "neighbour": "D"}
HALF_WIDTH_M = 25_000.0


def draw(
    path: Path,
    drawn: tuple[Evening, Scored],
    lines: Mapping[str, Any],
    classes: Mapping[str, Mapping[str, Any]],
) -> None:
    """Write the picture of the first variant's map and of all variants' scores."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplot_mosaic(
        [["map", "map", "bars"], ["map", "map", "held"]], figsize=(19.0, 12.0), layout="constrained"
    )
    _map(axes["map"], *drawn)
    _bars(axes["bars"], lines)
    _held(axes["held"], classes)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def _map(axes: Any, evening: Evening, found: Scored) -> None:
    """Draw truth in grey, the tracks in colours (false ones in red), the sensors and the border."""
    identity, shown = found.measured.identity, found.measured.run.tracks
    for course in evening.courses:
        xy = PLANE.xy_m(course.lat_deg, course.lon_deg)
        if len(xy):
            is_bird = course.kind == "bird_flock"
            axes.plot(
                *xy.T / 1e3, color="0.8" if is_bird else "0.45", lw=1.0 if is_bird else 4.0, alpha=0.5, zorder=1
            )
            inside = np.flatnonzero(np.abs(xy).max(axis=1) < HALF_WIDTH_M)
            if inside.size and not is_bird:
                axes.annotate(
                    course.name, xy[inside[0]] / 1e3, fontsize=8, color="0.25", zorder=5, annotation_clip=True
                )
    false = dict(zip(identity.track_ids.tolist(), identity.is_false.tolist(), strict=True))
    for number, track_id in enumerate(identity.track_ids.tolist()):
        rows = [moment.xy_m[moment.ids == track_id] for moment in shown]
        xy = np.concatenate(rows) / 1e3
        style = (
            {"color": "red", "lw": 0.9, "alpha": 0.7} if false[track_id] else {"color": f"C{number % 10}", "lw": 1.5}
        )
        axes.plot(*xy.T, marker=".", ms=2.0, zorder=3, **style)
    for sensor in evening.sensors.values():
        if sensor.lat_deg is not None and sensor.lon_deg is not None:
            x, y = PLANE.xy_m(np.array([sensor.lat_deg]), np.array([sensor.lon_deg]))[0]
            axes.plot(x / 1e3, y / 1e3, MARKERS.get(sensor.kind, "o"), color="black", ms=8, zorder=4, clip_on=True)
    _border(axes, evening)
    n_false = int(identity.is_false.sum())
    axes.set(
        title=f"seed {evening.seed}, {found.measured.run.title}: truth grey, tracks coloured, {n_false} false red",
        xlabel="east [km]", ylabel="north [km]", aspect="equal",
        xlim=(-HALF_WIDTH_M / 1e3, HALF_WIDTH_M / 1e3), ylim=(-HALF_WIDTH_M / 1e3, HALF_WIDTH_M / 1e3),
    )  # fmt: skip


def _border(axes: Any, evening: Evening) -> None:
    """Draw where the country's side changes on a grid of the map."""
    plane = make_plane(PLANE.lat_deg, PLANE.lon_deg)
    side = np.linspace(-HALF_WIDTH_M, HALF_WIDTH_M, 400)
    inside = np.zeros((side.size, side.size))
    for i, y in enumerate(side.tolist()):
        for j, x in enumerate(side.tolist()):
            lat_deg, lon_deg = from_plane(plane, x, y)
            inside[i, j] = evening.country.contains(lon_deg, lat_deg)
    axes.contour(side / 1e3, side / 1e3, inside, [0.5], colors="purple", linewidths=1.2)


def _bars(axes: Any, lines: Mapping[str, Any]) -> None:
    """Draw the missed and the false targets of each variant, and its root-mean-square error beside them."""
    names = list(lines)[::-1]
    place = np.arange(len(names))
    missed = [100.0 * (lines[name].missed_share or 0.0) for name in names]
    false = [lines[name].false or 0.0 for name in names]
    axes.barh(place + 0.2, missed, 0.38, color="C0", label="missed [% of the targets' time]")
    axes.barh(place - 0.2, false, 0.38, color="C3", label="false tracks shown, on average")
    for i, name in enumerate(names):
        rms_m = lines[name].rms_error_m
        text = f"GOSPA {lines[name].gospa_m:.0f} m" + ("" if rms_m is None else f", RMS {rms_m:.0f} m")
        axes.text(max(missed[i], false[i]) + 1.0, i, text, va="center", fontsize=8)
    axes.set_yticks(place, names)
    axes.set_xlim(0.0, 1.6 * max([*missed, *false, 1.0]))
    axes.set_ylim(-1.8, len(names))
    axes.legend(fontsize=8, loc="lower right")
    axes.set_title("what is missing, and what is too much")


def _held(axes: Any, classes: Mapping[str, Mapping[str, Any]]) -> None:
    names, kinds = list(classes), list(next(iter(classes.values())))
    shares = np.array([[classes[name][kind].held for kind in kinds] for name in names])
    axes.imshow(shares, cmap="RdYlGn", vmin=0.0, vmax=1.0, aspect="auto")
    for i, row in enumerate(shares):
        for j, share in enumerate(row):
            axes.text(j, i, f"{100.0 * share:.0f}", ha="center", va="center", fontsize=8)
    axes.set_xticks(range(len(kinds)), kinds, rotation=30, ha="right", fontsize=8)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_title("share of its time for which each class is held [%]")
