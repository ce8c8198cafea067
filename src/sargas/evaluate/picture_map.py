"""The map of a run: where the targets were, what the tracks said, and where identities changed."""

from collections.abc import Sequence
from itertools import cycle
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from sargas.evaluate.measured import Measured
from sargas.evaluate.moments import F64, Moment
from sargas.evaluate.picture_style import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, figure_of, finish

NAMED: Final = 25
"""Up to so many targets are named on the map, and so many of them and of the sensors; more would hide it."""
COLOURED: Final = 60
"""So many tracks have colours of their own."""
MARGIN: Final = 0.15
WIDE: Final = 10.0
HALO: Final = withStroke(linewidth=2.5, foreground="white", alpha=0.85)


def draw_map(measured: Measured) -> Figure:
    """Return the map, in kilometres east and north in the plane."""
    run, identity = measured.run, measured.identity
    truth, tracks = lines_of(run.truth), lines_of(run.tracks)
    low, high = _extent(np.concatenate(list(truth.values())), [post.xy_m for post in run.sensors])
    tall = float((high[1] - low[1]) / (high[0] - low[0]))
    figure, (axes,) = figure_of(
        measured, "Truth and tracks", size=(WIDE, min(1.15 * WIDE, max(0.35 * WIDE, 0.93 * WIDE * tall + 1.5)))
    )
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    axes.set_aspect("equal", adjustable="box")
    axes.add_collection(
        LineCollection(
            list(truth.values()),
            colors=GREY,
            linewidths=4.0,
            alpha=0.6,
            capstyle="round",
            label="truth (bare: missed)",
        )
    )
    false = {int(number) for number in identity.track_ids[identity.is_false]}
    good = {number: line for number, line in tracks.items() if number not in false}
    colours = cycle((BLUE, GREEN, PURPLE, SKY)) if len(good) <= COLOURED else cycle((BLUE,))
    if good:
        axes.add_collection(
            LineCollection(
                list(good.values()),
                colors=[next(colours) for _ in good],
                linewidths=1.6,
                zorder=2.5,
                label=f"tracks ({len(good)})",
            )
        )
    if false:
        lines = [tracks[number] for number in sorted(false)]
        many = len(false) > NAMED
        axes.add_collection(
            LineCollection(
                lines,
                colors=RED,
                linewidths=0.6 if many else 1.4,
                alpha=0.5 if many else 1.0,
                zorder=1.5,
                label=f"false tracks ({len(false)})",
            ),
            autolim=False,
        )
        ends = np.array([line[-1] for line in lines])
        axes.plot(ends[:, 0], ends[:, 1], ".", color=RED, ms=2 if many else 4, scalex=False, scaley=False)
    _switches(axes, measured)
    _sensors(axes, measured)
    names = [(run.truth_name(number), line[0]) for number, line in truth.items()] if len(truth) <= NAMED else []
    _name(axes, [*names, *((post.name, np.array(post.xy_m) / 1_000.0) for post in run.sensors)])
    axes.legend(ncols=5, loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False)
    axes.set_ylabel("north [km]")
    return finish(figure, axes, "east [km]" + _where(measured))


def lines_of(moments: Sequence[Moment]) -> dict[int, F64]:
    """Return the way of each thing [km], (n, 2), by its number, rising; broken by NaN where it was not there."""
    ids = np.concatenate([moment.ids for moment in moments])
    place_km = np.concatenate([moment.xy_m for moment in moments]) / 1_000.0
    k = np.repeat(np.arange(len(moments)), [moment.ids.size for moment in moments])
    order = np.lexsort((k, ids))
    ids, place_km, k = ids[order], place_km[order], k[order]
    if not ids.size:
        return {}
    starts = np.flatnonzero(np.diff(ids, prepend=ids[0] - 1))
    lines: dict[int, F64] = {}
    for number, own_km, own_k in zip(
        ids[starts].tolist(), np.split(place_km, starts[1:]), np.split(k, starts[1:]), strict=True
    ):
        gaps = np.flatnonzero(np.diff(own_k) > 1) + 1
        lines[number] = np.insert(own_km, gaps, np.nan, axis=0)
    return lines


def _switches(axes: Axes, measured: Measured) -> None:
    """Mark where a target was followed by another track than before."""
    errors, run = measured.errors, measured.run
    order = np.lexsort((errors.moment, errors.truth))
    truth, track, moment = errors.truth[order], errors.track[order], errors.moment[order]
    changed = np.flatnonzero((np.diff(truth) == 0) & (np.diff(track) != 0)) + 1
    changed = changed[moment[changed] >= measured.settings.burn_in]
    if not changed.size:
        return
    places = []
    for at, target in zip(moment[changed].tolist(), truth[changed].tolist(), strict=True):
        there = run.truth[at]
        places.append(there.xy_m[np.flatnonzero(there.ids == measured.identity.truth_ids[target])[0]] / 1_000.0)
    x, y = np.array(places).T
    axes.plot(x, y, "x", color=ORANGE, ms=9, mew=2.2, zorder=3.0, label=f"switches ({len(places)})")


def _sensors(axes: Axes, measured: Measured) -> None:
    posts = measured.run.sensors
    if not posts:
        return
    x, y = np.array([post.xy_m for post in posts]).T / 1_000.0
    axes.plot(x, y, "^", color=BLACK, ms=6, label="sensors")


def _name(axes: Axes, names: Sequence[tuple[str, F64]]) -> None:
    """Write names beside places, the first ones first, and leave out whoever would stand on another's name."""
    low, high = np.array([axes.get_xlim(), axes.get_ylim()]).T
    taken: list[F64] = []
    for name, place in names:
        at = (place - low) / (high - low)
        is_free = all(abs(at[1] - other[1]) > 0.025 or abs(at[0] - other[0]) > 0.16 for other in taken)
        if is_free and len(taken) < NAMED and (at >= 0.0).all() and (at <= 1.0).all():
            taken.append(at)
            is_right = at[0] > 0.85
            axes.annotate(
                _short(name),
                (float(place[0]), float(place[1])),
                xytext=(-6 if is_right else 6, 4),
                textcoords="offset points",
                ha="right" if is_right else "left",
                fontsize=8,
                path_effects=[HALO],
            ).set_in_layout(False)


def _short(name: str) -> str:
    """Return a name that fits on the map, and in which the drawing sees no formula."""
    return (name if len(name) <= 24 else name[:23] + "…").replace("$", r"\$")


def _extent(truth_km: F64, posts_m: Sequence[tuple[float, float]]) -> tuple[F64, F64]:
    """Return the corners of where the targets were and the sensors that stand near; what is farther off is cut."""
    low, high = np.nanmin(truth_km, axis=0), np.nanmax(truth_km, axis=0)
    reach = max(float((high - low).max()), 0.2)
    near = [np.array(post) / 1_000.0 for post in posts_m]
    near = [post for post in near if (post > low - 0.5 * reach).all() and (post < high + 0.5 * reach).all()]
    points = np.array([low, high, *near])
    low, high = points.min(axis=0), points.max(axis=0)
    half = 0.5 * (1.0 + MARGIN) * np.maximum(high - low, 0.35 * float((high - low).max()) + 0.05)
    middle = (low + high) / 2.0
    return middle - half, middle + half


def _where(measured: Measured) -> str:
    center = measured.run.center_deg
    return "" if center is None else f"   (0, 0 is {center[0]:.4f}, {center[1]:.4f})"
