"""Flights for `public_warnings.py`: those of `lost_drones/` (their own figures and physics), seen anew by a radar.

The radar, its plots and the real tracker are those of `lost_drones/radar.py`; here the track is kept as it was after
each report, so that a warning can be drafted at any moment. People who call are this benchmark's own.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from msgspec import structs

from lost_drones.flights import Flight, flight
from lost_drones.radar import DETECTION, Look, plots, tracked
from sargas.airspace import reported
from sargas.model.finding import Finding
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.model.report import Sighting
from sargas.model.search import Loss, SearchState
from sargas.model.track import Track
from sargas.model.warning import Level, LostTrack
from sargas.search.plane import EqualArea

F64 = npt.NDArray[np.float64]

SEEN_SEED = 77
CALLS = (1, 4)
CALLED_WITHIN_S = 480.0
CALL_SD_M = (150.0, 600.0)
HEARD_WITHIN_M = 3_000.0
CALL_TIME_SD_S = 45.0
FLIES_FOR_S = 14_400.0


class Seen(NamedTuple):
    """A flight: where it really was (epoch second, longitude, latitude), and the track after each report of it."""

    flight: Flight
    time_s: F64
    lonlat: F64
    states: list[Track]

    def at(self, time_s: F64) -> F64:
        """Return longitude and latitude at times within the flight, shape (n, 2)."""
        return np.column_stack([np.interp(time_s, self.time_s, self.lonlat[:, k]) for k in (0, 1)])


def seen(seed: int) -> Seen | None:
    """Return the flight of a seed as a radar of this benchmark sees it until its loss; None if there is no track."""
    flown = flight(seed)
    path = flown.path
    since = path.time_s - path.time_s[0]
    time_s = flown.end_s - float(since[-1]) + since
    lonlat = EqualArea(flown.lat0_deg, flown.lon0_deg).lonlat(np.stack([path.x_m, path.y_m], axis=1))
    rng = np.random.default_rng([SEEN_SEED, seed])
    errors = flown.sensor.errors
    look = Look(
        range_sd_m=errors.range_sd_m or 60.0,
        azimuth_sd_deg=errors.azimuth_sd_deg or 0.2,
        is_polar=bool(rng.random() < 0.6),
        has_height=bool(rng.random() < 0.5),
    )
    at_s = np.arange(time_s[0] + rng.uniform(0.0, look.period_s), time_s[flown.lost], look.period_s)
    at_s = at_s[rng.random(at_s.size) < DETECTION]
    lon, lat = (np.interp(at_s, time_s, lonlat[:, k]) for k in (0, 1))
    states = tracked(
        flown.sensor, plots(rng, flown.sensor, look, (at_s, lon, lat, np.interp(at_s, time_s, path.height_m)))
    )
    # One report a state: what the tracker says between reports is not needed.
    states = [one for k, one in enumerate(states) if k == 0 or one.time_s > states[k - 1].time_s]
    return Seen(flown, time_s, lonlat, states) if states else None


def moved_to(made: Seen, moment_s: float, now_s: float, track_id: int) -> tuple[list[Track], float]:
    """Return the states up to a moment, moved in time so that it is now, and by how much."""
    by_s = now_s - moment_s
    return [
        structs.replace(
            one, track_id=track_id, time_s=one.time_s + by_s, first_s=one.first_s + by_s,
            last_report_s=one.last_report_s + by_s,
        )
        for one in made.states
        if one.time_s <= moment_s
    ], by_s  # fmt: skip


def incident_of(
    level: Level, now_s: float, *, tracks: tuple[int, ...] = (), findings: tuple[Finding, ...] = (),
    lost: tuple[LostTrack, ...] = (), losses: tuple[Loss, ...] = (),
) -> Incident:  # fmt: skip
    """Return an open incident."""
    return Incident(
        incident_id="LT-2025-07-28-01", title="a flight", status="open", level=level, highest_level=level,
        first_report_s=now_s - 60.0, opened_s=now_s - 60.0, changed_s=now_s, track_ids=tracks, findings=findings,
        lost=lost, search=SearchState(losses=losses) if losses else None,
    )  # fmt: skip


def lost_one(states: list[Track]) -> tuple[LostTrack, Loss]:
    """Return what the incident keeps of a track that was lost after these states."""
    last = states[-1]
    path = tuple((one.time_s, one.lon_deg, one.lat_deg) for one in states if one.time_s >= last.time_s - 600.0)
    kept = LostTrack(
        track_id=last.track_id, last_report_s=last.last_report_s, lat_deg=last.lat_deg, lon_deg=last.lon_deg,
        speed_mps=math.hypot(last.east_mps, last.north_mps),
        course_deg=math.degrees(math.atan2(last.east_mps, last.north_mps)) % 360.0,
        flies_until_s=last.last_report_s + FLIES_FOR_S,
    )  # fmt: skip
    return kept, Loss(track=last, declared_s=last.time_s + 20.0, path=path)


def calls(made: Seen, moment_s: float) -> list[Sighting]:
    """Return what one to four people tell of a flight in the minutes before a moment, in the order of their calls."""
    rng = np.random.default_rng([SEEN_SEED, 1, made.flight.seed])
    n = int(rng.integers(CALLS[0], CALLS[1] + 1))
    first_s = max(float(made.time_s[0]), moment_s - CALLED_WITHIN_S)
    when = np.sort(np.append(rng.uniform(first_s, moment_s, n - 1), moment_s - rng.uniform(20.0, 60.0)))
    found = []
    for k, at_s in enumerate(when.tolist()):
        ((lon, lat),) = made.at(np.array([at_s]))
        plane = EqualArea(float(lat), float(lon))
        around, away = rng.uniform(0.0, 2.0 * math.pi), HEARD_WITHIN_M * math.sqrt(rng.random())
        sd_m = float(rng.uniform(*CALL_SD_M))
        place = np.array([[away * math.sin(around), away * math.cos(around)]]) + rng.normal(0.0, sd_m, (1, 2))
        ((lon, lat),) = plane.lonlat(place).tolist()
        told_s = float(at_s + rng.normal(0.0, CALL_TIME_SD_S))
        found.append(Sighting(
            sensor="112", time_s=told_s, received_s=float(at_s) + 15.0, entry=k + 1, lat_deg=lat, lon_deg=lon,
            position_sd_m=sd_m, sense="heard", reporter=f"caller {k + 1}",
        ))  # fmt: skip
    return found


def findings_of(words: list[Sighting]) -> tuple[tuple[Finding, ...], Picture]:
    """Return what the rule for reports makes of the calls, and the picture with them."""
    rule = reported.build(reported.Settings(), (), "LT")
    picture = Picture()
    known: dict[str, Finding] = {}
    for word in words:
        picture.now_s = word.received_s
        picture.observations.append(word)
        known |= {one.finding_id: one for one in rule.evaluate(picture)}
    return tuple(known.values()), picture
