"""Real traffic for `identify.py`: the recordings of radars and of a neighbour's system, and samples of flown ways."""

import datetime
import gzip
import json
import math
import os
from collections import Counter, defaultdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from sargas.app.recorded import Reading, inputs_of
from sargas.app.search_basis import packaged_aircraft
from sargas.app.wire import Blueprint, build_engine
from sargas.fuse.default import tracker
from sargas.identify import identifier
from sargas.model.entry import Entry
from sargas.model.picture import ClassificationChanged, Picture
from sargas.model.report import AnyReport, Cooperative, GeoPlot, Identity
from sargas.model.sensor import Errors, Sensor
from sargas.model.zone import Zone

DRONES = frozenset(
    {"drone", "male", "shahed", "gerbera", "orlan", "small_fixed_wing", "quadcopter", "cruise_missile"}
)
RECORDED = {
    "Adriatic, system tracks": (
        "cat062_063_065_adriatic.ff", "2020-01-01",
        Sensor(id="neighbour", kind="neighbour", sac=33, sic=18, errors=Errors(position_sd_m=40.0)),
    ),
    "Jahorina, secondary radar": (
        "cat034_048_jahorina.raw", "2014-05-01",
        Sensor(id="radar", kind="radar", sac=23, sic=2, lat_deg=43.73, lon_deg=18.57, alt_m=1_900.0, period_s=5.0),
    ),
}  # fmt: skip
FAR = Zone(
    id="LT", name="far away", kind="sovereign", country="LT",
    polygons=((((24.0, 54.0), (25.0, 54.0), (25.0, 55.0), (24.0, 54.0)),),),
)  # fmt: skip
SAMPLED_S = 600.0
SAMPLES = ("collections/quickstart.json.gz", "collections/switzerland.json.gz", "featured/elal747.json.gz",
           "featured/belevingsvlucht.json.gz", "featured/texas_longhorn.json.gz", "gliders/sisteron.json.gz",
           "ambulances/samu31.json.gz", "ambulances/rega_zh.json.gz")  # fmt: skip
FLIGHTS_OF_A_FILE = 25
FOOT_M = 0.3048


def traffic() -> list[dict[str, Any]]:
    """Return what real traffic is told to be; without the recordings nothing."""
    root = Path(os.environ.get("SARGAS_RECORDINGS", Path(__file__).resolve().parents[2] / "shared" / "data"))
    rows = []
    for name, (file, day, sensor) in RECORDED.items():
        path = root / "asterix" / file
        if path.is_file():
            rows.append({"name": name, **_recorded(path, day, sensor)})
    package = find_spec("traffic")
    if package is not None and package.submodule_search_locations:
        folder = Path(package.submodule_search_locations[0])
        for is_silent, how in ((False, "by their transponders"), (True, "by a radar alone")):
            rows.append({"name": f"samples of the package traffic, {how}", **_sampled(folder, is_silent=is_silent)})
    return rows


def _recorded(path: Path, day: str, sensor: Sensor) -> dict[str, Any]:
    blueprint = Blueprint(
        country="LT", step_s=1.0, sensors={sensor.id: sensor}, decoders={"feed": {"type": "asterix"}}, zones=[FAR],
        tracker={"type": "pmb"}, health={}, incidents={}, rules=[],
    )  # fmt: skip
    engine = build_engine(blueprint)
    reading = Reading(inputs_of([f"feed={path}"], blueprint), blueprint, datetime.date.fromisoformat(day))
    said: dict[int, list[str]] = defaultdict(list)
    identified: set[int] = set()
    for k, (at_s, body) in enumerate(reading.entries(), 1):
        for event in engine.accept(Entry(k, at_s, body)):
            if isinstance(event, ClassificationChanged):
                said[event.classification.track_id].append(event.classification.answer)
        if k % 50 == 0:
            identified |= {key for key, track in engine.picture.tracks.items() if not track.identity.is_empty}
    return _counted(said, identified)


def _counted(said: dict[int, list[str]], identified: set[int]) -> dict[str, Any]:
    last = Counter(answers[-1] for answers in said.values())
    ever = {key for key, answers in said.items() if not DRONES.isdisjoint(answers)}
    return {
        "tracks": len(said), "with an identity": len(identified & said.keys()), **dict(last.most_common()),
        "ever called a drone": len(ever), "of these with an identity": len(ever & identified),
    }  # fmt: skip


def _sampled(folder: Path, *, is_silent: bool) -> dict[str, Any]:
    """Return the same of real flights: as a receiver hears them, or as a radar alone would see them."""
    said = {}
    for file in SAMPLES:
        path = folder / "data" / "samples" / file
        if not path.is_file():
            continue
        ways: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for row in json.loads(gzip.decompress(path.read_bytes())):
            if None not in (row.get("latitude"), row.get("longitude"), row.get("altitude")):
                ways[row["icao24"], row["callsign"]].append(row)
        for way in list(ways.values())[:FLIGHTS_OF_A_FILE]:
            answers = _one_flight(way, is_silent=is_silent)
            if answers:
                said[len(said)] = answers
    return _counted(said, set() if is_silent else set(said))


def _one_flight(way: list[dict[str, Any]], *, is_silent: bool) -> list[str]:
    way = sorted(way, key=lambda row: row["timestamp"])
    begin_s = way[0]["timestamp"] / 1e3
    way = [row for row in way if row["timestamp"] / 1e3 - begin_s < SAMPLED_S and not row.get("onground")]
    reports = _plots(way) if is_silent else [_own_word(row) for row in way]
    if not reports:
        return []
    sensors = [Sensor(id="receiver", kind="adsb"), Sensor(id="radar", kind="radar", period_s=4.0)]
    knows = identifier.build(identifier.Settings(), packaged_aircraft(), {one.id: one for one in sensors})
    follow, picture, answers, k = tracker(sensors), Picture(), [], 0
    for now in range(int(begin_s) + 1, int(reports[-1].time_s) + 2):
        due: list[AnyReport] = []
        while k < len(reports) and reports[k].time_s <= now:
            due.append(reports[k])
            k += 1
        follow.update(due, float(now))
        picture.tracks = {track.track_id: track for track in follow.tick(float(now)) if track.status != "ended"}
        picture.now_s = float(now)
        answers += [one.answer for one in knows.tick(picture)]
    return answers


def _own_word(row: dict[str, Any]) -> Cooperative:
    return Cooperative(
        sensor="receiver", time_s=row["timestamp"] / 1e3, source="adsb", identity=Identity(icao24=row["icao24"]),
        lat_deg=row["latitude"], lon_deg=row["longitude"], alt_baro_m=row["altitude"] * FOOT_M, sd_m=50.0,
    )  # fmt: skip


def _plots(way: list[dict[str, Any]]) -> list[GeoPlot]:
    """Return what a radar would measure: every 4 s, 85 % of the time, 80 m and 100 m of height off."""
    rng, next_s, found = np.random.default_rng(len(way)), 0.0, []
    for row in way:
        if row["timestamp"] / 1e3 < next_s:
            continue
        next_s = row["timestamp"] / 1e3 + 4.0
        if rng.random() < 0.85:
            east, north, up = rng.normal(0.0, (80.0, 80.0, 100.0))
            found.append(GeoPlot(
                sensor="radar", time_s=row["timestamp"] / 1e3, sd_m=80.0, lat_deg=row["latitude"] + north / 111_300.0,
                lon_deg=row["longitude"] + east / (111_300.0 * math.cos(math.radians(row["latitude"]))),
                alt_wgs84_m=row["altitude"] * FOOT_M + up,
            ))  # fmt: skip
    return found
