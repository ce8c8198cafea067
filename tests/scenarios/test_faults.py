"""What the officer sees when something is wrong with what comes in: told plainly, never believed, never in the way.

Truth is the straight flight of `small_watch`; distances are by pyproj.
"""

from collections.abc import Sequence

import msgspec
import pyproj
import pytest
from msgspec import Struct, structs

from sargas.app.wire import build_engine
from sargas.engine import Engine
from sargas.model.decision import Acknowledge, Close, Comment, Dispose
from sargas.model.entry import Body, Decided, Entry, FeedOpened, Frame
from sargas.model.finding import Silence
from sargas.model.picture import Event, FindingChanged, HealthChanged, Refused, TrackChanged
from sargas.model.report import AnyReport, Cooperative, GeoPlot, Identity
from sargas.model.sensor import Errors, Sensor
from small_watch import BLUEPRINT, DEGREE_M, START_S, flight

GEOD = pyproj.Geod(ellps="WGS84")
SECOND = Sensor(
    id="second", kind="radar", lat_deg=54.4, lon_deg=24.8, period_s=4.0, errors=Errors(position_sd_m=50.0)
)
RECEIVER = Sensor(id="receiver", kind="adsb", lat_deg=54.5, lon_deg=24.9)
WATCH = structs.replace(
    BLUEPRINT,
    sensors={**BLUEPRINT.sensors, "second": SECOND, "receiver": RECEIVER},
    decoders={name: {"type": "jsonl"} for name in ("radar", "second", "receiver")},
)
FLIGHT = [(received_s, body) for received_s, body in flight() if isinstance(body, Frame)]


class Shown(Struct):
    """An engine and everything that it said."""

    engine: Engine
    events: list[tuple[float, Event]]

    def states(self, sensor: str) -> list[str]:
        """Return the states that a sensor went through."""
        told = [e.health.state for _, e in self.events if isinstance(e, HealthChanged) and e.health.sensor == sensor]
        return [state for k, state in enumerate(told) if k == 0 or told[k - 1] != state]


def run(bodies: Sequence[tuple[float, Body]], *, until_s: float | None = None) -> Shown:
    shown = Shown(build_engine(WATCH), [])
    for seq, (received_s, body) in enumerate(sorted(bodies, key=lambda pair: pair[0]), start=1):
        for event in shown.engine.accept(Entry(seq, received_s, body)):
            shown.events.append((shown.engine.picture.now_s, event))
    if until_s is not None:
        for k in range(int(shown.engine.picture.now_s) + 1, int(until_s) + 1):
            shown.events += [(float(k), event) for event in shown.engine.advance(float(k))]
    return shown


def line(report: AnyReport) -> Frame:
    return Frame(report.sensor, msgspec.json.encode(report) + b"\n")


def lon_at(time_s: float) -> float:
    """Where the flight of `small_watch` is: 40 m/s to the west from 4 km east of the border."""
    return 25.0 + (4_000.0 - 40.0 * (time_s - START_S)) / DEGREE_M


def error_m(shown: Shown) -> float:
    """Return the greatest distance of the flight's track from where it flies, after its first half minute."""
    track_id = min(shown.engine.picture.tracks)
    tracks = [event.track for _, event in shown.events if isinstance(event, TrackChanged)]
    return max(
        GEOD.inv(track.lon_deg, track.lat_deg, lon_at(track.time_s), 54.5)[2]
        for track in tracks
        if track.track_id == track_id and track.time_s > START_S + 30.0
    )


def test_a_sensor_that_lies_by_400_km_moves_no_track() -> None:
    lies = [
        (
            received_s + 1.0,
            line(GeoPlot(sensor="second", time_s=received_s + 0.5, lat_deg=58.1, lon_deg=25.0, sd_m=30.0)),
        )
        for received_s, _ in FLIGHT
    ]  # 58.1 degrees north is 400 km from the flight
    alone, lied_to = run(FLIGHT), run([*FLIGHT, *lies])
    assert error_m(alone) < 100.0
    assert error_m(lied_to) < 100.0
    (incident,) = lied_to.engine.picture.incidents.values()
    assert incident.highest_level == "red"
    assert incident.track_ids == (1,)


def test_a_sensor_that_lies_of_a_named_aircraft_moves_it_nowhere_and_the_track_says_so() -> None:
    identity = Identity(icao24="4ca123")
    told = [(s, line(own_position(s - 0.5, lon_at(s - 0.5), identity))) for s, _ in FLIGHT]
    lies = [
        (
            s + 1.0,
            line(
                GeoPlot(
                    sensor="second", time_s=s + 0.5, lat_deg=58.1, lon_deg=25.0 + 0.3 * (k % 2), sd_m=30.0,
                    identity=identity,
                )
            ),
        )
        for k, (s, _) in enumerate(FLIGHT)
        if k > 10 and k % 20 == 0
    ]  # fmt: skip
    shown = run([*FLIGHT, *told, *lies])
    assert error_m(shown) < 100.0
    flags = {flag for _, e in shown.events if isinstance(e, TrackChanged) for flag in e.track.flags}
    assert "reported position contradicts track" in flags


def own_position(time_s: float, lon_deg: float, identity: Identity, lat_deg: float = 54.5) -> Cooperative:
    return Cooperative(
        sensor="receiver",
        time_s=time_s,
        identity=identity,
        source="adsb",
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        sd_m=20.0,
        speed_mps=40.0,
        course_deg=270.0,
    )


def test_a_spoofed_jump_of_a_transponder_is_flagged_and_not_believed() -> None:
    identity = Identity(icao24="4ca123", callsign="LYA12")
    honest = [(s, line(own_position(s - 0.5, lon_at(s - 0.5), identity))) for s, _ in FLIGHT]
    jump_s = START_S + 120.0
    spoofed = [(jump_s + 2.0, line(own_position(jump_s + 1.5, 24.0, identity)))]  # 64 km away within two seconds
    shown = run([*FLIGHT, *honest, *spoofed])
    assert error_m(shown) < 100.0
    (track,) = [track for track in shown.engine.picture.tracks.values() if track.identity.icao24 == "4ca123"]
    assert track.identity == identity
    flagged = [
        now_s
        for now_s, event in shown.events
        if isinstance(event, TrackChanged) and any("contradict" in flag for flag in event.track.flags)
    ]
    assert jump_s < flagged[0] < jump_s + 5.0


def test_a_transponder_that_goes_on_telling_another_place_does_not_take_the_radars_track_with_it() -> None:
    identity = Identity(icao24="4ca123")
    turn_s = START_S + 100.0
    told = [
        (
            s,
            line(
                own_position(s - 0.5, lon_at(s - 0.5) if s < turn_s else 24.0, identity, 54.5 if s < turn_s else 54.9)
            ),
        )
        for s, _ in FLIGHT
    ]
    shown = run([*FLIGHT, *told])
    assert error_m(shown) < 100.0
    (incident,) = [each for each in shown.engine.picture.incidents.values() if each.highest_level == "red"]
    assert 1 in incident.track_ids  # what the radar sees crosses, whatever the transponder says


def test_a_sensor_whose_clock_is_an_hour_off_is_refused_and_its_health_says_so() -> None:
    ahead = [
        (
            received_s + 0.2,
            line(GeoPlot(sensor="second", time_s=received_s + 3_600.0, lat_deg=54.6, lon_deg=24.5, sd_m=30.0)),
        )
        for received_s, _ in FLIGHT
    ]
    shown = run([*FLIGHT, *ahead])
    health = shown.engine.picture.health["second"]
    assert health.state == "degraded"
    assert "clock is 3600 s ahead" in health.reason
    assert health.n_rejected == health.n_reports > 50
    assert set(shown.engine.picture.tracks) == {1}
    assert shown.engine.picture.health["radar"].state == "ok"


def test_a_feed_that_stops_makes_its_sensor_silent_raises_a_finding_and_clears_it_when_it_is_back() -> None:
    stop_s, back_s = START_S + 80.0, START_S + 180.0
    heard = [(s, body) for s, body in FLIGHT if not stop_s < s < back_s]
    shown = run([(START_S, FeedOpened("radar", "test")), *heard])
    assert shown.states("radar")[-3:] == ["ok", "silent", "ok"]
    findings = [
        event.finding
        for _, event in shown.events
        if isinstance(event, FindingChanged)
        and isinstance(event.finding.detail, Silence)
        and event.finding.detail.sensor == "radar"
    ]
    raised, cleared = findings[0], findings[-1]
    assert (raised.state, cleared.state) == ("raised", "cleared")
    # The radar turns in 4 s; after three turns without a word it is silent: within a tick of 12 s.
    assert 12.0 <= raised.raised_s - (START_S + 76.5) <= 14.0
    assert any("does not mean that nothing is there" in reason for reason in raised.reasons)
    assert 0.0 <= cleared.time_s - back_s <= 5.0


def test_reports_that_come_late_make_their_sensor_late() -> None:
    slow = [(s + (0.0 if k < 10 else 12.0), body) for k, (s, body) in enumerate(FLIGHT)]
    shown = run(slow)
    assert shown.states("radar")[-1] == "late"
    assert "later than expected" in shown.engine.picture.health["radar"].reason
    assert shown.engine.picture.health["radar"].n_late > 10


def test_a_track_whose_sensor_stops_is_lost_and_its_incident_stays_open() -> None:
    shown = run(FLIGHT[:40], until_s=START_S + 400.0)
    (track,) = shown.engine.picture.tracks.values()
    assert track.status == "lost"
    assert track.last_report_s == START_S + 156.0
    (incident,) = shown.engine.picture.incidents.values()
    assert (incident.status, incident.level) == ("open", "yellow")
    assert incident.lost_track_ids == (track.track_id,)


def test_garbage_between_the_good_lines_is_counted_and_the_good_ones_survive() -> None:
    rubbish = [
        (s + 1.0, Frame("radar", b'{"kind": "geo_plot", "sensor": 7}\n\xff\xfe\x00garbage\n')) for s, _ in FLIGHT
    ]
    shown = run([*FLIGHT, *rubbish])
    feed = shown.engine.picture.feeds["radar"]
    assert feed.n_reports == len(FLIGHT)
    assert sum(feed.malformed.values()) == 2 * len(rubbish)
    assert error_m(shown) < 100.0


def test_two_officers_decide_on_one_incident_and_both_stay_on_the_record() -> None:
    shown = run(FLIGHT)
    engine = shown.engine
    (incident_id,) = engine.picture.incidents
    seq, now_s = engine.last_seq, engine.picture.now_s

    def decide(decision: object) -> list[Event]:
        nonlocal seq, now_s
        seq, now_s = seq + 1, now_s + 0.1
        return engine.accept(Entry(seq, now_s, Decided(decision)))

    decide(Acknowledge(officer="Rasa", incident_id=incident_id))
    again = decide(Acknowledge(officer="Tomas", incident_id=incident_id))
    decide(Comment(officer="Tomas", incident_id=incident_id, text="seen from the tower"))
    decide(Dispose(officer="Rasa", incident_id=incident_id, disposition="drone"))
    decide(Dispose(officer="Tomas", incident_id=incident_id, disposition="balloon"))
    incident = engine.picture.incidents[incident_id]
    assert incident.acknowledged_by == "Rasa"  # the first who saw it
    assert incident.disposition == "balloon"  # the last word
    assert incident.status == "open"  # kept apart from the status
    said = [(item.officer, item.what) for item in incident.timeline if item.officer]
    assert [officer for officer, _ in said][-3:] == ["Tomas", "Rasa", "Tomas"]
    assert {seq - 4, seq - 2, seq - 1, seq} <= set(incident.cited)
    assert all(not isinstance(event, Refused) or "Rasa" in event.reason for event in again)


def test_closing_what_another_officer_closed_is_refused_with_the_reason() -> None:
    shown = run(FLIGHT)
    engine = shown.engine
    (incident_id,) = engine.picture.incidents
    now_s = engine.picture.now_s
    events: list[Event] = []
    for decision in (
        Dispose(officer="Rasa", incident_id=incident_id, disposition="drone"),
        Close(officer="Rasa", incident_id=incident_id),
        Close(officer="Tomas", incident_id=incident_id),
    ):
        events = engine.accept(Entry(engine.last_seq + 1, now_s, Decided(decision)))
    assert engine.picture.incidents[incident_id].status == "closed"
    (refused,) = [event for event in events if isinstance(event, Refused)]
    assert incident_id in refused.reason
    assert "closed" in refused.reason


@pytest.mark.parametrize("word", ["engage", "jam", "intercept"])
def test_who_asks_to_engage_is_refused_in_plain_words(word: str) -> None:
    shown = run([(START_S, Frame("radar", b'{"kind": "%s", "sensor": "radar"}\n' % word.encode()))])
    (reason,) = shown.engine.picture.feeds["radar"].malformed
    assert reason.startswith("refused: Sargas does not engage")
