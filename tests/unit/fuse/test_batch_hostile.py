"""Whatever comes in, even past the decoders' own checks: every row is finite and nothing is raised."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sargas.fuse.batch import Batcher
from sargas.fuse.measure import MeasureSettings
from sargas.kernels.kinds import ANGLE, MOVING
from sargas.model.report import (
    AnyReport,
    Bearing,
    Cooperative,
    GeoPlot,
    Identity,
    PolarPlot,
    Presence,
    Sighting,
    SystemTrack,
)
from sargas.model.sensor import Coverage, Sensor

T0 = 1_753_660_800.0
SENSORS = {
    "radar": Sensor(id="radar", kind="radar", lat_deg=54.6, lon_deg=25.1, alt_m=150.0),
    "low": Sensor(
        id="low", kind="radar", lat_deg=55.3, lon_deg=24.5,
        coverage=Coverage(height_min_m=100.0, height_max_m=600.0, range_max_m=40_000.0),
    ),
    "blind": Sensor(id="blind", kind="radar"),
    "ear": Sensor(id="ear", kind="acoustic", lat_deg=54.9, lon_deg=25.0, coverage=Coverage(range_max_m=6_000.0)),
}  # fmt: skip
ANY = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, -0.0, 1e-320, 1e308, T0, 90.0, -90.0])
MAYBE = st.none() | ANY
WHO = st.sampled_from(["radar", "low", "blind", "ear", "x", ""])
HEAD = {"sensor": WHO, "time_s": ANY | st.just(T0), "received_s": ANY | st.just(0.0)}
NAMES = st.builds(Identity, icao24=st.none() | st.text(), callsign=st.none() | st.text(max_size=200))
AT = {"lat_deg": ANY, "lon_deg": ANY}
MOVES = {"alt_baro_m": MAYBE, "alt_wgs84_m": MAYBE, "speed_mps": MAYBE, "course_deg": MAYBE, "climb_mps": MAYBE}
HOSTILE = st.one_of(
    st.builds(
        PolarPlot, **HEAD, range_m=ANY, azimuth_deg=ANY, elevation_deg=MAYBE, alt_baro_m=MAYBE, alt_wgs84_m=MAYBE,
        range_sd_m=MAYBE, azimuth_sd_deg=MAYBE, elevation_sd_deg=MAYBE, range_rate_mps=MAYBE, identity=NAMES,
    ),
    st.builds(GeoPlot, **HEAD, **AT, **MOVES, sd_m=ANY, identity=NAMES),
    st.builds(Cooperative, **HEAD, **AT, **MOVES, sd_m=MAYBE, identity=NAMES, source=st.just("other")),
    st.builds(
        SystemTrack, **HEAD, **AT, **MOVES, sd_m=MAYBE, track_number=st.integers(), identity=NAMES,
        status=st.sampled_from(["confirmed", "ended", "nonsense"]),
    ),
    st.builds(
        Bearing, **HEAD, azimuth_deg=ANY, azimuth_sd_deg=MAYBE, lat_deg=MAYBE, lon_deg=MAYBE, range_max_m=MAYBE
    ),
    st.builds(Presence, **HEAD, radius_m=ANY, lat_deg=MAYBE, lon_deg=MAYBE),
    st.builds(
        Sighting, **HEAD, **AT, position_sd_m=ANY, sense=st.sampled_from(["seen", "heard", "nonsense"]),
        azimuth_deg=MAYBE, azimuth_sd_deg=MAYBE, range_m=MAYBE,
    ),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(reports=st.lists(HOSTILE, max_size=6), has_sensors=st.booleans())
def test_whatever_comes_in_every_row_is_finite_and_every_spread_positive(
    reports: list[AnyReport], has_sensors: bool
) -> None:
    b = Batcher(MeasureSettings(), SENSORS if has_sensors else {})
    with np.errstate(all="ignore"):  # without a compiler numpy warns of what overflows
        found, unusable = b.batch(reports, T0)
    assert len(found.t) + len(unusable) == len(reports)
    assert np.isfinite(found.z).all()
    assert np.isfinite(found.r).all()
    assert np.isfinite(found.t).all()
    assert np.isfinite(found.received).all()
    assert (found.r[:, 0] > 0.0).all()
    placed = found.r[found.kind != ANGLE]
    assert (placed[:, 0] * placed[:, 2] > placed[:, 1] ** 2).all()
    assert (found.z[found.kind == ANGLE, 3] > 0.0).all()
    assert (found.r[found.kind == MOVING, 3] > 0.0).all()
    for besides in (found.alt_wgs84, found.alt_wgs84_sd, found.alt_baro, found.climb, found.range_rate):
        assert not np.isinf(besides).any()
    assert (np.isnan(found.alt_wgs84) == np.isnan(found.alt_wgs84_sd)).all()
