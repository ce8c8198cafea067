"""What the silence of a sensor says, by its own record and by geometry."""

import math

import numpy as np
import pytest

from sargas.model.report import Bearing
from sargas.model.search import Watching
from sargas.model.sensor import Coverage
from sargas.model.track import Contribution
from sargas.search.silences import CELL_M, HEIGHTS_M, N_CELLS, Silences, silences_of
from search_kit import PLANE, T0_S, clue, loss, radar

LAYER_100_M = int(np.flatnonzero(HEIGHTS_M == 100.0)[0])


def cell(told: Silences, east_m: float, north_m: float, layer: int = LAYER_100_M) -> float:
    row, column = (int(place // CELL_M) + N_CELLS // 2 for place in (north_m, east_m))
    return float(told.tables[0, layer, row, column])


def test_a_look_counts_as_its_record_says() -> None:
    # 120 of 150 looks in 600 s at 4 s: (120 + 1/2) / 151 a look, over four seconds
    told = silences_of(loss(), [], [radar(500.0, -20_000.0)], PLANE, 130.0, T0_S + 3_600.0)
    assert told.told[0].p_detect_look == pytest.approx(120.5 / 151.0)
    assert cell(told, 0.0, -10_000.0) == pytest.approx(math.log(1.0 - 120.5 / 151.0) / 4.0, rel=1e-3)
    assert told.watched_s == 3_600.0


def test_beyond_the_range_of_the_loss_the_echo_fades_with_the_fourth_power() -> None:
    told = silences_of(loss(), [], [radar(500.0, -20_500.0)], PLANE, 130.0, T0_S + 3_600.0)
    p = told.told[0].p_detect_look
    near_p = 1.0 - math.exp(4.0 * cell(told, 500.0, 10_000.0))
    assert near_p == pytest.approx(p ** ((31.0 / 20.5) ** 4), abs=0.02)


def test_nothing_is_seen_below_the_horizon() -> None:
    # 100 m over a 4/3 earth from an antenna 20 m up: 4.12 (10 + 4.47) = 59.6 km
    told = silences_of(loss(), [], [radar(500.0, -20_000.0, 150_000.0)], PLANE, 130.0, T0_S + 3_600.0)
    assert cell(told, 500.0, 41_000.0) == 0.0
    assert cell(told, 500.0, 41_000.0, LAYER_100_M + 4) < 0.0


@pytest.mark.parametrize(
    ("coverage", "east_m", "north_m"),
    [
        (Coverage(range_max_m=15_000.0), 0.0, 5_000.0),
        (Coverage(range_min_m=30_000.0), 0.0, 1_000.0),
        (Coverage(range_max_m=60_000.0, azimuth_from_deg=90.0, azimuth_to_deg=180.0), 0.0, 5_000.0),
        (Coverage(range_max_m=60_000.0, height_max_m=50.0), 0.0, 5_000.0),
        (Coverage(range_max_m=60_000.0, elevation_min_deg=3.0), 0.0, 5_000.0),
    ],
)
def test_outside_its_coverage_a_sensor_says_nothing(coverage: Coverage, east_m: float, north_m: float) -> None:
    told = silences_of(loss(), [], [radar(500.0, -20_000.0, coverage=coverage)], PLANE, 130.0, T0_S + 3_600.0)
    assert cell(told, east_m, north_m) == 0.0


def test_an_azimuth_sector_may_run_through_north() -> None:
    sector = Coverage(range_max_m=60_000.0, azimuth_from_deg=300.0, azimuth_to_deg=60.0)
    told = silences_of(loss(), [], [radar(500.0, -20_000.0, coverage=sector)], PLANE, 130.0, T0_S + 3_600.0)
    assert cell(told, 500.0, 0.0) < 0.0
    assert cell(told, 500.0, -40_000.0) == 0.0


def test_one_that_never_had_it_within_reach_is_hardly_believed() -> None:
    unseen = loss(contributions=(Contribution(sensor="another", n_reports=100, last_s=T0_S),))
    told = silences_of(unseen, [], [radar(500.0, -20_000.0)], PLANE, 130.0, T0_S + 3_600.0)
    assert told.told[0].p_detect_look < 0.05
    assert "says little" in told.told[0].why


def test_only_the_time_counts_in_which_it_watched() -> None:
    broken = loss(watching=(Watching(sensor="radar", from_s=T0_S, until_s=T0_S + 90.0),))
    assert silences_of(broken, [], [radar(0.0, -20_000.0)], PLANE, 130.0, T0_S + 3_600.0).watched_s == 90.0
    gone_at_once = loss(watching=(Watching(sensor="radar", from_s=T0_S, until_s=T0_S + 5.0),))
    assert silences_of(gone_at_once, [], [radar(0.0, -20_000.0)], PLANE, 130.0, T0_S + 3_600.0).told == ()


@pytest.mark.parametrize("kind", ["observer", "neighbour", "adsb", "other"])
def test_people_and_transponder_receivers_prove_nothing_by_silence(kind: str) -> None:
    told = silences_of(loss(), [], [radar(0.0, -20_000.0, kind=kind)], PLANE, 130.0, T0_S + 3_600.0)
    assert told.told == ()
    assert not told.tables.any()


def test_a_sensor_of_unknown_place_says_nothing() -> None:
    told = silences_of(loss(), [], [radar(0.0, -20_000.0, lat_deg=None)], PLANE, 130.0, T0_S + 3_600.0)
    assert told.told == ()


def test_one_that_has_heard_it_since_the_loss_is_believed_at_that_rate_from_then_on() -> None:
    # four bearings within 400 s are four of forty looks of ten seconds
    finder = radar(500.0, -20_000.0, id="df", kind="radio_df", period_s=60.0)
    heard = [
        clue(
            0.0,
            0.0,
            clue_id=f"c{k}",
            kind="bearing",
            report=Bearing(sensor="df", time_s=T0_S + 100.0 * k, azimuth_deg=0.0),
        )
        for k in range(1, 5)
    ]
    watching = loss(watching=(Watching(sensor="df", from_s=T0_S),))
    told = silences_of(watching, heard, [finder], PLANE, 130.0, T0_S + 3_600.0)
    assert told.told[0].p_detect_look == pytest.approx(4.5 / 41.0)
    assert told.tables[1].any()
    assert not told.tables[0].any()
