"""A radar without height: three heights stand for a density, as quadrature by SciPy has its moments."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from sargas.fuse.batch import Batcher
from sargas.fuse.measure import MeasureSettings
from sargas.fuse.sensor_table import heights_of
from sargas.model.report import PolarPlot
from sargas.model.sensor import Sensor


@pytest.mark.parametrize(("low", "high"), [(0.0, 3_000.0), (100.0, 600.0), (-50.0, 20_000.0)])
@pytest.mark.parametrize("mean", [None, 120.0, 500.0, 4_000.0])
def test_three_heights_have_the_densitys_first_five_moments(low: float, high: float, mean: float | None) -> None:
    def density(h: float) -> float:
        return 1.0 if mean is None else math.exp(-(h - low) / (mean - low))

    heights, weights = heights_of(low, high, mean)
    knee = [min(high, low + 20.0 * (mean - low))] if mean is not None else None
    whole = quad(density, low, high, points=knee)[0]
    for power in range(6):
        wanted = quad(lambda h, p=power: (h / 1_000.0) ** p * density(h) / whole, low, high, points=knee)[0]
        assert (weights * (heights / 1_000.0) ** power).sum() == pytest.approx(wanted, rel=1e-6, abs=1e-9)
    assert (weights > 0.0).all()
    assert ((heights > low) & (heights < high)).all()


@pytest.mark.parametrize("mean", [None, 500.0])
def test_a_span_of_no_width_is_one_height(mean: float | None) -> None:
    heights, weights = heights_of(300.0, 300.0, mean)
    assert heights.tolist() == [300.0] * 3
    assert weights.sum() == pytest.approx(1.0)


def test_low_heights_preferred_place_a_near_drone_better_and_a_high_aircraft_worse() -> None:
    radar = Sensor(id="r", kind="radar", lat_deg=54.6, lon_deg=25.1, alt_m=100.0)

    def off_and_sd(mean: float | None, height: float) -> tuple[float, float]:
        b = Batcher(MeasureSettings(assumed_height_mean_m=mean), {"r": radar})
        slant = math.hypot(3_000.0, height - 100.0)
        found, _ = b.batch([PolarPlot(sensor="r", time_s=1e9, range_m=slant, azimuth_deg=0.0)], 1e9)
        return abs(found.z[0, 1] - 3_000.0), float(np.sqrt(found.r[0, 2]))

    drone, drone_sd = off_and_sd(500.0, 200.0)
    assert drone < 0.2 * off_and_sd(None, 200.0)[0]
    assert drone < drone_sd < 0.5 * off_and_sd(None, 200.0)[1]
    high, high_sd = off_and_sd(500.0, 2_500.0)
    even, even_sd = off_and_sd(None, 2_500.0)
    assert high > 3.0 * high_sd
    assert even < 2.0 * even_sd
