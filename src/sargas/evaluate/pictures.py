"""Pictures of a measured run for a person. Needs matplotlib, the extra `sargas[plots]`; nothing else here does."""

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sargas.evaluate.consistency import mean_bounds
from sargas.evaluate.measured import Measured
from sargas.evaluate.moments import F64, I64
from sargas.evaluate.picture_map import draw_map
from sargas.evaluate.picture_style import BLACK, BLUE, GREEN, GREY, ORANGE, RED, SKY, figure_of, finish

FEW_TARGETS: Final = 6
CHI2_95_OF_2: Final = -2.0 * math.log(0.05)
"""The 95 % quantile of chi-square with two degrees of freedom: there the distribution is 1 - exp(-x/2)."""


def pictures(measured: Measured) -> Iterator[tuple[str, Figure]]:
    """Yield the pictures with their file names; those of consistency and existence only if it was measured."""
    yield "gospa.png", gospa_picture(measured)
    yield "map.png", draw_map(measured)
    yield "error.png", error_picture(measured)
    if np.isfinite(measured.errors.nees).any():
        yield "nees.png", nees_picture(measured)
    if measured.reliability is not None:
        yield "existence.png", existence_picture(measured)


def gospa_picture(measured: Measured) -> Figure:
    """Return GOSPA over time, filled by the shares of its parts, above the numbers of targets and tracks."""
    figure, (above, below) = figure_of(measured, "GOSPA over time", rows=2, ratios=(2.0, 1.0))
    series = measured.gospa
    time = _time(measured)[measured.settings.burn_in :]
    squares = np.stack([series.localisation_m2, series.missed_m2, series.false_m2])
    shares = np.divide(squares, squares.sum(axis=0), out=np.zeros_like(squares), where=squares.sum(axis=0) > 0.0)
    floor = np.zeros(time.size)
    for name, share, colour in zip(("localisation", "missed", "false"), shares, (SKY, ORANGE, RED), strict=True):
        top = floor + share * series.gospa_m
        above.fill_between(time, floor, top, step="post", color=colour, lw=0.0, label=name)
        floor = top
    above.step(time, series.gospa_m, where="post", color=BLACK, lw=0.8, label="GOSPA")
    mean_m = float(series.gospa_m.mean())
    above.axhline(mean_m, color=BLACK, lw=0.8, ls="--", label=f"mean {mean_m:,.0f} m")
    above.set_ylabel(f"GOSPA [m], cut-off {measured.settings.cutoff_m:,.0f} m")
    above.set_ylim(bottom=0.0)
    above.legend(ncols=5, loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False)
    below.step(time, series.n_truth, where="post", color=GREY, lw=2.5, label="targets")
    below.step(time, series.n_tracks, where="post", color=BLACK, lw=1.0, label="tracks")
    below.step(time, series.n_missed, where="post", color=ORANGE, lw=1.0, label="missed")
    below.step(time, series.n_false, where="post", color=RED, lw=1.0, label="false")
    below.set_ylabel("number")
    below.set_ylim(bottom=0.0)
    below.set_xlim(*_span(time))
    below.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    below.legend(ncols=4, loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False)
    return finish(figure, below, _time_label(measured))


def error_picture(measured: Measured) -> Figure:
    """Return the position error of the targets' own tracks over time: each of a few, the spread of many."""
    figure, (axes,) = figure_of(measured, "Position error over time")
    errors, time = measured.errors, _time(measured)
    if errors.distance_m.size:
        if measured.identity.truth_ids.size <= FEW_TARGETS:
            _each(axes, measured, time)
        else:
            _spread(axes, errors.moment, errors.distance_m, time)
        rms_m = float(np.sqrt((errors.distance_m**2).mean()))
        axes.axhline(rms_m, color=BLACK, lw=1.0, ls="--", label=f"RMS {rms_m:,.0f} m, own tracks")
        axes.set_ylim(0.0, 1.15 * float(np.quantile(errors.distance_m, 0.998)) + 1e-9)
        axes.legend(ncols=4, loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False)
    else:
        axes.text(0.5, 0.5, "no target ever had a track", ha="center", va="center", transform=axes.transAxes)
    axes.set_xlim(*_span(time))
    axes.set_ylabel("distance of target and its track [m]")
    return finish(figure, axes, _time_label(measured))


def _each(axes: Axes, measured: Measured, time: F64) -> None:
    errors, run = measured.errors, measured.run
    for index, colour in zip(
        range(measured.identity.truth_ids.size), (BLUE, ORANGE, GREEN, SKY, RED, GREY), strict=False
    ):
        own = np.full(time.size, np.nan)
        is_own = errors.truth == index
        own[errors.moment[is_own]] = errors.distance_m[is_own]
        name = run.truth_name(int(measured.identity.truth_ids[index]))
        axes.plot(time, own, color=colour, lw=1.2, label=name[:24])


def _spread(axes: Axes, moment: I64, distance_m: F64, time: F64) -> None:
    cuts = np.searchsorted(moment, np.arange(time.size + 1))
    rows = [
        np.quantile(distance_m[a:b], [0.1, 0.5, 0.9, 1.0]) if b > a else np.full(4, np.nan)
        for a, b in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True)
    ]
    low, middle, high, most = np.array(rows).T
    axes.plot(time, most, color=SKY, lw=0.7, label="largest")
    axes.fill_between(time, low, high, color=BLUE, alpha=0.25, lw=0.0, label="10 % to 90 %")
    axes.plot(time, middle, color=BLUE, lw=1.6, label="median")


def nees_picture(measured: Measured) -> Figure:
    """Return the histogram of the position's NEES beside chi-square, and its mean over time between its bounds."""
    figure, (above, below) = figure_of(
        measured,
        "Does the tracker know how wrong it is? NEES of the position",
        rows=2,
        is_shared=False,
        size=(10.0, 7.6),
    )
    nees = measured.errors.nees
    known = np.isfinite(nees)
    values, moment = nees[known], measured.errors.moment[known]
    top = 3.0 * CHI2_95_OF_2
    edges = np.linspace(0.0, top, 37)
    density = np.histogram(values, edges)[0] / values.size / np.diff(edges)
    above.stairs(density, edges, fill=True, color=SKY, label=f"{values.size:,} errors, mean {values.mean():.2f}")
    x = np.linspace(0.0, top, 200)
    above.plot(x, 0.5 * np.exp(-x / 2.0), color=BLACK, lw=1.6, label="chi-square with 2 degrees of freedom: mean 2")
    within = 100.0 * float((values <= CHI2_95_OF_2).mean())
    above.axvline(CHI2_95_OF_2, color=RED, lw=1.2, ls="--", label=f"95 % bound: {within:.1f} % lie within")
    beyond = 100.0 * float((values > top).mean())
    above.set_xlim(0.0, top)
    above.set_xlabel("NEES" + (f"   ({beyond:.1f} % lie beyond)" if beyond >= 0.05 else ""))
    above.set_ylabel("density")
    above.legend(loc="upper right", frameon=False)
    _nees_over_time(below, moment, values, _time(measured))
    below.set_ylabel("mean over the targets")
    return finish(figure, below, _time_label(measured))


def _nees_over_time(axes: Axes, moment: I64, values: F64, time: F64) -> None:
    every, first, n = np.unique(moment, return_index=True, return_counts=True)
    mean = np.add.reduceat(values, first) / n
    bounds = {size: mean_bounds(size, 2) for size in np.unique(n).tolist()}
    low, high = np.array([bounds[size] for size in n.tolist()]).T
    inside = 100.0 * float(((mean >= low) & (mean <= high)).mean())
    axes.fill_between(
        time[every], low, high, step="mid", color=GREY, alpha=0.35, lw=0.0, label="95 % bounds of chance"
    )
    axes.plot(time[every], mean, color=BLUE, lw=0.9, label=f"mean NEES: {inside:.0f} % of the moments within")
    axes.axhline(2.0, color=BLACK, lw=0.8)
    axes.set_ylim(0.0, max(1.2 * float(high.max()), 1.1 * float(np.quantile(mean, 0.99))))
    axes.set_xlim(*_span(time))
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False, ncols=2)


def existence_picture(measured: Measured) -> Figure:
    """Return the reliability curve of the claimed existence, above how many tracks claimed what."""
    curve = measured.reliability
    assert curve is not None
    figure, (above, below) = figure_of(
        measured, "Is a track there as often as it claims?", rows=2, ratios=(3.0, 1.0), size=(7.0, 7.6)
    )
    above.plot([0.0, 1.0], [0.0, 1.0], color=GREY, lw=1.2, label="as claimed")
    above.plot(
        curve.claimed, curve.observed, "o-", color=BLUE, lw=1.4, ms=6, label=f"observed; Brier {curve.brier:.3f}"
    )
    above.fill_between([0.0, 1.0], [0.0, 1.0], 1.0, color=GREEN, alpha=0.06, lw=0.0)
    above.fill_between([0.0, 1.0], 0.0, [0.0, 1.0], color=RED, alpha=0.06, lw=0.0)
    above.text(0.03, 0.93, "there more often than claimed", color=GREEN, transform=above.transAxes)
    above.text(0.97, 0.05, "claims too much", color=RED, ha="right", transform=above.transAxes)
    above.set_ylim(0.0, 1.02)
    above.set_ylabel("share that was paired with a target")
    above.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False, ncols=2)
    below.stairs(curve.n, curve.edges, fill=True, color=SKY)
    below.set_yscale("log")
    below.set_ylim(bottom=0.7)
    below.set_xlim(0.0, 1.0)
    below.set_ylabel("tracks")
    below.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    return finish(figure, below, "claimed probability of existence")


def _time(measured: Measured) -> F64:
    """Return the moments since the first one, in the unit of `_time_label`."""
    since_s: F64 = measured.run.times_s - measured.run.times_s[0]
    return since_s / 60.0 if _is_long(measured) else since_s


def _is_long(measured: Measured) -> bool:
    return measured.run.duration_s > 600.0


def _time_label(measured: Measured) -> str:
    return f"{'minutes' if _is_long(measured) else 'seconds'} since the first moment"


def _span(time: F64) -> tuple[float, float]:
    return float(time[0]), float(time[-1]) if time.size > 1 else float(time[0]) + 1.0
