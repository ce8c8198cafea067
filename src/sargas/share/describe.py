"""The things of a search plan in a sentence each, for formats that show a text when a thing is touched."""

import math
from typing import Final, Literal

from msgspec import Struct

from sargas.model.search import AssetKind, Clue, ClueWeight, Contour, Find, Searched, SearchPlan, Sector
from sargas.model.track import Track
from sargas.search.grid_reference import mgrs_of, spaced
from sargas.share.shown import clock_text, percent

ASSETS: Final[dict[AssetKind, str]] = {
    "foot_team": "foot team",
    "volunteers": "volunteers",
    "dogs": "dogs",
    "camera_drone": "camera drone",
    "helicopter": "helicopter",
    "vehicle": "vehicle",
}


class Mark(Struct, frozen=True, kw_only=True):
    """A place of a plan: what it is, an id that stays, a name, a text, and when it was."""

    part: Literal["best", "loss", "find", "clue"]
    key: str
    name: str
    text: str
    lat_deg: float
    lon_deg: float
    time_s: float


def marks(plan: SearchPlan) -> list[Mark]:
    """Return the places of a plan: the last report, the best place, what was found, the clues that have a place."""
    track = plan.loss.track
    found = [
        Mark(part="loss", key="loss", name="Last report", text=loss_text(track), lat_deg=track.lat_deg,
             lon_deg=track.lon_deg, time_s=track.last_report_s)
    ]  # fmt: skip
    if plan.cells.poc:
        text = f"The densest place of the map: {best_grid(plan)}."
        found.append(
            Mark(part="best", key="best", name="Best place", text=text, lat_deg=plan.best_lat_deg,
                 lon_deg=plan.best_lon_deg, time_s=plan.now_s)
        )  # fmt: skip
    found += [
        Mark(part="find", key=find.find_id, name=f"Found: {find.what}", text=find_text(find), lat_deg=find.lat_deg,
             lon_deg=find.lon_deg, time_s=find.time_s)
        for find in plan.finds
    ]  # fmt: skip
    return found + [_clue_mark(weighed, *place) for weighed in plan.clues if (place := clue_place(weighed.clue))]


def _clue_mark(weighed: ClueWeight, lat_deg: float, lon_deg: float) -> Mark:
    clue = weighed.clue
    return Mark(
        part="clue",
        key=clue.clue_id,
        name=clue_title(clue),
        text=clue_text(weighed),
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        time_s=clue.received_s if clue.time_s is None else clue.time_s,
    )


def grid(lat_deg: float, lon_deg: float) -> str:
    """Return the grid reference of a place to a metre, as it is read aloud."""
    return spaced(mgrs_of(lat_deg, lon_deg))


def sector_grid(sector: Sector) -> str:
    """Return the grid reference of a sector's centre, its own if it has one."""
    return spaced(sector.mgrs) if sector.mgrs else grid(sector.lat_deg, sector.lon_deg)


def degrees(lat_deg: float, lon_deg: float) -> str:
    """Return a place as 54.68720 N 25.27970 E: a metre."""
    return f"{abs(lat_deg):.5f} {'N' if lat_deg >= 0 else 'S'} {abs(lon_deg):.5f} {'E' if lon_deg >= 0 else 'W'}"


def hours(value: float) -> str:
    """Return hours for a person: 45 min, 3.5 h, 12 h."""
    if value < 1.0:
        return f"{60.0 * value:.0f} min"
    return f"{value:.1f} h" if value < 9.95 else f"{value:,.0f} h"


def area(area_m2: float) -> str:
    """Return an area for a person: 4 ha, 0.85 km², 120 km²."""
    km2 = area_m2 / 1e6
    if km2 < 0.1:
        return f"{100.0 * km2:.0f} ha"
    return f"{km2:.2f} km²" if km2 < 1.0 else f"{km2:.1f} km²" if km2 < 9.95 else f"{km2:,.0f} km²"


def sector_text(sector: Sector) -> str:
    """Return what a team needs to know of its sector."""
    searched = (
        f"{percent(sector.pod)} of what lies here would have been found already. " if sector.pod >= 0.005 else ""
    )
    return (
        f"Rank {sector.rank}. {percent(sector.poc)} that it lies here; {percent(sector.p_per_hour)} to find it in "
        f"the first hour on foot. {hours(sector.hours)} of search, {area(sector.area_m2)}, {sector.cover} ground. "
        f"{searched}Centre {sector_grid(sector)}."
    )


def contour_text(contour: Contour) -> str:
    """Return what a contour means."""
    return f"{percent(contour.share)} of what there is to find lies within: {area(contour.area_m2)}."


def loss_text(track: Track) -> str:
    """Return when and where the track was last reported, and how it moved."""
    return (
        f"Last report {clock_text(track.last_report_s)} at {grid(track.lat_deg, track.lon_deg)}; "
        f"{speed_mps(track) * 3.6:.0f} km/h, course {course_deg(track):03.0f}°."
    )


def speed_mps(track: Track) -> float:
    """Return the speed over ground."""
    return math.hypot(track.east_mps, track.north_mps)


def course_deg(track: Track) -> float:
    """Return the course, clockwise from true north, 0 to 360."""
    return math.degrees(math.atan2(track.east_mps, track.north_mps)) % 360.0


def best_grid(plan: SearchPlan) -> str:
    """Return the grid reference of the best place."""
    return spaced(plan.best_mgrs) if plan.best_mgrs else grid(plan.best_lat_deg, plan.best_lon_deg)


def searched_title(searched: Searched) -> str:
    """Return what was searched: the sector's name, or the asset and the time."""
    what = searched.sector or ASSETS[searched.asset]
    return f"Searched: {what}, {clock_text(searched.time_s)}"


def searched_text(searched: Searched) -> str:
    """Return by whom and how thoroughly."""
    parts = [f"By {ASSETS[searched.asset]}", f"told by {searched.by}"]
    if searched.hours is not None:
        parts.append(hours(searched.hours))
    if searched.coverage is not None:
        parts.append(f"coverage {searched.coverage:.1f}")
    return ", ".join(parts) + "." + (f" {searched.text}" if searched.text else "")


def find_text(find: Find) -> str:
    """Return what was found, where and when."""
    is_it = " It is what was searched for." if find.is_it else ""
    text = f" {find.text}" if find.text else ""
    return (
        f"{find.what.capitalize()} found {clock_text(find.time_s)} at {grid(find.lat_deg, find.lon_deg)} "
        f"within {find.sd_m:.0f} m, told by {find.by}.{is_it}{text}"
    )


def clue_place(clue: Clue) -> tuple[float, float] | None:
    """Return latitude and longitude of a clue, those of its report's place if it has none; None if neither has."""
    for one in (clue, clue.report):
        if one is not None and one.lat_deg is not None and one.lon_deg is not None:
            return one.lat_deg, one.lon_deg
    return None


def clue_title(clue: Clue) -> str:
    """Return what kind of clue it is, and when it was."""
    when = f", {clock_text(clue.time_s)}" if clue.time_s is not None else ""
    return f"Clue: {clue.kind.replace('_', ' ')}{when}"


def clue_text(weighed: ClueWeight) -> str:
    """Return how much a clue weighs, why, and in whose words."""
    words = f" “{weighed.clue.text}”" if weighed.clue.text else ""
    told = f" Told by {weighed.clue.by}." if weighed.clue.by else ""
    return f"{percent(weighed.probability)} that it speaks of this target: {weighed.why}{words}{told}"
