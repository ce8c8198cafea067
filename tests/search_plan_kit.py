"""A realistic search plan, drawn by hand with numpy and shapely: a drone lost by Vilnius, sought near Gaižiūnai.

The places are those of the case of 28 July 2025 as the press told it; times, names and words are made up. Nothing
here calls the code of the search.
"""

import functools
import math
from typing import Any

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from sargas.model.report import Point, Sighting
from sargas.model.search import (
    Asset,
    AssetWorth,
    Assignment,
    Cells,
    Clue,
    ClueWeight,
    Contour,
    Find,
    Hypothesis,
    Loss,
    Searched,
    SearchPlan,
    SearchSettings,
    Sector,
    SensorSilence,
    SuccessPoint,
    Watching,
    Wind,
)
from sargas.model.track import Contribution, Track
from sargas.model.zone import Place

F64 = NDArray[np.float64]

LOST_S = 1_753_667_640.0
"""2025-07-28 01:54 UTC."""
NOW_S = LOST_S + 5_400.0
LAT0, LON0 = 54.97, 24.46
P_THERE = 0.86
PLANE = Transformer.from_crs(
    "EPSG:4326", f"+proj=laea +lat_0={LAT0} +lon_0={LON0} +datum=WGS84 +units=m", always_xy=True
)
LOSS_LAT, LOSS_LON = 54.831237, 24.951846

PLACES = (
    Place(name="Vilnius", country="LT", lat_deg=54.68916, lon_deg=25.2798, population=542_366),
    Place(name="Jonava", country="LT", lat_deg=55.0727, lon_deg=24.2793, population=34_954),
    Place(name="Ukmergė", country="LT", lat_deg=55.2456, lon_deg=24.7606, population=28_759),
    Place(name="Širvintos", country="LT", lat_deg=55.0431, lon_deg=24.9569, population=7_213),
    Place(name="Kaišiadorys", country="LT", lat_deg=54.8647, lon_deg=24.4525, population=9_674),
    Place(name="Rukla", country="LT", lat_deg=55.0546, lon_deg=24.3924, population=2_376),
    Place(name="Žasliai", country="LT", lat_deg=54.8653, lon_deg=24.5869, population=748),
    Place(name="Gaižiūnai", country="LT", lat_deg=55.0275, lon_deg=24.3428, population=600),
    Place(name="Upninkai", country="LT", lat_deg=55.0742, lon_deg=24.5281, population=573),
    Place(name="Palomenė", country="LT", lat_deg=54.9242, lon_deg=24.3858, population=300),
    Place(name="Kaunas", country="LT", lat_deg=54.90272, lon_deg=23.90961, population=304_198),
)
LINES: tuple[tuple[Point, ...], ...] = (
    (
        (23.95, 54.93),
        (24.10, 54.955),
        (24.25, 54.925),
        (24.45, 54.885),
        (24.62, 54.86),
        (24.95, 54.78),
        (25.2, 54.71),
    ),
    ((24.279, 55.073), (24.34, 55.02), (24.40, 54.95), (24.452, 54.865)),
    ((24.279, 55.073), (24.392, 55.055), (24.53, 55.074), (24.76, 55.245)),
    ((24.392, 55.055), (24.46, 55.01), (24.587, 54.866)),
)

OFFICER = "Capt. Ona Petrauskienė"
REPORTER = "Jonas Kazlauskas 8-600-12345"
TEAM = "Alfa-7 Jonava"
SENSOR = "radar-antaviliai"
CLUE_WORDS = "A dull bang behind the sawmill, then dogs barking & <smoke>"
FIND_WORDS = "Part of a wing of foam, propeller by the ditch"

# The density: along the course the most, a second lump where it may have gone down early.
LUMPS = ((0.62, -6_500.0, 6_000.0, 2_600.0, 1_300.0), (0.26, 4_000.0, -500.0, 4_500.0, 2_000.0),
         (0.12, 16_000.0, -7_000.0, 5_000.0, 2_500.0))  # fmt: skip
COURSE_RAD = math.radians(300.0)


def lonlat(xy_m: F64) -> F64:
    lon, lat = PLANE.transform(xy_m[:, 0], xy_m[:, 1], direction="INVERSE")
    return np.stack([lon, lat], axis=1)


def density(xy_m: F64) -> F64:
    """Return the probability per square metre."""
    along = np.array([math.sin(COURSE_RAD), math.cos(COURSE_RAD)])
    across = np.array([along[1], -along[0]])
    total = np.zeros(len(xy_m))
    for weight, x, y, sd_along, sd_across in LUMPS:
        off = xy_m - (x, y)
        u, v = off @ along / sd_along, off @ across / sd_across
        total += weight * np.exp(-0.5 * (u * u + v * v)) / (2.0 * math.pi * sd_along * sd_across)
    return P_THERE * total


@functools.cache
def cells() -> Cells:
    """Return squares of 2 km, and of 500 m where much lies."""
    rows: list[tuple[float, float, float]] = []
    for x in np.arange(-21_000.0, 31_000.0, 2_000.0):
        for y in np.arange(-19_000.0, 21_000.0, 2_000.0):
            poc = float(density(np.array([[x, y]]))[0]) * 4e6
            if poc > 2e-3:
                rows += [(x + i, y + j, 500.0) for i in (-750, -250, 250, 750) for j in (-750, -250, 250, 750)]
            elif poc > 1e-6:
                rows.append((x, y, 2_000.0))
    table = np.array(rows)
    poc = density(table[:, :2]) * table[:, 2] ** 2
    poc *= P_THERE / poc.sum()
    place = lonlat(table[:, :2])
    columns = (table[:, 0], table[:, 1], table[:, 2], place[:, 1], place[:, 0], poc)
    x, y, size, lat, lon, poc_of = (tuple(float(one) for one in column) for column in columns)
    return Cells(lat0_deg=LAT0, lon0_deg=LON0, x_m=x, y_m=y, size_m=size, lat_deg=lat, lon_deg=lon, poc=poc_of)


def _boxes(found: Cells) -> Any:
    x, y, half = np.array(found.x_m), np.array(found.y_m), np.array(found.size_m) / 2.0
    return shapely.box(x - half, y - half, x + half, y + half)


def _points(shape: Any) -> tuple[Point, ...]:
    return tuple((float(lon), float(lat)) for lon, lat in lonlat(shapely.get_coordinates(shape)[:-1]))


@functools.cache
def contours() -> tuple[Contour, ...]:
    found = cells()
    boxes, poc, size = _boxes(found), np.array(found.poc), np.array(found.size_m)
    order = np.argsort(-poc / size**2, kind="stable")
    within = np.cumsum(poc[order]) / poc.sum()
    made = []
    for share in (0.5, 0.75, 0.9, 0.95):
        n = int(np.searchsorted(within, share)) + 1
        shape = shapely.union_all(boxes[order[:n]]).buffer(400.0).buffer(-400.0).simplify(30.0)
        polygons = tuple(
            tuple(_points(ring) for ring in (part.exterior, *part.interiors)) for part in shapely.get_parts(shape)
        )
        made.append(Contour(share=share, area_m2=float(shape.area), polygons=polygons))
    return tuple(made)


@functools.cache
def sectors(n: int = 44) -> tuple[Sector, ...]:
    """Return sectors of uneven shape where most lies, the best first, named by rows."""
    found = cells()
    rng = np.random.default_rng(28)
    order = np.argsort(-np.array(found.poc) / np.array(found.size_m) ** 2, kind="stable")[:700]
    area = shapely.union_all(_boxes(found)[order]).buffer(300.0).buffer(-300.0).simplify(50.0)
    area = max(shapely.get_parts(area), key=lambda part: part.area)
    west, south, east, north = area.bounds
    seeds = np.array([
        (x + rng.uniform(-350, 350) + (700.0 if k % 2 else 0.0), y + rng.uniform(-300, 300))
        for k, y in enumerate(np.arange(south, north, 1_350.0))
        for x in np.arange(west, east, 1_550.0)
    ])  # fmt: skip
    pieces = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=area))
    pieces = [max(shapely.get_parts(shapely.intersection(piece, area)), key=lambda part: part.area)
              for piece in pieces if shapely.intersection(piece, area).area > 4e5]  # fmt: skip
    poc = [float(density(np.array([piece.centroid.coords[0]]))[0]) * piece.area for piece in pieces]
    rate = [
        one * 6.0e5 / piece.area for one, piece in zip(poc, pieces, strict=True)
    ]  # a team sweeps 60 ha in an hour
    best = sorted(range(len(pieces)), key=lambda k: -rate[k])[:n]
    from_north = sorted(range(len(pieces)), key=lambda k: -pieces[k].centroid.y)
    place_in_row = {
        k: (row, column)
        for row in range(len(pieces) // 8 + 1)
        for column, k in enumerate(sorted(from_north[8 * row : 8 * row + 8], key=lambda k: pieces[k].centroid.x))
    }
    made = []
    for rank, k in enumerate(best, 1):
        piece = pieces[k]
        lon, lat = lonlat(np.array([piece.centroid.coords[0]]))[0].tolist()
        row, column = place_in_row[k]
        made.append(
            Sector(
                name=f"{chr(65 + row)}{column + 1}",
                ring=_points(piece.exterior),
                lat_deg=lat,
                lon_deg=lon,
                area_m2=float(piece.area),
                cover=("forest", "open", "mixed")[k % 3],  # type: ignore[arg-type]
                poc=poc[k],
                pod=0.0,
                p_per_hour=rate[k],
                hours=4.0 * float(piece.area) / 2.0e6,
                rank=rank,
                is_ordered=False,
            )
        )
    return tuple(made)


def track() -> Track:
    return Track(
        track_id=4_711,
        time_s=LOST_S,
        first_s=LOST_S - 900.0,
        last_report_s=LOST_S,
        status="lost",
        lat_deg=LOSS_LAT,
        lon_deg=LOSS_LON,
        east_mps=-25.98076,
        north_mps=15.0,
        position_cov_m2=(40_000.0, 0.0, 40_000.0),
        velocity_cov_m2ps2=(9.0, 0.0, 9.0),
        contributions=(Contribution(SENSOR, 60, LOST_S),),
    )


def clues() -> tuple[ClueWeight, ...]:
    bang = Clue(
        clue_id="clue-1",
        kind="bang",
        reliability=0.6,
        received_s=LOST_S + 1_800.0,
        lat_deg=55.031417,
        lon_deg=24.391263,
        radius_m=1_500.0,
        time_s=LOST_S + 610.0,
        text=CLUE_WORDS,
        by=OFFICER,
    )
    heard = Sighting(
        sensor="hotline",
        time_s=LOST_S + 240.0,
        lat_deg=54.913371,
        lon_deg=24.672915,
        sense="heard",
        reporter=REPORTER,
    )
    call = Clue(
        clue_id="clue-2",
        kind="sighting",
        reliability=0.4,
        received_s=LOST_S + 700.0,
        time_s=LOST_S + 240.0,
        report=heard,
    )
    placeless = Clue(clue_id="clue-3", kind="other", reliability=0.1, received_s=LOST_S + 4_000.0, text="A rumour")
    return (
        ClueWeight(clue=bang, probability=0.81, why="it fits the course and the time."),
        ClueWeight(clue=call, probability=0.66, why="it was heard 1.2 km from the course."),
        ClueWeight(clue=placeless, probability=0.05, why="it names no place."),
    )


def part_found(*, is_it: bool = False) -> Find:
    return Find(
        find_id="find-1",
        time_s=NOW_S - 600.0,
        by=OFFICER,
        what="wreck" if is_it else "part",
        lat_deg=55.036719,
        lon_deg=24.341527,
        sd_m=15.0,
        is_it=is_it,
        photo_sha256="ab" * 32,
        text=FIND_WORDS,
    )


def searched_ground(made: tuple[Sector, ...]) -> tuple[Searched, ...]:
    walked = made[6]
    lon, lat = np.array(walked.ring)[:, 0], np.array(walked.ring)[:, 1]
    zigzag = tuple(
        (float(lon.mean() + dx * 0.3 * np.ptp(lon)), float(lat.mean() + dy * 0.3 * np.ptp(lat)))
        for k, dy in enumerate(np.linspace(-1.0, 1.0, 6))
        for dx in ((-1.0, 1.0) if k % 2 == 0 else (1.0, -1.0))
    )
    return (
        Searched(
            searched_id="searched-1", time_s=NOW_S - 1_800.0, by=OFFICER, asset="camera_drone", sector=made[2].name,
            ring=made[2].ring, hours=0.7, coverage=0.9, text="Low fog in the north",
        ),
        Searched(
            searched_id="searched-2", time_s=NOW_S - 900.0, by=TEAM, asset="foot_team", sector=walked.name,
            paths=(zigzag,),
        ),
    )  # fmt: skip


def hypothesis(name: str, title: str, probability: float) -> Hypothesis:
    return Hypothesis(
        id=name, title=title, prior=probability, probability=probability, is_set=False, why="by the table"
    )


def plan(**changes: object) -> SearchPlan:
    """Return a search that has been going on for an hour: two sectors searched, a part found, three clues."""
    found = cells()
    made = sectors()
    made = tuple(msgspec.structs.replace(one, pod=0.59) if k in {2, 6} else one for k, one in enumerate(made))
    densest = int(np.argmax(np.array(found.poc) / np.array(found.size_m) ** 2))
    assets = (Asset(asset_id=TEAM, kind="foot_team"), Asset(asset_id="Heron", kind="camera_drone", hours=5.0))
    fields: dict[str, object] = {
        "incident_id": "2025-0728-3",
        "track_id": 4_711,
        "key": "0123456789abcdef",
        "now_s": NOW_S,
        "loss": Loss(track=track(), declared_s=LOST_S + 40.0, watching=(Watching(sensor=SENSOR, from_s=LOST_S),)),
        "settings": SearchSettings(assets=assets, wind=Wind(speed_mps=4.0, from_deg=200.0)),
        "kinds": {"gerbera": 0.71, "shahed": 0.18, "orlan": 0.08, "quadcopter": 0.01},
        "fates": (
            hypothesis("landed", "came down by itself", 0.52),
            hypothesis("glided", "glided down", 0.22),
            hypothesis("fell", "fell", 0.12),
            hypothesis("left", "left the country", 0.09),
            hypothesis("flying", "still flying", 0.03),
            hypothesis("never", "was never there", 0.02),
        ),
        "conducts": (hypothesis("course", "on course", 0.7), hypothesis("wander", "astray", 0.3)),
        "p_there": P_THERE,
        "p_flying": 0.03,
        "best_lat_deg": found.lat_deg[densest],
        "best_lon_deg": found.lon_deg[densest],
        "best_mgrs": "",
        "cells": found,
        "contours": contours(),
        "sectors": made,
        "assignments": (
            Assignment(asset_id=TEAM, sector=made[0].name, hours=4.0, pod=0.7, pos=0.7 * made[0].poc),
            Assignment(asset_id="Heron", sector=made[0].name, hours=0.5, pod=0.3, pos=0.1 * made[0].poc),
            Assignment(asset_id="Heron", sector=made[1].name, hours=2.0, pod=0.6, pos=0.6 * made[1].poc),
            Assignment(asset_id=TEAM, sector=made[3].name, hours=3.5, pod=0.5, pos=0.5 * made[3].poc),
        ),
        "pos": 0.41,
        "expected_h": 5.2,
        "success": (SuccessPoint(2.0, 0.2), SuccessPoint(8.0, 0.41)),
        "worth": (AssetWorth(asset_id=TEAM, pos_without=0.22, expected_h_without=7.4),),
        "clues": clues(),
        "silences": (
            SensorSilence(
                sensor=SENSOR, p_detect_look=0.8, until_s=NOW_S,
                why="it would have seen it above 150 m within 40 km, so it flew low or came down.",
            ),
        ),
        "searched": searched_ground(made),
        "finds": (part_found(),),
        "is_found": False,
        "is_ordered": True,
        "hazard_m": 500.0,
        "hazard": "It may carry 2 kg of explosive. Nobody but the bomb disposal team may go near.",
        "why": ("It was last seen on course 300° at 108 km/h.", "The bang at 02:04 lies on its course."),
        "country": "LT",
        "title": "Where to look: track 4711, lost by Vilnius",
        "is_exercise": False,
    }  # fmt: skip
    return SearchPlan(**{**fields, **changes})  # type: ignore[arg-type]


def empty_plan(**changes: object) -> SearchPlan:
    """Return a plan of the first second: nothing reckoned, nothing known but the loss."""
    nothing = Cells(lat0_deg=LAT0, lon0_deg=LON0, x_m=(), y_m=(), size_m=(), lat_deg=(), lon_deg=(), poc=())
    fields: dict[str, object] = {
        "cells": nothing,
        "contours": (),
        "sectors": (),
        "assignments": (),
        "pos": 0.0,
        "expected_h": None,
        "success": (),
        "worth": (),
        "clues": (),
        "silences": (),
        "searched": (),
        "finds": (),
        "is_ordered": False,
        "best_lat_deg": LOSS_LAT,
        "best_lon_deg": LOSS_LON,
        "settings": SearchSettings(),
        "why": (),
        "p_there": 0.0,
        "p_flying": 1.0,
    }
    return plan(**{**fields, **changes})


def found_plan(**changes: object) -> SearchPlan:
    """Return a plan that a find has closed: all lies where it was found."""
    find = part_found(is_it=True)
    return plan(**{"finds": (find,), "is_found": True, "title": "Found: track 4711, lost by Vilnius", **changes})
