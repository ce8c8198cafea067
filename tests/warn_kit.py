"""Incidents, tracks and a drafter for the tests of the warnings, in the two square states of `airspace_kit`."""

import math
from functools import cache
from typing import Any

from airspace_kit import STATES, T0_S, at, track
from sargas.app.search_basis import packaged_aircraft
from sargas.model.finding import Finding, Heard
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.model.search import Loss, SearchState
from sargas.model.track import Track
from sargas.model.warning import LostTrack, PublicWarning, WarningContent, WarningState, WarningText
from sargas.model.zone import Place
from sargas.warn import drafter
from sargas.warn.country import Country

NOW_S = T0_S
HOME = "WW"
"""Westland lies west of 25 degrees east, from 54 to 56 degrees north."""


@cache
def westland() -> Country:
    return Country([STATES[0]])


def town(name: str, east_m: float, north_m: float = 0.0, population: int = 1_000, country: str = HOME) -> Place:
    lon_deg, lat_deg = at(east_m, north_m)
    return Place(name=name, country=country, lat_deg=lat_deg, lon_deg=lon_deg, population=population)


def flying(track_id: int = 1, east_m: float = -40_000.0, north_m: float = 0.0, **more: Any) -> Track:
    """A drone that flies west at 40 m/s, well seen."""
    velocity = more.pop("velocity_mps", (-40.0, 0.0))
    return track(more.pop("time_s", NOW_S), at(east_m, north_m), velocity, track_id=track_id, **more)


def incident(*tracks: Track, level: str = "red", **more: Any) -> Incident:
    values: dict[str, Any] = {
        "incident_id": "WW-2025-07-28-01",
        "title": "something",
        "status": "open",
        "level": level,
        "highest_level": "red",
        "first_report_s": NOW_S - 60.0,
        "opened_s": NOW_S - 50.0,
        "changed_s": NOW_S,
        "track_ids": tuple(one.track_id for one in tracks),
    }
    return Incident(**{**values, **more})


def picture(*tracks: Track, now_s: float = NOW_S, **more: Any) -> Picture:
    return Picture(now_s=now_s, tracks={one.track_id: one for one in tracks}, **more)


def lost(one: Track, *, for_s: float = 7_200.0) -> tuple[LostTrack, Loss]:
    """What an incident keeps of a track that was lost as it is here."""
    kept = LostTrack(
        track_id=one.track_id,
        last_report_s=one.last_report_s,
        lat_deg=one.lat_deg,
        lon_deg=one.lon_deg,
        speed_mps=math.hypot(one.east_mps, one.north_mps),
        course_deg=math.degrees(math.atan2(one.east_mps, one.north_mps)) % 360.0,
        flies_until_s=one.last_report_s + for_s,
    )
    return kept, Loss(track=one, declared_s=one.time_s + 20.0)


def searched(*losses: Loss) -> SearchState:
    return SearchState(losses=losses)


def heard(east_m: float, north_m: float = 0.0, *, radius_m: float = 2_500.0, **more: Any) -> Finding:
    lon_deg, lat_deg = at(east_m, north_m)
    values: dict[str, Any] = {
        "finding_id": "reported:1",
        "rule": "reported",
        "state": "raised",
        "severity": "yellow",
        "time_s": NOW_S,
        "raised_s": NOW_S,
        "probability": 0.75,
        "title": "Somebody heard something",
        "reasons": (),
        "detail": Heard(sensor="112", lat_deg=lat_deg, lon_deg=lon_deg, radius_m=radius_m),
    }
    return Finding(**{**values, **more})


RING = tuple(at(x, y) for x, y in ((-30_000.0, 0.0), (-20_000.0, 0.0), (-20_000.0, 9_000.0), (-30_000.0, 0.0)))


def in_force(level: str = "red", sent_s: float = NOW_S - 300.0, expires_s: float = NOW_S + 3_000.0) -> WarningState:
    """A warning that the public has been given, for a triangle."""
    text = WarningText(language="en", headline="h", description="d", instruction="i", area="a")
    content = WarningContent(level=level, rings=(RING,), texts=(text,), expires_s=expires_s)  # type: ignore[arg-type]
    sent = PublicWarning(
        warning_id="w1", incident_id="WW-2025-07-28-01", kind="alert", content=content, sent_s=sent_s
    )
    return WarningState(warnings=(sent,))


def made(
    places: tuple[Place, ...] = (), settings: drafter.Settings | None = None, **more: Any
) -> drafter.WarningDrafter:
    """A drafter for Westland."""
    return drafter.build(
        settings or drafter.Settings(),
        country=HOME,
        zones=STATES,
        places=places,
        aircraft=packaged_aircraft(),
        **more,
    )
