"""States of the plane on the ellipsoid, against PROJ."""

import math

import numpy as np
import pyproj
import pytest
from numpy.typing import NDArray

from sargas.kernels import bank
from sargas.kernels.describe import N_OUT, describe
from sargas.kernels.stereographic import make_plane

F64 = NDArray[np.float64]

LAT, LON = 54.7, 25.3
PROJ = pyproj.Proj(proj="stere", lat_0=LAT, lon_0=LON, k=1.0, ellps="WGS84")
GEOD = pyproj.Geod(ellps="WGS84")
W = math.radians(3.0)
MODELS = np.array([
    [0.0, 0.05, 0.0, 40.0, 0.7, 50.0],
    [W, 3.0, 0.0, 40.0, 0.2, 30.0],
    [-W, 3.0, 0.0, 40.0, 0.1, 30.0],
])  # fmt: skip
STATE = [("X", "f8", (3, 4)), ("P", "f8", (3, 10)), ("mu", "f8", (3,)), ("t", "f8")]
T0 = 1_700_000_000.0
PLACES = [(0.0, 0.0), (150e3, -90e3), (-400e3, 700e3), (-1_500e3, 2_500e3)]


def a_row(x: float, y: float, u: float = 30.0, v: float = -12.0) -> NDArray[np.void]:
    """Return one row at (x, y), its models near each other."""
    rng = np.random.default_rng(4)
    rows = np.zeros(1, np.dtype(STATE, align=True)).view(np.recarray)  # whose records have attributes uncompiled too
    rows["X"] = np.array([x, y, u, v]) + rng.normal(size=(3, 4)) * [20.0, 20.0, 2.0, 2.0]
    for m in range(3):
        a = rng.normal(size=(4, 6)) * np.array([90.0, 60.0, 5.0, 4.0])[:, None]
        rows["P"][0, m] = (a @ a.T / 6)[bank.ROW, bank.COLUMN]
    rows["mu"], rows["t"] = [0.5, 0.4, 0.1], T0
    return rows


def described(rows: NDArray[np.void], t: float) -> F64:
    out = np.full((len(rows), N_OUT), np.nan)
    work = np.zeros(1, np.dtype(STATE, align=True)).view(np.recarray)
    room = np.zeros(1, bank.scratch(3)).view(np.recarray)
    every = np.arange(len(rows))
    describe(make_plane(LAT, LON), rows, every, np.full(len(rows), t), MODELS, work[0], room[0], out)
    return out


def mixture(rows: NDArray[np.void]) -> tuple[F64, F64]:
    x, C = np.empty(4), np.empty(10)
    bank.mean_and_covariance(rows["X"][0], rows["P"][0], rows["mu"][0], x, C)
    full = np.empty((4, 4))
    full[bank.ROW, bank.COLUMN] = full[bank.COLUMN, bank.ROW] = C
    return x, full


def on_the_ground(x: float, y: float, dx: float, dy: float) -> F64:
    """Return a small step in the plane as metres east and north on the ellipsoid."""
    lon, lat = PROJ(x, y, inverse=True)
    lon2, lat2 = PROJ(x + dx, y + dy, inverse=True)
    azimuth, _, distance = GEOD.inv(lon, lat, lon2, lat2)
    return np.array([distance * math.sin(math.radians(azimuth)), distance * math.cos(math.radians(azimuth))])


@pytest.mark.parametrize("place", PLACES)
def test_a_state_is_where_and_as_fast_as_proj_has_it(place: tuple[float, float]) -> None:
    rows = a_row(*place)
    x, C = mixture(rows)
    out = described(rows, T0)[0]
    lon, lat = PROJ(x[0], x[1], inverse=True)
    assert out[:2] == pytest.approx([lat, lon], abs=1e-9)
    assert out[2:4] == pytest.approx(on_the_ground(x[0], x[1], x[2], x[3]), rel=1e-4, abs=1e-4)
    J = np.column_stack([on_the_ground(x[0], x[1], 10.0, 0.0), on_the_ground(x[0], x[1], 0.0, 10.0)]) / 10.0
    for at, block in ((4, C[:2, :2]), (7, C[2:, 2:])):
        E = J @ block @ J.T
        assert out[at : at + 3] == pytest.approx([E[0, 0], E[0, 1], E[1, 1]], rel=1e-4)


def test_far_from_the_centre_north_is_another_way_and_metres_are_longer() -> None:
    near, far = described(a_row(0.0, 0.0, 0.0, 50.0), T0)[0], described(a_row(-400e3, 700e3, 0.0, 50.0), T0)[0]
    assert abs(math.degrees(math.atan2(far[2], far[3]) - math.atan2(near[2], near[3]))) > 3.0
    assert math.hypot(*far[2:4]) < 0.999 * math.hypot(*near[2:4])


def test_the_turn_rate_is_the_models_weighed_by_their_probabilities() -> None:
    assert described(a_row(0.0, 0.0), T0)[0, 10] == pytest.approx(0.4 * W - 0.1 * W)


def test_at_a_later_time_the_bank_has_moved() -> None:
    rows = a_row(150e3, -90e3)
    X, P, mu = rows["X"][0].copy(), rows["P"][0].copy(), rows["mu"][0].copy()
    move, stay = np.empty((3, bank.N_MOVE)), np.empty(3)
    bank.moves(MODELS, 7.0, move, stay)
    bank.predict(X, P, mu, MODELS, move, stay, np.empty(4), np.empty(10))
    later = a_row(0.0, 0.0)
    later["X"], later["P"], later["mu"] = X, P, mu
    before = rows.tobytes()
    out = described(rows, T0 + 7.0)[0]
    np.testing.assert_allclose(out[:10], described(later, T0)[0, :10], rtol=1e-12)
    assert out[11] == T0 + 7.0
    assert rows.tobytes() == before  # to look at a row changes nothing


@pytest.mark.parametrize("t", [T0 - 5.0, math.nan])
def test_a_time_before_its_own_or_none_gives_the_rows_own(t: float) -> None:
    rows = a_row(150e3, -90e3)
    np.testing.assert_array_equal(described(rows, t), described(rows, T0))
    assert described(rows, t)[0, 11] == T0


def test_rows_are_described_in_the_order_asked_for() -> None:
    rows = np.concatenate([a_row(x, 0.0) for x in (0.0, 10e3, 20e3)]).view(np.recarray)
    out = np.empty((2, N_OUT))
    work = np.zeros(1, np.dtype(STATE, align=True)).view(np.recarray)
    room = np.zeros(1, bank.scratch(3)).view(np.recarray)
    t = np.array([T0, T0 + 1.0])
    describe(make_plane(LAT, LON), rows, np.array([2, 0]), t, MODELS, work[0], room[0], out)
    np.testing.assert_array_equal(out[0], described(rows[2:], T0)[0])
    np.testing.assert_array_equal(out[1], described(rows[:1], T0 + 1.0)[0])
