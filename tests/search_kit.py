"""A lost track and the kinds of aircraft, for the tests of the search."""

from importlib import resources
from typing import Any

import numpy as np
from msgspec import structs

from sargas.model import aircraft
from sargas.model.search import Clue, Loss, SearchSettings, SearchState, Watching
from sargas.model.sensor import Coverage, Sensor
from sargas.model.track import Contribution, Track
from sargas.model.zone import Zone
from sargas.search.belief import Case
from sargas.search.plane import EqualArea

T0_S = 1_753_668_000.0
LAT_DEG, LON_DEG = 54.9, 24.9
PLANE = EqualArea(LAT_DEG, LON_DEG)
AIRCRAFT = aircraft.parse((resources.files("sargas.model") / "aircraft.toml").read_text(encoding="utf-8"))
GERBERA = SearchSettings(kinds={"gerbera": 1.0})


def lost(**given: Any) -> Track:
    """A drone that flew north at 40 m/s, seen 150 times in ten minutes."""
    base = Track(
        track_id=7,
        time_s=T0_S,
        first_s=T0_S - 600.0,
        last_report_s=T0_S,
        status="lost",
        lat_deg=LAT_DEG,
        lon_deg=LON_DEG,
        east_mps=0.0,
        north_mps=40.0,
        position_cov_m2=(900.0, 0.0, 900.0),
        velocity_cov_m2ps2=(0.5, 0.0, 0.5),
        existence=0.99,
        contributions=(Contribution(sensor="radar", n_reports=120, last_s=T0_S),),
    )
    return structs.replace(base, **given)


def at(east_m: float, north_m: float) -> tuple[float, float]:
    """Return longitude and latitude of a place so far from the last one."""
    ((lon, lat),) = PLANE.lonlat(np.array([east_m, north_m])).tolist()
    return lon, lat


def radar(east_m: float, north_m: float, reach_m: float = 60_000.0, **given: Any) -> Sensor:
    lon, lat = at(east_m, north_m)
    base = Sensor(
        id="radar", kind="radar", lat_deg=lat, lon_deg=lon, alt_m=150.0, period_s=4.0,
        coverage=Coverage(range_max_m=reach_m),
    )  # fmt: skip
    return structs.replace(base, **given)


def loss(**given: Any) -> Loss:
    watching = given.pop("watching", (Watching(sensor="radar", from_s=T0_S),))
    path = given.pop("path", ())
    return Loss(track=lost(**given), declared_s=T0_S + 20.0, watching=watching, path=path)


def clue(east_m: float, north_m: float, **given: Any) -> Clue:
    lon, lat = at(east_m, north_m)
    base = Clue(
        clue_id="c1", kind="sighting", reliability=0.7, received_s=T0_S + 400.0, lat_deg=lat, lon_deg=lon,
        radius_m=800.0, time_s=T0_S + 300.0,
    )  # fmt: skip
    return structs.replace(base, **given)


def case(state: SearchState | None = None, **given: Any) -> Case:
    base = Case(
        incident_id="LT-2025-07-28-01",
        now_s=T0_S + 7_200.0,
        loss=given.pop("loss", loss()),
        state=state or SearchState(settings=GERBERA),
        aircraft=AIRCRAFT,
        watched="LT",
    )
    return structs.replace(base, **given)


def country(west_m: float, south_m: float, east_m: float, north_m: float) -> Zone:
    ring = tuple(at(x, y) for x, y in ((west_m, south_m), (east_m, south_m), (east_m, north_m), (west_m, north_m)))
    return Zone(id="LT", name="Lithuania", kind="sovereign", country="LT", polygons=((ring,),))
