"""Which ground goes on which map page of the printed sheet, and how much room a page leaves for it."""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray

from sargas.model.report import Point
from sargas.model.search import SearchPlan
from sargas.share.map_frame import Frame, fitted
from sargas.share.map_style import EDGE_MM
from sargas.share.sheet_words import Words
from sargas.share.shown import Shown

F64 = NDArray[np.float64]

_geos: Any = shapely  # shapely carries no types

PAPERS_MM: Final = {"a4": (210.0, 297.0), "a3": (297.0, 420.0)}
SIDES_MM: Final = 16.0
"""Margins left and right together."""
MARGINS_MM: Final = 20.0
"""Margins above and below together."""
CREDITS_MM: Final = 4.5
KEY_ROW_MM: Final = 4.95
KEY_COLUMN_MM: Final = 47.0
GROUND_MM: Final = (76.0, 25.0)
"""Width and height of the scale bar with what is said of the grid."""
MARK_MM: Final = 8.5

SCALE_AIM: Final = 75_000
"""A sector of 2 km2 is 19 mm wide at this scale. What does not fit on one map at it goes on the next."""
LOSS_COSTS: Final = 1.35
"""The last report is on the first map if that makes the scale at most so much smaller."""
ENOUGH: Final = 0.7
"""A sector of which so much is on a map needs no other map."""
AROUND_LOSS_M: Final = 25_000.0
"""So much country is shown where nothing but the last report is known."""


class Page(Struct, frozen=True, kw_only=True):
    """A map page, standing or lying, and the size that is left of it for the map."""

    is_flipped: bool
    head_mm: float
    warning_mm: float
    key_columns: int
    map_mm: tuple[float, float]


def pages_of(paper: str, texts: Words, n_key: int) -> tuple[Page, Page]:
    """Return the page standing and lying; its head is as high as the warning and the title need."""
    width, height = PAPERS_MM[paper]
    return _page(width, height, texts, n_key), _page(height, width, texts, n_key)


def _page(width: float, height: float, texts: Words, n_key: int) -> Page:
    inside = width - SIDES_MM
    warning = min(0.5 * inside, 150.0)
    # The widths of letters, a little much: what does not fit would push the map off the page.
    n_warning = math.ceil(len(f"{texts.hazard} {texts.notice}") * 1.36 / (warning - 4.4))
    n_title = math.ceil(len(texts.title) * 2.65 / (inside - warning - 5.0))
    title = n_title * 6.6 + (5.5 if not texts.state else 9.5) + (MARK_MM if texts.marks else 0.0)
    head = max(7.6 + 3.3 * n_warning, title)
    columns = max(1, int((inside - 2.0 * EDGE_MM - GROUND_MM[0] + 4.0) // KEY_COLUMN_MM))
    foot = max(GROUND_MM[1], math.ceil(n_key / columns) * KEY_ROW_MM + 1.0)
    left = height - MARGINS_MM - head - foot - CREDITS_MM - 1.0
    return Page(
        is_flipped=width > height,
        head_mm=head,
        warning_mm=warning,
        key_columns=columns,
        map_mm=within_edge((inside, left)),
    )


def within_edge(size_mm: tuple[float, float]) -> tuple[float, float]:
    """Return the size of a map without the margin for its numbers."""
    return size_mm[0] - 2.0 * EDGE_MM, size_mm[1] - 2.0 * EDGE_MM


def frames_of(exported: Shown, pages: Sequence[Page], n_sectors: int, n_maps: int) -> tuple[list[Frame], Page]:
    """Return the frames of the maps, the best sectors first, and the page that all of them are on.

    Args:
        exported: what may be shown.
        pages: the pages that may be used; that one is taken on which the first map shows most.
        n_sectors: so many of the best sectors are looked for a place on a map.
        n_maps: there are at most so many maps; there is none where nothing may be shown.
    """
    plan = exported.plan
    if plan is None or not plan.sectors:
        return _whole(exported, pages)
    grounds = _grounds(exported, plan, n_sectors)
    firsts = [_filled(grounds, page) for page in pages]
    k = max(range(len(pages)), key=lambda k: (firsts[k][1], -firsts[k][0].scale))
    frame = _with_loss(firsts[k][2], plan, pages[k]) or firsts[k][0]
    frames = [frame]
    left = _left(grounds, frame)
    while left and len(frames) < n_maps:
        # No larger than the first, so that what is around it is on it too.
        frame, _, _ = _filled(left, pages[k], frames[0].scale)
        frames.append(frame)
        left = _left(left, frame)
    return frames, pages[k]


def _whole(exported: Shown, pages: Sequence[Page]) -> tuple[list[Frame], Page]:
    """Return one frame of all that there is, where there are no sectors."""
    corners = [*ring_corners(exported), *(corner for hazard in exported.hazards for corner in hazard.ring())]
    if exported.plan is not None and (exported.plan.cells.poc or not corners):
        corners.append((exported.plan.best_lon_deg, exported.plan.best_lat_deg))
    if exported.plan is not None and not exported.contours:
        corners.append((exported.plan.loss.track.lon_deg, exported.plan.loss.track.lat_deg))
    if not corners:
        return [], pages[0]
    least_m = 2_000.0 if exported.contours else AROUND_LOSS_M
    frame, k = fitted(np.array(corners, np.float64), tuple(page.map_mm for page in pages), least_m)
    return [frame], pages[k]


def ring_corners(exported: Shown) -> list[Point]:
    """Return the corners of the outlines of all contours."""
    return [corner for contour in exported.contours for polygon in contour.polygons for corner in polygon[0]]


def _grounds(exported: Shown, plan: SearchPlan, n_sectors: int) -> list[F64]:
    """Return what must be on a map, the most important first: the best sector, what was found, the other sectors."""
    best, *others = sorted(plan.sectors, key=lambda sector: sector.rank)[:n_sectors]
    rings = [best.ring, *(tuple(hazard.ring()) for hazard in exported.hazards), *(sector.ring for sector in others)]
    return [np.array(ring, np.float64) for ring in rings]


def _filled(grounds: Sequence[F64], page: Page, least_scale: int = 1) -> tuple[Frame, int, F64]:
    """Return a map of the first ground and those that go with it at the scale aimed at; how many, and which."""
    chosen, n = grounds[0], 1
    frame, _ = fitted(chosen, (page.map_mm,), least_scale=least_scale)
    for ground in grounds[1:]:
        more = np.vstack([chosen, ground])
        wider, _ = fitted(more, (page.map_mm,), least_scale=least_scale)
        if wider.scale <= max(SCALE_AIM, frame.scale):
            chosen, frame, n = more, wider, n + 1
    return frame, n, chosen


def _with_loss(ground: F64, plan: SearchPlan, page: Page) -> Frame | None:
    track = plan.loss.track
    frame, _ = fitted(ground, (page.map_mm,))
    wider, _ = fitted(np.vstack([ground, [[track.lon_deg, track.lat_deg]]]), (page.map_mm,))
    return wider if wider.scale <= LOSS_COSTS * frame.scale else None


def _left(grounds: Sequence[F64], frame: Frame) -> list[F64]:
    """Return the grounds of which a map shows less than `ENOUGH`."""
    left = []
    for ground in grounds:
        shape = _geos.Polygon(frame.mm(ground))
        if _geos.intersection(_geos.make_valid(shape), frame.box()).area < ENOUGH * shape.area:
            left.append(ground)
    return left


def map_numbers(plan: SearchPlan, frames: Sequence[Frame]) -> dict[str, int]:
    """Return for each sector's name the number of the first map that shows its middle."""
    numbers: dict[str, int] = {}
    for sector in plan.sectors:
        for k, frame in enumerate(frames, 1):
            ((x, y),) = frame.mm(np.array([[sector.lon_deg, sector.lat_deg]])).tolist()
            if 0.0 <= x <= frame.width_mm and 0.0 <= y <= frame.height_mm:
                numbers.setdefault(sector.name, k)
    return numbers


def everything(exported: Shown, frames: Sequence[Frame]) -> F64:
    """Return the places that the overview must show: the maps, all areas and sectors, the last report."""
    corners = ring_corners(exported)
    if exported.plan is not None:
        corners.append((exported.plan.loss.track.lon_deg, exported.plan.loss.track.lat_deg))
        corners += [corner for sector in exported.plan.sectors for corner in sector.ring]
    edges = np.vstack([frame.edge() for frame in frames])
    return np.vstack([edges, np.array(corners, np.float64).reshape(-1, 2)])
