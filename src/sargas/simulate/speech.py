"""What people and neighbours said, as reports."""

import numpy as np

from sargas.model.errors import DataError
from sargas.model.report import AnyReport, Cue, Sighting
from sargas.simulate.flight import Course
from sargas.simulate.frames import enu_m
from sargas.simulate.scenario import Call, Scenario

WIND_ROSE_DEG = 45.0


def calls(scenario: Scenario, courses: list[Course]) -> list[tuple[str, float, AnyReport]]:
    """Return the sightings of the scenario: (sensor, received_s, report).

    Raises:
        DataError: somebody points towards an aircraft that does not fly at that time.
    """
    return [_call(call, scenario, courses) for call in scenario.calls]


def cues(scenario: Scenario) -> list[tuple[str, float, AnyReport]]:
    """Return the neighbours' cues of the scenario: (sensor, received_s, report)."""
    found: list[tuple[str, float, AnyReport]] = []
    for cue in scenario.cues:
        time_s = scenario.time_s(cue.at)
        lat_deg, lon_deg = scenario.places[cue.place]
        report = Cue(
            sensor=cue.sensor,
            time_s=time_s,
            area=((lon_deg, lat_deg),),
            radius_m=1_000.0 * cue.radius_km,
            valid_until_s=time_s + 60.0 * cue.valid_min,
            text=cue.text,
        )
        found.append((cue.sensor, time_s + cue.after_s, report))
    return found


def _call(call: Call, scenario: Scenario, courses: list[Course]) -> tuple[str, float, AnyReport]:
    time_s = scenario.time_s(call.at)
    lat_deg, lon_deg = scenario.where(call)
    azimuth_deg = call.azimuth_deg
    if call.towards is not None:
        azimuth_deg = _pointed(call.towards, time_s, (lat_deg, lon_deg, scenario.ground_m), courses)
    report = Sighting(
        sensor=call.sensor,
        time_s=time_s,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        position_sd_m=call.position_sd_m,
        sense=call.sense,
        azimuth_deg=azimuth_deg,
        azimuth_sd_deg=None if azimuth_deg is None else call.azimuth_sd_deg,
        reporter=call.reporter,
        text=call.text,
    )
    return call.sensor, time_s + call.after_s, report


def _pointed(name: str, time_s: float, person: tuple[float, float, float], courses: list[Course]) -> float:
    """Return the azimuth towards an aircraft, to the nearest of the eight winds."""
    course = next((course for course in courses if course.name == name), None)
    if course is None or course.time_s.size < 2 or not course.time_s[0] <= time_s <= course.time_s[-1]:
        raise DataError(f"calls: somebody points towards '{name}' when it does not fly")
    there = [np.interp(time_s, course.time_s, column) for column in (course.lat_deg, course.lon_deg, course.alt_m)]
    enu = enu_m(person, *(np.asarray(value) for value in there))
    azimuth_deg = float(np.degrees(np.arctan2(enu[0], enu[1]))) % 360.0
    return round(azimuth_deg / WIND_ROSE_DEG) * WIND_ROSE_DEG % 360.0
