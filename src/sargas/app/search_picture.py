"""A picture of a search map: how likely each place is, the contours, the best sectors, the last report."""

from io import BytesIO
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from sargas.model.errors import DataError
from sargas.model.report import Point
from sargas.model.search import SearchPlan, Sector
from sargas.search.plane import F64, EqualArea

FORMATS: Final = ("pdf", "png", "svg")
NAMED: Final = 12
LEAST: Final = 1e-4
"""Cells so much less likely, for their size, than the likeliest are left white."""
# Okabe and Ito, Color universal design, 2008.
BLUE, RED, BLACK = "#0072B2", "#D55E00", "#000000"
HALO: Final = withStroke(linewidth=2.0, foreground="white")


def draw(plan: SearchPlan, file_format: str) -> bytes:
    """Return the picture as a file, kilometres east and north of the last report.

    Raises:
        DataError: it is not drawn in that format.
    """
    if file_format not in FORMATS:
        raise DataError(f"a picture is drawn as {', '.join(FORMATS)}, not as {file_format}")
    plane = EqualArea(plan.cells.lat0_deg, plan.cells.lon0_deg)
    figure = Figure(figsize=(15.0, 7.5), layout="constrained")
    whole, near = figure.subplots(1, 2)
    best = sorted(plan.sectors, key=lambda sector: sector.rank)[:NAMED]
    last = _km(plane, ((plan.loss.track.lon_deg, plan.loss.track.lat_deg),))
    for axes, is_near in ((whole, False), (near, True)):
        axes.set_aspect("equal")
        axes.add_collection(_cells(plan))
        _lines(axes, plan, plane)
        for sector in best:
            axes.plot(*_km(plane, sector.ring, is_closed=True).T, color=BLACK, lw=0.9 if is_near else 0.4)
        _marks(axes, plan, plane)
        axes.set_xlabel("km east of the last report")
    _name(near, best, plane)
    _frame(whole, [last, *(_km(plane, ring) for contour in plan.contours for (ring, *_) in contour.polygons)])
    _frame(near, [_km(plane, sector.ring) for sector in best] or [last])
    whole.set_ylabel("km north")
    whole.legend(loc="upper right", fontsize=8)
    whole.set_title(f"{plan.incident_id}: where to look".replace("$", r"\$"), loc="left")
    near.set_title(f"the best sectors; best place {plan.best_mgrs}", loc="left")
    file = BytesIO()
    figure.savefig(file, format=file_format, dpi=120, bbox_inches="tight")
    return file.getvalue()


def _lines(axes: Axes, plan: SearchPlan, plane: EqualArea) -> None:
    for contour in plan.contours:
        for polygon in contour.polygons:
            for ring in polygon:
                axes.plot(*_km(plane, ring, is_closed=True).T, color=BLUE, lw=0.8 + 0.8 * (1.0 - contour.share))


def _marks(axes: Axes, plan: SearchPlan, plane: EqualArea) -> None:
    track = plan.loss.track
    axes.plot(*_km(plane, ((track.lon_deg, track.lat_deg),)).T, "o", color=RED, ms=6, label="last report", zorder=4)
    best = ((plan.best_lon_deg, plan.best_lat_deg),)
    axes.plot(*_km(plane, best).T, "+", color=BLACK, ms=12, mew=2, label="best place", zorder=4)
    for find in plan.finds:
        where = _km(plane, ((find.lon_deg, find.lat_deg),))
        axes.plot(*where.T, "X", color=RED, mec="white", ms=10, label=f"found: {find.what}", zorder=5)


def _name(axes: Axes, sectors: list[Sector], plane: EqualArea) -> None:
    for sector in sectors:
        ((x, y),) = _km(plane, ((sector.lon_deg, sector.lat_deg),))
        axes.text(x, y, sector.name, fontsize=8, ha="center", va="center", path_effects=[HALO])


def _frame(axes: Axes, parts: list[F64]) -> None:
    """Show the square that holds all of the parts, and a tenth around them."""
    points = np.concatenate(parts)
    low, high = points.min(axis=0), points.max(axis=0)
    half = 0.6 * max(float((high - low).max()), 1.0)
    (x, y) = ((low + high) / 2.0).tolist()
    axes.set_xlim(x - half, x + half)
    axes.set_ylim(y - half, y + half)


def _cells(plan: SearchPlan) -> PolyCollection:
    """Return the squares of the map, coloured by probability per square kilometre."""
    cells = plan.cells
    x, y, half = np.array(cells.x_m) / 1e3, np.array(cells.y_m) / 1e3, np.array(cells.size_m) / 2e3
    density = np.array(cells.poc) / np.maximum((2.0 * half) ** 2, 1e-12)
    likeliest = float(density.max()) if density.size else 1.0
    shown = density > LEAST * likeliest
    west, east, south, north = x - half, x + half, y - half, y + half
    corners = np.stack([west, south, east, south, east, north, west, north], axis=1).reshape(-1, 4, 2)[shown]
    squares = PolyCollection(list(corners), cmap="YlOrRd", norm=LogNorm(LEAST * likeliest, likeliest), lw=0.0)
    squares.set_array(density[shown])
    return squares


def _km(plane: EqualArea, points: tuple[Point, ...], *, is_closed: bool = False) -> F64:
    """Return points (lon, lat) as kilometres in the plane, shape (n, 2)."""
    whole = np.array([*points, points[0]] if is_closed else points, dtype=np.float64)
    return plane.xy(whole[:, 0], whole[:, 1]) / 1e3
