"""One search: from a lost track and all that is known and decided to where to look, in one pure function."""

import hashlib
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from sargas.model.search import (
    Asset,
    AssetWorth,
    Assignment,
    Cells,
    Contour,
    Hypothesis,
    LossHypotheses,
    SearchPlan,
    Sector,
    SuccessPoint,
)
from sargas.search import clues as clue_words
from sargas.search.allocate import allocate, expected_hours, per_hour, success, success_curve, tidy, worth
from sargas.search.belief import N_PARTICLES, Belief, Case, believe
from sargas.search.contours import contours_of
from sargas.search.grid_reference import mgrs_of, spaced
from sargas.search.ground import Squares
from sargas.search.hypotheses import CONDUCT_TITLES, FATE_TITLES
from sargas.search.plane import EqualArea
from sargas.search.sectors import draw_sectors, sector_poc
from sargas.search.sweep import pod, sweep_rate_m2ps
from sargas.search.words import conduct_why, fate_why, hazard_of, reasons, sector_name, sectors_hold

__all__ = ["Case", "map_of", "plan_of"]

F64 = NDArray[np.float64]

CONTOURS: Final = (0.5, 0.75, 0.9, 0.95)
HYPOTHESES_PARTICLES: Final = 20_000
TEN_METRES: Final = 4
"""Figures of easting and of northing."""
FOOT_TEAM: Final = Asset(asset_id="foot team", kind="foot_team")
"""The searcher that sectors are measured for and ranked by."""


def map_of(case: Case, *, n_particles: int = N_PARTICLES) -> Cells:
    """Return the probability map alone: what `plan_of` draws its sectors on."""
    belief = believe(case, n_particles=n_particles)
    return cells_of(belief.after, belief.plane)


def plan_of(case: Case, *, n_particles: int = N_PARTICLES) -> SearchPlan:
    """Return where to look, why, and how: the same case and number of flights give the same plan."""
    belief = believe(case, n_particles=n_particles)
    sectors = sectors_of(case, belief)
    effort = _Effort(case, sectors)
    found = [find for find in case.state.finds if find.is_it]
    best = _best(belief)
    hazard_m, hazard = hazard_of(case.aircraft, belief.kinds)
    track = case.loss.track
    return SearchPlan(
        incident_id=case.incident_id,
        track_id=track.track_id,
        key=_key(case, n_particles),
        now_s=case.now_s,
        loss=case.loss,
        settings=case.state.settings,
        kinds=belief.kinds,
        fates=_fates(case, belief),
        conducts=_conducts(case, belief),
        p_there=float(belief.after.mass.sum()),
        p_flying=belief.fates["flying"][1],
        best_lat_deg=best[1],
        best_lon_deg=best[0],
        best_mgrs=spaced(mgrs_of(best[1], best[0], TEN_METRES)),
        cells=cells_of(belief.after, belief.plane),
        contours=_contours(belief),
        sectors=sectors,
        assignments=effort.assignments,
        pos=effort.pos,
        expected_h=effort.expected_h,
        success=effort.success,
        worth=effort.worth,
        clues=clue_words.told(case.state.clues, belief.flights.clues, belief.clue_p.tolist()),
        silences=belief.flights.silences.told,
        searched=case.state.searched,
        finds=case.state.finds,
        is_found=bool(found),
        is_ordered=bool(case.state.sectors),
        hazard_m=hazard_m,
        hazard=hazard,
        why=(*reasons(case, belief), *sectors_hold([sector.poc for sector in sectors])),
        country=case.watched,
        title=case.title,
        is_exercise=case.is_exercise,
    )


def hypotheses_of(case: Case, *, n_particles: int = HYPOTHESES_PARTICLES) -> LossHypotheses:
    """Return what may have become of the lost track, without the map: the probabilities settle with few flights."""
    fates = {fate: after for fate, (_, after) in believe(case, n_particles=n_particles).fates.items()}
    crashed = fates["glided"] + fates["fell"] + fates["obstacle"]
    named = {
        "still flying": fates["flying"],
        "left the country": fates["left"],
        "landed": fates["landed"],
        "crashed": crashed,
        "never there": fates["never"],
    }
    likeliest = max(named, key=lambda name: named[name])
    return LossHypotheses(
        track_id=case.loss.track.track_id,
        last_report_s=case.loss.track.last_report_s,
        flying=fates["flying"],
        left=fates["left"],
        landed=fates["landed"],
        crashed=crashed,
        never=fates["never"],
        text=f"most likely {likeliest} ({named[likeliest]:.0%})",
    )


def cells_of(squares: Squares, plane: EqualArea) -> Cells:
    """Return the map as columns for others."""
    lonlat = plane.lonlat(np.stack([squares.x_m, squares.y_m], axis=1))
    return Cells(
        lat0_deg=plane.lat_deg,
        lon0_deg=plane.lon_deg,
        x_m=tuple(squares.x_m.tolist()),
        y_m=tuple(squares.y_m.tolist()),
        size_m=tuple(squares.size_m.tolist()),
        lat_deg=tuple(np.round(lonlat[:, 1], 6).tolist()),
        lon_deg=tuple(np.round(lonlat[:, 0], 6).tolist()),
        poc=tuple(squares.mass.tolist()),
    )


def sectors_of(case: Case, belief: Belief) -> tuple[Sector, ...]:
    """Return the sectors, best first: as ordered, else drawn on the map as it was before anything was searched."""
    plane, before = belief.plane, belief.before
    light = case.state.settings.light
    if case.state.sectors:
        names = [one.name for one in case.state.sectors]
        rings = [plane.xy(*np.array(one.ring).T) for one in case.state.sectors]
    else:
        covers = belief.covers.of(before.x_m, before.y_m)
        rates = {cover: sweep_rate_m2ps(FOOT_TEAM, cover, light) for cover in set(covers)}
        lines = [plane.xy(*np.array(line).T) for line in case.lines]
        shapes = draw_sectors(
            before.x_m,
            before.y_m,
            before.size_m,
            before.mass,
            np.array([rates[cover] for cover in covers]),
            case.state.settings.sector_hours,
            lines,
        )
        names, rings = [], [shape.xy_m for shape in shapes]
    if not rings:
        return ()
    # By what was searched itself: the squares of the map reach beyond a sector's edge.
    pod_done = 1.0 - np.array([belief.swept.overlooked_within(ring) for ring in rings])
    poc_before = sector_poc(rings, before.x_m, before.y_m, before.size_m, before.mass)
    poc = poc_before * (1.0 - pod_done) / belief.left_over
    area_m2, centre = np.array([_area_m2(ring) for ring in rings]), np.array([ring.mean(axis=0) for ring in rings])
    covers = belief.covers.of(centre[:, 0], centre[:, 1])
    rate = np.array([sweep_rate_m2ps(FOOT_TEAM, cover, light) for cover in covers])
    worth_h = per_hour(poc, area_m2, rate)
    order = np.argsort(-worth_h, kind="stable")
    # Names of provisional sectors follow their worth before the search, so that marking one does not rename them.
    first = np.argsort(-per_hour(poc_before, area_m2, rate), kind="stable").tolist()
    generation = case.state.generation + (0 if case.state.sectors else 1)
    named = names or [sector_name(generation, first.index(k) + 1) for k in range(len(rings))]
    found: list[Sector] = []
    for rank, k in enumerate(order.tolist(), start=1):
        lonlat = plane.lonlat(rings[k])
        ((lon, lat),) = plane.lonlat(centre[k]).tolist()
        found.append(
            Sector(
                name=named[k],
                ring=tuple((round(float(a), 6), round(float(b), 6)) for a, b in lonlat),
                lat_deg=lat,
                lon_deg=lon,
                area_m2=float(area_m2[k]),
                cover=covers[k],
                poc=float(poc[k]),
                pod=float(pod_done[k]),
                p_per_hour=float(worth_h[k]),
                hours=float(area_m2[k] / max(rate[k], 1e-9) / 3_600.0),
                rank=rank,
                is_ordered=bool(names),
                mgrs=spaced(mgrs_of(lat, lon, TEN_METRES)),
            )
        )
    return tuple(found)


class _Effort:
    """What the assets should do, and what comes of it."""

    def __init__(self, case: Case, sectors: tuple[Sector, ...]) -> None:
        assets, light = case.state.settings.assets, case.state.settings.light
        self.assignments: tuple[Assignment, ...] = ()
        self.success: tuple[SuccessPoint, ...] = ()
        self.worth: tuple[AssetWorth, ...] = ()
        self.pos = 0.0
        self.expected_h: float | None = None
        if not assets or not sectors:
            return
        poc, area = np.array([s.poc for s in sectors]), np.array([s.area_m2 for s in sectors])
        rate = np.array([[sweep_rate_m2ps(asset, s.cover, light) for s in sectors] for asset in assets])
        hours = np.array([asset.hours for asset in assets])
        delay = [0.0 if a.available_s is None else max(0.0, a.available_s - case.now_s) / 3_600.0 for a in assets]
        spent = tidy(allocate(poc, area, rate, hours), poc, area, rate)
        coverage = spent * rate * 3_600.0 / area
        total = coverage.sum(axis=0)
        pos = poc * pod(total)
        found: list[Assignment] = []
        for k, asset in enumerate(assets):
            for i in np.argsort(-coverage[k] * poc, kind="stable").tolist():
                if spent[k, i] <= 0.0:
                    continue
                share = coverage[k, i] / total[i] if total[i] > 0.0 else 0.0
                one = Assignment(
                    asset_id=asset.asset_id,
                    sector=sectors[i].name,
                    hours=float(spent[k, i]),
                    pod=float(pod(coverage[k, i])),
                    pos=float(pos[i] * share),
                )
                found.append(one)
        self.assignments = tuple(found)
        self.pos = success(spent, poc, area, rate)
        curve = success_curve(poc, area, rate, hours, delay_h=np.array(delay))
        self.success = tuple(curve)
        self.expected_h = expected_hours(curve)
        ids = [asset.asset_id for asset in assets]
        self.worth = tuple(worth(ids, poc, area, rate, hours, delay_h=np.array(delay)))


def _area_m2(ring: F64) -> float:
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    return float(abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2.0)


def _best(belief: Belief) -> tuple[float, float]:
    """Return longitude and latitude of the densest square."""
    squares = belief.after
    if squares.mass.size == 0:
        return belief.plane.lon_deg, belief.plane.lat_deg
    k = int(np.argmax(squares.mass / squares.size_m**2))
    ((lon, lat),) = belief.plane.lonlat(np.array([squares.x_m[k], squares.y_m[k]])).tolist()
    return lon, lat


def _contours(belief: Belief) -> tuple[Contour, ...]:
    after, plane = belief.after, belief.plane
    if after.mass.sum() <= 0.0:
        return ()
    return tuple(
        Contour(
            share=share,
            area_m2=float(area_m2),
            polygons=tuple(
                tuple(
                    tuple((round(float(lon), 6), round(float(lat), 6)) for lon, lat in plane.lonlat(ring))
                    for ring in rings
                )
                for rings in polygons
            ),
        )
        for share, area_m2, polygons in contours_of(after.x_m, after.y_m, after.size_m, after.mass, CONTOURS)
    )


def _fates(case: Case, belief: Belief) -> tuple[Hypothesis, ...]:
    said = case.state.settings.fates
    return tuple(
        Hypothesis(
            id=name,
            title=FATE_TITLES[name],
            prior=prior,
            probability=p,
            is_set=name in said,
            why=fate_why(name, case, belief),
        )
        for name, (prior, p) in belief.fates.items()
    )


def _conducts(case: Case, belief: Belief) -> tuple[Hypothesis, ...]:
    said = case.state.settings.conducts
    return tuple(
        Hypothesis(
            id=name,
            title=CONDUCT_TITLES[name],
            prior=prior,
            probability=p,
            is_set=name in said,
            why=conduct_why(name, case, belief.flights.manner.why),
        )
        for name, (prior, p) in belief.conducts.items()
        if prior > 0.0 or name in said
    )


def _key(case: Case, n_particles: int) -> str:
    """Return what names this plan: a hash of all that it was made from that can change while the watch runs."""
    told = msgspec.json.encode((case.incident_id, case.now_s, case.loss, case.state, n_particles), order="sorted")
    return hashlib.sha256(told).hexdigest()[:24]
