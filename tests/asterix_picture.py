"""Tracks, sensors and pictures for the tests of ASTERIX out."""

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st
from msgspec import structs

from sargas.model.picture import Picture
from sargas.model.report import NO_IDENTITY, Identity
from sargas.model.sensor import Health, Sensor
from sargas.model.track import Contribution, Track
from sargas.ports import Glimpse

NOON_S = 1_753_704_000.0
"""28 July 2025, 12:00 UTC."""
SENSORS = {
    "hill": Sensor(id="hill", kind="radar", lat_deg=54.5, lon_deg=25.0, sac=25, sic=13),
    "roof": Sensor(id="roof", kind="adsb", sac=25, sic=14),
    "mic-7": Sensor(id="mic-7", kind="acoustic"),
    "riga": Sensor(id="riga", kind="neighbour", sac=24, sic=1),
}
KINDS = {sensor.id: sensor.kind for sensor in SENSORS.values()}
NAMED = Identity(icao24="503e08", callsign="LOT3KM", squawk="7421")

DRONE = Track(
    track_id=812,
    time_s=NOON_S,
    first_s=NOON_S - 30.0,
    last_report_s=NOON_S - 1.0,
    status="confirmed",
    lat_deg=54.75,
    lon_deg=25.25,
    east_mps=30.0,
    north_mps=-40.0,
    position_cov_m2=(400.0, -144.0, 900.0),
    velocity_cov_m2ps2=(4.0, 0.0, 9.0),
    contributions=(Contribution("hill", 8, NOON_S - 1.0),),
)
"""An unknown target that one radar sees: 50 m/s, 20 m and 30 m one standard deviation, no height."""
AIRLINER = structs.replace(
    DRONE,
    track_id=7,
    alt_baro_m=10_668.0,
    alt_wgs84_m=10_790.0,
    climb_mps=5.0,
    turn_rate_dps=0.0,
    is_cooperative=True,
    identity=NAMED,
    contributions=(Contribution("hill", 8, NOON_S - 3.0), Contribution("roof", 30, NOON_S - 0.5)),
)
"""One at flight level 350 that tells its place itself and that a radar sees too."""


def track(base: Track = DRONE, **changes: Any) -> Track:
    """Return the track with these changes."""
    return structs.replace(base, **changes)


def glimpse(
    tracks: Iterable[Track] = (),
    *,
    now_s: float = NOON_S,
    health: Iterable[Health] = (),
    sensors: dict[str, Sensor] = SENSORS,
    is_exercise: bool = False,
) -> Glimpse:
    """Return what a stream sees of these tracks and sensors."""
    picture = Picture(
        now_s=now_s,
        tracks={one.track_id: one for one in tracks},
        health={one.sensor: one for one in health},
    )
    return Glimpse(picture=picture, sensors=sensors, country="LT", is_exercise=is_exercise)


def _maybe(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[float | None]:
    return st.none() | numbers


ANGLES = st.sampled_from([-1.0, 0.0, 1.0, 1.0 - 1e-9, -1.0 + 1e-9]) | st.floats(-1.0, 1.0)
ANY_NUMBER = st.floats() | st.sampled_from([0.0, 1e308, -1e308, 8_191.875, -8_192.125])
IDENTITIES = st.builds(
    Identity,
    icao24=st.none() | st.from_regex("[0-9a-f]{6}", fullmatch=True),
    callsign=st.none() | st.text(min_size=1, max_size=16),
    squawk=st.none() | st.from_regex("[0-7]{4}", fullmatch=True),
)
STATUSES = st.sampled_from(["tentative", "confirmed", "coasting", "lost", "ended"])
AFFILIATIONS = st.sampled_from(["unknown", "friendly", "neutral", "suspect", "hostile"])
CONTRIBUTIONS = st.lists(
    st.builds(Contribution, st.sampled_from([*SENSORS, "unlisted"]), st.integers(0, 10**9), ANY_NUMBER), max_size=4
).map(tuple)


def flying() -> st.SearchStrategy[Track]:
    """Return tracks as the watch makes them, to the edges of what a report may say."""
    variances = st.tuples(st.floats(1e-6, 1e12), st.floats(-1e9, 1e9), st.floats(1e-6, 1e12))
    return st.builds(
        Track,
        track_id=st.integers(1, 2**31),
        time_s=st.floats(0.0, 4e9),
        first_s=st.floats(0.0, 4e9),
        last_report_s=st.floats(0.0, 4e9),
        status=STATUSES,
        lat_deg=ANGLES.map(lambda x: 90.0 * x),
        lon_deg=ANGLES.map(lambda x: 180.0 * x),
        east_mps=st.floats(-10_000.0, 10_000.0),
        north_mps=st.floats(-10_000.0, 10_000.0),
        position_cov_m2=variances,
        velocity_cov_m2ps2=variances,
        alt_baro_m=_maybe(st.floats(-1_000.0, 100_000.0)),
        alt_wgs84_m=_maybe(st.floats(-1_000.0, 100_000.0)),
        climb_mps=_maybe(st.floats(-1_000.0, 1_000.0)),
        turn_rate_dps=_maybe(st.floats(-30.0, 30.0)),
        is_cooperative=st.booleans(),
        is_on_ground=st.booleans(),
        identity=IDENTITIES | st.just(NO_IDENTITY),
        contributions=CONTRIBUTIONS,
        affiliation=AFFILIATIONS,
    )


def broken() -> st.SearchStrategy[Track]:
    """Return tracks of which any number may be no number at all: what a third party's tracker could make."""
    numbers = [
        "time_s", "first_s", "last_report_s", "lat_deg", "lon_deg", "east_mps", "north_mps", "alt_baro_m",
        "alt_wgs84_m", "climb_mps", "turn_rate_dps",
    ]  # fmt: skip
    threes = st.tuples(ANY_NUMBER, ANY_NUMBER, ANY_NUMBER)
    changes = st.dictionaries(st.sampled_from(numbers), ANY_NUMBER)
    covariances = st.dictionaries(st.sampled_from(["position_cov_m2", "velocity_cov_m2ps2"]), threes)
    words = st.none() | st.text(max_size=10)
    identities = st.builds(Identity, icao24=words, callsign=words, squawk=words)
    return st.builds(
        lambda one, a, b, identity: structs.replace(one, identity=identity, **a, **b),
        flying(), changes, covariances, identities,
    )  # fmt: skip
