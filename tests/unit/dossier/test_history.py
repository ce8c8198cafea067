"""What is kept while an incident's entries run through the engine again; figures by hand."""

import math

from msgspec import structs

from dossier_kit import INCIDENT, RADAR, SENSORS, T0, track
from sargas.dossier.history import POINTS_MOST, Collector
from sargas.dossier.make import flown
from sargas.model.picture import HealthChanged, Observed, TrackChanged
from sargas.model.report import Sighting
from sargas.model.sensor import Health
from sargas.model.track import Contribution


def collector() -> Collector:
    return Collector(INCIDENT, SENSORS)


def test_a_track_of_the_incident_has_a_point_every_five_seconds_and_its_last() -> None:
    kept = collector()
    kept.take([TrackChanged(track(T0 + k)) for k in range(13)])
    kept.take([TrackChanged(structs.replace(track(T0), track_id=8))])
    history = kept.history(T0, T0 + 13)
    # T0 is a multiple of five.
    assert [one.time_s - T0 for one in history.tracks[7]] == [0, 5, 10, 12]
    assert list(history.tracks) == [7]


def test_what_each_sensor_gave_is_counted_with_its_breaks() -> None:
    kept = collector()
    # The radar looks every 4 s: after 20 s of silence it is a new span.
    for n, after_s in enumerate((0, 4, 8, 60, 64), start=1):
        state = structs.replace(track(T0 + after_s), contributions=(Contribution(RADAR, n, T0 + after_s),))
        kept.take([TrackChanged(state), TrackChanged(state)])
    seen = kept.history(T0, T0 + 70).seen[RADAR]
    assert (seen.n_reports, seen.first_s, seen.last_s) == (5, T0, T0 + 64)
    assert seen.spans == [(T0, T0 + 8), (T0 + 60, T0 + 64)]


def test_only_words_that_belong_to_the_incident_are_taken() -> None:
    kept = collector()
    words = [
        Sighting(sensor="112", time_s=T0, entry=entry, lat_deg=54.5, lon_deg=25.0, sense="seen") for entry in (11, 99)
    ]
    kept.take([Observed(one) for one in words])
    assert [one.entry for one in kept.history(T0, T0).told] == [11]


def test_a_sensor_that_fell_silent_and_came_back_is_told_once_with_both_times() -> None:
    kept = collector()
    kept.take([HealthChanged(Health(sensor=RADAR, state="silent", last_report_s=T0 + 10))])
    kept.take([HealthChanged(Health(sensor=RADAR, state="silent", last_report_s=T0 + 10))])
    kept.take([HealthChanged(Health(sensor=RADAR, state="ok", last_report_s=T0 + 50))])
    (one,) = kept.history(T0, T0 + 60).unwell
    assert (one.state, one.from_s, one.until_s) == ("silent", T0 + 10, T0 + 50)


def test_a_raid_is_thinned_out_and_not_cut_off() -> None:
    kept = Collector(structs.replace(INCIDENT, track_ids=tuple(range(50))), SENSORS, every_s=1.0)
    base = track(T0)
    n_each = POINTS_MOST // 50 + 10
    for k in range(n_each):
        kept.take([TrackChanged(structs.replace(base, track_id=one, time_s=T0 + k)) for one in range(50)])
    history = kept.history(T0, T0 + n_each)
    assert sum(map(len, history.tracks.values())) <= POINTS_MOST
    assert {points[-1].time_s for points in history.tracks.values()} == {T0 + n_each - 1}


def test_the_ellipse_is_that_of_the_covariance() -> None:
    # East-east 900, north-north 400: 30 m east by 20 m north. Then the same turned so that it points north-east.
    (point,) = flown([track(T0)], is_lost=False).points
    assert (point.major_m, point.minor_m, point.axis_deg) == (30.0, 20.0, 90.0)
    turned = structs.replace(track(T0), position_cov_m2=(650.0, 250.0, 650.0))
    (point,) = flown([turned], is_lost=False).points
    assert math.isclose(point.major_m, 30.0)
    assert math.isclose(point.minor_m, 20.0)
    assert math.isclose(point.axis_deg, 45.0)
