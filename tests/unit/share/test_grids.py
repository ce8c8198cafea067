"""Grid references and national grids against examples that others published."""

import math

import mgrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sargas.search.grid_reference import mgrs_of, spaced
from sargas.share.grids import Zone, national_grid, zone_of


def dms(degrees: int, minutes: int, seconds: float) -> float:
    return degrees + minutes / 60.0 + seconds / 3600.0


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg", "digits", "expected"),
    [
        # Wikipedia, "Military Grid Reference System": 4Q FJ 1234 5678 is 21 18 34.0 N 157 55 0.7 W.
        (dms(21, 18, 34.0), -dms(157, 55, 0.7), 4, "4QFJ12345678"),
        # FGDC-STD-011-2001 (United States National Grid): the Washington Monument is 18S UJ 23480 06470.
        (dms(38, 53, 22.08), -dms(77, 2, 6.86), 4, "18SUJ23480647"),
        (dms(38, 53, 22.08), -dms(77, 2, 6.86), 0, "18SUJ"),
    ],
)
def test_a_grid_reference_is_that_of_published_examples(
    lat_deg: float, lon_deg: float, digits: int, expected: str
) -> None:
    assert mgrs_of(lat_deg, lon_deg, digits) == expected


@given(st.floats(-79.0, 83.0), st.floats(-179.99, 179.99))
def test_a_grid_reference_leads_back_to_its_metre(lat_deg: float, lon_deg: float) -> None:
    assume(abs(lat_deg) > 1e-6)  # a millimetre south of the equator is nowhere to the library
    lat, lon = mgrs.MGRS().toLatLon(mgrs_of(lat_deg, lon_deg))
    north_m = (lat - lat_deg) * 111_320.0
    east_m = math.remainder(lon - lon_deg, 360.0) * 111_320.0 * math.cos(math.radians(lat_deg))
    assert math.hypot(north_m, east_m) < 2.0


@pytest.mark.parametrize("place", [(91.0, 0.0), (0.0, 181.0), (math.nan, 0.0), (0.0, math.inf)])
def test_what_is_no_place_has_no_reference(place: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="no place"):
        mgrs_of(*place)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("35ULA1234567890", "35U LA 12345 67890"),
        ("4QFJ12345678", "4Q FJ 1234 5678"),
        ("35ULA", "35U LA"),
        ("ZAF0000088973", "Z AF 00000 88973"),
        ("35U LA 12345 67890", "35U LA 12345 67890"),
        ("no reference", "no reference"),
        ("", ""),
    ],
)
def test_a_reference_is_spaced_as_it_is_read_aloud(reference: str, expected: str) -> None:
    assert spaced(reference) == expected


@pytest.mark.parametrize(
    ("lon_deg", "zone"), [(-180.0, 1), (-174.0, 2), (23.999, 34), (24.0, 35), (179.9, 60), (180.0, 1)]
)
def test_zones_are_six_degrees_wide_from_the_date_line_on(lon_deg: float, zone: int) -> None:
    assert zone_of(55.0, lon_deg) == Zone(zone, is_north=True)


# JHS 197, annex 3 (Finnish public administration, 2016): the point G4 Geta in ETRS-TM35FIN.
GETA_LAT, GETA_LON, GETA_N, GETA_E = 60.3851068722, 19.84813676944, 6_715_706.37708, 106_256.35961


def test_tm35fin_is_that_of_the_recommendation() -> None:
    found = national_grid("FI", GETA_LAT, GETA_LON)
    assert found is not None
    assert found[0] == "TM35FIN"
    assert found[1:] == pytest.approx((GETA_E, GETA_N), abs=0.001)


@pytest.mark.parametrize(
    ("country", "name", "meridian_deg", "scale", "false_north_m"),
    [
        # EPSG registry, parameters of the coordinate systems 3346, 3059 and 2180.
        ("LT", "LKS-94", 24.0, 0.9998, 0.0),
        ("LV", "LKS-92", 24.0, 0.9996, -6_000_000.0),
        ("PL", "PUWG 1992", 19.0, 0.9993, -5_300_000.0),
    ],
)
def test_transverse_mercator_grids_are_that_example_shifted_and_scaled(
    country: str, name: str, meridian_deg: float, scale: float, false_north_m: float
) -> None:
    """All four lie on GRS80, so the same distance from the meridian gives the same plane, but for three numbers."""
    found = national_grid(country, GETA_LAT, meridian_deg + (GETA_LON - 27.0))
    assert found is not None
    assert found[0] == name
    east_m = 500_000.0 + scale * (GETA_E - 500_000.0) / 0.9996
    north_m = false_north_m + scale * GETA_N / 0.9996
    assert found[1:] == pytest.approx((east_m, north_m), abs=0.001)


def test_l_est97_has_its_origin_where_the_land_board_says() -> None:
    # Estonian Land Board: B0 = 57 31 03.19415 N, L0 = 24 E is X = 6 375 000, Y = 500 000.
    found = national_grid("EE", dms(57, 31, 3.19415), 24.0)
    assert found == ("L-EST97", pytest.approx(500_000.0, abs=0.01), pytest.approx(6_375_000.0, abs=0.01))


def test_l_est97_is_that_of_the_land_boards_calculator() -> None:
    # The same place twice in the examples of its calculator: 59.0256, 24.7524 and X 6543210.14, Y 543210.86.
    found = national_grid("EE", 59.0256, 24.7524)
    assert found is not None
    assert found[1:] == pytest.approx((543_210.86, 6_543_210.14), abs=6.0)


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg", "north_m", "east_m"),
    [
        # Test points of TransDatRO (Romanian cadastre agency, ANCPI), ETRS89 and Stereo70.
        (dms(47, 42, 56.4), dms(22, 28, 32.0), 693_771.731, 310_723.518),
        (dms(47, 58, 33.2), dms(26, 53, 26.7), 721_361.806, 641_283.450),
        (dms(45, 5, 18.2), dms(27, 42, 24.0), 402_327.815, 713_143.130),
        (dms(43, 44, 37.2), dms(25, 13, 48.1), 249_343.594, 518_651.464),
        (dms(46, 14, 47.6), dms(23, 50, 46.1), 528_076.247, 411_159.899),
    ],
)
def test_stereo70_is_within_five_metres_of_the_agencys_points(
    lat_deg: float, lon_deg: float, north_m: float, east_m: float
) -> None:
    found = national_grid("ro", lat_deg, lon_deg)
    assert found is not None
    assert found[0] == "Stereo70"
    assert math.hypot(found[1] - east_m, found[2] - north_m) < 5.0


def test_a_country_whose_grid_is_not_known_has_none() -> None:
    assert national_grid("XX", 55.0, 24.0) is None
    assert national_grid("", 55.0, 24.0) is None
