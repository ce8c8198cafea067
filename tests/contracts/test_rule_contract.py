"""What every rule keeps: deterministic, picklable at any moment, never raising, telling a finding in order.

A new rule joins by itself: every plug-in of the airspace folder is tested.
"""

import pickle
from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airspace_kit import STATES, T0_S, at, box, picture, track
from sargas import plugins
from sargas.model.finding import Finding
from sargas.model.picture import Picture
from sargas.model.report import Bearing, Cue, Identity, Observation, Presence, Sighting
from sargas.model.sensor import Health
from sargas.model.track import Track
from sargas.model.zone import Schedule, Zone
from sargas.ports import Rule
from sargas.store import snapshot

ZONES = (
    *STATES,
    Zone(id="R1", name="Range", kind="restricted", polygons=(box(24.9, 54.95, 24.98, 55.05),), ceiling_m=500.0),
    Zone(
        id="P1",
        name="Plant",
        kind="prohibited",
        polygons=(box(25.02, 54.95, 25.1, 55.05),),
        reference="agl",
        floor_m=10.0,
        schedule=(Schedule(days=(0, 1), from_minute=0, to_minute=1_440),),
    ),
)
RULES = plugins.names("rule")

statuses = st.sampled_from(["tentative", "confirmed", "confirmed", "confirmed", "coasting", "lost", "ended"])
metres = st.floats(-12_000.0, 12_000.0)
speeds = st.floats(-300.0, 300.0)
heights = st.none() | st.floats(-500.0, 30_000.0)
wild = st.floats(allow_nan=True, allow_infinity=True)


@st.composite
def tracks(draw: st.DrawFn, track_id: int, now_s: float) -> Track:
    variance, other = draw(st.floats(0.0, 1e9)), draw(st.floats(0.0, 1e9))
    return track(
        now_s,
        at(draw(metres), draw(metres)),
        (draw(speeds), draw(speeds)),
        track_id=track_id,
        status=draw(statuses),
        position_cov_m2=(variance, draw(st.floats(-1e9, 1e9)), other),
        velocity_cov_m2ps2=(draw(st.floats(0.0, 1e4)), draw(st.floats(-1e3, 1e3)), draw(st.floats(0.0, 1e4))),
        alt_wgs84_m=draw(heights),
        alt_baro_m=draw(heights),
        is_cooperative=draw(st.booleans()),
        is_on_ground=draw(st.booleans()),
        identity=draw(st.sampled_from([Identity(), Identity(icao24="501d10", callsign="LYABC")])),
        entries=(track_id, 7),
    )


@st.composite
def observations(draw: st.DrawFn, now_s: float, entry: int) -> Observation:
    place = at(draw(metres), draw(metres))
    common = {"sensor": draw(st.sampled_from(["112", "mic"])), "time_s": now_s, "received_s": now_s, "entry": entry}
    match draw(st.integers(0, 3)):
        case 0:
            return Sighting(**common, lon_deg=place[0], lat_deg=place[1], sense="heard")
        case 1:
            return Presence(**common, radius_m=800.0, lon_deg=draw(st.sampled_from([None, 25.0])), lat_deg=55.0)
        case 2:
            return Cue(**common, area=(place, at(0.0)), valid_until_s=draw(st.sampled_from([None, now_s + 9e9])))
        case _:
            return Bearing(**common, azimuth_deg=12.0)


@st.composite
def pictures(draw: st.DrawFn) -> list[Picture]:
    """Some seconds, with gaps, of up to three tracks that jump about, two sensors and what people say."""
    told: list[Observation] = []
    found = []
    now_s = T0_S
    for k in range(draw(st.integers(1, 12))):
        now_s += draw(st.sampled_from([1.0, 1.0, 5.0, 40.0, 2_000.0]))
        told += draw(st.lists(observations(now_s, k + 1), max_size=2))
        present = draw(st.sets(st.integers(1, 3)))
        health = [
            Health(sensor=name, state=draw(st.sampled_from(["ok", "silent", "failed"])), rate_hz=0.25)
            for name in ("radar", "mic")
        ]
        found.append(picture(now_s, [draw(tracks(n, now_s)) for n in sorted(present)], health, told))
    return found


def crossing_flight() -> list[Picture]:
    """Fly in, stay, fly out, be lost, come back and end: what hypothesis would seldom put together."""
    way = [-900.0 + 15.0 * k for k in range(121)]
    way += [900.0] * 5 + [900.0 - 15.0 * k for k in range(161)]
    found = []
    for k, east_m in enumerate(way):
        status = "lost" if 200 <= k < 230 else "ended" if k == len(way) - 1 else "confirmed"
        heading = 15.0 if k < 123 else -15.0
        now_s = T0_S + k
        one = track(now_s, at(-east_m), (-heading, 0.0), 60.0, status=status)
        health = Health(sensor="radar", state="silent" if 50 < k < 90 else "ok", rate_hz=0.25)
        said = Sighting(
            sensor="112",
            time_s=T0_S + 20.0,
            received_s=T0_S + 20.0,
            entry=3,
            lat_deg=55.0,
            lon_deg=25.0,
            sense="heard",
        )
        found.append(picture(now_s, [one], [health], [said] if k >= 20 else []))
    return [*found, picture(T0_S + 5_000.0)]


def made(name: str) -> Rule:
    module = plugins.load("rule", name)
    rule: Rule = module.build(module.Settings(), ZONES, "WW")
    return rule


def played(rule: Rule, seen: Iterable[Picture]) -> list[Finding]:
    return [finding for one in seen for finding in rule.evaluate(one)]


def _restored(rule: Rule) -> Rule:
    """Return the rule out of a snapshot, which is read with a reader that trusts only the core's own classes."""
    restored: Rule = snapshot.load(snapshot.dump(rule))  # type: ignore[assignment]
    return restored


def in_order(findings: list[Finding]) -> None:
    """Check that each finding is raised once, then updated, and cleared at most once, at its end."""
    states: dict[str, list[str]] = {}
    for finding in findings:
        states.setdefault(finding.finding_id, []).append(finding.state)
        assert finding.finding_id.startswith(f"{finding.rule}:")
        assert 0.0 <= finding.probability <= 1.0
        assert finding.reasons
        assert finding.time_s >= finding.raised_s
    for finding_id, told in states.items():
        assert told[0] == "raised", (finding_id, told)
        assert told.count("raised") == 1, (finding_id, told)
        assert "cleared" not in told[:-1], (finding_id, told)


def test_the_six_rules_are_there() -> None:
    assert {"incursion", "approach", "near_border", "zone_entry", "silent_sensor", "reported"} <= set(RULES)


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=30, deadline=None)
@given(seen=pictures())
def test_findings_come_in_order_whatever_the_tracks_do(name: str, seen: list[Picture]) -> None:
    in_order(played(made(name), seen))


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=25, deadline=None)
@given(seen=pictures(), cut=st.integers(0, 12))
def test_a_rule_goes_on_from_a_pickle_as_if_nothing_had_been(name: str, seen: list[Picture], cut: int) -> None:
    whole = played(made(name), seen)
    rule = made(name)
    before = played(rule, seen[:cut])
    after = played(_restored(rule), seen[cut:])
    assert before + after == whole


@pytest.mark.parametrize("name", RULES)
def test_a_flight_across_raises_the_same_twice_and_ends_with_all_cleared(name: str) -> None:
    findings = played(made(name), crossing_flight())
    again = played(made(name), crossing_flight())
    assert msgspec.json.encode(findings) == msgspec.json.encode(again)
    in_order(findings)
    assert findings, "the flight is made so that every rule has something to say"
    last = {finding.finding_id: finding.state for finding in findings}
    assert set(last.values()) == {"cleared"}


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=30, deadline=None)
@given(numbers=st.lists(wild, min_size=10, max_size=10), status=statuses)
def test_no_number_makes_a_rule_raise(name: str, numbers: list[float], status: str) -> None:
    rule = made(name)
    for k in range(6):
        one = track(
            T0_S + k,
            (numbers[0], numbers[1]),
            (numbers[2], numbers[3]),
            position_cov_m2=tuple(numbers[4:7]),
            velocity_cov_m2ps2=tuple(numbers[7:10]),
            status=status,
        )
        in_order(list(rule.evaluate(picture(T0_S + k, [one]))))


@pytest.mark.parametrize("name", RULES)
def test_nothing_is_kept_of_tracks_that_are_gone(name: str) -> None:
    rule = made(name)
    list(rule.evaluate(picture(T0_S)))
    at_rest = len(pickle.dumps(rule))
    for k in range(200):
        one = track(T0_S + k, at(500.0 - k * 15.0), track_id=k + 1)
        list(rule.evaluate(picture(T0_S + k, [one])))
    list(rule.evaluate(picture(T0_S + 300.0)))
    assert len(pickle.dumps(rule)) <= at_rest + 200
