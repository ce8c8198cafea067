"""The pictures of a run: how honest the maps are, how much must be searched, and what twelve of them look like."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from lost_drones.baselines import BASELINES
from lost_drones.flights import Flight
from lost_drones.rows import KM2, Row, km2
from lost_drones.scores import SHARES, calibration, share_interval
from sargas.model.report import Sighting
from sargas.model.search import Cells
from sargas.search.plane import EqualArea

F64 = npt.NDArray[np.float64]

OURS = "#c1121f"
COLOURS = ("#003f88", "#e07a00", "#2d6a4f", "#74c69d", "#6a4c93")
CLASSES = ((0.5, "#b2182b"), (0.75, "#ef8a62"), (0.9, "#fddbc7"), (0.95, "#e6e6e6"))
SHEET = 12


def _plain(panel: Any) -> None:
    panel.grid(visible=True, color="#e4e4e4", linewidth=0.8)
    panel.set_axisbelow(True)
    panel.spines[["top", "right"]].set_visible(False)


def draw_calibration(rows: Sequence[Row], path: Path) -> None:
    """Draw which share of the truths lay in the area of each share, with what chance alone would give."""
    figure = Figure(figsize=(6.4, 6.4), layout="constrained")
    panel = figure.subplots()
    _plain(panel)
    n, shares = len(rows), np.array(SHARES)
    band = np.array([share_interval(round(share * n), n) for share in shares])
    panel.fill_between(shares, band[:, 0], band[:, 1], color="#dcdcdc", lw=0, label="95 % by chance")
    panel.plot([0, 1], [0, 1], color="#8a8a8a", lw=1.0)
    found = calibration([row.level for row in rows])
    panel.plot(shares, found, "o-", color=OURS, ms=4, label=f"{n} lost drones")
    panel.axvline(0.95, color="#8a8a8a", lw=0.8, ls=":")
    panel.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xlabel="share of the map in the area")
    panel.set_ylabel("share of the wrecks that lie in it")
    panel.legend(loc="upper left", frameon=False)
    figure.savefig(path, dpi=110)


def draw_areas(rows: Sequence[Row], path: Path) -> None:
    """Draw which share of the wrecks is found by the time so much has been searched."""
    figure = Figure(figsize=(8.4, 5.4), layout="constrained")
    panel = figure.subplots()
    _plain(panel)
    share = np.arange(1, len(rows) + 1) / len(rows)
    lines = {"Sargas": [row.area_m2 for row in rows]}
    lines |= {name: [row.baselines_m2[name] for row in rows] for name in BASELINES}
    for (name, areas), colour in zip(lines.items(), (OURS, *COLOURS), strict=True):
        label = f"{name}: median {km2(float(np.median(areas)))} km²"
        ordered = np.sort(np.array(areas)) / KM2
        panel.step(ordered, share, where="post", color=colour, lw=2.6 if name == "Sargas" else 1.4, label=label)
    panel.axhline(0.5, color="#8a8a8a", lw=0.8, ls=":")
    panel.set(xscale="log", ylim=(0, 1), xlim=(1e-2, 2e4), xlabel="km² searched")
    panel.set_ylabel("share of the wrecks found")
    panel.legend(loc="upper left", frameon=False)
    figure.savefig(path, dpi=110)


def chosen(rows: Sequence[Row]) -> list[int]:
    """Return the places of twelve flights that differ: each pair of kind and conduct once before any twice."""
    taken: list[int] = []
    times: dict[tuple[str, str], int] = {}
    order = []
    for i, row in enumerate(rows):
        pair = (row.kind, row.conduct)
        times[pair] = times.get(pair, 0) + 1
        order.append((times[pair], i))
    for _, i in sorted(order):
        if len(taken) < SHEET:
            taken.append(i)
    return taken


def draw_maps(shown: Sequence[tuple[Flight, Cells, Row]], path: Path) -> None:
    """Draw maps, each with the flight as it was: seen, unseen, and its end."""
    figure = Figure(figsize=(17, 13.4), layout="constrained")
    panels = list(figure.subplots(3, 4).flat)
    for panel, one in zip(panels, shown, strict=False):
        _draw_map(panel, *one)
    for panel in panels[len(shown) :]:
        panel.set_axis_off()
    handles: list[Any] = [Patch(color=colour, label=f"{share:.0%} area") for share, colour in CLASSES]
    handles += [
        Line2D([], [], color="k", lw=1.2, label="seen"),
        Line2D([], [], color="#1f5fa8", lw=1.2, label="not seen any more"),
        Line2D([], [], color="#00a000", marker="X", ms=10, ls="", label="wreck"),
        Line2D([], [], color="#6a4c93", marker="^", ms=7, ls="", label="somebody called"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False, fontsize=11)
    figure.savefig(path, dpi=80)


def _draw_map(panel: Any, flight: Flight, cells: Cells, row: Row) -> None:
    plane = EqualArea(cells.lat0_deg, cells.lon0_deg)
    x, y, size, poc = (np.array(column) for column in (cells.x_m, cells.y_m, cells.size_m, cells.poc))
    order = np.argsort(-poc / size**2, kind="stable")
    held = np.empty_like(poc)
    held[order] = np.cumsum(poc[order]) / poc.sum()
    from_share = 0.0
    kept = np.zeros(poc.size, bool)
    for share, colour in CLASSES:
        here = (held > from_share) & (held <= share)
        kept |= here
        squares = _squares(x[here], y[here], size[here])
        panel.add_collection(PolyCollection(squares, facecolor=colour, edgecolor=colour, linewidth=0.2))
        from_share = share
    own = EqualArea(flight.lat0_deg, flight.lon0_deg)
    lonlat = own.lonlat(np.stack([flight.path.x_m, flight.path.y_m], axis=1))
    way = plane.xy(lonlat[:, 0], lonlat[:, 1]) / 1e3
    panel.plot(*way[: flight.lost + 1].T, color="k", lw=1.2)
    panel.plot(*way[flight.lost :].T, color="#1f5fa8", lw=1.2)
    panel.plot(*way[-1], marker="X", color="#00a000", ms=10, mec="white", ls="")
    for clue in flight.state.clues:
        if isinstance(clue.report, Sighting):
            panel.plot(*plane.xy(clue.report.lon_deg, clue.report.lat_deg)[0] / 1e3, "^", color="#6a4c93", ms=7)
    about = np.concatenate([way[flight.lost :], np.stack([x[kept], y[kept]], axis=1) / 1e3])
    middle, half = (about.max(0) + about.min(0)) / 2, max(0.6 * float(np.ptp(about, axis=0).max()), 0.5)
    panel.set(
        xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half), aspect="equal",
        xlabel="km",
    )  # fmt: skip
    told = "told" if row.is_kind_told else "not told"
    panel.set_title(
        f"{row.seed}: {row.kind} ({told}), {row.conduct}, {row.manner}\n{row.lost_m / 1e3:.0f} km flown after; "
        f"level {row.level:.0%}, {km2(row.area_m2)} km² first",
        fontsize=10, loc="left",
    )  # fmt: skip


def _squares(x: F64, y: F64, size: F64) -> F64:
    """Return the corners [km], shape (n, 4, 2)."""
    corners = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
    found: F64 = (np.stack([x, y], axis=1)[:, None] + size[:, None, None] * corners) / 1e3
    return found
