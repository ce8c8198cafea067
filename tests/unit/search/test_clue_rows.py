"""Reports as the flights take them."""

import math

import pytest
from msgspec import structs

from sargas.kernels import flight_ends as fe
from sargas.model.report import Bearing, Presence, Sighting
from sargas.search.clues import rows_of, told
from search_kit import PLANE, T0_S, at, clue, radar


def test_clues_come_in_the_order_of_their_times_and_those_left_out_do_not_come() -> None:
    late, early = clue(0.0, 1e4, clue_id="late", time_s=T0_S + 500.0), clue(0.0, 5e3, clue_id="early")
    out = clue(0.0, 5e3, clue_id="out", reliability=0.0)
    used, rows = rows_of([late, out, early], [], PLANE, T0_S)
    assert [one.clue_id for one in used] == ["early", "late"]
    assert rows[:, fe.TIME].tolist() == [300.0, 500.0]
    assert rows[0, (fe.X, fe.Y)] == pytest.approx([0.0, 5_000.0], abs=0.1)


@pytest.mark.parametrize(
    ("kind", "what"),
    [("sighting", fe.ON_THE_WAY), ("bang", fe.AT_THE_END), ("engine_stopped", fe.AT_POWER_END),
     ("smoke", fe.ON_THE_GROUND), ("debris", fe.ON_THE_GROUND)],
)  # fmt: skip
def test_each_kind_speaks_of_its_own_moment(kind: str, what: int) -> None:
    _, rows = rows_of([clue(0.0, 0.0, kind=kind)], [], PLANE, T0_S)
    assert rows[0, fe.WHAT] == what


def test_a_sighting_without_a_time_says_nothing_and_smoke_without_one_does() -> None:
    used, rows = rows_of([clue(0.0, 0.0, time_s=None), clue(0.0, 0.0, kind="smoke", time_s=None)], [], PLANE, T0_S)
    assert [one.kind for one in used] == ["smoke"]
    assert math.isinf(rows[0, fe.TIME])


def test_a_bearing_is_from_its_sensors_site_with_its_errors() -> None:
    ear = radar(3_000.0, 4_000.0, id="ear", kind="acoustic")
    report = Bearing(sensor="ear", time_s=T0_S + 60.0, azimuth_deg=90.0, range_max_m=6_000.0)
    one = structs.replace(clue(0.0, 0.0, kind="bearing", report=report), lat_deg=None, lon_deg=None, time_s=None)
    _, rows = rows_of([one], [ear], PLANE, T0_S)
    assert rows[0, (fe.X, fe.Y)] == pytest.approx([3_000.0, 4_000.0], abs=0.5)
    assert rows[0, fe.AZIMUTH] == pytest.approx(math.pi / 2.0)
    assert rows[0, fe.AZIMUTH_SD] == pytest.approx(math.radians(0.2))
    assert rows[0, fe.VARIANCE] == pytest.approx(3_000.0**2)


def test_a_report_of_nowhere_says_nothing() -> None:
    report = Presence(sensor="unknown", time_s=T0_S + 60.0, radius_m=2_000.0)
    one = structs.replace(clue(0.0, 0.0, kind="presence", report=report), lat_deg=None, lon_deg=None)
    assert rows_of([one], [], PLANE, T0_S)[0] == []


def test_what_is_seen_is_nearer_than_what_is_heard() -> None:
    lon, lat = at(0.0, 0.0)
    seen = Sighting(sensor="112", time_s=T0_S, lat_deg=lat, lon_deg=lon, sense="seen")
    _, rows = rows_of(
        [clue(0.0, 0.0, report=seen), clue(0.0, 0.0, report=structs.replace(seen, sense="heard"))], [], PLANE, T0_S
    )
    assert rows[0, fe.VARIANCE] < rows[1, fe.VARIANCE]


def test_each_clue_is_told_with_what_became_of_it() -> None:
    good, bad, out = clue(0.0, 0.0), clue(0.0, 0.0, clue_id="c2"), clue(0.0, 0.0, clue_id="c3", reliability=0.0)
    first, second, third = told([good, bad, out], [good, bad], [0.95, 0.05])
    assert (first.probability, "likelier" in first.why) == (0.95, True)
    assert "less likely" in second.why
    assert third.why == "left out"
