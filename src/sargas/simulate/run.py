"""A scenario played: the truth, and what every sensor said of it in its own wire format."""

import io

import msgspec
import numpy as np
from msgspec import Struct

from sargas.model.entry import Body, FeedOpened, Frame
from sargas.model.report import AnyReport
from sargas.model.sensor import Sensor
from sargas.simulate.adsb import adsb_frames
from sargas.simulate.ears import acoustic_reports, radio_reports
from sargas.simulate.flight import Course, courses
from sargas.simulate.neighbour import system_tracks
from sargas.simulate.radar import radar_frames
from sargas.simulate.scenario import Scenario
from sargas.simulate.sites import Site
from sargas.simulate.speech import calls, cues
from sargas.simulate.witnesses import sightings

TRUTH_EVERY_S = 5
TRUTH_HEADER = "time_s,target,kind,lat_deg,lon_deg,alt_wgs84_m,speed_mps,course_deg,has_transponder"

Timed = tuple[float, Body]


class TruthPoint(Struct, frozen=True, kw_only=True):
    """Where one thing really was."""

    time_s: float
    target: str
    kind: str
    lat_deg: float
    lon_deg: float
    alt_wgs84_m: float
    speed_mps: float
    course_deg: float
    has_transponder: bool


class Simulation(Struct, frozen=True, kw_only=True):
    """What a scenario came to: the decoders' tables by feed name, and (received_s, body) in order."""

    scenario: Scenario
    seed: int
    sensors: dict[str, Sensor]
    feeds: dict[str, dict[str, object]]
    entries: list[Timed]
    truth: list[TruthPoint]


def run(scenario: Scenario, seed: int) -> Simulation:
    """Return the scenario played with this seed; the same seed gives the same bytes.

    Raises:
        DataError: the scenario contradicts itself; says how.
    """
    flown = courses(scenario, seed)
    feeds = _feeds(scenario)
    entries: list[Timed] = [(scenario.start_s, FeedOpened(feed=feed, peer="simulated")) for feed in feeds]
    for site in scenario.sensors:
        entries += [(time_s, Frame(site.feed, data)) for time_s, data in _frames(site, flown, scenario, seed)]
    feed_of = {site.id: site.feed for site in scenario.sensors}
    for sensor, time_s, report in [*cues(scenario), *calls(scenario, flown), *sightings(scenario, flown, seed)]:
        entries.append((time_s, Frame(feed_of[sensor], _line(report))))
    entries.sort(key=lambda timed: timed[0])
    return Simulation(
        scenario=scenario,
        seed=seed,
        sensors={site.id: site.sensor() for site in scenario.sensors},
        feeds=feeds,
        entries=[entry for entry in entries if entry[0] <= scenario.end_s],
        truth=[point for course in flown for point in _truth(course)],
    )


def truth_csv(simulation: Simulation) -> str:
    """Return the truth as CSV text with a header."""
    out = io.StringIO()
    out.write(TRUTH_HEADER + "\n")
    for point in simulation.truth:
        out.write(
            f"{point.time_s:.1f},{point.target},{point.kind},{point.lat_deg:.6f},{point.lon_deg:.6f},"
            f"{point.alt_wgs84_m:.1f},{point.speed_mps:.2f},{point.course_deg:.1f},{point.has_transponder:d}\n"
        )
    return out.getvalue()


def _feeds(scenario: Scenario) -> dict[str, dict[str, object]]:
    """Return the decoder's table of each feed, by the kind of the first sensor that speaks on it."""
    feeds: dict[str, dict[str, object]] = {}
    for site in scenario.sensors:
        if site.feed in feeds:
            continue
        match site.kind:
            case "radar":
                feeds[site.feed] = {"type": "asterix"}
            case "adsb":
                feeds[site.feed] = {"type": "sbs", "sensor": site.id, "use_message_time": True}
            case _:
                speakers = [other.id for other in scenario.sensors if other.feed == site.feed]
                feeds[site.feed] = {"type": "jsonl", "sensors": speakers}
    return feeds


def _frames(site: Site, flown: list[Course], scenario: Scenario, seed: int) -> list[tuple[float, bytes]]:
    match site.kind:
        case "radar":
            return radar_frames(site, flown, scenario, seed)
        case "adsb":
            return adsb_frames(site, flown, scenario, seed)
        case "acoustic":
            return [(time_s, _line(report)) for time_s, report in acoustic_reports(site, flown, scenario, seed)]
        case "radio_df":
            return [(time_s, _line(report)) for time_s, report in radio_reports(site, flown, scenario, seed)]
        case "neighbour" if site.tracker is not None:
            return [(time_s, _line(report)) for time_s, report in system_tracks(site, flown, scenario, seed)]
        case _:
            return []


def _line(report: AnyReport) -> bytes:
    return msgspec.json.encode(report) + b"\n"


def _truth(course: Course) -> list[TruthPoint]:
    if course.time_s.size < 2:
        return []
    metres = 111_320.0
    east = np.gradient(course.lon_deg, course.time_s) * metres * np.cos(np.radians(course.lat_deg))
    north = np.gradient(course.lat_deg, course.time_s) * metres
    speed, azimuth = np.hypot(east, north), np.degrees(np.arctan2(east, north)) % 360.0
    return [
        TruthPoint(
            time_s=float(course.time_s[index]),
            target=course.name,
            kind=course.kind,
            lat_deg=float(course.lat_deg[index]),
            lon_deg=float(course.lon_deg[index]),
            alt_wgs84_m=float(course.alt_m[index]),
            speed_mps=float(speed[index]),
            course_deg=float(azimuth[index]),
            has_transponder=course.has_transponder,
        )
        for index in range(0, course.time_s.size, TRUTH_EVERY_S)
    ]
