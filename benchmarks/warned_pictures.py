"""The picture of `public_warnings.py`: the areas of four situations, with what then really happened."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from lost_drones.flights import flight
from sargas.model.picture import Picture
from sargas.model.track import Track
from sargas.model.warning import Draft
from warned_flights import incident_of, seen

if TYPE_CHECKING:
    from public_warnings import Bench, Case

RADAR_SEED, LOST_SEED, PEOPLE_SEED, RAID_SEED = 2, 44, 30, 3_000
RAID = 20
TOWNS_SHOWN = 5
RAID_SD_M, RAID_SD_MPS = 100.0, 1.0
KM = 1e3
AREA, WAY, SEEN = "#c1121f", "#1f5fa8", "#000000"
GREY = "#9a9a9a"


def draw(bench: "Bench", path: Path) -> None:
    """Draw a radar track, one lost for five minutes, one that people alone heard, and a raid of 20."""
    from public_warnings import cases_of

    figure = Figure(figsize=(15, 13), layout="constrained")
    panels = list(figure.subplots(2, 2).flat)
    names = (("radar, minutes", RADAR_SEED), ("lost for 5 min", LOST_SEED), ("people alone", PEOPLE_SEED))
    for (name, seed), panel in zip(names, panels, strict=False):
        made = seen(seed)
        assert made is not None
        case = next(one for one in cases_of(bench, made) if one.name == name)
        draft = bench.drafted(bench.plain, case)
        before = bench.country.xy(np.array([(one.lon_deg, one.lat_deg) for one in made.states]))
        _draw(panel, bench, case, draft, [] if name == "people alone" else [before])
        if name == "people alone":
            for word in case.picture.observations:
                x, y = bench.country.xy([(word.lon_deg, word.lat_deg)])[0] / KM
                panel.plot(x, y, "^", color="#6a4c93", ms=9, mec="white")
    raid = _raid(bench)
    _draw(panels[3], bench, raid, bench.drafted(bench.plain, raid), [])
    handles: list[Any] = [
        Patch(facecolor=AREA, alpha=0.2, edgecolor=AREA, label="warned"),
        Line2D([], [], color=SEEN, lw=1.6, label="seen so far"),
        Line2D([], [], color=WAY, lw=1.2, label="where it then flew, 20 min"),
        Line2D([], [], color="#6a4c93", marker="^", ls="", ms=9, label="somebody called"),
        Line2D([], [], color=GREY, ls="--", label="course ± 20°"),
        Line2D([], [], color=GREY, ls=":", label="speed times 20 min"),
        Line2D([], [], color="#2d6a4f", marker="o", ls="", label="town: chance, minutes until it may come"),
        Line2D([], [], color="#555555", lw=0.8, label="border"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False, fontsize=12)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=80)


def _raid(bench: "Bench") -> "Case":
    """Return twenty flights of the generator that come over the eastern border within 40 km of each other."""
    from public_warnings import Case

    now_s = 1_753_660_800.0
    tracks, truths = {}, []
    seed, rng = RAID_SEED, np.random.default_rng(RAID_SEED)
    while len(tracks) < RAID:
        seed += 1
        made = flight(seed)
        if made.kind == "balloon":
            continue
        k = len(tracks)
        way = np.stack([made.path.x_m, made.path.y_m], axis=1)[made.lost :]
        way -= way[0]
        velocity = way[min(10, len(way) - 1)] / 10.0
        turn = math.radians(270.0 + rng.normal(0.0, 12.0)) - math.atan2(*velocity)
        cos, sin = math.cos(turn), math.sin(turn)
        way = way @ np.array([[cos, -sin], [sin, cos]])
        start = bench.country.xy([(25.95 + 0.03 * rng.normal(), 54.35 + 0.36 * k / RAID)])[0]
        speed = (way[min(10, len(way) - 1)] / 10.0).tolist()
        ((lon, lat),) = bench.country.lonlat([start + rng.normal(0.0, RAID_SD_M, 2)]).tolist()
        tracks[k + 1] = Track(
            track_id=k + 1, time_s=now_s, first_s=now_s - 120.0, last_report_s=now_s, status="confirmed",
            lat_deg=lat, lon_deg=lon, east_mps=speed[0] + rng.normal(0.0, RAID_SD_MPS),
            north_mps=speed[1] + rng.normal(0.0, RAID_SD_MPS),
            position_cov_m2=(RAID_SD_M**2, 0.0, RAID_SD_M**2),
            velocity_cov_m2ps2=(RAID_SD_MPS**2, 0.0, RAID_SD_MPS**2),
        )  # fmt: skip
        truths.append((np.arange(len(way[:1200]), dtype=float), start + way[:1200]))
    incident = incident_of("red", now_s, tracks=tuple(tracks))
    return Case(
        f"raid of {RAID}", "many", incident, [], Picture(now_s=now_s, tracks=tracks), truths, (0.0, 0.0, 0.0, None)
    )


def _draw(panel: Any, bench: "Bench", case: "Case", draft: Draft | None, before: list[Any]) -> None:
    assert draft is not None
    outline = bench.country.inset(100.0)
    for part in shapely.get_parts(outline):
        panel.plot(*(np.array(part.exterior.coords).T / KM), color="#555555", lw=0.8)
    rings = [bench.country.xy(ring) / KM for ring in draft.content.rings]
    for ring in rings:
        panel.fill(*ring.T, facecolor=AREA, alpha=0.2)
        panel.plot(*ring.T, color=AREA, lw=1.8, marker=".", ms=5)
    for way in before:
        panel.plot(*(way.T / KM), color=SEEN, lw=1.6)
    for _, xy in case.truths:
        panel.plot(*(xy.T / KM), color=WAY, lw=1.2)
    if case.known[3] is not None:
        for shape, style in ((bench.corridor(case), "--"), (bench.circle(case), ":")):
            for part in shapely.get_parts(shape):
                panel.plot(*(np.array(part.exterior.coords).T / KM), color=GREY, ls=style, lw=1.2)
    about = np.concatenate([*rings, *(xy / KM for _, xy in case.truths)])
    middle, half = (about.max(0) + about.min(0)) / 2.0, max(0.62 * float(np.ptp(about, axis=0).max()), 12.0)
    for one in draft.in_the_way[:TOWNS_SHOWN]:
        x, y = bench.country.xy([(one.lon_deg, one.lat_deg)])[0] / KM
        if one.probability < 0.02 or max(abs(x - middle[0]), abs(y - middle[1])) > 0.9 * half:
            continue
        panel.plot(x, y, "o", color="#2d6a4f", ms=5)
        early, _, late = ((at - draft.made_s) / 60.0 for at in one.arrival_s)
        panel.annotate(f"{one.name} {one.probability:.0%}, {early:.0f}-{late:.0f}", (x, y), (4, 4),
                       textcoords="offset points", fontsize=9, color="#2d6a4f")  # fmt: skip
    panel.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half), aspect="equal",
              xlabel="km")  # fmt: skip
    panel.set_title(f"{case.name}: {draft.area_m2 / 1e6:,.0f} km² warned", loc="left", fontsize=13)
