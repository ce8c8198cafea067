"""A raid stays a few stories, a night of balloons one, and a drone among them its own.

At 54.6 degrees north 0.01 degrees of longitude are 644 m, 0.01 degrees of latitude 1,112 m.
"""

import pytest

from sargas.incident.book import IncidentBook, Settings, build
from sargas.model.classification import Classification, ClassShare
from sargas.model.finding import Crossing, Finding
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.model.track import Track

T0 = 1_753_666_800.0
LAT, LON = 54.60, 25.70
KM = 1.0 / 111.2
"""Degrees of latitude in a kilometre."""


class Sky:
    """A book and the picture that it sees; tracks appear inside one after the other."""

    def __init__(self, **settings: object) -> None:
        self.book: IncidentBook = build(Settings(**settings), "LT")
        self.picture = Picture(now_s=T0)
        self.n_tracks = 0

    def cross(self, north_km: float, kind: str = "drone", after_s: float = 1.0) -> str:
        """Return the incident that a track is put into which crosses so far north."""
        self.picture.now_s += after_s
        self.n_tracks += 1
        track_id, now_s, lat = self.n_tracks, self.picture.now_s, LAT + north_km * KM
        self.picture.tracks[track_id] = Track(
            track_id=track_id,
            time_s=now_s,
            first_s=now_s - 60.0,
            last_report_s=now_s,
            status="confirmed",
            lat_deg=lat,
            lon_deg=LON,
            east_mps=-40.0,
            north_mps=0.0,
            position_cov_m2=(1e4, 0.0, 1e4),
            velocity_cov_m2ps2=(4.0, 0.0, 4.0),
            n_reports=60,
        )
        self.picture.classifications[track_id] = Classification(
            track_id=track_id,
            time_s=now_s,
            answer=kind,
            answer_name=kind.capitalize(),
            classes=(ClassShare(kind=kind, name=kind, probability=0.9),),
            reasons=(),
        )
        finding = Finding(
            finding_id=f"incursion:{track_id}:LT:1",
            rule="incursion",
            state="raised",
            severity="red",
            time_s=now_s,
            raised_s=now_s,
            probability=0.95,
            title=f"Track {track_id} crossed into Lithuania",
            reasons=(),
            detail=Crossing(zone_id="LT", time_s=now_s, time_sd_s=2.0, lat_deg=lat, lon_deg=LON, position_sd_m=90.0),
            track_id=track_id,
            lat_deg=lat,
            lon_deg=LON,
        )
        self.book.on_findings([finding], self.picture)
        return next(one.incident_id for one in self.incidents if track_id in one.track_ids)

    @property
    def incidents(self) -> list[Incident]:
        return self.book.incidents()

    @property
    def n_alarms(self) -> int:
        return sum(one.n_alarms for one in self.incidents)


def test_near_is_five_kilometres_while_little_was_heard() -> None:
    sky = Sky()
    first = sky.cross(0.0)
    assert sky.cross(4.9) == first
    assert sky.cross(4.9 + 5.1) != first


def test_near_doubles_with_every_two_alarms() -> None:
    sky = Sky()
    first, second = sky.cross(0.0), sky.cross(100.0)  # two alarms: near is 10 km
    assert sky.cross(9.9) == first
    assert sky.cross(110.1) not in {first, second}  # a third
    assert sky.cross(-10.1) not in {first, second}  # a fourth: near is 20 km
    assert sky.cross(130.0) == sky.cross(129.0)


def test_it_doubles_up_to_forty_kilometres() -> None:
    sky = Sky(group_alarms=1)
    for number in range(8):
        sky.cross(200.0 * number)
    last = sky.incidents[-1].incident_id
    assert sky.cross(1_400.0 + 39.9) == last
    assert sky.cross(1_400.0 + 39.9 + 40.1) != last


def test_in_time_it_widens_too_up_to_an_hour() -> None:
    sky = Sky()
    first = sky.cross(0.0)
    assert sky.cross(0.0, after_s=301.0) != first
    busy = Sky(group_alarms=1, load_s=10_000.0)
    first = busy.cross(0.0)
    for number in range(1, 6):
        busy.cross(200.0 * number)
    assert busy.cross(0.0, after_s=3_500.0) == first


def test_it_is_five_kilometres_again_when_it_has_been_quiet() -> None:
    sky = Sky(load_s=600.0)
    for number in range(4):
        sky.cross(100.0 * number)
    first = sky.cross(1_000.0, after_s=700.0)
    assert sky.cross(1_006.0) != first


def test_a_drone_far_from_a_raid_is_an_incident_of_its_own_and_is_heard() -> None:
    sky = Sky()
    for number in range(60):
        sky.cross(2.0 * number)
    alone = sky.cross(400.0)
    assert [one.n_alarms for one in sky.incidents if one.incident_id == alone] == [1]
    assert [len(one.track_ids) for one in sky.incidents if one.incident_id == alone] == [1]


@pytest.mark.parametrize("n_drones", [20, 100, 500])
def test_a_raid_over_150_km_within_an_hour_is_heard_ten_times_in_ten_minutes_at_most(n_drones: int) -> None:
    sky = Sky()
    heard: list[float] = []
    for number in range(n_drones):
        before = sky.n_alarms
        sky.cross((number * 67.0) % 150.0, after_s=3_600.0 / n_drones)  # here and there along the front
        heard += [sky.picture.now_s] * (sky.n_alarms - before)
    assert max(sum(start <= one < start + 600.0 for one in heard) for start in heard) <= 10
    assert len(sky.incidents) <= 8


def test_nothing_that_is_inside_is_forgotten_in_a_raid_of_five_hundred() -> None:
    sky = Sky()
    for _ in range(500):
        sky.cross(0.0, after_s=1.0)
    (incident,) = sky.incidents
    assert len(incident.track_ids) == 500
    assert sum(finding.state != "cleared" for finding in incident.findings) == 500


def test_balloons_of_one_night_are_one_story() -> None:
    sky = Sky()
    first = sky.cross(0.0, "balloon")
    assert sky.cross(39.0, "balloon", after_s=7_000.0) == first
    assert sky.cross(10.0, "balloon", after_s=7_000.0) == first
    assert sky.n_alarms <= 2  # the first, and three inside


def test_a_drone_some_kilometres_from_the_balloons_is_an_incident_of_its_own_however_busy_it_is() -> None:
    sky = Sky(group_alarms=1)
    balloons = sky.cross(0.0, "balloon")
    for number in range(1, 9):
        sky.cross(300.0 * number)
    assert sky.cross(5.5, "drone") != balloons


def test_a_drone_right_among_the_balloons_joins_them_and_is_heard() -> None:
    sky = Sky()
    balloons = sky.cross(0.0, "balloon")
    assert sky.cross(3.0, "drone", after_s=120.0) == balloons
    (incident,) = sky.incidents
    assert (incident.priority, incident.n_alarms, incident.kind) == ("high", 2, "drone")
