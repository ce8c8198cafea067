"""How good drafted warnings are: their areas, the times of arrival they tell, and what they cost.

    python benchmarks/public_warnings.py [--flights 300] [--first-seed 1] [--probability 0.05]
        [--json FILE] [--picture FILE]

Seeded flights (`warned_flights.py`: they, and the radar that sees them, are those of the benchmark of lost drones,
with figures and physics of their own) become tracks of the real tracker. A warning is drafted in Lithuania at one
moment of each: a minute after the first plot, after minutes, five minutes after the loss, by what people alone have
told, and of twenty tracks at once. Where each then really flew in the next 20 minutes says how good it was. Seeds 1
to 999 are the test, those from 1,000 on are for tuning.

`whole`: share of the flights of which no point inside the country lies outside the area; `by a swath`: none farther
from it than the swath; `of the way`: share of the seconds inside the country. The minutes: `whole` for so long. By
hand: what a duty officer with a map would take, a circle of speed times horizon, and a corridor of 20 degrees either
side of the course, both cut at the border.
"""

import argparse
import json
import math
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from msgspec import Struct, structs
from rich.console import Console
from rich.progress import track as bar

from lost_drones.scores import share_interval
from made_traffic import machine
from sargas.airspace import borders
from sargas.app.search_basis import packaged_aircraft
from sargas.app.wire import load_places, read_border_data
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.model.track import Track
from sargas.model.warning import Draft
from sargas.model.zone import PointOfInterest
from sargas.warn import drafter
from sargas.warn.country import Country
from warned_flights import Seen, calls, findings_of, incident_of, lost_one, moved_to, seen

F64 = npt.NDArray[np.float64]

ASKED_S = 5.0
LOST_FOR_S = 300.0
EARLY_S = 60.0
STEP_S = 2.0
HERE_S = 30.0
AHEAD_S = (300.0, 600.0, 1_200.0)
RAID = 20
GRID_M = 4_000.0
CORRIDOR_RAD = math.radians(20.0)
HEARD_MPS = 50.0
KM2 = 1.0e6
COST_TRACKS = (1, 20, 100, 600)
BINS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0001)


class Case(Struct, frozen=True):
    """One warning to be drafted: the incident, the looks before and the picture, and the truths: (seconds, x, y).

    `known` is what an officer has on the map: longitude, latitude, how long ago that was, and the velocity then.
    """

    name: str
    conduct: str
    incident: Incident
    looks: list[Picture]
    picture: Picture
    truths: list[tuple[F64, F64]]
    known: tuple[float, float, float, tuple[float, float] | None]


class Row(Struct, frozen=True):
    """How one warning did; areas in m2."""

    name: str
    conduct: str
    whole: list[bool]
    near: list[bool]
    inside: list[float]
    ahead: list[list[float]]
    area_m2: float
    took_s: float
    arrivals: list[tuple[bool, bool, float]]
    chances: list[tuple[float, bool]]
    circle: tuple[float, float, bool]
    corridor: tuple[float, float, bool] | None


class Bench:
    """Lithuania, its drafter, and a lattice of points in it."""

    def __init__(self, probability: float) -> None:
        zones = [zone for zone in borders.load(read_border_data, ("LT",)) if zone.country == "LT"]
        self.country = Country(zones)
        self.settings = drafter.Settings(warn_probability=probability)
        self.points = _lattice(self.country)
        xy = self.country.xy([(one.lon_deg, one.lat_deg) for one in self.points])
        self.point_m = {one.name: place for one, place in zip(self.points, xy, strict=True)}
        home: dict[str, Any] = {
            "country": "LT", "zones": zones, "places": load_places(), "aircraft": packaged_aircraft(),
        }  # fmt: skip
        self.drafter = drafter.build(self.settings, **home, points=self.points)
        self.plain = drafter.build(self.settings, **home)
        self.outline = self.country.inset(100.0)
        shapely.prepare(self.outline)

    def truth(self, made: Seen, from_s: float) -> tuple[F64, F64]:
        """Return the seconds from a moment of a flight on, and where it was in the plane, while it flew."""
        until_s = min(from_s + self.settings.horizon_s, float(made.time_s[-1]))
        at_s = np.arange(from_s, until_s, STEP_S)
        return at_s - from_s, self.country.xy(made.at(at_s))

    def row(self, case: Case) -> Row | None:
        """Draft the warning of a case and look what happened then; None if nobody came over the country."""
        truths = []
        for since_s, xy in case.truths:
            home = shapely.contains_xy(self.outline, xy[:, 0], xy[:, 1])
            if home.sum() >= 2:
                truths.append((since_s[home], xy[home]))
        if not truths:
            return None
        draft = self.drafted(self.drafter, case)
        self.drafted(self.plain, case)
        begun = time.process_time()
        self.plain.draft(case.incident, case.picture)
        took_s = time.process_time() - begun
        if draft is None:
            n = len(truths)
            none = [[0.0] * len(AHEAD_S)] * n
            return Row(case.name, case.conduct, [False] * n, [False] * n, [0.0] * n, none, 0.0, took_s, [], [],
                       (0.0, 0.0, False), None)  # fmt: skip
        area = shapely.union_all([shapely.Polygon(self.country.xy(ring)) for ring in draft.content.rings])
        shapely.prepare(area)
        off = [shapely.distance(area, shapely.points(xy)) for _, xy in truths]
        arrivals, chances = self.arrivals(draft, case)
        first = truths[0][1]
        return Row(
            case.name, case.conduct, [bool(np.all(one <= 0.0)) for one in off],
            [bool(np.all(one <= self.settings.swath_m)) for one in off],
            [float(np.mean(one <= 0.0)) for one in off],
            [[float(np.all(one[since <= ahead] <= 0.0)) for ahead in AHEAD_S]
             for one, (since, _) in zip(off, truths, strict=True)],
            draft.area_m2, took_s, arrivals, chances,
            self.by_hand(self.circle(case), first), self.by_hand(self.corridor(case), first),
        )  # fmt: skip

    def drafted(self, makes: drafter.WarningDrafter, case: Case) -> Draft | None:
        """Return the draft of a drafter that has followed the tracks so far, and nothing before."""
        makes.follow(case.incident, Picture())
        for look in case.looks:
            makes.follow(case.incident, look)
        return makes.draft(case.incident, case.picture)

    def arrivals(self, draft: Draft, case: Case) -> tuple[list[tuple[bool, bool, float]], list[tuple[float, bool]]]:
        """Return, of the lattice's points: if the arrival lay within what was told, if before; how wide it was told.

        And of all points that were listed how likely they were said to be, and whether somebody came.
        """
        arrivals, chances = [], []
        now_s = case.picture.now_s
        for one in draft.in_the_way:
            if one.kind != "point":
                continue
            came = [
                (float(distance.min()), float(since_s[distance.argmin()]))
                for since_s, xy in case.truths
                if len(xy) and (distance := np.hypot(*(xy - self.point_m[one.name]).T)).size
            ]
            near = [at_s for off_m, at_s in came if off_m <= self.settings.near_m]
            chances.append((one.probability, bool(near)))
            if near and near[0] >= HERE_S and len(case.truths) == 1:
                early_s, _, late_s = (at - now_s for at in one.arrival_s)
                told = early_s - 0.5 * STEP_S <= near[0] <= late_s + 0.5 * STEP_S
                arrivals.append((told, near[0] < early_s - 0.5 * STEP_S, late_s - early_s))
        return arrivals, chances

    def circle(self, case: Case) -> Any:
        """Return what an officer would warn who knows where it was and how fast."""
        lon, lat, age_s, velocity = case.known
        reach_m = (HEARD_MPS if velocity is None else math.hypot(*velocity)) * (age_s + self.settings.horizon_s)
        return shapely.intersection(
            shapely.buffer(shapely.Point(*self.country.xy([(lon, lat)])[0]), reach_m), self.outline
        )

    def corridor(self, case: Case) -> Any | None:
        """Return what an officer would warn who trusts the course within 20 degrees."""
        lon, lat, age_s, velocity = case.known
        if velocity is None:
            return None
        reach_m = math.hypot(*velocity) * (age_s + self.settings.horizon_s)
        arc = np.linspace(-CORRIDOR_RAD, CORRIDOR_RAD, 24) + math.atan2(*velocity)
        x, y = self.country.xy([(lon, lat)])[0].tolist()
        edge = np.column_stack([x + reach_m * np.sin(arc), y + reach_m * np.cos(arc)])
        sector = shapely.Polygon(np.vstack([[x, y], edge]))
        return shapely.intersection(shapely.buffer(sector, self.settings.swath_m), self.outline)

    def by_hand(self, shape: Any | None, xy: F64) -> Any:
        """Return the size of an officer's area, how much of the way it holds, and whether all of it."""
        if shape is None:
            return None
        inside = shapely.contains_xy(shape, xy[:, 0], xy[:, 1])
        return float(shape.area), float(inside.mean()), bool(inside.all())


def _lattice(country: Country) -> list[PointOfInterest]:
    west, south, east, north = country.bounds_m
    x, y = np.meshgrid(np.arange(west, east, GRID_M), np.arange(south, north, GRID_M))
    xy = np.column_stack([x.ravel(), y.ravel()])
    xy = xy[shapely.contains_xy(country.inset(100.0), xy[:, 0], xy[:, 1])]
    return [
        PointOfInterest(name=f"point {k}", kind="village", lat_deg=lat, lon_deg=lon, population=1_000)
        for k, (lon, lat) in enumerate(country.lonlat(xy).tolist())
    ]


def cases_of(bench: Bench, made: Seen) -> Iterator[Case]:
    """Yield the warnings that are drafted for one flight alone."""
    first_s, last_s = made.states[0].first_s, made.states[-1].time_s
    for name, moment_s in (("radar, first minute", first_s + EARLY_S), ("radar, minutes", last_s)):
        yield seen_case(bench, name, [made], [moment_s])
    states, _ = moved_to(made, last_s, last_s, 1)
    kept, loss = lost_one(states)
    now_s = last_s + LOST_FOR_S
    if now_s < made.time_s[-1]:
        last = states[-1]
        incident = incident_of("yellow", now_s, tracks=(1,), lost=(kept,), losses=(loss,))
        known = (last.lon_deg, last.lat_deg, LOST_FOR_S, (last.east_mps, last.north_mps))
        truths = [bench.truth(made, now_s)]
        yield Case("lost for 5 min", made.flight.conduct, incident, [], Picture(now_s=now_s), truths, known)
    words = calls(made, last_s)
    findings, picture = findings_of(words)
    heard = (words[-1].lon_deg, words[-1].lat_deg, last_s - words[-1].time_s, None)
    picture.now_s = last_s
    yield Case("people alone", made.flight.conduct, incident_of("yellow", last_s, findings=findings), [], picture,
               [bench.truth(made, last_s)], heard)  # fmt: skip


def seen_case(bench: Bench, name: str, flights: Sequence[Seen], moments_s: Sequence[float]) -> Case:
    """Return the warning of an incident whose tracks are seen now."""
    now_s = moments_s[0]
    tracks = [
        moved_to(made, at_s, now_s, k + 1) for k, (made, at_s) in enumerate(zip(flights, moments_s, strict=True))
    ]
    incident = incident_of("red", now_s, tracks=tuple(range(1, len(tracks) + 1)))
    looks = []
    for at_s in np.arange(now_s - 300.0, now_s, ASKED_S).tolist():
        then = {states[0].track_id: [one for one in states if one.time_s <= at_s] for states, _ in tracks if states}
        looks.append(Picture(now_s=at_s, tracks={key: found[-1] for key, found in then.items() if found}))
    lasts = [states[-1] for states, _ in tracks]
    truths = [bench.truth(made, at_s) for made, at_s in zip(flights, moments_s, strict=True)]
    known = (lasts[0].lon_deg, lasts[0].lat_deg, 0.0, (lasts[0].east_mps, lasts[0].north_mps))
    conduct = flights[0].flight.conduct if len(flights) == 1 else "many"
    picture = Picture(now_s=now_s, tracks={one.track_id: one for one in lasts})
    return Case(name, conduct, incident, looks, picture, truths, known)


def run(given: argparse.Namespace, bench: Bench) -> list[Row]:
    """Return a row for each warning."""
    rows: list[Row] = []
    band: list[Seen] = []
    seeds = range(given.first_seed, given.first_seed + given.flights)
    for seed in bar(seeds, "warnings", console=Console(stderr=True), transient=True):
        made = seen(seed)
        if made is None or made.states[-1].time_s - made.states[0].first_s < EARLY_S + 30.0:
            continue
        rows += [row for case in cases_of(bench, made) if (row := bench.row(case)) is not None]
        band.append(made)
        if len(band) == RAID:
            case = seen_case(bench, f"raid of {RAID}", band, [one.states[-1].time_s for one in band])
            row = bench.row(case)
            rows += [row] if row is not None else []
            band = []
    return rows


def share(values: Sequence[bool]) -> str:
    low, high = share_interval(sum(values), len(values))
    return f"{np.mean(values):.1%} ({low:.1%} to {high:.1%})"


def table(rows: Sequence[Row]) -> list[list[str]]:
    """Return the areas: by situation and conduct."""
    head = ["", "", "flights", "whole", "by a swath", "of the way", *(f"{s / 60:.0f} min" for s in AHEAD_S), "km2"]
    lines = [head]
    for name in dict.fromkeys(row.name for row in rows):
        for conduct in ("all", "straight", "jammed", "orbiting", "drift"):
            some = [row for row in rows if row.name == name and conduct in {"all", row.conduct}]
            if not some or (conduct != "all" and some[0].conduct == "many"):
                continue
            ahead = np.array([one for row in some for one in row.ahead])
            whole = [one for row in some for one in row.whole]
            lines.append([
                name if conduct == "all" else "", conduct, str(len(whole)),
                share(whole) if conduct == "all" else f"{np.mean(whole):.1%}",
                f"{np.mean([one for row in some for one in row.near]):.1%}",
                f"{np.mean([one for row in some for one in row.inside]):.1%}",
                *(f"{one:.1%}" for one in ahead.mean(axis=0)),
                f"{statistics.median(row.area_m2 for row in some) / KM2:,.0f}",
            ])  # fmt: skip
    return lines


def by_hand_table(rows: Sequence[Row]) -> list[list[str]]:
    """Return what an officer with a map would have warned."""
    lines = [["", "circle km2", "of the way", "whole", "corridor km2", "of the way", "whole", "draft km2"]]
    for name in dict.fromkeys(row.name for row in rows if row.conduct != "many"):
        some = [row for row in rows if row.name == name and row.area_m2 > 0.0]
        line = [name]
        for found in ([row.circle for row in some], [row.corridor for row in some if row.corridor is not None]):
            line += (
                [f"{statistics.median(one[0] for one in found) / KM2:,.0f}",
                 f"{np.mean([one[1] for one in found]):.1%}", f"{np.mean([one[2] for one in found]):.1%}"]
                if found else ["", "", ""]
            )  # fmt: skip
        lines.append([*line, f"{statistics.median(row.area_m2 for row in some) / KM2:,.0f}"])
    return lines


def time_table(rows: Sequence[Row]) -> list[list[str]]:
    """Return how often somebody came when he was said to come, and what a draft took."""
    lines = [["", "arrivals", "within 10 to 90 %", "earlier", "later", "width s", "draft ms", "slowest"]]
    for name in dict.fromkeys(row.name for row in rows):
        some = [row for row in rows if row.name == name]
        found = [one for row in some for one in row.arrivals]
        took = [1e3 * row.took_s for row in some]
        told = [
            str(len(found)), f"{np.mean([one[0] for one in found]):.1%}", f"{np.mean([one[1] for one in found]):.1%}",
            f"{np.mean([not one[0] and not one[1] for one in found]):.1%}",
            f"{statistics.median(one[2] for one in found):.0f}",
        ] if found else ["0", "", "", "", ""]  # fmt: skip
        lines.append([name, *told, f"{statistics.median(took):.1f}", f"{max(took):.1f}"])
    return lines


def chance_table(rows: Sequence[Row]) -> list[list[str]]:
    """Return how often somebody came to the points that were listed, by how likely that was said to be."""
    found = [one for row in rows if row.conduct != "many" for one in row.chances]
    lines = [["said", "points", "mean", "came"]]
    for low, high in pairwise(BINS):
        some = [one for one in found if low <= one[0] < high]
        if some:
            said, came = np.mean([one[0] for one in some]), np.mean([one[1] for one in some])
            lines.append([f"{low:.0%} to {min(high, 1.0):.0%}", str(len(some)), f"{said:.1%}", f"{came:.1%}"])
    return lines


def steadiness(bench: Bench, flights: Sequence[Seen]) -> list[float]:
    """Return for how long each ring stood [s], drafting each five seconds while the radar sees the flight."""
    lives: list[float] = []
    for made in flights:
        bench.plain.follow(incident_of("red", 0.0), Picture())
        before, since_s = None, 0.0
        picture = Picture()
        incident = incident_of("red", made.states[0].time_s, tracks=(1,))
        for at_s in np.arange(made.states[0].time_s + EARLY_S, made.states[-1].time_s, ASKED_S).tolist():
            track = [one for one in made.states if one.time_s <= at_s][-1]
            picture.now_s, picture.tracks = at_s, {1: structs.replace(track, track_id=1)}
            draft = bench.plain.draft(incident, picture)
            if draft is None:
                continue
            picture.drafts[incident.incident_id] = draft
            if before != draft.content.rings:
                if before is not None:
                    lives.append(at_s - since_s)
                before, since_s = draft.content.rings, at_s
    return lives


def cost_table(bench: Bench) -> list[list[str]]:
    """Return what a draft takes of so many tracks that come over 150 km of the eastern border."""
    lines = [["tracks", "ms", "km2"]]
    rng, now_s = np.random.default_rng(1), 1_753_660_800.0
    for n in COST_TRACKS:
        tracks = {
            k: Track(
                track_id=k, time_s=now_s, first_s=now_s - 100.0, last_report_s=now_s, status="confirmed",
                lat_deg=float(rng.uniform(54.0, 55.5)), lon_deg=25.8 + 0.02 * float(rng.normal()),
                east_mps=-40.0 + 3.0 * float(rng.normal()), north_mps=10.0 * float(rng.normal()),
                position_cov_m2=(1e4, 0.0, 1e4), velocity_cov_m2ps2=(1.0, 0.0, 1.0),
            )
            for k in range(n)
        }  # fmt: skip
        incident, picture = incident_of("red", now_s, tracks=tuple(tracks)), Picture(now_s=now_s, tracks=tracks)
        took, area_m2 = [], 0.0
        for _ in range(6):
            begun = time.process_time()
            draft = bench.plain.draft(incident, picture)
            took.append(1e3 * (time.process_time() - begun))
            area_m2 = 0.0 if draft is None else draft.area_m2
        lines.append([str(n), f"{statistics.median(took[1:]):.1f}", f"{area_m2 / KM2:,.0f}"])
    return lines


def aligned(lines: list[list[str]], n_left: int = 1) -> str:
    """Return a table as text, the first columns to the left."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i < n_left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def main() -> int:
    """Run it and tell."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    asked.add_argument("--flights", type=int, default=300)
    asked.add_argument("--first-seed", type=int, default=1, help="1 to 999 test, 1000 and on tune")
    asked.add_argument("--probability", type=float, default=0.05, help="what is warned from on")
    asked.add_argument("--json", type=Path, metavar="FILE")
    asked.add_argument("--picture", type=Path, metavar="FILE", help="needs matplotlib")
    given = asked.parse_args()
    bench = Bench(given.probability)
    rows = run(given, bench)
    last = given.first_seed + given.flights - 1
    print(f"warnings at {given.probability:.0%}, seeds {given.first_seed} to {last}; "
          f"{', '.join(f'{key} {value}' for key, value in machine().items())}\n")  # fmt: skip
    tables: dict[str, Callable[[Sequence[Row]], list[list[str]]]] = {
        "areas": table, "by hand": by_hand_table, "times": time_table, "chances": chance_table,
    }  # fmt: skip
    for name, make in tables.items():
        print(f"{aligned(make(rows), 2 if name == 'areas' else 1)}\n")
    print(f"{aligned(cost_table(bench))}\n")
    some = [made for seed in range(given.first_seed, given.first_seed + 20) if (made := seen(seed)) is not None]
    lives = steadiness(bench, some)
    print(f"a ring stands {statistics.mean(lives):.0f} s on average, {statistics.median(lives):.0f} s at the median"
          f" of {len(lives)}, drafted each {ASKED_S:.0f} s")  # fmt: skip
    if given.json:
        found: dict[str, Any] = defaultdict(list)
        found |= {"machine": machine(), **{name: make(rows) for name, make in tables.items()}}
        given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if given.picture:
        from warned_pictures import draw

        draw(bench, given.picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
