"""What people and microphones say one after another tells a direction, if it does."""

import math

import pytest

from airspace_kit import T0_S, at
from sargas.model.report import Observation, Presence, Sighting
from sargas.warn.heard import Word, fitted, last_place, words_of
from warn_kit import heard


def word(since_s: float, east_m: float, north_m: float = 0.0, sd_m: float = 500.0) -> Word:
    return Word(T0_S + since_s, *at(east_m, north_m), sd_m**2, 5.0)


def sighting(entry: int, since_s: float, east_m: float) -> Sighting:
    lon, lat = at(east_m)
    return Sighting(
        sensor="112", time_s=T0_S + since_s, received_s=T0_S + since_s, entry=entry, lat_deg=lat, lon_deg=lon,
        position_sd_m=500.0, sense="heard",
    )  # fmt: skip


def test_words_along_a_line_give_its_velocity() -> None:
    # 40 m/s to the west; the prior of 35 m/s weighs little against ten kilometres.
    found = fitted([word(60.0 * k, -2_400.0 * k) for k in range(6)])
    assert found is not None
    assert found.velocity_mps[0] == pytest.approx(-40.0, rel=0.01)
    assert found.velocity_mps[1] == pytest.approx(0.0, abs=0.1)
    assert (found.lon_deg, found.lat_deg) == pytest.approx(at(-12_000.0), abs=0.001)


def test_two_words_give_the_doubt_of_a_difference() -> None:
    # Hand calculation: sd of the slope is sqrt(2) sigma / t, sigma^2 = 500^2 + (5 s x 40 m/s)^2, prior 35 m/s.
    found = fitted([word(0.0, 0.0), word(300.0, -12_000.0)])
    assert found is not None
    sigma2 = 500.0**2 + 200.0**2
    expected = 1.0 / (300.0**2 / (2.0 * sigma2) + 35.0**-2)
    assert found.velocity_cov_m2ps2[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    "words",
    [
        [],
        [word(0.0, 0.0)],
        [word(0.0, 0.0), word(30.0, -8_000.0)],
        [word(0.0, 0.0), word(300.0, 200.0)],
        [word(0.0, 0.0), word(200.0, -9_000.0), word(400.0, 9_000.0), word(600.0, -9_000.0)],
    ],
    ids=["none", "one", "at once", "on the spot", "to and fro"],
)
def test_other_words_say_nothing_of_the_direction(words: list[Word]) -> None:
    assert fitted(words) is None


def test_the_words_of_a_finding_are_those_of_its_evidence_in_the_order_of_their_times() -> None:
    finding = heard(0.0, evidence=(3, 1, 9))
    lon, lat = at(-500.0)
    presence = Presence(sensor="m", time_s=T0_S + 5.0, entry=9, radius_m=1_000.0, lat_deg=lat, lon_deg=lon)
    observations: list[Observation] = [
        sighting(3, 20.0, 0.0),
        sighting(1, 10.0, 0.0),
        sighting(2, 15.0, 0.0),
        presence,
    ]
    found = words_of(finding, observations)
    assert [one.time_s - T0_S for one in found] == [5.0, 10.0, 20.0]
    assert found[0].variance_m2 == 500.0**2


def test_words_of_long_ago_are_left_out() -> None:
    finding = heard(0.0, evidence=(1, 2))
    assert len(words_of(finding, [sighting(1, 0.0, 0.0), sighting(2, 1_000.0, 0.0)])) == 1


def test_without_words_the_finding_says_where() -> None:
    time_s, lon, lat, variance_m2 = last_place(heard(-3_000.0, radius_m=2_000.0), [])
    assert (lon, lat) == at(-3_000.0)
    assert (time_s, math.sqrt(variance_m2)) == (T0_S, 1_000.0)
