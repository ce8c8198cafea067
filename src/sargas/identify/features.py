"""What the clues look at: a living track, and what is remembered of it, as numbers; unknown is NaN or -1."""

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from sargas.identify.clues import F64, I64, Wind, Word
from sargas.model.finding import Crossing
from sargas.model.picture import Picture
from sargas.model.sensor import Sensor
from sargas.model.track import Track

SLOW_MPS: Final = 25.0
"""What goes faster does not drift; few balloons do either."""
ALIKE_MPS: Final = 2.5
ALIKE_LEAST: Final = 3
ALIKE_SHARE: Final = 1.0 / 3.0
"""So many others, and such a share of all slow ones, must go alike before it is the wind that they show."""
NEAR_DEG: Final = 1.0
CONTRADICTED: Final = frozenset({"cooperative position contradicts track", "reported position contradicts track"})
"""The tracker's flags that say that a track's own word was not true."""

NO_WIND: Final = (math.nan, math.nan, math.nan)


class Sky(NamedTuple):
    """What of the whole picture concerns every track.

    `wind_mps` is (east, north, one standard deviation) as an officer has told it for a search; NaN if none has.
    """

    hears_transponders: bool
    came_in: frozenset[int]
    wind_mps: tuple[float, float, float]


class Seen(NamedTuple):
    """Features of the tracks that are looked at, each (N,)."""

    speed_mps: F64
    velocity_sd_mps: F64
    height_m: F64
    climb_mps: F64
    word: I64
    sensors: I64
    came_in: I64
    age_s: F64
    existence: F64
    rcs_dbsm: F64
    east_mps: F64
    north_mps: F64
    lon_deg: F64
    lat_deg: F64


def sky_of(picture: Picture, *, has_receiver: bool) -> Sky:
    """Return what of the picture concerns every track."""
    came_in = frozenset(
        finding.track_id
        for finding in picture.findings.values()
        if finding.track_id is not None and isinstance(finding.detail, Crossing) and finding.detail.from_country
    )
    hears = has_receiver or any(track.identity.icao24 is not None for track in picture.tracks.values())
    return Sky(hears, came_in, _told_wind(picture))


def seen_of(tracks: Sequence[Track], sky: Sky, hearing: Mapping[str, int]) -> Seen:
    """Return the features of tracks; `hearing`: the microphones (1) and direction finders (2) by name."""
    rows = np.array([_row(track, sky, hearing) for track in tracks], float).T
    whole = rows[4:7].astype(np.int64)
    return Seen(*rows[:4], *whole, *rows[7:])


def hearing_of(sensors: Mapping[str, Sensor]) -> dict[str, int]:
    """Return which sensors are microphones (1) and direction finders (2)."""
    numbers = {"acoustic": 1, "radio_df": 2}
    return {name: numbers[sensor.kind] for name, sensor in sensors.items() if sensor.kind in numbers}


def drifting(seen: Seen, places: F64, velocities: F64, wind_mps: tuple[float, float, float]) -> I64:
    """Return how each goes beside the wind: the one told, else that in which other slow tracks near it go alike.

    `places` and `velocities` are those of all slow tracks, (M, 2), themselves among them. That others go alike speaks
    for the wind; that they do not says nothing, since the wind is not the same at every height.
    """
    east, north, sd = wind_mps
    fits = np.full(seen.speed_mps.size, int(Wind.NOT_KNOWN))
    if not math.isnan(sd):
        off = np.hypot(seen.east_mps - east, seen.north_mps - north)
        doubt = np.hypot(np.maximum(sd, 2.0), seen.velocity_sd_mps)
        fits = np.where(off < 2.0 * doubt, int(Wind.WITH), np.where(off > 4.0 * doubt, int(Wind.ACROSS), fits))
    elif len(places) > ALIKE_LEAST:
        own = np.stack([seen.east_mps, seen.north_mps], axis=1)
        here = np.stack([seen.lon_deg, seen.lat_deg], axis=1)
        is_near = (np.abs(places[None] - here[:, None]) < (2.0 * NEAR_DEG, NEAR_DEG)).all(axis=2)
        is_alike = is_near & (np.hypot(*(velocities[None] - own[:, None]).transpose(2, 0, 1)) < ALIKE_MPS)
        n_near, n_alike = is_near.sum(axis=1) - 1, is_alike.sum(axis=1) - 1
        fits[(n_alike >= ALIKE_LEAST) & (n_alike >= ALIKE_SHARE * n_near)] = int(Wind.WITH)
    fits[~(seen.speed_mps < SLOW_MPS)] = int(Wind.NOT_KNOWN)
    return fits


def word_of(track: Track, *, hears_transponders: bool) -> Word:
    """Return what the track says of itself."""
    said = track.identity
    if not CONTRADICTED.isdisjoint(track.flags):
        return Word.LIES
    if said.remote_id is not None and said.icao24 is None:
        return Word.REMOTE_ID
    if said.icao24 is None and said.callsign is None and said.squawk is None:
        return Word.SILENT if hears_transponders else Word.UNHEARD
    return Word.OWN if track.is_cooperative else Word.SAYS


def _row(track: Track, sky: Sky, hearing: Mapping[str, int]) -> tuple[float, ...]:
    height_m = track.alt_wgs84_m if track.alt_wgs84_m is not None else track.alt_baro_m
    cov, heard = track.velocity_cov_m2ps2, 0
    if hearing:
        for one in track.contributions:
            heard |= hearing.get(one.sensor, 0)
    return (
        math.hypot(track.east_mps, track.north_mps),
        math.sqrt(max(0.5 * (cov[0] + cov[2]), 0.0)),
        math.nan if height_m is None else height_m,
        math.nan if track.climb_mps is None else track.climb_mps,
        word_of(track, hears_transponders=sky.hears_transponders),
        heard - 1,
        0 if track.track_id in sky.came_in else -1,
        track.last_report_s - track.first_s,
        math.nan if track.existence is None else track.existence,
        math.nan if track.rcs_dbsm is None else track.rcs_dbsm,
        track.east_mps,
        track.north_mps,
        track.lon_deg,
        track.lat_deg,
    )


def _told_wind(picture: Picture) -> tuple[float, float, float]:
    for incident in reversed(picture.incidents.values()):
        wind = incident.search.settings.wind if incident.search is not None else None
        if wind is not None and incident.status == "open":
            towards = math.radians(wind.from_deg + 180.0)
            return wind.speed_mps * math.sin(towards), wind.speed_mps * math.cos(towards), wind.sd_mps
    return NO_WIND
