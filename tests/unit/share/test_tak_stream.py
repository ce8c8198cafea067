"""What of the picture is due: what is new, what would become old, what has ended."""

from typing import Any

import pytest
from msgspec import structs

import share_kit
import tak_kit
from sargas.model.errors import ConfigError
from sargas.model.track import Track
from sargas.ports import Glimpse
from sargas.share import cot, cot_proto, stream_tak
from sargas.share.cot import Event
from sargas.share.stream_tak import Settings, Teller
from tak_kit import AIRLINER, DRONE, NOW_S, glimpse

SEVEN = "SARGAS-LT-track-7"


def teller(**changes: Any) -> Teller:
    settings: dict[str, Any] = {"host": "127.0.0.1", "port": 8087, "protocol": "tcp", **changes}
    return Teller(Settings(**settings))


def told(to: Teller, seen: Glimpse, machine_s: float | None = None) -> dict[str, Event]:
    return dict(to.due(seen, seen.picture.now_s if machine_s is None else machine_s))


def kinds(events: dict[str, Event]) -> dict[str, str]:
    return {uid: event.kind for uid, event in events.items()}


def later(track: Track, by_s: float, **changes: Any) -> Track:
    return structs.replace(track, time_s=track.time_s + by_s, **changes)


def test_every_track_is_told_first_and_then_only_what_changed() -> None:
    to = teller()
    assert set(told(to, glimpse(DRONE, AIRLINER))) == {SEVEN, "SARGAS-LT-track-8"}
    assert told(to, glimpse(DRONE, AIRLINER, now_s=NOW_S + 2.0)) == {}
    heard = later(DRONE, 4.0, last_report_s=NOW_S + 3.0)
    assert set(told(to, glimpse(heard, AIRLINER, now_s=NOW_S + 4.0))) == {SEVEN}


@pytest.mark.parametrize(
    "changes",
    [
        {"last_report_s": NOW_S + 1.0},
        {"status": "coasting"},
        {"affiliation": "suspect"},
        {"lat_deg": DRONE.lat_deg + 0.0005},  # 56 m
    ],
)
def test_a_change_is_told_at_once(changes: dict[str, Any]) -> None:
    to = teller()
    told(to, glimpse(DRONE))
    assert set(told(to, glimpse(later(DRONE, 2.0, **changes), now_s=NOW_S + 2.0))) == {SEVEN}


def test_that_it_is_identified_is_told_at_once() -> None:
    to = teller()
    told(to, glimpse(DRONE))
    assert kinds(told(to, glimpse(DRONE, now_s=NOW_S + 2.0, kinds={7: "shahed"}))) == {SEVEN: "a-u-A-M-F-Q"}


def test_an_unchanged_track_is_told_again_before_it_is_old() -> None:
    to = teller(stale_s=30.0)
    first = told(to, glimpse(DRONE))[SEVEN]
    times = [k * 2.0 for k in range(1, 60)]
    again = [by_s for by_s in times if told(to, glimpse(DRONE, now_s=NOW_S + by_s))]
    assert first.stale_s == NOW_S + 30.0
    assert all(after - before < 30.0 for before, after in zip([0.0, *again], again, strict=False))
    assert len(again) >= 3


def test_a_track_that_ended_is_taken_off_once() -> None:
    to = teller()
    told(to, glimpse(DRONE, kinds={7: "shahed"}))
    gone = told(to, glimpse(now_s=NOW_S + 2.0))
    link = gone[SEVEN].part("link")
    assert kinds(gone) == {SEVEN: "t-x-d-d"}
    assert link is not None
    assert link.attributes == {"uid": SEVEN, "type": "a-u-A-M-F-Q", "relation": "p-p"}
    assert told(to, glimpse(now_s=NOW_S + 4.0)) == {}


def test_a_lost_track_is_told_to_be_lost_and_then_becomes_old_on_the_map() -> None:
    to = teller(stale_s=30.0)
    told(to, glimpse(DRONE))
    lost = structs.replace(DRONE, status="lost")
    first = told(to, glimpse(lost, now_s=NOW_S + 20.0))[SEVEN]
    remarks = first.part("remarks")
    assert remarks is not None
    assert remarks.text.startswith("Track 7, lost.")
    moved = later(lost, 300.0, lat_deg=55.0)
    assert told(to, glimpse(moved, now_s=NOW_S + 320.0)) == {}
    assert kinds(told(to, glimpse(now_s=NOW_S + 900.0))) == {SEVEN: "t-x-d-d"}


def test_a_track_that_was_lost_before_anyone_heard_of_it_is_not_told() -> None:
    assert told(teller(), glimpse(structs.replace(DRONE, status="lost"))) == {}


def test_what_is_hardly_there_is_not_told_and_does_not_flicker() -> None:
    to = teller(min_existence=0.6)
    assert told(to, glimpse(structs.replace(DRONE, existence=0.55))) == {}
    assert set(told(to, glimpse(structs.replace(DRONE, existence=0.65)))) == {SEVEN}
    assert told(to, glimpse(structs.replace(DRONE, existence=0.4))) == {}
    assert kinds(told(to, glimpse(structs.replace(DRONE, existence=0.2)))) == {SEVEN: "t-x-d-d"}


def test_an_existence_that_is_not_known_counts_as_there() -> None:
    assert set(told(teller(min_existence=1.0), glimpse(AIRLINER))) == {"SARGAS-LT-track-8"}


def test_sensors_are_told_only_if_that_is_wanted_and_they_have_a_site() -> None:
    assert told(teller(), glimpse()) == {}
    found = told(teller(sensors=True), glimpse())
    assert kinds(found) == {"SARGAS-LT-sensor-radar-east": "a-f-G-E-S-R", "SARGAS-LT-sensor-mic-7": "a-f-G-E-S"}
    place = found["SARGAS-LT-sensor-radar-east"].place
    assert (place.lat_deg, place.lon_deg, place.hae_m) == (54.601234, 25.603456, 231.0)


def test_no_place_of_a_sensor_leaves_unless_it_is_wanted() -> None:
    incidents = (tak_kit.incident(share_kit.warning("alert")),)
    found = told(teller(), glimpse(DRONE, AIRLINER, kinds={7: "shahed"}, incidents=incidents))
    data = b"".join(cot.written(event) for event in found.values())
    assert b"54.6012" not in data
    assert b"radar" not in data


def test_the_area_of_a_warning_in_force_is_told_again_for_those_who_come_later() -> None:
    warning = share_kit.warning("alert")
    uid = "SARGAS-LT-2025-07-28-01-area-1"
    to, incidents = teller(), (tak_kit.incident(warning),)
    now_s = NOW_S + 10.0
    assert kinds(told(to, glimpse(now_s=now_s, incidents=incidents))) == {uid: "u-d-f"}
    assert told(to, glimpse(now_s=now_s + 30.0, incidents=incidents)) == {}
    assert kinds(told(to, glimpse(now_s=now_s + 61.0, incidents=incidents))) == {uid: "u-d-f"}
    over = (tak_kit.incident(warning, share_kit.warning("cancel")),)
    assert kinds(told(to, glimpse(now_s=now_s + 70.0, incidents=over))) == {uid: "t-x-d-d"}


def test_a_warning_that_was_not_sent_is_not_told() -> None:
    warning = structs.replace(share_kit.warning("alert"), sent_s=None)
    assert told(teller(), glimpse(incidents=(tak_kit.incident(warning),))) == {}


def test_warnings_can_be_left_out() -> None:
    incidents = (tak_kit.incident(share_kit.warning("alert")),)
    assert told(teller(warnings=False), glimpse(now_s=NOW_S + 10.0, incidents=incidents)) == {}


def test_after_a_loss_of_the_server_everything_is_told_again_and_what_ended_meanwhile() -> None:
    to = teller()
    told(to, glimpse(DRONE, AIRLINER))
    to.start_again()
    found = kinds(told(to, glimpse(AIRLINER, now_s=NOW_S + 2.0)))
    assert found == {"SARGAS-LT-track-8": "a-u-A", SEVEN: "t-x-d-d"}


def test_every_event_of_an_exercise_is_marked_in_xml_and_in_protobuf() -> None:
    to = teller(sensors=True)
    incidents = (tak_kit.incident(share_kit.warning("alert")),)
    found = to.due(glimpse(DRONE, AIRLINER, now_s=NOW_S + 10.0, is_exercise=True, incidents=incidents), NOW_S)
    found += to.due(glimpse(now_s=NOW_S + 20.0, is_exercise=True), NOW_S)
    assert len(found) == 8  # two tracks, an area, two sensors; three of them ended
    for uid, event in found:
        assert uid.startswith("SARGAS-EXERCISE-")
        assert event.opex == "e-EXERCISE"
        assert cot.written(event).count(b"EXERCISE") >= 3
        assert cot_proto.payload(event).count(b"EXERCISE") >= 3


def test_a_played_night_is_sent_as_of_now_and_its_words_keep_its_times() -> None:
    """Clients throw away what is old when it comes."""
    machine_s = NOW_S + 400 * 86_400.0
    event = told(teller(), glimpse(DRONE, is_exercise=True), machine_s)["SARGAS-EXERCISE-LT-track-7"]
    remarks = event.part("remarks")
    assert (event.time_s, event.start_s, event.stale_s) == (machine_s, machine_s, machine_s + 30.0)
    assert remarks is not None
    assert "2025-07-28 01:59:58 UTC" in remarks.text


def test_what_is_real_keeps_its_times() -> None:
    event = told(teller(), glimpse(DRONE), NOW_S + 400 * 86_400.0)[SEVEN]
    assert event.time_s == NOW_S


def test_a_track_must_not_be_old_before_it_is_sent_again() -> None:
    settings = Settings(host="127.0.0.1", port=8087, protocol="tcp", interval_s=20.0, stale_s=30.0)
    with pytest.raises(ConfigError, match="stale_s: 30, expected at least 40"):
        stream_tak.build(settings, "tak")
