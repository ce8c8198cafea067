"""Approach, near border, zone entry, silent sensor, and what people report."""

import numpy as np
import pytest
from msgspec import structs

from airspace_kit import STATES, T0_S, at, box, fly, picture, straight, track
from sargas.airspace import approach, near_border, reported, silent_sensor, zone_entry
from sargas.model.errors import ConfigError
from sargas.model.finding import Ahead, Crossing, Finding, Heard, Silence
from sargas.model.report import Cue, Identity, Presence, Sighting
from sargas.model.sensor import Health, Sensor
from sargas.model.zone import Schedule, Zone

AIRLINER = {"is_cooperative": True, "identity": Identity(icao24="501d10", callsign="LYABC")}


def ahead_of(finding: Finding) -> Ahead:
    assert isinstance(finding.detail, Ahead)
    return finding.detail


def test_an_approach_tells_when_and_where_with_its_spread() -> None:
    """3 km at 15 m/s is 200 s; the spread is that of the distance and, over 200 s, of the speed."""
    watch = approach.build(approach.Settings(), STATES, "WW")
    found = fly(watch, straight((3_000.0, 0.0), (-15.0, 0.0), 10))
    ahead = ahead_of(found[0])
    left_s = 200.0 - (found[0].time_s - T0_S)
    assert ahead.in_s == pytest.approx(left_s, abs=0.5)
    assert ahead.in_sd_s == pytest.approx(np.hypot(100.0 / 15.0, left_s * 0.5 / 15.0), rel=0.2)
    assert (ahead.lon_deg, ahead.lat_deg) == pytest.approx((25.0, 55.0), abs=1e-4)
    assert (found[0].severity, found[0].title) == ("yellow", "Track 1 approaches Westland")


def test_a_far_approach_is_an_information_until_it_is_near_in_time() -> None:
    found = fly(approach.build(approach.Settings(), STATES, "WW"), straight((7_500.0, 0.0), (-15.0, 0.0), 300))
    assert found[0].severity == "info"
    first_yellow = next(one for one in found if one.severity == "yellow")
    assert ahead_of(first_yellow).in_s == pytest.approx(300.0, abs=6.0)


def test_an_approach_ends_when_the_track_turns_away_or_is_inside() -> None:
    turned = straight((3_000.0, 0.0), (-15.0, 0.0), 30)
    turned += [track(T0_S + 30.0 + k, at(2_550.0 + 15.0 * k), (15.0, 0.0)) for k in range(60)]
    last = fly(approach.build(approach.Settings(), STATES, "WW"), turned)[-1]
    assert (last.state, last.reasons[-1]) == ("cleared", "no longer flies towards the border")
    crossed = straight((600.0, 0.0), (-15.0, 0.0), 60)
    last = fly(approach.build(approach.Settings(), STATES, "WW"), crossed)[-1]
    assert (last.state, last.reasons[-1]) == ("cleared", "is now probably inside Westland")


def test_flying_along_the_border_or_with_an_identity_is_no_approach() -> None:
    watch = approach.build(approach.Settings(), STATES, "WW")
    assert fly(watch, straight((1_000.0, 0.0), (0.0, 15.0), 120)) == []
    assert fly(watch, straight((3_000.0, 0.0), (-150.0, 0.0), 15, track_id=2, **AIRLINER)) == []


def test_a_lost_track_keeps_its_approach() -> None:
    way = straight((3_000.0, 0.0), (-15.0, 0.0), 30)
    way += [track(T0_S + 30.0 + k, at(2_550.0 - 15.0 * k), sd_m=100.0 + 20.0 * k, status="lost") for k in range(60)]
    assert "cleared" not in {one.state for one in fly(approach.build(approach.Settings(), STATES, "WW"), way)}


def test_skirting_is_an_information_after_a_minute() -> None:
    watch = near_border.build(near_border.Settings(), STATES, "WW")
    found = fly(watch, straight((1_000.0, 0.0), (0.0, 15.0), 120))
    assert found[0].time_s == T0_S + 60.0
    assert {one.severity for one in found} == {"info"}
    assert ahead_of(found[-1]).distance_m == pytest.approx(1_000.0, rel=0.001)
    other = near_border.build(near_border.Settings(), STATES, "WW")
    assert fly(other, straight((6_000.0, 0.0), (0.0, 15.0), 120)) == []


RANGE = Zone(id="R1", name="Range", kind="restricted", polygons=(box(24.9, 54.9, 25.0, 55.1),), ceiling_m=500.0)


def entries(zone: Zone, **more: object) -> list[Finding]:
    rule = zone_entry.build(zone_entry.Settings(), [zone, *STATES], "WW")
    return fly(rule, straight((300.0, 0.0), (-15.0, 0.0), 60, **more))


def test_a_zone_is_entered_where_its_edge_is_met() -> None:
    found = entries(RANGE)
    assert isinstance(found[0].detail, Crossing)
    assert found[0].detail.time_s == pytest.approx(T0_S + 20.0, abs=0.1)
    assert (found[0].finding_id, found[0].severity) == ("zone_entry:1:R1:1", "yellow")
    assert "its height is unknown, so it counts as within the zone's heights" in found[0].reasons


@pytest.mark.parametrize(
    ("alt_m", "is_in"), [(None, True), (0.0, True), (450.0, True), (590.0, True), (700.0, False)]
)
def test_heights_decide_with_a_margin_and_an_unknown_one_counts_as_inside(alt_m: float | None, is_in: bool) -> None:
    assert bool(entries(RANGE, alt_wgs84_m=alt_m)) is is_in


def test_a_ceiling_above_ground_allows_for_the_ground() -> None:
    above_ground = Zone(**{**{name: getattr(RANGE, name) for name in RANGE.__struct_fields__}, "reference": "agl"})
    assert entries(above_ground, alt_wgs84_m=850.0)
    assert not entries(above_ground, alt_wgs84_m=950.0)


@pytest.mark.parametrize(
    ("schedule", "is_on"),
    [
        (Schedule(days=(0,)), True),  # 28 July 2025 is a Monday
        (Schedule(days=(1,)), False),
        (Schedule(from_minute=170, to_minute=200), True),
        (Schedule(from_minute=182, to_minute=200), False),
        (Schedule(days=(6,), from_minute=1_320, to_minute=240), True),  # from Sunday 22:00 to Monday 04:00
        (Schedule(days=(0,), from_minute=1_320, to_minute=240), False),
        (Schedule(from_s=T0_S + 3_600.0), False),
        (Schedule(from_s=T0_S - 1.0, to_s=T0_S + 3_600.0), True),
    ],
)
def test_a_zone_holds_in_its_hours(schedule: Schedule, is_on: bool) -> None:
    fields = {name: getattr(RANGE, name) for name in RANGE.__struct_fields__}
    assert bool(entries(Zone(**{**fields, "schedule": (schedule,)}))) is is_on


def test_identified_traffic_matters_only_in_prohibited_zones() -> None:
    fields = {name: getattr(RANGE, name) for name in RANGE.__struct_fields__}
    assert not entries(RANGE, **AIRLINER)
    assert entries(Zone(**{**fields, "kind": "prohibited"}), **AIRLINER)


def test_two_zones_with_one_id_are_refused() -> None:
    with pytest.raises(ConfigError, match="more than one zone has the id 'R1'"):
        zone_entry.build(zone_entry.Settings(), [RANGE, RANGE], "WW")


def test_a_silent_sensor_is_told_and_cleared_with_its_period() -> None:
    rule = silent_sensor.build(silent_sensor.Settings(), STATES, "WW")
    seen = [
        Health(sensor="radar", state=state, rate_hz=rate, last_report_s=T0_S, reason=reason)
        for state, rate, reason in (("ok", 0.25, ""), ("silent", 0.0, "nothing for 12 s"), ("late", 0.1, ""))
    ]
    found = [one for k, health in enumerate(seen) for one in rule.evaluate(picture(T0_S + 10.0 * k, health=[health]))]
    assert [one.state for one in found] == ["raised", "cleared"]
    assert found[0].detail == Silence(sensor="radar", last_s=T0_S, expected_period_s=4.0)
    assert found[0].reasons[:2] == ("nothing for 12 s", "last report at 03:00:00 UTC")


def sighting(after_s: float, east_m: float, entry: int, reporter: str = "", text: str = "") -> Sighting:
    lon_deg, lat_deg = at(east_m)
    now_s = T0_S + after_s
    return Sighting(
        sensor="112", time_s=now_s, received_s=now_s, entry=entry, lon_deg=lon_deg, lat_deg=lat_deg,
        sense="heard", reporter=reporter, text=text,
    )  # fmt: skip


def heard(*told: object, rule: reported.Reported | None = None, until_s: float = 60.0) -> list[Finding]:
    watch = rule or reported.build(reported.Settings(), STATES, "WW")
    observations = sorted(told, key=lambda one: one.received_s)  # type: ignore[attr-defined]
    found: list[Finding] = []
    for k in range(0, int(until_s), 10):
        known = [one for one in observations if one.received_s <= T0_S + k]
        found += watch.evaluate(picture(T0_S + k, observations=known))
    return found


def test_a_sighting_is_yellow_and_a_second_near_it_joins() -> None:
    found = heard(sighting(0.0, 0.0, 1, text="like a moped"), sighting(30.0, 5_000.0, 2))
    assert [(one.finding_id, one.state, one.severity) for one in found] == [
        ("reported:1", "raised", "yellow"),
        ("reported:1", "updated", "yellow"),
    ]
    assert [one.probability for one in found] == pytest.approx([0.5, 0.75])
    assert found[1].evidence == (1, 2)
    assert "a person heard something at 03:00:00 UTC within 2.1 km: like a moped" in found[1].reasons
    assert "2 reports by 2 sources" in found[1].reasons


def test_the_same_reporter_does_not_count_twice() -> None:
    found = heard(sighting(0.0, 0.0, 1, "Ona"), sighting(30.0, 100.0, 2, "Ona"))
    assert found[-1].probability == pytest.approx(0.5)


def test_who_speaks_often_is_told_once_as_last_heard() -> None:
    found = heard(*(sighting(10.0 * k, 100.0, k + 1, "Ona", text=f"still there {k}") for k in range(5)))
    assert [line for line in found[-1].reasons if "Ona" in line] == [
        "Ona heard something at 03:00:40 UTC within 2.1 km: still there 4"
    ]
    assert found[-1].reasons[-1] == "5 reports by 1 source"


def test_two_who_give_no_name_are_two_and_a_name_is_one_person_through_any_sensor() -> None:
    nameless = heard(sighting(0.0, 0.0, 1), sighting(30.0, 100.0, 2))
    named = heard(
        sighting(0.0, 0.0, 1, "Ona"), structs.replace(sighting(30.0, 100.0, 2, "Ona"), sensor="other-number")
    )
    assert [found[-1].probability for found in (nameless, named)] == pytest.approx([0.75, 0.5])


def test_a_sighting_far_away_is_another_finding() -> None:
    found = heard(sighting(0.0, 0.0, 1), sighting(30.0, 60_000.0, 2))
    assert {one.finding_id for one in found} == {"reported:1", "reported:2"}


def test_a_report_is_cleared_after_a_quiet_time() -> None:
    found = heard(sighting(0.0, 0.0, 1), until_s=1_300.0)
    assert [one.state for one in found] == ["raised", "cleared"]
    assert found[-1].time_s == T0_S + 1_200.0


def test_a_cue_holds_until_its_own_time_is_over() -> None:
    cue = Cue(
        sensor="neighbour", time_s=T0_S, received_s=T0_S, entry=1, area=(at(0.0), at(20_000.0)),
        valid_until_s=T0_S + 2_000.0, text="one object westbound",
    )  # fmt: skip
    found = heard(cue, until_s=2_100.0)
    assert isinstance(found[0].detail, Heard)
    assert found[0].detail.radius_m == pytest.approx(10_000.0, rel=0.001)
    assert (found[0].severity, found[-1].state, found[-1].time_s) == ("yellow", "cleared", T0_S + 2_000.0)


def test_a_presence_stands_at_its_sensor_and_is_an_information_alone() -> None:
    site = Sensor(id="mic", kind="acoustic", lat_deg=55.0, lon_deg=25.0)
    rule = reported.build(reported.Settings(), STATES, "WW", [site])
    presence = Presence(sensor="mic", time_s=T0_S, received_s=T0_S, entry=1, radius_m=800.0)
    found = heard(presence, sighting(20.0, 1_000.0, 2), rule=rule)
    assert [(one.state, one.severity) for one in found] == [("raised", "info"), ("updated", "yellow")]
    assert found[0].lat_deg == 55.0
    assert heard(presence) == []


def test_a_flood_of_reports_stays_bounded() -> None:
    rule = reported.build(reported.Settings(n_open_max=10), STATES, "WW")
    told = [sighting(0.0, 100_000.0 * k, k + 1) for k in range(20)]
    found = heard(*told, rule=rule, until_s=10.0)
    open_now = {one.finding_id for one in found} - {one.finding_id for one in found if one.state == "cleared"}
    assert len(open_now) == 10
