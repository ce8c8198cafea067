"""The nights that the alarms are measured on: smuggling balloons, a raid, a quiet week. All of it is made up, seeded.

The sensors of the balloon night and the week are those of the scenario `mixed` without the neighbour's tracks and the
direction finder that is put up wrongly: two radars east of Vilnius with their clutter, a wind farm and a road, ten
acoustic nodes, a direction finder, transponder receivers. The raid crosses a front of some 140 km that four low-level
radars watch.
"""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from importlib import resources

import numpy as np
from msgspec import Struct, structs

from sargas.model.entry import Frame
from sargas.model.sensor import Coverage, Errors
from sargas.simulate import scenario as scenario_format
from sargas.simulate.run import Simulation, Timed, run
from sargas.simulate.scenario import Aircraft, Birds, Repeat, Scenario, Waypoint, Wind
from sargas.simulate.sites import HotSpot, RadarModel, Site

LEFT_OUT = {"neighbour", "finder-2"}
WARM = timedelta(minutes=20)
"""Before the night begins, for nothing that counts: the tracker learns what clutter there is, as a watch long has."""
PIECE_H = 6.0
"""So much of a long time is made at once: all of a week would not fit into memory."""
BALLOONS_BEGIN = datetime(2025, 10, 4, 17, 45, tzinfo=UTC)
BALLOONS_END = datetime(2025, 10, 5, 1, 30, tzinfo=UTC)
"""20:45 to 04:30 in Lithuania."""
FRONT = ((54.15, 25.40), (55.15, 26.65))
RAID_COURSE_DEG = 306.0
RAID_BEGIN = datetime(2025, 10, 8, 1, 0, tzinfo=UTC)
WEEK_BEGIN = datetime(2025, 10, 6, 0, 0, tzinfo=UTC)


class Night(Struct, frozen=True, kw_only=True):
    """Something to watch: what comes in, in pieces, and from when to when it counts."""

    name: str
    seed: int
    begin_s: float
    end_s: float
    pieces: Iterator[Simulation]


def balloon_night(seed: int, n_balloons: int = 25, hours: float = 8.5, drone_at: datetime | None = None) -> Night:
    """Return a night of balloons over ordinary traffic; with `drone_at` a Gerbera flies in among them."""
    begin = BALLOONS_BEGIN - timedelta(minutes=15) - WARM
    hours += WARM.total_seconds() / 3_600.0
    rng = np.random.default_rng([seed, 1])
    base = _mixed()
    span_s = min((BALLOONS_END - BALLOONS_BEGIN).total_seconds(), 3_600.0 * hours - 900.0 - WARM.total_seconds())
    starts = sorted(BALLOONS_BEGIN + timedelta(seconds=float(s)) for s in rng.uniform(0.0, span_s, n_balloons))
    flying = [_balloon(f"balloon {n + 1}", start, rng) for n, start in enumerate(starts)]
    if drone_at is not None:
        flying.append(
            Aircraft(
                name="Gerbera among balloons",
                craft="gerbera",
                path=[
                    Waypoint(lat_deg=54.50, lon_deg=26.10, at=_clock(drone_at), height_m=400.0),
                    Waypoint(lat_deg=54.62, lon_deg=25.30, speed_mps=42.0),
                ],
            )
        )
    scenario = structs.replace(
        base,
        title="A night of smuggling balloons",
        start=begin,
        duration_min=60.0 * hours,
        wind=Wind(speed_mps=4.0, from_deg=115.0),
        aircraft=[*flying, *_ordinary(base, begin, hours)],
        birds=[Birds(flocks=8, around="Kena", within_km=15.0, height_m=(30.0, 400.0))],
    )
    return _night("balloons", seed, [scenario])


def raid(seed: int, n_drones: int, cross_min: float = 60.0) -> Night:
    """Return a raid: drones cross the front at random places and times, fly 45 km in and are not seen again."""
    rng = np.random.default_rng([seed, 2, n_drones])
    base = _mixed()
    flying = [_raider(number, rng, cross_min) for number in range(n_drones)]
    hours = (cross_min + 45.0) / 60.0 + WARM.total_seconds() / 3_600.0
    scenario = structs.replace(
        base,
        title=f"A raid of {n_drones}",
        start=RAID_BEGIN - WARM,
        duration_min=60.0 * hours,
        sensors=[*(_radar(number) for number in range(4)), *(site for site in base.sensors if site.kind == "adsb")],
        aircraft=[*flying, *_ordinary(base, RAID_BEGIN - WARM, hours)],
        birds=[Birds(flocks=8, around="Kena", within_km=15.0, height_m=(30.0, 400.0))],
    )
    return _night(f"raid of {n_drones}", seed, [scenario])


def quiet_week(seed: int, hours: float) -> Night:
    """Return ordinary days: traffic, birds, sensors that fail and flap, a storm each afternoon."""
    pieces = []
    for number in range(math.ceil(hours / PIECE_H)):
        begin = WEEK_BEGIN + timedelta(hours=PIECE_H * number)
        lasts_h = min(PIECE_H, hours - PIECE_H * number)
        base = _mixed()
        is_day = 4 <= begin.hour < 18
        sensors = [_in_storm(site) if begin.hour == 12 else site for site in base.sensors]
        pieces.append(
            structs.replace(
                base,
                title="A quiet week",
                start=begin,
                duration_min=60.0 * lasts_h,
                places=base.places | {"storm": (54.75, 25.75), "storm's tail": (54.60, 25.95)},
                sensors=sensors,
                aircraft=_ordinary(base, begin, lasts_h) + (_by_day(begin, lasts_h) if is_day else []),
                birds=[Birds(flocks=12 if is_day else 6, around="Kena", within_km=18.0, height_m=(30.0, 600.0))],
            )
        )
    return _night("quiet week", seed, pieces)


def _night(name: str, seed: int, scenarios: list[Scenario]) -> Night:
    def pieces() -> Iterator[Simulation]:
        for number, scenario in enumerate(scenarios):
            simulation = run(scenario, seed + 1_000 * number)
            if name == "quiet week":
                simulation = structs.replace(simulation, entries=_with_faults(simulation))
            yield simulation

    return Night(
        name=name,
        seed=seed,
        begin_s=scenarios[0].start_s + WARM.total_seconds(),
        end_s=scenarios[-1].end_s,
        pieces=pieces(),
    )


def _with_faults(simulation: Simulation) -> list[Timed]:
    """Return what came in without what was lost: all ears for 20 minutes, a radar that comes and goes for two hours.

    Once in each piece: all acoustic nodes, whose feed is down, from 1:00 h on; radar B for 3 of every 12 minutes from
    3:00 h to 5:00 h.
    """
    begin_s = simulation.scenario.start_s

    def is_lost(time_s: float, feed: str) -> bool:
        since_min = (time_s - begin_s) / 60.0
        if feed == "ears":
            return 60.0 <= since_min < 80.0
        return feed == "radar-b" and 180.0 <= since_min < 300.0 and since_min % 12.0 < 3.0

    return [
        (time_s, body)
        for time_s, body in simulation.entries
        if not (isinstance(body, Frame) and is_lost(time_s, body.feed))
    ]


def _mixed() -> Scenario:
    """Return the scenario `mixed` with its sensors and places and nothing that flies."""
    text = (resources.files("sargas.simulate") / "scenarios" / "mixed.toml").read_text(encoding="utf-8")
    mixed = scenario_format.load(text, "mixed")
    return structs.replace(
        mixed,
        sensors=[_in_fours(site) for site in mixed.sensors if site.id not in LEFT_OUT],
        witnesses=[],
        calls=[],
        cues=[],
        birds=[],
    )


def _in_fours(site: Site) -> Site:
    """Return the radar with a datagram each quarter turn, not each sixteenth: the same plots in less time."""
    return site if site.radar is None else structs.replace(site, radar=structs.replace(site.radar, n_sectors=4))


def _ordinary(base: Scenario, begin: datetime, hours: float) -> list[Aircraft]:
    """Return the traffic with transponders of the scenario `mixed`, flown again and again."""
    found: list[Aircraft] = []
    with_transponder = [one for one in base.aircraft if one.has_transponder and one.spoof is None]
    for number, one in enumerate(with_transponder):
        every_min = 40.0 if one.craft == "airliner" else 150.0
        times = max(1, math.floor(60.0 * hours / every_min))
        first = structs.replace(one.path[0], at=_clock(begin + timedelta(minutes=2 + 5 * number)))
        path = [first, *(structs.replace(spot, at=None) for spot in one.path[1:])]
        path = [
            structs.replace(spot, speed_mps=spot.speed_mps or 60.0) if index else spot
            for index, spot in enumerate(path)
        ]
        found.append(structs.replace(one, path=path, repeat=Repeat(times=times, every_min=every_min)))
    return found


def _by_day(begin: datetime, hours: float) -> list[Aircraft]:
    """Return two light aircraft without transponders that fly by day, never outside the country."""
    if hours < 2.0:
        return []
    return [
        Aircraft(
            name=f"glider tug {number + 1}",
            craft="light_aircraft",
            path=[
                Waypoint(lat_deg=54.75 + 0.05 * number, lon_deg=25.15, at=_clock(begin + at), height_m=500.0),
                Waypoint(lat_deg=54.70, lon_deg=25.35, speed_mps=45.0, how="orbit", turns=3, radius_m=2_000.0),
                Waypoint(lat_deg=54.75, lon_deg=25.10, speed_mps=45.0),
            ],
        )
        for number, at in enumerate((timedelta(minutes=30), timedelta(minutes=95)))
    ]


def _in_storm(site: Site) -> Site:
    """Return the radar as it sees a storm over the border: much more that does not fly, in two patches."""
    if site.radar is None:
        return site
    storm = [
        HotSpot(place="storm", to="storm's tail", plots_per_turn=12.0, spread_m=3_000.0),
        HotSpot(place="storm", plots_per_turn=6.0, spread_m=1_500.0),
    ]
    return structs.replace(site, radar=structs.replace(site.radar, hot_spots=[*site.radar.hot_spots, *storm]))


def _balloon(name: str, start: datetime, rng: np.random.Generator) -> Aircraft:
    height_m = float(rng.uniform(600.0, 2_500.0))
    return Aircraft(
        name=name,
        craft="balloon",
        path=[
            Waypoint(
                lat_deg=float(rng.uniform(54.38, 54.68)),
                lon_deg=float(rng.uniform(25.80, 26.00)),
                at=_clock(start),
                height_m=height_m,
            ),
            Waypoint(how="drift", drift_min=float(rng.uniform(60.0, 100.0)), height_m=height_m + 300.0),
        ],
    )


def _raider(number: int, rng: np.random.Generator, cross_min: float) -> Aircraft:
    share, at_s = float(rng.uniform()), float(rng.uniform(0.0, 60.0 * cross_min))
    lat, lon = (start + share * (end - start) for start, end in zip(*FRONT, strict=True))
    course_deg = RAID_COURSE_DEG + float(rng.normal(0.0, 6.0))
    speed_mps = float(rng.uniform(42.0, 52.0))
    begin, end = _along(lat, lon, course_deg, -25_000.0), _along(lat, lon, course_deg, 45_000.0)
    return Aircraft(
        name=f"drone {number + 1}",
        craft="shahed" if rng.uniform() < 0.7 else "gerbera",
        path=[
            Waypoint(
                lat_deg=begin[0],
                lon_deg=begin[1],
                at=_clock(RAID_BEGIN + timedelta(seconds=60.0 + at_s)),
                height_m=float(rng.uniform(300.0, 1_500.0)),
            ),
            Waypoint(lat_deg=end[0], lon_deg=end[1], speed_mps=speed_mps),
        ],
    )


def _along(lat_deg: float, lon_deg: float, course_deg: float, metres: float) -> tuple[float, float]:
    north, east = (metres * math.cos(math.radians(course_deg)), metres * math.sin(math.radians(course_deg)))
    return lat_deg + north / 111_200.0, lon_deg + east / (111_200.0 * math.cos(math.radians(lat_deg)))


def _radar(number: int) -> Site:
    """Return one of the four radars behind the front, 12 km from it."""
    share = (0.10, 0.37, 0.63, 0.90)[number]
    lat, lon = (start + share * (end - start) for start, end in zip(*FRONT, strict=True))
    lat, lon = _along(lat, lon, RAID_COURSE_DEG, 12_000.0)
    return Site(
        id=f"border-{number + 1}",
        kind="radar",
        feed=f"border-{number + 1}",
        is_invented=True,
        country="LT",
        lat_deg=lat,
        lon_deg=lon,
        alt_m=215.0,
        period_s=4.0,
        latency_s=0.3,
        sac=59,
        sic=21 + number,
        errors=Errors(range_sd_m=60.0, azimuth_sd_deg=0.25),
        coverage=Coverage(range_min_m=500.0, range_max_m=60_000.0, elevation_min_deg=0.1, height_max_m=6_000.0),
        radar=RadarModel(reach_1m2_km=100.0, mti_mps=3.0, p_detect_max=0.92, false_plots_per_turn=4.0, n_sectors=4),
    )


def _clock(moment: datetime) -> time:
    return moment.time().replace(microsecond=0)
