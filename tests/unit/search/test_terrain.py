"""Heights between the points of a grid.

The oracle is scipy's `RegularGridInterpolator` (method "linear"), which is bilinear in two dimensions.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import RegularGridInterpolator

from sargas.search.terrain import Terrain

HEIGHTS = np.array([[10.0, 20.0, 30.0], [40.0, 50.0, np.nan]], dtype=np.float32)


def terrain(height_m: np.ndarray) -> Terrain:
    return Terrain(lat0_deg=55.0, lon0_deg=24.0, dlat_deg=0.5, dlon_deg=0.25, height_m=height_m, source="test")


@pytest.mark.parametrize(
    ("lon_deg", "lat_deg", "height_m"),
    [
        (24.0, 55.0, 10.0),  # row 0 is the northernmost, column 0 the westernmost
        (24.5, 55.0, 30.0),
        (24.0, 54.5, 40.0),
        (24.125, 54.75, 30.0),  # the mean of the four corners
        (24.05, 55.0, 12.0),
        (24.25, 54.6, 44.0),
    ],
)
def test_a_height_is_that_of_the_points_around(lon_deg: float, lat_deg: float, height_m: float) -> None:
    assert terrain(HEIGHTS).height_at(lon_deg, lat_deg) == pytest.approx(np.array([height_m]))


@pytest.mark.parametrize(
    ("lon_deg", "lat_deg"),
    [(23.99, 54.8), (24.51, 54.8), (24.2, 55.01), (24.2, 54.49), (24.3, 54.6), (24.5, 54.5), (np.nan, 54.8)],
    ids=["west", "east", "north", "south", "beside an unknown", "unknown", "no place"],
)
def test_a_height_that_nobody_knows_is_not_a_number(lon_deg: float, lat_deg: float) -> None:
    assert np.isnan(terrain(HEIGHTS).height_at(lon_deg, lat_deg)).all()


def test_a_known_point_beside_an_unknown_one_is_known() -> None:
    assert terrain(HEIGHTS).height_at(24.25, 54.5) == pytest.approx(np.array([50.0]))


def test_the_last_point_of_a_fine_grid_is_on_it_although_numbers_are_rounded() -> None:
    heights = np.arange(3601, dtype=np.float32)[None, :].repeat(2, axis=0)
    fine = Terrain(lat0_deg=55.0, lon0_deg=24.0, dlat_deg=1.0, dlon_deg=1 / 3600, height_m=heights, source="test")
    assert fine.height_at(25.0, 54.0) == pytest.approx(np.array([3600.0]), abs=1e-3)


@given(seed=st.integers(0, 1_000), rows=st.integers(2, 9), columns=st.integers(2, 9))
def test_between_the_points_it_is_what_scipy_says(seed: int, rows: int, columns: int) -> None:
    rng = np.random.default_rng(seed)
    heights = rng.uniform(-50.0, 300.0, (rows, columns)).astype(np.float32)
    ground = terrain(heights)
    south = 55.0 - 0.5 * np.arange(rows)
    east = 24.0 + 0.25 * np.arange(columns)
    oracle = RegularGridInterpolator((south[::-1], east), heights[::-1].astype(np.float64))
    lat = rng.uniform(south[-1], 55.0, 40)
    lon = rng.uniform(24.0, east[-1], 40)
    np.testing.assert_allclose(ground.height_at(lon, lat), oracle(np.stack([lat, lon], axis=1)), atol=1e-3)
